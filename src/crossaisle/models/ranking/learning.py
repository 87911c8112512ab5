"""Learning to judge: lessons from windows before the cut, and judges that prove themselves on windows after those."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.data.split import Split
from crossaisle.models.ranking.examples import Asked, Examples, Judged, drawn, right
from crossaisle.models.ranking.judge import (
    BLEND,
    LEARNT,
    MIXES,
    UNTAUGHT,
    Judge,
    Mix,
    Rankers,
    TreeOptions,
    calibrated,
    mixed,
)
from crossaisle.models.ranking.panel import Panel
from crossaisle.models.ranking.pool import KINDS, Voices
from crossaisle.models.ranking.signal import History
from crossaisle.numerics.arrays import Csr, Doubles, Floats, Longs, csr, row_numbers

MOST_QUERIES = 3000
"""Users that a window is learnt from, drawn by the seed."""
THREADS = 2
"""Batches of users at once: most of the time goes to sorting, which lets others work."""
N_CHECKED = 2
"""The latest windows, on which is checked whether what was learnt before them carries."""
MARGIN = 1.01
"""The mix of everything stays unless another does better than it by as much; the blend is below it likewise."""


@dataclass(frozen=True)
class Lesson:
    """One window. cut: where it begins. examples: by kind. judged: by kind, where rankers learnt before it."""

    cut: int
    examples: tuple[Examples, ...]
    judged: tuple[Judged | None, ...]

    def told(self, kind: int, length: int, until: int | None) -> Examples | None:
        """What the window, of `length`, teaches of a kind if it is known what was bought before `until` alone."""
        if until is None or self.cut + length <= until:
            return self.examples[kind]
        return self.examples[kind].soon() if self.cut + length // 2 <= until else None


def cuts(dataset: Dataset, length: int, n_windows: int) -> list[int]:
    """Cuts before the dataset's end, the earliest first, half a window apart, each with a window's past at least.

    After the last of them lies half a window alone.
    """
    first, _ = dataset.span()
    every = [dataset.end - (place + 1) * length // 2 for place in range(n_windows)]
    return [cut for cut in reversed(every) if cut - first >= length]


@dataclass(frozen=True)
class School:
    """How is learnt. n_parts: how many recommenders propose candidates. length: of a window, microseconds."""

    n_parts: int
    options: TreeOptions
    length: int
    seed: int

    @property
    def equal(self) -> Doubles:
        """float64 (n_parts,): equal weights of the parts."""
        return np.full(self.n_parts, 1 / self.n_parts)

    def lesson(
        self, panel: Panel, split: Split, half: Split | None, before: "Sequence[Rankers | None] | None" = None
    ) -> Lesson | None:
        """Candidates of a window's users and which of them they bought; None where nobody had bought before it.

        Args:
            panel: fitted on what lay before the window.
            split, half: the window and its first half, None where nothing was bought in that.
            before: by kind, what was learnt before the window; if given, the window is one on which that is checked.
        """
        users = split.train.buyers()
        users = users[np.diff(split.truth.indptr)[users] > 0]
        if not len(users):
            return None
        if len(users) > MOST_QUERIES:
            users = np.sort(np.random.default_rng(self.seed).choice(users, MOST_QUERIES, replace=False))
        none = np.empty(0, dtype=np.int32)
        soon = half.truth if half else csr(none, none, none, split.truth.shape)

        def told(rows: slice) -> list[tuple[Examples, Judged | None]]:
            history = panel.history(split.train.queries(users[rows]))
            return self._told(panel, split.truth[users[rows]], soon[users[rows]], history, before)

        with ThreadPoolExecutor(THREADS) as threads:
            by_kind = list(zip(*threads.map(told, panel.batches(len(users))), strict=True))
        return Lesson(
            split.cut,
            tuple(Examples.joined([one for one, _ in batches]) for batches in by_kind),
            tuple(
                Judged.joined([one for _, one in batches if one is not None]) if before is not None else None
                for batches in by_kind
            ),
        )

    def _told(
        self, panel: Panel, truth: Csr, soon: Csr, history: History, before: "Sequence[Rankers | None] | None"
    ) -> list[tuple[Examples, Judged | None]]:
        """By kind, of a batch of users."""
        n_bought = np.diff(history.bought.indptr).astype(np.int64)
        voices, asked = self._asked(panel, truth, soon, history)
        if before is None:
            asked = [one.only_kept() for one in asked]
        signals = panel.signals(history, voices, [one.columns for one in asked], [one.advice for one in asked])
        judged = [
            None if before is None else self._judged(one, told, before[kind], n_bought)
            for kind, (one, told) in enumerate(zip(asked, signals, strict=True))
        ]
        return [(one.examples(told), other) for one, told, other in zip(asked, signals, judged, strict=True)]

    def _judged(self, asked: Asked, signals: Floats, before: Rankers | None, n_bought: Longs) -> Judged:
        ranks = np.where(asked.is_there[..., None], signals[..., : self.n_parts], -np.inf).astype(np.float32)
        return Judged(
            ranks, before.scores(signals) if before is not None else None, asked.is_right, asked.n_right, n_bought
        )

    def _asked(self, panel: Panel, truth: Csr, soon: Csr, history: History) -> tuple[list[Voices], list[Asked]]:
        kinds = panel.pool.kinds(history)
        voices = panel.voices(panel.scores(history.queries), kinds)
        rows, columns = row_numbers(truth.indptr), panel.pool.places[truth.indices]
        asked = []
        for kind in KINDS:
            of_kind = (columns >= 0) & (kinds[rows, columns] == kind)
            n_right = np.bincount(rows[of_kind], minlength=len(history))
            _, found = panel.candidates(voices[kind], kind, self.equal)
            is_there = found.columns >= 0
            items = panel.pool.items[np.maximum(found.columns, 0)]
            is_right, is_soon = (right(one, items) & is_there for one in (truth, soon))
            is_drawn = drawn(is_there, self.seed + kind)
            advice = panel.advice(history.queries, found.columns)
            asked.append(Asked(found.columns, found.blend, is_right, is_soon, is_drawn, advice, n_right))
        return voices, asked

    def rankers(self, lessons: Sequence[Lesson], until: int | None = None) -> tuple[Rankers | None, ...]:
        """By kind, learnt from the windows, or the first halves of them, that ended `until` then; None where none did
        with anything bought in it."""
        found = []
        for kind in KINDS:
            told = [one.told(kind, self.length, until) for one in lessons]
            examples = [one for one in told if one is not None and len(one.sizes)]
            found.append(Rankers.fit(Examples.joined(examples), self.options, self.seed) if examples else None)
        return tuple(found)

    def judges(self, lessons: Sequence[Lesson]) -> tuple[Judge, ...]:
        """A judge for each kind: the mix that proved itself on the windows checked, learnt from all of them."""
        everything = self.rankers(lessons)
        return tuple(self._judge([one.judged[kind] for one in lessons], everything[kind]) for kind in KINDS)

    def _judge(self, judged: Sequence[Judged | None], rankers: Rankers | None) -> Judge:
        checked = [one for one in judged if one is not None and one.n_right.any()]
        if not checked:
            return Judge(self.equal, None, BLEND, UNTAUGHT)
        weights, latest = _weights(checked, self.equal), checked[-1]
        mix = _mix([one for one in checked if one.learnt], weights)
        calibration = calibrated(mixed(latest.voices(weights), mix), latest.is_right, latest.n_bought)
        return Judge(weights, None if mix == BLEND else rankers, mix, calibration)


def _weights(checked: Sequence[Judged], equal: Doubles) -> Doubles:
    """Of equal weights, all parts but one, and one part alone, what does best on the windows checked.

    What is equal stays unless another does better by the margin.
    """
    alone = np.eye(len(equal))
    others = [(1 - one) / (len(equal) - 1) for one in alone] if len(equal) > 1 else []

    def worth(weights: Doubles) -> float:
        found = float(np.mean([one.capped_recall(one.blend(weights)) for one in checked]))
        return found * (MARGIN if weights is equal else 1.0)

    return max((equal, *others, *alone), key=worth)


def _mix(checked: Sequence[Judged], weights: Doubles) -> Mix:
    """The mix with the best mean capped recall on the windows checked, with a margin for what is expected."""

    def worth(mix: Mix) -> float:
        found = float(np.mean([one.capped_recall(mixed(one.voices(weights), mix)) for one in checked]))
        return found * (MARGIN if mix == LEARNT else 1.0)

    return max(MIXES, key=worth) if checked else BLEND
