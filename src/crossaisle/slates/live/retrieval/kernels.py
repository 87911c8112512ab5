"""The loops of one slate over neighbours, compiled: a few hundred entries each, of which NumPy's calls cost more than
the work. −1 stands for nobody, and for the last place of arrays that are one longer than the shop."""

import numpy as np

from crossaisle.numerics.arrays import AnyArray, Bools, Floats, Numbers
from crossaisle.numerics.compiled import BOOL, FLOAT, LONG, NUMBER, changed, compiled, inlined, read, several

TINY = np.float32(1e-30)


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


@inlined
def _is_within(item: int, is_in: Bools, is_open: Bools, category: Numbers, wanted: int) -> bool:
    return item >= 0 and is_in[item] and is_open[category[item]] and (wanted < 0 or category[item] == wanted)


@compiled(changed(BOOL), read(NUMBER), read(BOOL), read(BOOL), read(NUMBER), LONG)
def within(items: Numbers, is_in: Bools, is_open: Bools, category: Numbers, wanted: int) -> Bools:
    """bool (n,): whether each item is none of those shut, of an open category, and of the one that is wanted.

    Args:
        is_in: (n_items + 1,). is_open: (n_categories + 1,). category: (n_items,). wanted: −1 for any.
    """
    found = np.empty(len(items), np.bool_)
    for place in range(len(items)):
        found[place] = _is_within(items[place], is_in, is_open, category, wanted)
    return found


@compiled(
    changed(NUMBER),
    read(NUMBER),
    read(NUMBER),
    read(BOOL),
    read(BOOL),
    read(BOOL),
    read(NUMBER),
    LONG,
    changed(BOOL),
)
def candidates_of(
    items: Numbers,
    others: Numbers,
    eligible: Bools,
    is_in: Bools,
    is_open: Bools,
    category: Numbers,
    wanted: int,
    is_met: Bools,
) -> Numbers:
    """int32 (n,): the different numbers among `items` and `others` that are eligible and `within`, in any order.

    Args:
        is_met: bool (n_items,), False, and left so.
    """
    found = np.empty(len(items) + len(others), np.int32)
    n = 0
    for place in range(len(found)):
        item = items[place] if place < len(items) else others[place - len(items)]
        if item >= 0 and not is_met[item]:
            is_met[item] = True
            found[n] = item
            n += 1
    kept = 0
    for place in range(n):
        item = found[place]
        is_met[item] = False
        if eligible[item] and _is_within(item, is_in, is_open, category, wanted):
            found[kept] = item
            kept += 1
    return found[:kept]


@compiled(changed(FLOAT), read(NUMBER), read(FLOAT), read(NUMBER), changed(FLOAT))
def summed(items: Numbers, amounts: Floats, candidates: Numbers, sums: Floats) -> Floats:
    """float32 (n_candidates,): sums of the amounts of each.

    Args:
        items: (n,). amounts: (n,). sums: float32 (n_items + 1,), zeros, and left so.
    """
    for place in range(len(items)):
        sums[items[place]] += amounts[place]
    found = np.empty(len(candidates), np.float32)
    for place in range(len(candidates)):
        found[place] = sums[candidates[place]]
    for place in range(len(items)):
        sums[items[place]] = 0
    return found


@compiled(changed(LONG), read(FLOAT), LONG)
def first_of(scores: Floats, n: int) -> AnyArray:
    """Places of the `n` highest scores, highest first; of equal ones the first. For few, as each is put in by turns."""
    best = np.empty(n, np.int64)
    filled = 0
    for place in range(len(scores)):
        score = scores[place]
        if filled < n:
            filled += 1
        elif score <= scores[best[n - 1]]:
            continue
        at = filled - 1
        while at > 0 and score > scores[best[at - 1]]:
            best[at] = best[at - 1]
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
    changed(NUMBER),
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
    places: Numbers,
    n_causes: int,
) -> tuple[Numbers, Floats, AnyArray]:
    """Who speaks most for each pick: items (n, n_causes), −1 for nobody, amounts, and rows among the late speakers.

    What speakers say of a pick for the long term is shared out so that it sums to its base; what late ones say counts
    times its scale. Whoever is both speaks with the sum. Of equal amounts the smaller item goes first.

    Args:
        items, amounts: (n_speakers, n_kept). late_items, late_amounts: (n_late, n_kept).
        places: int32 (n_items + 1,), −1, and left so.
    """
    n, n_speakers, n_late = len(picks), len(speakers), len(late_speakers)
    said = np.zeros((n, n_speakers + n_late), np.float64)
    who = np.empty(n_speakers + n_late, np.int32)
    late_row = np.full(n_speakers + n_late, -1, np.int64)
    sums = np.zeros(n, np.float64)
    for pick in range(n):
        places[picks[pick]] = pick
    for row in range(n_speakers):
        who[row] = speakers[row]
        for column in range(items.shape[1]):
            pick = places[items[row, column]]
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
            pick = places[late_items[late, column]]
            if pick >= 0:
                said[pick, row] += late_amounts[late, column] * scale[pick]
    for pick in range(n):
        places[picks[pick]] = -1
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
