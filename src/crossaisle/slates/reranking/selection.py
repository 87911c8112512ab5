"""The finished order: place by place, the open candidate of the highest value, as in MMR and calibration."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from crossaisle.numerics.arrays import Doubles, Floats, Numbers
from crossaisle.slates.reranking.limits import Limits, OpenPlaces


class Cost(Protocol):
    """What a candidate costs beside the items already in the slate."""

    def costs(self) -> Floats:
        """float32 (n_queries, n_candidates)."""
        ...

    def add(self, chosen: Numbers) -> None:
        """Put one more item into each slate, int32 (n_queries,), −1 for none."""
        ...


def select(
    items: Numbers,
    relevance: Floats,
    costs: Sequence[tuple[float, Cost]],
    limits: Limits,
    begun: Numbers,
    k: int,
) -> Numbers:
    """The columns of the chosen candidates, best first.

    A candidate's value is (1 − Σ weights) · relevance − Σ weight · cost; of equals the earlier column wins.

    Args:
        items: int32 (n_queries, n_candidates), −1 for none.
        relevance: float32, the same shape, in [0, 1] but for penalties.
        costs: weights, together at most 1, and what they weigh.
        limits: what no slate may break.
        begun: int32 (n_queries, n_begun): items already in the slates, −1 for none.
        k: places of a slate.

    Returns:
        int32 (n_queries, k), −1 where no place or no candidate is left.
    """
    places = limits.begin(items)
    for chosen in begun.T:
        _add(chosen, costs, places)
    left = k - (begun >= 0).sum(axis=1)
    rest = np.float32(1 - sum(weight for weight, _ in costs))
    columns = np.full((len(items), k), -1, dtype=np.int32)
    rows = np.arange(len(items))
    for place in range(int(left.max(initial=0))):
        value = rest * relevance
        for weight, cost in costs:
            value = value - np.float32(weight) * cost.costs()
        value = np.where(places.is_open & (place < left)[:, None], value, -np.inf)
        best = value.argmax(axis=1)
        found = np.isfinite(value[rows, best])
        columns[:, place] = np.where(found, best, -1)
        _add(np.where(found, items[rows, best], -1).astype(np.int32), costs, places)
    return columns


def relevance(scores: Floats) -> Floats:
    """float32 (n_queries, n_candidates): scores stretched to [0, 1] within each query; 1 where all are equal.

    Scores of different models have different scales; a weight against a cost in [0, 1] needs one.
    """
    known = np.isfinite(scores)
    low = np.where(known, scores, np.inf).min(axis=1, initial=np.inf, keepdims=True)
    high = np.where(known, scores, -np.inf).max(axis=1, initial=-np.inf, keepdims=True)
    spread: Doubles = np.where(high > low, high - low, 1)
    with np.errstate(invalid="ignore"):
        stretched = np.where(high > low, (scores - low) / spread, 1)
    return np.where(known, stretched, 0).astype(np.float32)


def _add(chosen: Numbers, costs: Sequence[tuple[float, Cost]], places: OpenPlaces) -> None:
    places.add(chosen)
    for _, cost in costs:
        cost.add(chosen)
