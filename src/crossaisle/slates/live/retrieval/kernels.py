"""The loops of one slate over neighbours, compiled: a few hundred entries each, of which NumPy's calls cost more than
the work. −1 stands for nobody, and for the last place of arrays that are one longer than the shop."""

import numpy as np

from crossaisle.numerics.arrays import AnyArray, Bools, Floats, Numbers
from crossaisle.numerics.compiled import BOOL, FLOAT, LONG, NOTHING, NUMBER, changed, compiled, read, several

TINY = np.float32(1e-30)
MARK, BASE, LATE, N_WORK = 0, 1, 2, 4
"""Columns of the working memory, see Scratch; a row is of a power of two of bytes, so that none lies on two lines."""
SHUT, FIRST_CATEGORY = 0, 2
"""Codes of items, see LiveCatalogue.codes. What has no category, −1, has the code below FIRST_CATEGORY."""
IS_MET, IS_SHUT = 1, -1
"""Marks of items: met among candidates, or not to be shown to this person."""


@compiled(several(changed(NUMBER, 2), changed(FLOAT, 2)), read(NUMBER, 2), read(FLOAT, 2), read(NUMBER), read(FLOAT))
def spoken(items: Numbers, weights: Floats, speakers: Numbers, by: Floats) -> tuple[Numbers, Floats]:
    """Neighbours of some items, (n_speakers, n_kept), and their weights, each row times a weight of its own."""
    n, n_kept = len(speakers), items.shape[1]
    found, amounts = np.empty((n, n_kept), np.int32), np.empty((n, n_kept), np.float32)
    for row in range(n):
        for column in range(n_kept):
            found[row, column] = items[speakers[row], column]
            amounts[row, column] = weights[speakers[row], column] * by[row]
    return found, amounts


@compiled(NOTHING, read(NUMBER), FLOAT, changed(FLOAT, 2))
def mark(items: Numbers, by: float, work: Floats) -> None:
    """Mark items, int32 (n,); by 0 all that is worked out of them is taken back. work: see Scratch."""
    for place in range(len(items)):
        item = items[place]
        work[item, MARK] = by
        if by == 0:
            work[item, BASE] = work[item, LATE] = 0


@compiled(changed(BOOL), read(NUMBER), read(FLOAT, 2), read(BOOL), read(NUMBER), LONG)
def within(items: Numbers, work: Floats, is_open: Bools, category: Numbers, wanted: int) -> Bools:
    """bool (n,): whether each item is none of those shut, of an open category, and of the one that is wanted.

    Args:
        work: see Scratch. is_open: (n_categories + 1,). category: (n_items,). wanted: −1 for any.
    """
    found = np.empty(len(items), np.bool_)
    for place in range(len(items)):
        item = items[place]
        found[place] = item >= 0 and work[item, MARK] != IS_SHUT and is_open[category[item]]
        if found[place] and wanted >= 0:
            found[place] = category[item] == wanted
    return found


@compiled(
    several(changed(NUMBER), changed(FLOAT), changed(FLOAT)),
    read(NUMBER),
    read(FLOAT),
    read(NUMBER),
    read(FLOAT),
    read(NUMBER),
    read(BOOL),
    LONG,
    changed(FLOAT, 2),
)
def gathered(
    items: Numbers,
    amounts: Floats,
    late_items: Numbers,
    late_amounts: Floats,
    codes: Numbers,
    is_open: Bools,
    wanted: int,
    work: Floats,
) -> tuple[Numbers, Floats, Floats]:
    """The different numbers among both lists that may be shown, in any order, and what each list says of them in sum.

    Args:
        items, amounts: (n,). late_items, late_amounts: (n_late,).
        codes: see LiveCatalogue.codes. is_open: (n_categories + 1,). wanted: −1 for any.
        work: see Scratch; left as found.
    """
    n, n_first = 0, len(items)
    found = np.empty(n_first + len(late_items), np.int32)
    for place in range(len(found)):
        is_late = place >= n_first
        item = late_items[place - n_first] if is_late else items[place]
        if item < 0:
            continue
        if work[item, MARK] == 0:
            work[item, MARK] = IS_MET
            found[n] = item
            n += 1
        if is_late:
            work[item, LATE] += late_amounts[place - n_first]
        else:
            work[item, BASE] += amounts[place]
    base, late = np.empty(n, np.float32), np.empty(n, np.float32)
    kept = 0
    for place in range(n):
        item = found[place]
        own = codes[item] - FIRST_CATEGORY
        if codes[item] != SHUT and is_open[own] and (wanted < 0 or own == wanted):
            found[kept], base[kept], late[kept] = item, work[item, BASE], work[item, LATE]
            kept += 1
        work[item, MARK] = work[item, BASE] = work[item, LATE] = 0
    return found[:kept], base[:kept], late[:kept]


