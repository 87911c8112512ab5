"""What fills a slate up where nothing else speaks: the items that most people bought."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from crossaisle.numerics.arrays import AnyArray, Bools, Floats, Numbers

GROWTH = 8
"""How many times as many items are looked at whenever those before did not do."""


@dataclass(frozen=True)
class Popular:
    """Items by the number of their buyers, the smaller number first where it is the same.

    Args:
        buyers: float32 (n_items,).
        order: int32 (n_items,). by_category: int32 (n_items,), category by category, those of none first.
        starts: int64 (n_categories + 1,), where the items of each category begin.
    """

    buyers: Floats
    order: Numbers
    by_category: Numbers
    starts: AnyArray

    @classmethod
    def of(cls, buyers: Floats, category: Numbers, n_categories: int) -> "Popular":
        """Sort them once. category: int32 (n_items,), −1 for none."""
        order = np.argsort(-buyers, kind="stable").astype(np.int32)
        by_category = order[np.argsort(category[order], kind="stable")]
        starts = np.searchsorted(category[by_category], np.arange(n_categories + 1))
        return cls(buyers, order, by_category, starts)

    def first(self, n: int, is_allowed: Callable[[Numbers], Bools], category: int | None = None) -> Numbers:
        """int32 (≤ n,): the most bought items that are allowed, of one category or of all."""
        among = self.order if category is None else self.by_category[self.starts[category] : self.starts[category + 1]]
        found: list[Numbers] = []
        start, size, n_found = 0, max(4 * n, 64), 0
        while n_found < n and start < len(among):
            block = among[start : start + size]
            block = block[is_allowed(block)]
            found.append(block)
            n_found += len(block)
            start, size = start + size, size * GROWTH
        return np.concatenate(found)[:n] if found else among[:0]
