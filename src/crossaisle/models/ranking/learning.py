"""Learning to judge: lessons from windows before the cut, and judges that prove themselves on windows after those."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.data.split import Split
from crossaisle.models.ranking.examples import Asked, Examples, Judged, right
from crossaisle.models.ranking.judge import BLEND, LEARNT, MIXES, Judge, Mix, Rankers, TreeOptions, calibrated, mixed
from crossaisle.models.ranking.panel import Panel
from crossaisle.models.ranking.pool import KINDS, Voices
from crossaisle.models.ranking.signal import History
from crossaisle.numerics.arrays import Doubles, Numbers, row_numbers

MOST_QUERIES = 3000
"""Users that a window is learnt from, drawn by the seed."""
N_CHECKED = 2
"""The latest windows, on which is checked whether what was learnt before them carries."""
MARGIN = 1.01
"""The mix of everything stays unless another does better than it by as much; the blend is below it likewise."""
UNTAUGHT = np.array([-4.0, 1.0, 0.0])


@dataclass(frozen=True)
class Lesson:
    """One window. cut: where it begins. examples: by kind. judged: by kind, where rankers learnt before it."""

    cut: int
    examples: tuple[Examples, ...]
    judged: tuple[Judged | None, ...]


def cuts(dataset: Dataset, length: int, n_windows: int) -> list[int]:
    """Cuts before the dataset's end, the earliest first, half a window apart, each with a window's past at least."""
    first, _ = dataset.span()
    every = [dataset.end - length - place * length // 2 for place in range(n_windows)]
    return [cut for cut in reversed(every) if cut - first >= length]


@dataclass(frozen=True)
class School:
    """How is learnt. weights: of the parts. length: of a window, microseconds."""

    weights: Doubles
    options: TreeOptions
    length: int
    seed: int

    def lesson(self, panel: Panel, split: Split, before: "Sequence[Rankers | None]") -> Lesson:
        """Candidates of a window's users, which of them they bought, and what rankers learnt `before` say of them."""
        users = split.train.buyers()
        users = users[np.diff(split.truth.indptr)[users] > 0]
        if len(users) > MOST_QUERIES:
            users = np.sort(np.random.default_rng(self.seed).choice(users, MOST_QUERIES, replace=False))
        examples: list[list[Examples]] = [[] for _ in KINDS]
        judged: list[list[Judged]] = [[] for _ in KINDS]
        for rows in panel.batches(len(users)):
            history = panel.history(split.train.queries(users[rows]))
            voices, asked = self._asked(panel, split, users[rows], history)
            drawn = [one.drawn(self.seed + kind) for kind, one in enumerate(asked)]
            whole = [rankers is not None for rankers in before]
            asked = [one if every else one.only(kept) for one, kept, every in zip(asked, drawn, whole, strict=True)]
            signals = panel.signals(history, voices, [one.columns for one in asked])
            for kind, (one, told, rankers) in enumerate(zip(asked, signals, before, strict=True)):
                kept = drawn[kind] if rankers else one.columns >= 0
                examples[kind].append(one.examples(kept, told))
                if rankers:
                    n_bought = np.diff(history.bought.indptr).astype(np.int64)
                    heard = (*rankers.scores(told), one.blend)
                    judged[kind].append(Judged(heard, one.is_right, one.n_right, n_bought))
        return Lesson(
            split.cut,
            tuple(Examples.joined(one) for one in examples),
            tuple(Judged.joined(one) if one else None for one in judged),
        )

    def _asked(self, panel: Panel, split: Split, users: Numbers, history: History) -> tuple[list[Voices], list[Asked]]:
        kinds, truth = panel.pool.kinds(history), split.truth[users]
        voices = panel.voices(panel.scores(history.queries), kinds)
        rows, columns = row_numbers(truth.indptr), panel.pool.places[truth.indices]
        asked = []
        for kind in KINDS:
            of_kind = (columns >= 0) & (kinds[rows, columns] == kind)
            n_right = np.bincount(rows[of_kind], minlength=len(users))
            _, found = panel.candidates(voices[kind], kind, self.weights)
            is_right = right(truth, panel.pool.items[np.maximum(found.columns, 0)]) & (found.columns >= 0)
            asked.append(Asked(found.columns, found.blend, is_right, n_right))
        return voices, asked

    def rankers(self, lessons: Sequence[Lesson], until: int | None = None) -> tuple[Rankers | None, ...]:
        """By kind, learnt from the windows that ended `until` then; None where none did with anything bought in it."""
        taught = [one for one in lessons if until is None or one.cut + self.length <= until]
        found = []
        for kind in KINDS:
            examples = [one.examples[kind] for one in taught if len(one.examples[kind].sizes)]
            found.append(Rankers.fit(Examples.joined(examples), self.options, self.seed) if examples else None)
        return tuple(found)

    def judges(self, lessons: Sequence[Lesson]) -> tuple[Judge, ...]:
        """A judge for each kind: the mix that proved itself on the windows checked, learnt from all of them."""
        everything = self.rankers(lessons)
        return tuple(self._judge([one.judged[kind] for one in lessons], everything[kind]) for kind in KINDS)

    def _judge(self, judged: Sequence[Judged | None], rankers: Rankers | None) -> Judge:
        checked = [one for one in judged if one is not None]
        if not checked:
            return Judge(self.weights, None, BLEND, UNTAUGHT)
        mix, latest = _chosen(checked), checked[-1]
        calibration = calibrated(mixed(latest.voices, mix), latest.is_right, latest.n_bought)
        return Judge(self.weights, None if mix == BLEND else rankers, mix, calibration)


def _chosen(checked: Sequence[Judged]) -> Mix:
    """The mix with the best mean capped recall on the windows checked, with a margin for what is expected."""

    def worth(mix: Mix) -> float:
        found = [judged.capped_recall(mixed(judged.voices, mix)) for judged in checked]
        return float(np.mean(found)) * (MARGIN if mix == LEARNT else 1.0)

    return max(MIXES, key=worth)
