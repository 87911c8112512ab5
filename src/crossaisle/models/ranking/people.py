"""What is known of whoever asks, and of the candidate in their eyes: habits, prices, and what they bought of it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.data.event_types import PURCHASE
from crossaisle.data.moments import DAY
from crossaisle.features.feature import State
from crossaisle.models.ranking.signal import History, Signal, Traces
from crossaisle.numerics.arrays import AnyArray, Doubles, Floats, Numbers, csr, row_numbers

OF_WHOEVER = (
    "purchases",
    "recent_purchases",
    "shopping_days",
    "categories_known",
    "new_categories",
    "absence",
)
"""What is the same for every candidate, and changes their order only together with other things."""
_OF_ITSELF = ("own_purchases", "own_absence", "own_rhythm")
_NAMES = (*OF_WHOEVER, "price_distance", *_OF_ITSELF, "category_absence")
LONG_AGO = 1000.0
"""Days since something that never was."""


@dataclass(frozen=True)
class People(Signal):
    """What they are read against.

    Args:
        category: int32 (n_items,). level: float32 (n_items,), log price over the median of the category.
        n_categories: how many there are.
    """

    category: Numbers
    level: Floats
    n_categories: int
    names: tuple[str, ...] = _NAMES

    def of(self, history: History, candidates: Numbers) -> Floats:
        """Six numbers of the query alone, four of the query and the candidate, one of the candidate's category."""
        shape = (*candidates.shape, 1)
        whoever = np.broadcast_to(self._habits(history)[:, None, :], (*candidates.shape, 6))
        distance = self.level[candidates] - self._usual(history)[:, None]
        own = self._own(history, candidates)
        absence = _days_since(history, self.category, self.n_categories)
        of_category = np.take_along_axis(absence, self.category[candidates] % (self.n_categories + 1), axis=1)
        return np.concatenate([whoever, distance.reshape(shape), own, of_category.reshape(shape)], axis=2).astype(
            np.float32
        )

    def traced(self, history: History, candidates: Numbers) -> Iterator[Traces]:
        """A candidate bought before is its own trace; of another, each item bought of its category is."""
        for row, wanted in enumerate(candidates):
            held = history.held(row)
            is_itself = held[:, None] == wanted
            category = self.category[wanted]
            is_of_it = (self.category[held][:, None] == category) & (category >= 0) & ~is_itself.any(axis=0)
            own = is_itself.astype(np.float32)
            yield dict.fromkeys(_OF_ITSELF, own) | {"category_absence": is_of_it.astype(np.float32)}

    def _habits(self, history: History) -> Doubles:
        queries = history.queries
        kept = queries.types == PURCHASE
        rows, n_rows = row_numbers(queries.indptr)[kept], len(queries)
        ago, items = history.ago[kept], queries.items[kept]
        counts = np.bincount(rows, minlength=n_rows)
        lately = np.bincount(rows[ago < history.recent], minlength=n_rows)
        days = np.bincount(np.unique(np.stack([rows, ago // DAY]), axis=1)[0].astype(np.int64), minlength=n_rows)
        every, earlier = (
            self._n_categories_of(rows[one], items[one], n_rows)
            for one in (np.ones(len(rows), dtype=np.bool_), ago >= history.recent)
        )
        last = np.full(n_rows, LONG_AGO)
        np.minimum.at(last, rows, ago / DAY)
        columns = (np.log1p(counts), np.log1p(lately), np.log1p(days), every, every - earlier, last)
        return np.column_stack(columns).astype(np.float64)

    def _n_categories_of(self, rows: Numbers, items: Numbers, n_rows: int) -> AnyArray:
        category = self.category[items]
        known = category >= 0
        entered = csr(rows[known], category[known], np.ones(int(known.sum())), (n_rows, self.n_categories))
        return np.diff(entered.indptr)

    def _usual(self, history: History) -> Doubles:
        """float64 (n_queries,): mean level of the prices of what they bought."""
        counted = history.queries.purchases("count")
        n_bought = np.asarray(counted.sum(axis=1), dtype=np.float64)
        return np.asarray(counted @ self.level, dtype=np.float64) / np.maximum(n_bought, 1)

    def _own(self, history: History, candidates: Numbers) -> Doubles:
        """log of purchases of the candidate, days since the last one, and these over the usual days between two."""
        queries = history.queries
        kept = queries.types == PURCHASE
        keys = row_numbers(queries.indptr)[kept].astype(np.int64) * queries.n_items + queries.items[kept]
        ago = history.ago[kept] / DAY
        pairs, places, counts = np.unique(keys, return_inverse=True, return_counts=True)
        last, first = np.full(len(pairs), LONG_AGO), np.zeros(len(pairs))
        np.minimum.at(last, places, ago)
        np.maximum.at(first, places, ago)
        usual = (first - last) / np.maximum(counts - 1, 1)
        rhythm = np.where(counts > 1, last / np.maximum(usual, 1), 0)
        values = np.append(np.column_stack([np.log1p(counts), last, rhythm]), [[0.0, LONG_AGO, 0.0]], axis=0)
        wanted = np.arange(len(queries), dtype=np.int64)[:, None] * queries.n_items + candidates
        at = np.searchsorted(pairs, wanted)
        found = np.append(pairs, -1)[at] == wanted
        return np.asarray(values[np.where(found, at, len(pairs))])

    def state(self) -> dict[str, AnyArray]:
        """Categories and levels."""
        return {"category": self.category, "level": self.level, "n_categories": np.array(self.n_categories)}

    @classmethod
    def restore(cls, names: tuple[str, ...], state: State) -> "People":
        """From categories and levels."""
        return cls(state["category"], state["level"], int(state["n_categories"]), names)

    @classmethod
    def fit(cls, dataset: Dataset, level: Floats) -> "People":
        """Nothing is learnt but where things stand."""
        return cls(dataset.catalogue.category, level, dataset.n_categories)


def _days_since(history: History, category: Numbers, n_categories: int) -> Doubles:
    """float64 (n_queries, n_categories + 1): days since the last purchase of each category; the last is for none."""
    queries = history.queries
    kept = queries.types == PURCHASE
    days = np.full((len(queries), n_categories + 1), LONG_AGO)
    places = (row_numbers(queries.indptr)[kept], category[queries.items[kept]])
    np.minimum.at(days, places, history.ago[kept] / DAY)
    days[:, n_categories] = LONG_AGO
    return days