@compiled(changed(FLOAT), read(NUMBER), read(FLOAT), read(NUMBER), changed(FLOAT, 2))
def summed(items: Numbers, amounts: Floats, candidates: Numbers, work: Floats) -> Floats:
    """float32 (n_candidates,): sums of the amounts of each.

    Args:
        items: (n,). amounts: (n,). work: see Scratch; left as found.
    """
    for place in range(len(items)):
        work[items[place], BASE] += amounts[place]
    found = np.empty(len(candidates), np.float32)
    for place in range(len(candidates)):
        found[place] = work[candidates[place], BASE]
    for place in range(len(items)):
        work[items[place], BASE] = 0
    return found


@compiled(several(changed(FLOAT), FLOAT), changed(FLOAT), read(FLOAT))
def blended(base: Floats, late: Floats) -> tuple[Floats, float]:
    """float32 (n,): `base`, which is made 1 at its most in place, and `late` together; and the lowest of that, or 1."""
    most, lowest = TINY, np.float32(1)
    for place in range(len(base)):
        most = max(most, base[place])
    scores = np.empty(len(base), np.float32)
    for place in range(len(base)):
        base[place] /= most
        scores[place] = base[place] + late[place]
        lowest = min(lowest, scores[place])
    return scores, float(lowest)


@compiled(changed(LONG), read(FLOAT), read(NUMBER), LONG)
def first_of(scores: Floats, items: Numbers, n: int) -> AnyArray:
    """Places of the `n` highest scores, highest first; of equal ones the smaller item. Each is put in by turns."""
    best = np.empty(n, np.int64)
    filled = 0
    for place in range(len(scores)):
        score, item = scores[place], items[place]
        if filled < n:
            filled += 1
        else:
            last = best[n - 1]
            if score < scores[last] or (score == scores[last] and item > items[last]):
                continue
        at = filled - 1
        while at > 0:
            before = best[at - 1]
            if score < scores[before] or (score == scores[before] and item > items[before]):
                break
            best[at] = before
            at -= 1
        best[at] = place
    return best[:filled]


@compiled(
    several(changed(NUMBER, 2), changed(FLOAT, 2), changed(LONG, 2)),
    read(NUMBER),
    read(FLOAT),
    read(FLOAT),
    read(NUMBER, 2),
    read(FLOAT, 2),
    read(NUMBER),
    read(NUMBER, 2),
    read(FLOAT, 2),
    read(NUMBER),
    changed(FLOAT, 2),
    LONG,
)
def strongest_causes(
    picks: Numbers,
    base: Floats,
    scale: Floats,
    items: Numbers,
    amounts: Floats,
    speakers: Numbers,
    late_items: Numbers,
    late_amounts: Floats,
    late_speakers: Numbers,
    work: Floats,
    n_causes: int,
) -> tuple[Numbers, Floats, AnyArray]:
    """Who speaks most for each pick: items (n, n_causes), −1 for nobody, amounts, and rows among the late speakers.

    What speakers say of a pick for the long term is shared out so that it sums to its base; what late ones say counts
    times its scale. Whoever is both speaks with the sum. Of equal amounts the smaller item goes first.

    Args:
        items, amounts: (n_speakers, n_kept). late_items, late_amounts: (n_late, n_kept).
        work: see Scratch; left as found.
    """
    n, n_speakers, n_late = len(picks), len(speakers), len(late_speakers)
    said = np.zeros((n, n_speakers + n_late), np.float64)
    who = np.empty(n_speakers + n_late, np.int32)
    late_row = np.full(n_speakers + n_late, -1, np.int64)
    sums = np.zeros(n, np.float64)
    for pick in range(n):
        work[picks[pick], MARK] = pick + 1
    for row in range(n_speakers):
        who[row] = speakers[row]
        for column in range(items.shape[1]):
            pick = int(work[items[row, column], MARK]) - 1
            if pick >= 0:
                said[pick, row] += amounts[row, column]
                sums[pick] += amounts[row, column]
    for pick in range(n):
        share = base[pick] / max(sums[pick], TINY)
        for row in range(n_speakers):
            said[pick, row] *= share
    for late in range(n_late):
        row = n_speakers + late
        who[row] = late_speakers[late]
        for other in range(n_speakers):
            if speakers[other] == late_speakers[late]:
                row = other
        late_row[row] = late
        for column in range(late_items.shape[1]):
            pick = int(work[late_items[late, column], MARK]) - 1
            if pick >= 0:
                said[pick, row] += late_amounts[late, column] * scale[pick]
    for pick in range(n):
        work[picks[pick], MARK] = 0
    causes = np.full((n, n_causes), -1, np.int32)
    strongest = np.zeros((n, n_causes), np.float32)
    rows = np.full((n, n_causes), -1, np.int64)
    for pick in range(n):
        for row in range(n_speakers + n_late):
            amount = np.float32(said[pick, row])
            if amount <= 0:
                continue
            for at in range(n_causes):
                is_first = amount > strongest[pick, at]
                if is_first or (amount == strongest[pick, at] and who[row] < causes[pick, at]):
                    for behind in range(n_causes - 1, at, -1):
                        causes[pick, behind] = causes[pick, behind - 1]
                        strongest[pick, behind] = strongest[pick, behind - 1]
                        rows[pick, behind] = rows[pick, behind - 1]
                    causes[pick, at], strongest[pick, at], rows[pick, at] = who[row], amount, late_row[row]
                    break
    return causes, strongest, rows
