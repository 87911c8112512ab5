"""What moved a judged score: how far it falls when a family of signals tells nothing, its means in place of its values.

What is due to a part is told by the part's own causes.
"""

from collections.abc import Sequence

import numpy as np

from crossaisle.data.queries import Queries
from crossaisle.models.linear import joined
from crossaisle.models.ranking.families import HABITS, family
from crossaisle.models.ranking.judge import Judge
from crossaisle.models.ranking.panel import Panel
from crossaisle.models.ranking.pool import KINDS, moments
from crossaisle.models.recommender import Cause, Contributions
from crossaisle.numerics.arrays import Floats, Numbers


def contributions(panel: Panel, judges: Sequence[Judge], queries: Queries, items: Numbers, n: int) -> Contributions:
    """The `n` strongest causes of each item's score; items: int32 (n_queries, n_items), −1 for none."""
    families = tuple(dict.fromkeys(map(family, panel.names)))
    amounts = np.zeros((*items.shape, len(families)), dtype=np.float32)
    for rows in panel.batches(len(queries)):
        amounts[rows] = _amounts(panel, families, judges, queries[rows], items[rows])
    of_parts = []
    for name, fitted in panel.parts.items():
        found = fitted.contributions(queries, items, n)
        if found is not None:
            place = families.index(f"part={name}")
            of_parts.append(_scaled(found, amounts[..., place]))
            amounts[..., place] = 0
    told = _features(families, amounts, items, n)
    for one in of_parts:
        told = joined(told, one, n)
    return told


def _features(families: tuple[str, ...], amounts: Floats, items: Numbers, n: int) -> Contributions:
    """The strongest of what no part tells."""
    if HABITS in families:
        amounts[..., families.index(HABITS)] = 0
    strongest = np.argsort(-amounts, axis=2, kind="stable")[..., :n].astype(np.int32)
    values = np.take_along_axis(amounts, strongest, axis=2)
    is_cause = (values > 0) & (items >= 0)[..., None]
    return Contributions(
        np.full(values.shape, Cause.FEATURE, dtype=np.int8),
        np.where(is_cause, strongest, -1).astype(np.int32),
        np.where(is_cause, values, 0).astype(np.float32),
        labels=families,
    )


def _scaled(found: Contributions, whole: Floats) -> Contributions:
    """The part's causes, sharing what is due to the part, `whole` (n_queries, n_items), as they share its score."""
    positive = np.maximum(found.amounts, 0)
    total = positive.sum(axis=2, keepdims=True)
    shares = np.divide(positive, total, out=np.zeros_like(positive), where=total > 0)
    amounts = (shares * np.maximum(whole, 0)[..., None]).astype(np.float32)
    subjects = np.where(amounts > 0, found.subjects, -1).astype(np.int32)
    return Contributions(found.causes, subjects, amounts, found.days, found.labels)


def _amounts(
    panel: Panel, families: tuple[str, ...], judges: Sequence[Judge], queries: Queries, items: Numbers
) -> Floats:
    """float32 (n_queries, n_items, n_families): how far the score falls without each family."""
    history, scores = panel.history(queries), panel.scores(queries)
    kinds = panel.pool.kinds(history)
    columns = panel.pool.places[np.maximum(items, 0)]
    places = np.maximum(columns, 0)
    of_item = np.where((items >= 0) & (columns >= 0), np.take_along_axis(kinds, places.astype(np.int64), axis=1), -1)
    voices = panel.voices(scores, kinds)
    of_signal = [families.index(family(name)) for name in panel.names]
    amounts = np.zeros((*items.shape, len(families)), dtype=np.float32)
    for kind, judge in zip(KINDS, judges, strict=True):
        if not (of_item == kind).any():
            continue
        _, found = panel.candidates(voices[kind], kind, judge.part_weights)
        if judge.is_learnt:
            own, others = panel.signals(history, [voices[kind]] * 2, [columns, found.columns])
        else:
            own, others = voices[kind].at(places), np.empty((len(queries), 0, 0), dtype=np.float32)
        spreads = _spreads(judge.voices(others, found.blend), found.blend)
        whole = _score(judge, own, spreads)
        for place in range(len(families)):
            which = [at for at in range(own.shape[2]) if of_signal[at] == place]
            fall = whole - _score(judge, _without(judge, own, which), spreads)
            amounts[..., place] = np.where(of_item == kind, fall, amounts[..., place])
    return amounts


def _spreads(voices: tuple[Floats, Floats, Floats], blend: Floats) -> list[Floats]:
    """float32 (n_queries, 1) each: how far the voices lie apart among the candidates."""
    return [moments(np.where(np.isfinite(blend), voice, -np.inf))[1] for voice in voices]


def _score(judge: Judge, signals: Floats, spreads: Sequence[Floats]) -> Floats:
    """float32 (n_queries, n_items): the mix but for a constant of the query."""
    blend = signals[..., : len(judge.part_weights)] @ judge.part_weights.astype(np.float32)
    total = np.zeros(blend.shape, dtype=np.float32)
    for weight, voice, spread in zip(judge.mix, judge.voices(signals, blend), spreads, strict=True):
        total += np.float32(weight) * voice / spread
    return total


def _without(judge: Judge, signals: Floats, which: Sequence[int]) -> Floats:
    """The signals with their means in place of `which`: those learnt from, else those of what is asked about."""
    neutral = signals.copy()
    for one in which:
        neutral[..., one] = judge.rankers.linear.middle[one] if judge.rankers else signals[..., one].mean()
    return neutral
