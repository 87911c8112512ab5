"""Histories as sequences of visits: what happened at one moment or in one order, without an order among it."""

from dataclasses import dataclass

import numpy as np

from crossaisle.data.event_types import EVENT_TYPES, PURCHASE
from crossaisle.data.queries import Queries
from crossaisle.numerics.arrays import AnyArray, Bools, Codes, Csr, Longs, Numbers, csr, row_numbers

TOLD = ("purchase", "cart", "view", "click", "wishlist", "rating", "review")
"""Events that tell what somebody cares for. What was shown, turned down or given back does not."""
_IS_TOLD = np.isin(np.arange(len(EVENT_TYPES)), [EVENT_TYPES.index(name) for name in TOLD])


@dataclass(frozen=True)
class Visits:
    """The visits of n queries, one after the other.

    Args:
        indptr: int64 (n + 1,), where the visits of each query begin.
        times: int64 (n_visits,), microseconds since 1970, ascending within a query.
        entries: int64 (n_visits + 1,), where the entries of each visit begin.
        items, types: int32 and int8 (n_entries,), each item once for each of its event types.
        n_items: size of the item index.
    """

    indptr: Longs
    times: Longs
    entries: Longs
    items: Numbers
    types: Codes
    n_items: int

    @classmethod
    def of(cls, queries: Queries) -> "Visits":
        """Group the events on items that count for something. A visit is an order, or a moment where there is none."""
        kept = _IS_TOLD[queries.types] & (queries.weights > 0) & (queries.items >= 0)
        rows = row_numbers(queries.indptr)[kept].astype(np.int64)
        times, orders = queries.times[kept], queries.orders[kept].astype(np.int64)
        # numbers of orders count from 0, moments stand below
        names = np.where(orders < 0, -1 - times, orders)
        first = _first_times(rows, names, times)
        items, types = queries.items[kept], queries.types[kept]
        order = np.lexsort((types, items, names, first, rows))
        rows, names, first = rows[order], names[order], first[order]
        items, types = items[order], types[order]
        begins = _changes(rows, names)
        is_new = begins | _changes(items, types)
        of_query = np.bincount(rows[begins], minlength=len(queries))
        of_visit = np.bincount(np.cumsum(begins)[is_new] - 1, minlength=int(begins.sum()))
        return cls(_ends(of_query), first[begins], _ends(of_visit), items[is_new], types[is_new], queries.n_items)

    def __len__(self) -> int:
        return len(self.indptr) - 1

    def at(self, starts: AnyArray, stops: AnyArray) -> "Visits":
        """The visits starts[q]:stops[q] for each q."""
        chosen, indptr = ranges(starts, stops)
        entries, ends = ranges(self.entries[chosen], self.entries[chosen + 1])
        return Visits(indptr, self.times[chosen], ends, self.items[entries], self.types[entries], self.n_items)

    def latest(self, most: int) -> "Visits":
        """The last `most` visits of each query."""
        stops = self.indptr[1:]
        return self.at(np.maximum(self.indptr[:-1], stops - most), stops)

    def keeping(self, kept: Bools) -> "Visits":
        """The same visits with some of their entries alone. kept: bool (n_entries,)."""
        sizes = np.bincount(row_numbers(self.entries)[kept], minlength=len(self.times))
        return Visits(self.indptr, self.times, _ends(sizes), self.items[kept], self.types[kept], self.n_items)

    def bought(self, starts: AnyArray, stops: AnyArray) -> Csr:
        """sparse float32 (n, n_items): 1 for each item bought in the visits starts[q]:stops[q], for each q."""
        visits, indptr = ranges(starts, stops)
        entries, ends = ranges(self.entries[visits], self.entries[visits + 1])
        rows = row_numbers(indptr)[row_numbers(ends)]
        is_bought = self.types[entries] == PURCHASE
        columns = self.items[entries][is_bought]
        matrix = csr(rows[is_bought], columns, np.ones(len(columns)), (len(starts), self.n_items))
        matrix.data = np.ones_like(matrix.data)
        return matrix


def ranges(starts: AnyArray, stops: AnyArray) -> tuple[Longs, Longs]:
    """The numbers starts[q], …, stops[q] − 1 one after the other, and where those of each q begin."""
    lengths = np.maximum(stops - starts, 0)
    indptr = _ends(lengths)
    return np.arange(indptr[-1]) + np.repeat(starts - indptr[:-1], lengths), indptr


def _ends(sizes: AnyArray) -> Longs:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def _changes(*columns: AnyArray) -> Bools:
    """bool (n,): whether a row differs from the one before it."""
    begins = np.ones(len(columns[0]), dtype=np.bool_)
    begins[1:] = np.any([one[1:] != one[:-1] for one in columns], axis=0)
    return begins


def _first_times(rows: Longs, names: Longs, times: Longs) -> Longs:
    """int64 (n_entries,): the earliest time of the entries of the same row and name."""
    order = np.lexsort((times, names, rows))
    begins = _changes(rows[order], names[order])
    found = np.empty_like(times)
    found[order] = times[order][begins][np.cumsum(begins) - 1]
    return found
