"""Neighbours: what goes with each item, cut from any fitted recommender so that one person can be answered at once.

Where a score is a sum over the items of a history, the sum over kept neighbours comes near to it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from crossaisle.numerics.arrays import AnyArray, Csr, Floats, Numbers, batches
from crossaisle.numerics.neighbours import strongest_of_rows
from crossaisle.numerics.topk import top_k

BYTES_PER_SCORE, BYTES_PER_ENTRY = 12, 64
"""What a score takes while the highest are sought, and what an entry takes while several are joined."""

Scorer = Callable[[Numbers], Floats]
"""Items int32 (n,) → float32 (n, n_scored): what each item alone says of the others; a new array, which is changed."""


@dataclass(frozen=True)
class Neighbours:
    """Of each item the strongest others, strongest first; of equal ones the smaller number.

    Args:
        items: int32 (n_items, n_kept), −1 where there is no further one.
        weights: float32 (n_items, n_kept), what one adds to the score of the other: above 0, 0 beside −1.
    """

    items: Numbers
    weights: Floats

    @property
    def n_items(self) -> int:
        """Number of items."""
        return len(self.items)

    def state(self) -> dict[str, AnyArray]:
        """All arrays needed to restore it."""
        return {"items": self.items, "weights": self.weights}

    @classmethod
    def restore(cls, state: Mapping[str, AnyArray]) -> "Neighbours":
        """The neighbours whose `state()` this is."""
        return cls(state["items"], state["weights"])

    @classmethod
    def none(cls, n_items: int) -> "Neighbours":
        """Items of which nobody knows what goes with them."""
        return cls(np.full((n_items, 1), -1, dtype=np.int32), np.zeros((n_items, 1), dtype=np.float32))

    @classmethod
    def of_scores(cls, score: Scorer, n_items: int, n: int) -> "Neighbours":
        """The `n` highest positive finite scores of each item, its own left out, in batches of bounded memory."""
        items = np.full((n_items, n), -1, dtype=np.int32)
        weights = np.zeros((n_items, n), dtype=np.float32)
        for rows in batches(n_items, BYTES_PER_SCORE * n_items):
            numbers = np.arange(rows.start, rows.stop, dtype=np.int32)
            scores = score(numbers)
            scores[np.arange(len(numbers)), numbers] = -np.inf
            scores[scores == np.inf] = -np.inf
            columns = top_k(scores, n)
            values = np.take_along_axis(scores, np.maximum(columns, 0), axis=1)
            is_kept = (columns >= 0) & (values > 0)
            items[rows] = np.where(is_kept, columns, -1)
            weights[rows] = np.where(is_kept, values, 0)
        return cls(items, weights)

    @classmethod
    def of_rows(cls, matrix: Csr, n: int) -> "Neighbours":
        """The `n` largest positive entries of each row of a sparse matrix (n_items, n_items), the diagonal left out."""
        return cls(*strongest_of_rows(matrix, n))

    @classmethod
    def joined(cls, several: Sequence["Neighbours"], n: int) -> "Neighbours":
        """The `n` strongest by the sum of what several say, each in the unit of its usual strongest weight."""
        n_items, width = several[0].n_items, sum(one.items.shape[1] for one in several)
        units = [np.float32(one.usual()) for one in several]
        items = np.full((n_items, n), -1, dtype=np.int32)
        weights = np.zeros((n_items, n), dtype=np.float32)
        for rows in batches(n_items, BYTES_PER_ENTRY * width):
            told = np.concatenate([one.items[rows] for one in several], axis=1)
            amounts = np.concatenate(
                [one.weights[rows] / unit for one, unit in zip(several, units, strict=True)], axis=1
            )
            items[rows], weights[rows] = _summed(told, amounts, n)
        return cls(items, weights)

    def usual(self) -> float:
        """The median over items with a neighbour of the strongest one's weight; 1 where there is none at all."""
        strongest = self.weights[self.weights[:, 0] > 0, 0] if self.weights.shape[1] else np.empty(0)
        return float(np.median(strongest)) if len(strongest) else 1.0

    def units(self) -> Floats:
        """float32 (n_items,): what makes the strongest weight of an item 1, or less where it is less than usual."""
        strongest = self.weights[:, 0] if self.weights.shape[1] else np.zeros(self.n_items, dtype=np.float32)
        return np.asarray(1 / np.maximum(strongest, self.usual()), dtype=np.float32)

    def first(self, n: int) -> "Neighbours":
        """The `n` strongest of each item."""
        if n >= self.items.shape[1]:
            return self
        return Neighbours(np.ascontiguousarray(self.items[:, :n]), np.ascontiguousarray(self.weights[:, :n]))

    def of_some(self, kept: Numbers, n_items: int) -> "Neighbours":
        """The neighbours among `n_items`, where item number i here is item number kept[i] there."""
        items = np.full((n_items, self.items.shape[1]), -1, dtype=np.int32)
        weights = np.zeros(items.shape, dtype=np.float32)
        items[kept] = np.where(self.items >= 0, kept[np.maximum(self.items, 0)], -1) if len(kept) else -1
        weights[kept] = self.weights
        return Neighbours(items, weights)


def _summed(items: Numbers, amounts: Floats, n: int) -> tuple[Numbers, Floats]:
    """The `n` items of each row with the largest sums of their amounts, largest first.

    Args:
        items: int32 (n_rows, width), −1 for none, an item may stand there several times. amounts: the same shape.
    """
    order = np.argsort(items, axis=1, kind="stable")
    items, amounts = np.take_along_axis(items, order, axis=1), np.take_along_axis(amounts, order, axis=1)
    is_first = np.ones(items.shape, dtype=np.bool_)
    is_first[:, 1:] = items[:, 1:] != items[:, :-1]
    sums = np.zeros(items.shape, dtype=np.float32)
    sums[is_first] = np.add.reduceat(amounts.ravel(), np.flatnonzero(is_first))
    sums[items < 0] = 0
    strongest = np.lexsort((items, -sums), axis=1)[:, :n]
    items, sums = np.take_along_axis(items, strongest, axis=1), np.take_along_axis(sums, strongest, axis=1)
    missing = n - items.shape[1]
    if missing > 0:
        beyond = ((0, 0), (0, missing))
        items, sums = np.pad(items, beyond), np.pad(sums, beyond)
    return np.where(sums > 0, items, -1).astype(np.int32), sums.astype(np.float32)
