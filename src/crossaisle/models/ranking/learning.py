"""Learning to judge: lessons from windows before the cut, and judges that prove themselves on windows after those."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.data.split import Split
from crossaisle.models.ranking.examples import Examples, Judged, right
from crossaisle.models.ranking.judge import BLEND, LEARNT, MIXES, Judge, Mix, Rankers, TreeOptions, calibrated, mixed
from crossaisle.models.ranking.panel import Panel
from crossaisle.models.ranking.pool import KINDS, Voices
from crossaisle.numerics.arrays import Doubles, Floats, Numbers, row_numbers

MOST_QUERIES = 3000
"""Users that a window is learnt from, drawn by the seed."""
N_CHECKED = 2
"""The latest windows, on which is checked whether what was learnt before them carries."""
MARGIN = 1.01
"""The mix of everything stays unless another does better than it by as much; the blend is below it likewise."""
UNTAUGHT = np.array([-4.0, 1.0, 0.0])


@dataclass(frozen=True)
class Lesson:
    """One window. cut: where it begins. examples, judged: by kind; judged is kept for the latest windows alone."""

    cut: int
    examples: tuple[Examples, ...]
    judged: tuple[Judged, ...]


def cuts(dataset: Dataset, length: int, n_windows: int) -> list[int]:
    """Cuts before the dataset's end, the latest first, half a window apart, each with a window's past at least."""
    first, _ = dataset.span()
    every = [dataset.end - length - place * length // 2 for place in range(n_windows)]
    return [cut for cut in every if cut - first >= length]


def attend(panel: Panel, split: Split, weights: Doubles, seed: int, keep: bool) -> Lesson:
    """Candidates of a window's users, and which of them they bought."""
    users = split.train.buyers()
    users = users[np.diff(split.truth.indptr)[users] > 0]
    if len(users) > MOST_QUERIES:
        users = np.sort(np.random.default_rng(seed).choice(users, MOST_QUERIES, replace=False))
    batches: list[list[Judged]] = [[] for _ in KINDS]
    examples: list[list[Examples]] = [[] for _ in KINDS]
    for rows in panel.batches(len(users)):
        for kind, judged in enumerate(_judged(panel, split, users[rows], weights)):
            examples[kind].append(judged.examples(seed + kind))
            if keep:
                batches[kind].append(judged)
    return Lesson(
        split.cut,
        tuple(Examples.joined(one) for one in examples),
        tuple(Judged.joined(one) for one in batches) if keep else (),
    )


def _judged(panel: Panel, split: Split, users: Numbers, weights: Doubles) -> Iterator[Judged]:
    history = panel.history(split.train.queries(users))
    scores, kinds, truth = panel.scores(history.queries), panel.pool.kinds(history), split.truth[users]
    n_bought = np.diff(history.bought.indptr).astype(np.int64)
    items = panel.pool.items
    rows, columns = row_numbers(truth.indptr), panel.pool.places[truth.indices]
    for kind in KINDS:
        of_kind = (columns >= 0) & (kinds[rows, columns] == kind)
        n_right = np.bincount(rows[of_kind], minlength=len(users))
        _, found = panel.candidates(history, Voices.of(scores, kinds == kind), kind, weights, learnt=True)
        is_right = right(truth, items[np.maximum(found.columns, 0)]) & (found.columns >= 0)
        yield Judged(found.signals, found.blend, is_right, n_right, n_bought)


def learn(
    lessons: Sequence[Lesson], weights: Doubles, options: TreeOptions, length: int, seed: int
) -> tuple[Judge, ...]:
    """A judge for each kind. lessons: the latest first. weights: of the parts. length: of a window, microseconds."""
    return tuple(_learn(lessons, kind, weights, options, length, seed) for kind in KINDS)


def _learn(
    lessons: Sequence[Lesson], kind: int, weights: Doubles, options: TreeOptions, length: int, seed: int
) -> Judge:
    taught = [one for one in lessons if len(one.examples[kind].sizes)]
    checked: list[tuple[Judged, tuple[Floats, Floats, Floats]]] = []
    for lesson in [one for one in taught if one.judged][:N_CHECKED]:
        before = [one.examples[kind] for one in taught if one.cut + length <= lesson.cut]
        if before:
            judged = lesson.judged[kind]
            rankers = Rankers.fit(Examples.joined(before), options, seed)
            trees, linear = rankers.scores(judged.signals)
            checked.append((judged, (trees, linear, judged.blend)))
    if not checked:
        return Judge(weights, None, BLEND, UNTAUGHT)
    mix = _chosen(checked)
    judged, voices = checked[0]
    calibration = calibrated(mixed(voices, mix, judged.blend), judged.is_right, judged.n_bought)
    if mix == BLEND:
        return Judge(weights, None, mix, calibration)
    everything = Examples.joined([one.examples[kind] for one in taught])
    return Judge(weights, Rankers.fit(everything, options, seed), mix, calibration)


def _chosen(checked: Sequence[tuple[Judged, tuple[Floats, Floats, Floats]]]) -> Mix:
    """The mix with the best mean capped recall on the windows checked, with a margin for what is expected."""

    def worth(mix: Mix) -> float:
        found = [judged.capped_recall(mixed(voices, mix, judged.blend)) for judged, voices in checked]
        return float(np.mean(found)) * (MARGIN if mix == LEARNT else 1.0)

    return max(MIXES, key=worth)
