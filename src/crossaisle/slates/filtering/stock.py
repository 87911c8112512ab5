"""What is on the shelf: quantities of items, in one store or in each."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from crossaisle.data.dataset import Ids
from crossaisle.data.queries import Queries
from crossaisle.errors import UsageError
from crossaisle.numerics.arrays import Bools, Floats, Numbers


@dataclass(frozen=True)
class Stock:
    """quantities: float32 (n_items,) of the shop, or (n_stores, n_items) by the dataset's stores, units.

    NaN is an unknown quantity, which does not keep an item out.
    """

    quantities: Floats

    @classmethod
    def of(cls, table: "pa.Table", items: Ids) -> "Stock":
        """The whole shop's quantities from a table of item_id and quantity, one row a store."""
        numbers = items.numbers(table["item_id"])
        amounts = np.asarray(table["quantity"].cast(pa.float64()).to_numpy(), dtype=np.float64)
        known = (numbers >= 0) & ~np.isnan(amounts)
        counted = np.bincount(numbers[known], minlength=len(items)) > 0
        sums = np.bincount(numbers[known], weights=amounts[known], minlength=len(items))
        return cls(np.where(counted, sums, np.nan).astype(np.float32))

    def checked(self, n_items: int) -> "Stock":
        """Itself.

        Raises:
            UsageError: it has another number of items than the shop.
        """
        if self.quantities.ndim not in (1, 2) or self.quantities.shape[-1] != n_items:
            raise UsageError(
                f"stock of shape {self.quantities.shape} for {n_items} items",
                remedy="Give one quantity an item, or one row a store and one column an item.",
            )
        return self

    def anywhere(self) -> Bools:
        """bool (n_items,): items to be had in some store."""
        there = ~(self.quantities <= 0)
        return np.asarray(there if there.ndim == 1 else there.any(axis=0), dtype=np.bool_)

    def mask(self, queries: Queries, items: Numbers) -> Bools:
        """bool (n_queries, n_columns): to be had in the query's store, or in any where the query has none."""
        if self.quantities.ndim == 1:
            return np.broadcast_to(self.anywhere()[items], (len(queries), len(items)))
        there = np.concatenate([~(self.quantities <= 0), self.anywhere()[None, :]])
        stores = np.where(queries.stores < len(self.quantities), queries.stores, -1)
        return np.asarray(there[np.ix_(stores, items)], dtype=np.bool_)
