"""How a user shops: recency, frequency, spend, basket size, weekday, hour and store.

Recency, frequency and spend follow Hughes, "Strategic Database Marketing" (1994).
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from crossaisle.data.dataset import Dataset
from crossaisle.data.event_types import EVENT_TYPES, PURCHASE
from crossaisle.data.moments import DAY, SECOND
from crossaisle.data.queries import Queries
from crossaisle.features.feature import Block, Feature, FittedFeature, State, options, packed, unpacked, within
from crossaisle.numerics.arrays import AnyArray, Doubles, Floats, Longs, Numbers, row_numbers
from crossaisle.numerics.scaling import Scaling, fit_scaling
from crossaisle.numerics.shares import row_shares

HOUR = 3600 * SECOND
LOOKS = np.array([EVENT_TYPES.index(name) for name in ("view", "search", "cart", "click", "wishlist")])

MEASURES = (
    "days since last visit",
    "days since first visit",
    "days between visits",
    "visits",
    "lines",
    "spend",
    "lines per visit",
    "spend per visit",
    "different items",
    "different categories",
    "share of lines bought again",
    "looks",
)
"""What is counted of each history. A visit is an order, or one moment where purchases carry no order."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Visits:
    """One entry a visit: row int32, time int64 (microseconds since 1970), store int32 (−1 unknown)."""

    row: Numbers
    time: Longs
    store: Numbers


