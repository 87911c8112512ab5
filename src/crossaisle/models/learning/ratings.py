"""Ratings as the difference to what anyone would give: the item's mean and how a user tends to rate.

The baselines are those of Koren, Bell and Volinsky (2009), "Matrix Factorization Techniques for Recommender Systems".
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.data.event_types import EVENT_TYPES, RATING
from crossaisle.data.queries import Queries
from crossaisle.errors import InputError
from crossaisle.features.ratings import REVIEW, is_rated
from crossaisle.numerics.arrays import AnyArray, Csr, Floats, row_numbers

RATED = np.isin(np.arange(len(EVENT_TYPES)), (RATING, REVIEW))
"""bool (n_event_types,): events that may carry a rating."""
PRIOR = 5.0
"""Ratings at the mean that are added to each item's and each user's own."""


@dataclass(frozen=True)
class RatingLevels:
    """of_items: float32 (n_items,), the mean rating of each item, drawn towards that of all where it has few."""

    of_items: Floats

    @classmethod
    def of(cls, dataset: Dataset) -> "RatingLevels":
        """Learn the means.

        Raises:
            InputError: nothing was rated.
        """
        events = dataset.events
        kept = is_rated(events.type, events.value) & (events.item >= 0)
        items, values = events.item[kept], events.value[kept].astype(np.float64)
        if not len(items):
            raise InputError(
                'there are no ratings to learn from, which target="rating" asks for',
                "events",
                "Load events of type rating with an event_value, or choose target=purchase.",
            )
        sums, counts = (np.bincount(items, one, dataset.n_items) for one in (values, np.ones(len(items))))
        return cls(((sums + PRIOR * values.mean()) / (counts + PRIOR)).astype(np.float32))

    def differences(self, queries: Queries) -> Csr:
        """sparse float32 (n_queries, n_items): the last rating of each item rated, less the item's level; no zeros."""
        kept = is_rated(queries.types, queries.values) & (queries.items >= 0)
        rows, items, values = row_numbers(queries.indptr)[kept], queries.items[kept], queries.values[kept]
        _, last = np.unique((rows.astype(np.int64) * queries.n_items + items)[::-1], return_index=True)
        chosen = np.sort(len(rows) - 1 - last)
        rows, items, values = rows[chosen], items[chosen], values[chosen]
        order = np.lexsort((items, rows))
        differences = (values - self.of_items[items])[order]
        # an entry of 0 would be lost, and it is a rating as any other
        differences[differences == 0] = np.finfo(np.float32).tiny
        indptr = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(queries)))])
        matrix = queries.purchases()
        found: Csr = type(matrix)((differences, items[order], indptr), shape=(len(queries), queries.n_items))
        return found

    def state(self) -> dict[str, AnyArray]:
        """The array, under `levels`."""
        return {"levels": self.of_items}

    @classmethod
    def restore(cls, state: Mapping[str, AnyArray]) -> "RatingLevels | None":
        """The levels whose `state()` this holds, None without."""
        return cls(state["levels"]) if "levels" in state else None


def user_offsets(differences: Csr) -> Floats:
    """float32 (n,): mean difference of each row, drawn towards 0 where it has few."""
    sums: AnyArray = np.asarray(differences.sum(axis=1)).ravel()
    return np.asarray(sums / (np.diff(differences.indptr) + PRIOR), dtype=np.float32)


def offsets_without(differences: Csr) -> Floats:
    """float32 (n_entries,): for each entry the offset of its row without it."""
    rows, sizes = row_numbers(differences.indptr), np.diff(differences.indptr)
    sums: AnyArray = np.asarray(differences.sum(axis=1)).ravel()
    return np.asarray((sums[rows] - differences.data) / (sizes[rows] - 1 + PRIOR), dtype=np.float32)
