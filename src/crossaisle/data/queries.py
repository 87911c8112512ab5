"""Queries: for whom, when and where slates are wanted, with the history that models read."""

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from crossaisle.data.event_types import PURCHASE
from crossaisle.numerics.arrays import AnyArray, Bools, Codes, Csr, Floats, Longs, Numbers, Rows, csr, row_numbers

Weighting = Literal["binary", "count"]


@dataclass(frozen=True)
class Queries:
    """A batch of n queries. History is in compressed sparse rows: query q owns entries indptr[q]:indptr[q + 1].

    Args:
        indptr: int64 (n + 1,).
        items: int32 (n_entries,), item numbers, by time within a query.
        types: int8 (n_entries,), places in EVENT_TYPES.
        weights: float32 (n_entries,), trust in the entry after denoising, 1 by default.
        times: int64 (n_entries,), microseconds since 1970.
        orders: int32 (n_entries,), −1 without an order.
        prices, quantities: float32 (n_entries,), paid per unit and units, NaN where unknown.
        values: float32 (n_entries,), the entry's own value such as a rating, NaN where it has none.
        entry_stores: int32 (n_entries,), where it happened, numbers in the dataset's labels, −1 unknown.
        searched: int32 (n_entries,), which of `searches` the entry names, −1 for none.
        users: int32 (n,), the model's user number, −1 for someone it has never seen.
        moments: int64 (n,), when the slate is wanted.
        channels, stores: int32 (n,), numbers in the dataset's labels, −1 unknown.
        n_items: size of the item index.
        searches: Arrow strings, what people searched for.
    """

    indptr: Longs
    items: Numbers
    types: Codes
    weights: Floats
    times: Longs
    orders: Numbers
    prices: Floats
    quantities: Floats
    values: Floats
    entry_stores: Numbers
    searched: Numbers
    users: Numbers
    moments: Longs
    channels: Numbers
    stores: Numbers
    n_items: int
    searches: "pa.Array[Any]"

    def __len__(self) -> int:
        return len(self.users)

    def __getitem__(self, rows: Rows) -> "Queries":
        """The queries at `rows`, a slice or numbers."""
        chosen = np.arange(len(self))[rows]
        lengths = np.diff(self.indptr)[chosen]
        indptr = np.concatenate([[0], np.cumsum(lengths)])
        entries = np.arange(indptr[-1]) + np.repeat(self.indptr[chosen] - indptr[:-1], lengths)
        return replace(
            self,
            indptr=indptr,
            **{name: getattr(self, name)[entries] for name in _ENTRY_COLUMNS},
            **{name: getattr(self, name)[chosen] for name in _QUERY_COLUMNS},
        )

    def keeping(self, kept: Bools) -> "Queries":
        """The same queries with some entries of their histories alone. kept: bool (n_entries,)."""
        sizes = np.bincount(row_numbers(self.indptr)[kept], minlength=len(self))
        entries = {name: getattr(self, name)[kept] for name in _ENTRY_COLUMNS}
        return replace(self, indptr=np.concatenate([[0], np.cumsum(sizes)]), **entries)

    def bought(self) -> tuple[Numbers, Numbers, int]:
        """Rows and items of all purchases in the histories, repeats kept, and the number of rows."""
        kept = self.types == PURCHASE
        return row_numbers(self.indptr)[kept], self.items[kept], len(self)

    def known_categories(self, item_category: Numbers, n_categories: int) -> tuple[Numbers, Numbers, int]:
        """Rows and categories of all purchases in the histories, and the number of rows."""
        rows, items, n_rows = self.bought()
        categories = item_category[items]
        kept = (categories >= 0) & (categories < n_categories)
        return rows[kept], categories[kept], n_rows

    def purchases(self, weighting: Weighting = "binary", within: Bools | None = None) -> Csr:
        """float32 (n, n_items): 1 for each item bought, or its summed weights when counted.

        Args:
            within: bool (n_entries,), the entries that count, all when None.
        """
        kept = self.types == PURCHASE if within is None else (self.types == PURCHASE) & within
        rows, items = row_numbers(self.indptr)[kept], self.items[kept]
        matrix = csr(rows, items, self.weights[kept], (len(self), self.n_items))
        if weighting == "binary":
            matrix.data = np.minimum(matrix.data, 1)
        return matrix

    def has_history(self) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
        """bool (n,): whether the query has any purchase."""
        rows, _, n_rows = self.bought()
        return np.bincount(rows, minlength=n_rows) > 0


_ENTRY_COLUMNS = (
    "items",
    "types",
    "weights",
    "times",
    "orders",
    "prices",
    "quantities",
    "values",
    "entry_stores",
    "searched",
)
_QUERY_COLUMNS = ("users", "moments", "channels", "stores")


def from_histories(items: AnyArray, indptr: AnyArray, n_items: int, moment: int) -> Queries:
    """Queries of people unknown to the model who bought `items`, one purchase an entry, in the order given."""
    n, n_entries = len(indptr) - 1, len(items)
    nobody = np.full(n, -1, dtype=np.int32)
    return Queries(
        indptr=np.asarray(indptr, dtype=np.int64),
        items=np.asarray(items, dtype=np.int32),
        types=np.full(n_entries, PURCHASE, dtype=np.int8),
        weights=np.ones(n_entries, dtype=np.float32),
        times=np.full(n_entries, moment, dtype=np.int64),
        orders=np.full(n_entries, -1, dtype=np.int32),
        prices=np.full(n_entries, np.nan, dtype=np.float32),
        quantities=np.full(n_entries, np.nan, dtype=np.float32),
        values=np.full(n_entries, np.nan, dtype=np.float32),
        entry_stores=np.full(n_entries, -1, dtype=np.int32),
        searched=np.full(n_entries, -1, dtype=np.int32),
        users=nobody,
        moments=np.full(n, moment, dtype=np.int64),
        channels=nobody,
        stores=nobody,
        n_items=n_items,
        searches=pa.array([], pa.large_string()),
    )
