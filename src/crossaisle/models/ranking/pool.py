"""The items that compete, sorted into kinds for each query, and the voices of several recommenders on them.

Scores of different recommenders are joined by their ranks: relevance = −log(5 + rank), after reciprocal rank fusion
(Cormack, Clarke and Büttcher 2009).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from crossaisle.models.ranking.signal import History
from crossaisle.numerics.arrays import AnyArray, Bools, Codes, Floats, Numbers
from crossaisle.numerics.topk import top_k

NEW_CATEGORY, NEW_ITEM, BOUGHT = range(3)
KINDS = (NEW_CATEGORY, NEW_ITEM, BOUGHT)
"""An item of a category never bought from; an item never bought of a known category or of none; one bought before."""
N_CANDIDATES = (500, 300, 150)
"""How many of each kind are judged."""
SOFTEN, DEPTH = 5.0, 1500
"""What is added to ranks, and the rank from which on all are alike."""


@dataclass(frozen=True)
class Pool:
    """Args: items: int32 (n_pool,), ascending. category: int32 (n_items,). n_categories: how many there are."""

    items: Numbers
    category: Numbers
    n_categories: int

    @cached_property
    def places(self) -> Numbers:
        """int32 (n_items,): where each item stands in the pool, −1 where it does not."""
        places = np.full(len(self.category), -1, dtype=np.int32)
        places[self.items] = np.arange(len(self.items), dtype=np.int32)
        return places

    def kinds(self, history: History) -> Codes:
        """int8 (n_queries, n_pool): the kind of each item to each query."""
        known = np.zeros((len(history), self.n_categories + 1), dtype=np.bool_)
        rows, categories, _ = history.queries.known_categories(self.category, self.n_categories)
        known[rows, categories] = True
        known[:, self.n_categories] = True
        kinds = known[:, self.category[self.items]].astype(np.int8)
        bought = history.bought.tocoo()
        columns = self.places[bought.col]
        inside = columns >= 0
        kinds[bought.row[inside], columns[inside]] = BOUGHT
        return kinds


@dataclass(frozen=True)
class Voices:
    """What the parts say of the pool's items of one kind.

    Args:
        scores: float32 (n_queries, n_pool) each, −inf where a part has nothing to say.
        relevance: the same shape, −log(5 + rank) among the items of the kind.
        is_kind: bool, the same shape.
    """

    scores: Sequence[Floats]
    relevance: Sequence[Floats]
    is_kind: Bools

    @classmethod
    def of(cls, scores: Sequence[Floats], is_kind: Bools) -> "Voices":
        """Rank each part's scores."""
        return cls(scores, [relevance(np.where(is_kind, one, -np.inf)) for one in scores], is_kind)

    def blend(self, weights: AnyArray) -> Floats:
        """float32 (n_queries, n_pool): the relevances weighed by part, −inf for other kinds."""
        total = np.zeros(self.is_kind.shape, dtype=np.float32)
        for weight, one in zip(weights, self.relevance, strict=True):
            total += np.float32(weight) * one
        total[~self.is_kind] = -np.inf
        return total

    def at(self, columns: Numbers) -> Floats:
        """float32 (n_queries, n_columns, 2 · n_parts): relevances, then scores standardised over the kind."""
        told = [np.take_along_axis(one, columns, axis=1) for one in self.relevance]
        for one in self.scores:
            middle, spread = moments(np.where(self.is_kind, one, -np.inf))
            told.append(_steps(np.take_along_axis(one, columns, axis=1), middle, spread))
        return np.stack(told, axis=2)


def relevance(scores: Floats) -> Floats:
    """float32, the same shape: −log(5 + rank) within each row; beyond the first `DEPTH` all ranks are alike."""
    depth = min(DEPTH, scores.shape[1])
    told = np.full(scores.shape, -np.log(SOFTEN + depth), dtype=np.float32)
    columns = top_k(scores, depth)
    rows, ranks = np.nonzero(columns >= 0)
    told[rows, columns[rows, ranks]] = -np.log(SOFTEN + ranks)
    return told


def standardised(values: Floats) -> Floats:
    """Each row less its mean over its standard deviation; what is not finite comes to −3."""
    return _steps(values, *moments(values))


def moments(values: Floats) -> tuple[Floats, Floats]:
    """float32 (n_rows, 1): mean and standard deviation of what is finite in each row, 1 in place of none."""
    finite = np.isfinite(values)
    counted = np.maximum(finite.sum(axis=1, keepdims=True), 1)
    middle = np.where(finite, values, 0).sum(axis=1, keepdims=True) / counted
    steps = np.where(finite, values - middle, 0)
    spread = np.sqrt(np.einsum("ij,ij->i", steps, steps)[:, None] / counted)
    return middle.astype(np.float32), np.where(spread > 1e-9, spread, 1).astype(np.float32)


def _steps(values: Floats, middle: Floats, spread: Floats) -> Floats:
    finite = np.isfinite(values)
    return np.where(finite, (np.where(finite, values, 0) - middle) / spread, -3).astype(np.float32)
