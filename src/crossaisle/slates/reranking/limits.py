"""Limits that no slate breaks: at most n items of a category, and groups that never stand together."""

from dataclasses import dataclass

import numpy as np

from crossaisle.numerics.arrays import AnyArray, Bools, Numbers


@dataclass(frozen=True)
class Limits:
    """What a slate may hold as a whole.

    Args:
        category: int32 (n_items,), −1 where an item has none, and then no limit.
        n_categories: number of categories.
        max_per_category: most items of one category, no limit when None.
        apart: pairs of masks bool (n_items,): no item of the first stands beside one of the second.
    """

    category: Numbers
    n_categories: int
    max_per_category: int | None
    apart: tuple[tuple[Bools, Bools], ...]

    @property
    def is_free(self) -> bool:
        """Whether there is no limit at all."""
        return self.max_per_category is None and not self.apart

    def begin(self, items: Numbers) -> "OpenPlaces":
        """Watch over candidates int32 (n_queries, n_candidates), −1 for none."""
        counts = np.zeros((len(items), self.n_categories + 1), dtype=np.int32)
        return OpenPlaces(self, items, items >= 0, counts)


@dataclass(frozen=True)
class OpenPlaces:
    """Which candidates may still be chosen: is_open, bool (n_queries, n_candidates), changed in place."""

    limits: Limits
    items: Numbers
    is_open: Bools
    counts: Numbers

    def add(self, chosen: Numbers) -> None:
        """Take note of one more item in each slate, int32 (n_queries,), −1 for none."""
        self.is_open[self.items == chosen[:, None]] = False
        found = np.flatnonzero(chosen >= 0)
        items = chosen[found]
        if self.limits.max_per_category is not None:
            self._close_full_categories(found, items, self.limits.max_per_category)
        for one, other in self.limits.apart:
            for here, there in ((one, other), (other, one)):
                rows = found[here[items]]
                self.is_open[rows] &= ~there[self.items[rows]]

    def _close_full_categories(self, rows: AnyArray, items: Numbers, most: int) -> None:
        category = self.limits.category[items]
        rows, category = rows[category >= 0], category[category >= 0]
        self.counts[rows, category] += 1
        is_full = self.counts[rows, category] >= most
        rows, category = rows[is_full], category[is_full]
        self.is_open[rows] &= self.limits.category[self.items[rows]] != category[:, None]
