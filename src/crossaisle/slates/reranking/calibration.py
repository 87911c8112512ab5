"""Calibration to the user's taste: Steck (2018), "Calibrated Recommendations"."""

from dataclasses import dataclass

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.data.queries import Queries
from crossaisle.numerics.arrays import Doubles, Floats, Numbers

SMOOTHING = 0.01
"""α of equation 3: how much of the user's shares is mixed into the slate's, so that none is zero."""


@dataclass(frozen=True)
class Taste:
    """group: int32 (n_items,), the aisle or category of an item, `n_groups` where it has none."""

    group: Numbers
    n_groups: int

    @classmethod
    def of(cls, dataset: Dataset, by: str) -> "Taste":
        """By aisle, or by category where that is asked for or the shop has no aisles."""
        with_aisles = by == "aisle" and len(dataset.index.aisles) > 0
        group = dataset.catalogue.aisle if with_aisles else dataset.catalogue.category
        n_groups = len(dataset.index.aisles) if with_aisles else dataset.n_categories
        return cls(np.where(group < 0, n_groups, group).astype(np.int32), n_groups)

    def shares(self, queries: Queries) -> Doubles:
        """float64 (n_queries, n_groups + 1): p(g|u), shares of purchases; zero without a purchase."""
        rows, items, n_rows = queries.bought()
        counts = np.zeros((n_rows, self.n_groups + 1))
        np.add.at(counts, (rows, self.group[items]), 1)
        counts[:, self.n_groups] = 0
        return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1), dtype=np.float64)


@dataclass(frozen=True)
class Distance:
    """The cost of a candidate: KL(p ‖ q̃) of the slate with it, q̃ = (1 − α) q + α p (equations 2, 3).

    Args:
        groups: int32 (n_queries, n_candidates).
        taste: the items' groups.
        wanted: float64 (n_queries, n_groups + 1), p.
        counts: float64, the same shape, of the slate's items, kept up to date in place.
    """

    groups: Numbers
    taste: Taste
    wanted: Doubles
    counts: Doubles

    @classmethod
    def begin(cls, taste: Taste, queries: Queries, items: Numbers) -> "Distance":
        """With empty slates."""
        wanted = taste.shares(queries)
        return cls(taste.group[np.maximum(items, 0)], taste, wanted, np.zeros_like(wanted))

    def costs(self) -> Floats:
        """float32 (n_queries, n_candidates)."""
        size = self.counts.sum(axis=1, keepdims=True) + 1
        without, with_one = self._terms(self.counts / size), self._terms((self.counts + 1) / size)
        change = np.take_along_axis(with_one - without, self.groups, axis=1)
        return np.asarray(without.sum(axis=1, keepdims=True) + change, dtype=np.float32)

    def add(self, chosen: Numbers) -> None:
        """Put one more item into each slate, int32 (n_queries,), −1 for none."""
        rows = np.flatnonzero(chosen >= 0)
        self.counts[rows, self.taste.group[chosen[rows]]] += 1

    def _terms(self, shares: Doubles) -> Doubles:
        """p log(p / q̃) of each group, 0 where p is 0."""
        mixed = (1 - SMOOTHING) * shares + SMOOTHING * self.wanted
        ratio = np.divide(self.wanted, mixed, out=np.ones_like(mixed), where=self.wanted > 0)
        return np.asarray(self.wanted * np.log(ratio), dtype=np.float64)