@dataclass(frozen=True)
class FittedHabits(FittedFeature):
    """Scales of the measures and the stores that are told apart.

    Args:
        scaling: of the columns in MEASURES, learnt from the users with a purchase.
        stores: int32 (n_kept,), numbers of the stores most visited; store_names: their ids.
        category: int32 (n_items,), −1 where unknown.
        utc_offset: microseconds from UTC to the shop's clock.
    """

    scaling: Scaling
    stores: Numbers
    store_names: tuple[str, ...]
    category: Numbers
    utc_offset: int

    def users(self, queries: Queries) -> tuple[Block, ...]:
        """Measures, and shares of visits by weekday, hour and store; zeros and a mark without a purchase."""
        visits = visits_of(queries)
        counted = measures(queries, visits, self.category)
        known = counted[:, 3] > 0
        scaled = np.where(known[:, None], np.nan_to_num(self.scaling.apply(counted)), 0)
        blocks = [Block("habits", (*MEASURES, "no purchase"), np.column_stack([scaled, ~known]).astype(np.float32))]
        clock = visits.time + self.utc_offset
        # 1970 began on a Thursday
        weekday, hour = (clock // DAY + 3) % 7, (clock % DAY) // HOUR
        blocks.append(Block("weekday", WEEKDAYS, _profile(visits.row, weekday, (len(queries), 7))))
        hours = tuple(f"hour {hour:02}" for hour in range(24))
        blocks.append(Block("hour", hours, _profile(visits.row, hour, (len(queries), 24))))
        if len(self.stores):
            columns = (*(f"store={name}" for name in self.store_names), "other store", "no store")
            blocks.append(Block("store", columns, self._stores(visits, len(queries))))
        return tuple(blocks)

    def _stores(self, visits: Visits, n_rows: int) -> Floats:
        n_kept = len(self.stores)
        size = max(int(visits.store.max(initial=-1)), int(self.stores.max())) + 1
        column = np.full(size, n_kept)
        column[self.stores] = np.arange(n_kept)
        place = np.where(visits.store < 0, n_kept + 1, column[visits.store])
        return _profile(visits.row, place, (n_rows, n_kept + 2))

    def state(self) -> dict[str, AnyArray]:
        return {
            **{f"scaling/{name}": array for name, array in self.scaling.state().items()},
            "stores": self.stores,
            "store_names": packed(self.store_names),
            "category": self.category,
            "utc_offset": np.array(self.utc_offset),
        }

    @classmethod
    def restore(cls, state: State) -> "FittedHabits":
        return cls(
            Scaling.restore(within(state, "scaling")),
            state["stores"],
            unpacked(state["store_names"]),
            state["category"],
            int(state["utc_offset"]),
        )


@options
class Habits(Feature):
    """How often, how much, when and where. Every purchase counts, whatever its weight."""

    name: ClassVar[str] = "habits"
    fitted: ClassVar[type[FittedFeature]] = FittedHabits

    max_stores: Annotated[int, Field(ge=0, description="stores told apart, the most visited; 0 for none")] = 50
    utc_offset_hours: Annotated[
        float, Field(ge=-12, le=14, description="hours from UTC to the shop's clock, for weekday and hour")
    ] = 0.0

    def fit(self, dataset: Dataset) -> FittedHabits:
        queries = dataset.queries(dataset.buyers())
        visits = visits_of(queries)
        category = dataset.catalogue.category
        scaling = fit_scaling(measures(queries, visits, category), ("log1p", "z-score"))
        n_visits = np.bincount(visits.store[visits.store >= 0], minlength=len(dataset.labels.stores))
        most = np.argsort(-n_visits, kind="stable")[: self.max_stores]
        stores = np.sort(most[n_visits[most] > 0]).astype(np.int32)
        names = tuple(str(name) for name in dataset.labels.stores.at(stores).to_pylist())
        return FittedHabits(scaling, stores, names, category, round(self.utc_offset_hours * HOUR))


def visits_of(queries: Queries) -> Visits:
    """The visits of each history, from its purchases, by row."""
    kept = queries.types == PURCHASE
    row, time, order = row_numbers(queries.indptr)[kept], queries.times[kept], queries.orders[kept]
    # lines of an order carry its number; without one, those of a moment belong together
    sort = np.lexsort((np.where(order < 0, time, 0), order, row))
    row, time, order = row[sort], time[sort], order[sort]
    begins = np.ones(len(row), dtype=np.bool_)
    same_order = (order[1:] == order[:-1]) & ((order[1:] >= 0) | (time[1:] == time[:-1]))
    begins[1:] = ~((row[1:] == row[:-1]) & same_order)
    return Visits(row[begins], time[begins], queries.entry_stores[kept][sort][begins])


def measures(queries: Queries, visits: Visits, category: Numbers) -> Doubles:
    """float64 (n_queries, len(MEASURES)): NaN where the history cannot tell."""
    n = len(queries)
    kept = queries.types == PURCHASE
    row, item = row_numbers(queries.indptr)[kept], queries.items[kept]
    units = np.where(np.isnan(queries.quantities[kept]), 1, queries.quantities[kept])
    n_lines = np.bincount(row, minlength=n).astype(np.float64)
    n_visits = np.bincount(visits.row, minlength=n).astype(np.float64)
    spend = np.bincount(row, weights=np.nan_to_num(queries.prices[kept]) * units, minlength=n)
    n_items = _distinct(row, item, n)
    looks = np.isin(queries.types, LOOKS) & (queries.weights > 0)
    first, last = np.full(n, np.inf), np.full(n, -np.inf)
    np.minimum.at(first, visits.row, visits.time)
    np.maximum.at(last, visits.row, visits.time)
    with np.errstate(divide="ignore", invalid="ignore"):
        columns = [
            np.maximum(queries.moments - last, 0) / DAY,
            np.maximum(queries.moments - first, 0) / DAY,
            np.where(n_visits > 1, (last - first) / DAY / (n_visits - 1), np.nan),
            n_visits,
            n_lines,
            spend,
            n_lines / n_visits,
            spend / n_visits,
            n_items,
            _distinct(row, category[item], n),
            1 - n_items / n_lines,
            np.bincount(row_numbers(queries.indptr)[looks], minlength=n).astype(np.float64),
        ]
    table = np.column_stack(columns)
    return np.where(np.isfinite(table), table, np.nan)


def _distinct(row: Numbers, value: Numbers, n_rows: int) -> Doubles:
    """float64 (n_rows,): how many different values ≥ 0 each row has."""
    known = value >= 0
    width = int(value.max(initial=0)) + 1
    pairs = np.unique(row[known].astype(np.int64) * width + value[known])
    return np.bincount(pairs // width, minlength=n_rows).astype(np.float64)


def _profile(row: Numbers, column: AnyArray, shape: tuple[int, int]) -> Floats:
    """float32 of `shape`: the share of each row's entries in each column."""
    places = row.astype(np.int64) * shape[1] + column
    counts = np.bincount(places, minlength=shape[0] * shape[1]).reshape(shape)
    return row_shares(counts).astype(np.float32)
