"""How far a judged score falls when a family of signals tells nothing, its means in place of its values."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crossaisle.models.ranking.families import families_of, family
from crossaisle.models.ranking.judge import Judge
from crossaisle.models.ranking.panel import Panel
from crossaisle.models.ranking.pool import KINDS, moments
from crossaisle.models.ranking.signal import History
from crossaisle.numerics.arrays import AnyArray, Bools, Codes, Floats, Numbers


@dataclass(frozen=True)
class Falls:
    """Of items, one row a query.

    Args:
        kinds: int8 (n_queries, n_items), −1 of what does not compete.
        amounts: float32 (n_queries, n_items, n_families), log-odds.
    """

    kinds: Codes
    amounts: Floats

    @classmethod
    def of(cls, panel: Panel, judges: Sequence[Judge], history: History, items: Numbers) -> "Falls":
        """items: int32 (n_queries, n_items), −1 for none; a query's other candidates stay as they are."""
        scores, kinds = panel.scores(history.queries), panel.pool.kinds(history)
        columns = panel.pool.places[np.maximum(items, 0)]
        places = np.maximum(columns, 0)
        of_item = np.where(
            (items >= 0) & (columns >= 0), np.take_along_axis(kinds, places.astype(np.int64), axis=1), -1
        )
        voices = panel.voices(scores, kinds)
        families = families_of(panel.names)
        of_signal = [families.index(family(name)) for name in panel.names]
        amounts = np.zeros((*items.shape, len(families)), dtype=np.float32)
        for kind, judge in zip(KINDS, judges, strict=True):
            if not (of_item == kind).any():
                continue
            _, found = panel.candidates(voices[kind], kind, judge.part_weights)
            if judge.is_learnt:
                advice = panel.advice(history.queries, found.columns)
                several = [_of_items(advice, found.columns, columns), advice]
                own, others = panel.signals(history, [voices[kind]] * 2, [columns, found.columns], several)
            else:
                own, others = voices[kind].at(places), voices[kind].at(np.maximum(found.columns, 0))
            means = _means(judge, others, found.columns >= 0)
            standing = _Standing.of(judge, others, found.blend, np.diff(history.bought.indptr))
            whole = standing.scores(own)
            for place in range(len(families)):
                which = [at for at in range(own.shape[2]) if of_signal[at] == place]
                fall = whole - standing.scores(_without(own, means, which))
                amounts[..., place] = np.where(of_item == kind, fall, amounts[..., place])
        return cls(of_item.astype(np.int8), amounts)


@dataclass(frozen=True)
class _Standing:
    """What each voice of a judge is standardised by: mean and spread among a query's candidates, float32
    (n_queries, 1). n_bought: int (n_queries,)."""

    judge: Judge
    moments: list[tuple[Floats, Floats]]
    n_bought: AnyArray

    @classmethod
    def of(cls, judge: Judge, signals: Floats, blend: Floats, n_bought: AnyArray) -> "_Standing":
        voices = judge.voices(signals, blend)
        return cls(judge, [moments(np.where(np.isfinite(blend), voice, -np.inf)) for voice in voices], n_bought)

    def scores(self, signals: Floats) -> Floats:
        """float32 (n_queries, n_items): log-odds of items that stand among the candidates with these signals."""
        judge = self.judge
        blend = signals[..., : len(judge.part_weights)] @ judge.part_weights.astype(np.float32)
        total = np.zeros(blend.shape, dtype=np.float32)
        for weight, voice, (middle, spread) in zip(judge.mix, judge.voices(signals, blend), self.moments, strict=True):
            total += np.float32(weight) * (voice - middle) / spread
        return judge.log_odds(total, self.n_bought)


def _of_items(advice: Floats, candidates: Numbers, columns: Numbers) -> Floats:
    """What is said of those candidates (n_queries, n_candidates) that stand in `columns` (n_queries, n_items); of an
    item beyond them what is said of the last."""
    is_it = columns[:, :, None] == candidates[:, None, :]
    places = np.where(is_it.any(axis=2), is_it.argmax(axis=2), candidates.shape[1] - 1)
    return np.take_along_axis(advice, places[..., None], axis=1)


def _means(judge: Judge, signals: Floats, is_there: Bools) -> Floats:
    """float32 (n_queries, 1, n_signals): of each signal among what was learnt from, else among a query's candidates."""
    if judge.rankers:
        return np.tile(judge.rankers.linear.middle.astype(np.float32), (len(signals), 1, 1))
    total = np.where(is_there[..., None], signals, 0).sum(axis=1, keepdims=True)
    return np.asarray(total / np.maximum(is_there.sum(axis=1), 1)[:, None, None], dtype=np.float32)


def _without(signals: Floats, means: Floats, which: Sequence[int]) -> Floats:
    """The signals with their means in place of `which`."""
    neutral = signals.copy()
    neutral[..., list(which)] = means[..., list(which)]
    return neutral
