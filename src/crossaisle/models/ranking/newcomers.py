"""Newcomers: who entered a category, within a trailing window, that they had not bought from before it."""

from dataclasses import dataclass

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.models.ranking.groups import member
from crossaisle.numerics.arrays import AnyArray, Bools, Csr, Longs, Numbers, csr, holds, row_numbers


@dataclass(frozen=True)
class Newcomers:
    """Of the users with a purchase before the trailing window, n_users all told.

    Args:
        member: float32 (n_items, n_categories), 1 where the item is of the category.
        before: float32 (n_users, n_items), 1 for what was bought before the window.
        entered: float32 (n_users, n_items), 1 for what was bought in the window from a category new to the user.
        strangers: int64 (n_categories,), users who had not bought from the category before the window.
    """

    member: Csr
    before: Csr
    entered: Csr
    strangers: Longs

    @classmethod
    def of(cls, dataset: Dataset, recent: int) -> "Newcomers":
        """Count over the last `recent` microseconds; users without an earlier purchase are left out."""
        is_recent: Bools = dataset.events.time >= dataset.end - recent
        category = dataset.catalogue.category
        one = member(category, dataset.n_categories)
        before = dataset.purchases(within=~is_recent)
        active = np.diff(before.indptr) > 0
        before, after = before[active], dataset.purchases(within=is_recent)[active]
        known = before @ one
        known.sort_indices()
        rows, items = row_numbers(after.indptr), after.indices
        is_new = (category[items] >= 0) & ~holds(known, rows, category[items])
        entered = csr(rows[is_new], items[is_new], np.ones(int(is_new.sum())), after.shape)
        strangers = int(active.sum()) - np.bincount(known.indices, minlength=dataset.n_categories)
        return cls(one, before, entered, strangers)

    def category_rate(self, hold_back: float) -> AnyArray:
        """float64 (n_categories + 1,): share of strangers who entered the category; 0 at the last place, for none."""
        entered = np.asarray((self.entered @ self.member > 0).sum(axis=0), dtype=np.float64)
        return np.append(entered / (self.strangers + hold_back), 0)

    def item_rate(self, category: Numbers, hold_back: float) -> AnyArray:
        """float64 (n_items,): share of the strangers to the item's category who bought the item."""
        bought = np.asarray(self.entered.sum(axis=0), dtype=np.float64)
        return bought / (np.append(self.strangers, 0)[category] + hold_back)
