"""Dataset: a shop's events, catalogue and customers as arrays, ending at a cut. Ids become numbers here, once."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from crossaisle.data.dataset.catalogue import NEVER, Catalogue, KeptLabels, read_catalogue
from crossaisle.data.dataset.events import Events, Labels, distinct, read_events
from crossaisle.data.dataset.index import Ids, Index
from crossaisle.data.event_types import PURCHASE
from crossaisle.data.mapping import Map
from crossaisle.data.moments import FOREVER
from crossaisle.data.queries import Queries, Weighting
from crossaisle.data.reading import read_tables
from crossaisle.data.sources.frames import Frames
from crossaisle.errors import InputError
from crossaisle.numerics.arrays import AnyArray, Bools, Csr, Longs, Numbers, csr


@dataclass(frozen=True)
class Dataset:
    """What a model may know: all of it happened before `until` (microseconds since 1970, exclusive)."""

    index: Index
    events: Events
    labels: Labels
    catalogue: Catalogue
    customers: "pa.Table"
    until: int = FOREVER

    @classmethod
    def from_tables(
        cls,
        events: Any,
        catalog: Any = None,
        customers: Any = None,
        *,
        until: int = FOREVER,
        known: Index | None = None,
    ) -> "Dataset":
        """Read tables in the shop's columns, Arrow or Ibis, already clean.

        Args:
            events: holds no event at or after `until`; user_id, item_id, timestamp and event_type at least.
            catalog: unique by item_id. Events on items it lacks are left out; without one, items are those of events.
            customers: unique by user_id.
            until: the cut that the tables were read up to.
            known: number items and what describes them as this index does; users are those of the events.

        Raises:
            InputError: no event is left.
        """
        catalog = _arrow(catalog)
        index = Index(users=distinct(events, "user_id"), **_item_ids(events, catalog, known))
        labels = Labels(
            orders=distinct(events, "order_id"),
            sessions=distinct(events, "session_id"),
            channels=distinct(events, "channel"),
            stores=distinct(events, "store_id"),
            queries=distinct(events, "query"),
        )
        read = read_events(events, index, labels)
        if not len(read):
            raise InputError(
                "no event is left to learn from",
                remedy="Load events whose items are in the catalogue, before the cut.",
            )
        dataset = cls(index, read, labels, read_catalogue(catalog, index), _aligned(_arrow(customers), index), until)
        return dataset._with_users_of_events()

    @classmethod
    def from_frames(
        cls, events: Any, catalog: Any = None, customers: Any = None, *, shop: Map | None = None
    ) -> "Dataset":
        """Read frames (pandas, polars, Arrow or Ibis), cleaned by the rules of `shop`, by default the standing ones.

        Raises:
            InputError: a column is missing, or too many rows are bad.
        """
        tables = read_tables(Frames(events=events, catalog=catalog, customers=customers, map=shop or Map()), FOREVER)
        return cls.from_tables(tables["events"], tables.get("catalog"), tables.get("customers"))

    @classmethod
    def from_pairs(cls, users: Ids, items: Ids, pairs: "pa.Table") -> "Dataset":
        """Purchases without a time, of given users and items, from a table of user_id and item_id."""
        nothing = Ids.of([])
        index = Index(users, items, nothing, nothing, nothing)
        labels = Labels(nothing, nothing, nothing, nothing, nothing)
        n_pairs = len(pairs)
        times = pa.array(np.zeros(n_pairs, dtype=np.int64), pa.timestamp("us", "UTC"))
        events = pairs.append_column("timestamp", times)
        events = events.append_column("event_type", pa.array(["purchase"] * n_pairs, pa.large_string()))
        read = read_events(events, index, labels)
        return cls(index, read, labels, read_catalogue(None, index), _aligned(None, index))

    @property
    def n_users(self) -> int:
        """Number of users."""
        return len(self.index.users)

    @property
    def n_items(self) -> int:
        """Number of items."""
        return len(self.index.items)

    @property
    def n_categories(self) -> int:
        """Number of categories."""
        return len(self.index.categories)

    @property
    def is_purchase(self) -> Bools:
        """bool (n_events,): whether the event is a purchase."""
        return np.asarray(self.events.type == PURCHASE)

    def before(self, cut: int) -> "Dataset":
        """What was known at `cut`: earlier events, their users, and the items launched by then or sold by then."""
        events = self.events.at(self.events.time < cut)
        if not len(events):
            raise InputError("no event lies before the cut", remedy="Choose a later cut.")
        sold = np.zeros(self.n_items, dtype=np.bool_)
        sold[events.item[events.item >= 0]] = True
        earlier = replace(self, events=events, until=min(cut, self.until))
        known = earlier._with_items(sold | (self.catalogue.launched < cut))
        return known._with_users_of_events()._with_labels_of_events()

    def with_categories(self, categories: Ids, numbers: Numbers) -> "Dataset":
        """The same with other categories: `numbers` int32 (n_items,) among `categories`, −1 for none."""
        index, catalogue = replace(self.index, categories=categories), replace(self.catalogue, category=numbers)
        return replace(self, index=index, catalogue=catalogue)

    def since(self, cut: int, end: int = FOREVER) -> Events:
        """The events in [cut, end), with this dataset's numbers."""
        return self.events.at((self.events.time >= cut) & (self.events.time < end))

    def span(self) -> tuple[int, int]:
        """The first and the last event's time in microseconds since 1970."""
        return int(self.events.time.min()), int(self.events.time.max())

    @property
    def end(self) -> int:
        """The moment up to which things are known: `until`, or just after the last event if that is earlier."""
        return min(self.until, self.span()[1] + 1)

    def purchases(self, weighting: Weighting = "binary", within: Bools | None = None) -> Csr:
        """float32 (n_users, n_items): see Queries.purchases. within: bool (n_events,), the events that count."""
        rows = self.is_purchase if within is None else self.is_purchase & within
        events = self.events
        matrix = csr(events.user[rows], events.item[rows], events.weight[rows], (self.n_users, self.n_items))
        if weighting == "binary":
            matrix.data = np.minimum(matrix.data, 1)
        return matrix

    def purchase_counts(self) -> Longs:
        """int64 (n_items,): purchase events of each item."""
        return np.bincount(self.events.item[self.is_purchase], minlength=self.n_items)

    def established(self, min_purchases: int) -> Bools:
        """bool (n_items,): items with at least `min_purchases` purchase events."""
        return np.asarray(self.purchase_counts() >= min_purchases)

    def seen_items(self) -> Bools:
        """bool (n_items,): items with an event, or a launch known to be earlier; of others nobody says since when."""
        seen = (self.catalogue.launched > NEVER) & (self.catalogue.launched < self.until)
        seen[self.events.item[self.events.item >= 0]] = True
        return seen

    def buyers(self) -> Numbers:
        """int32 (n,): numbers of the users with a purchase, ascending."""
        counts = np.bincount(self.events.user[self.is_purchase], minlength=self.n_users)
        return np.flatnonzero(counts).astype(np.int32)

    def queries(self, users: AnyArray, moment: int | None = None) -> Queries:
        """Queries of this dataset's `users` (numbers, −1 for an unknown one) at `moment`, by default its end."""
        events = self.events
        starts = np.searchsorted(events.user, np.arange(self.n_users + 1))
        users = np.asarray(users, dtype=np.int32)
        lengths = np.where(users >= 0, np.diff(starts)[users], 0)
        indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        rows = np.arange(indptr[-1]) + np.repeat(starts[users] - indptr[:-1], lengths)
        last = self.span()[1] if self.until == FOREVER else self.until
        nowhere = np.full(len(users), -1, dtype=np.int32)
        queries = Queries(
            indptr=indptr,
            items=events.item[rows],
            types=events.type[rows],
            weights=events.weight[rows],
            times=events.time[rows],
            orders=events.order[rows],
            prices=events.price[rows],
            quantities=events.quantity[rows],
            values=events.value[rows],
            entry_stores=events.store[rows],
            searched=events.query[rows],
            users=users,
            moments=np.full(len(users), last if moment is None else moment, dtype=np.int64),
            channels=nowhere,
            stores=nowhere,
            n_items=self.n_items,
            searches=self.labels.queries.values,
        )
        return queries

    def _with_users_of_events(self) -> "Dataset":
        present = np.flatnonzero(np.bincount(self.events.user, minlength=self.n_users))
        if len(present) == self.n_users:
            return self
        index = replace(self.index, users=_chosen(self.index.users, present))
        events = replace(self.events, user=_renumbering(present, self.n_users)[self.events.user])
        return replace(self, index=index, events=events, customers=self.customers.take(pa.array(present)))

    def _with_labels_of_events(self) -> "Dataset":
        """Forget orders, sessions, channels, stores and queries that no event has: later ones must leave no trace."""
        columns, labels = {}, {}
        for name, one in _LABELS.items():
            column, ids = getattr(self.events, one), getattr(self.labels, name)
            present = _used(column)
            labels[name] = _chosen(ids, present)
            columns[one] = _renumbering(present, len(ids))[column]
        return replace(self, events=replace(self.events, **columns), labels=Labels(**labels))

    def _with_items(self, is_known: Bools) -> "Dataset":
        """Keep the known items and the categories, aisles and brands that they have."""
        if is_known.all():
            return self
        items = np.flatnonzero(is_known)
        old = self.catalogue
        categories, aisles, brands = (_used(column[items]) for column in (old.category, old.aisle, old.brand))
        index = replace(
            self.index,
            items=_chosen(self.index.items, items),
            categories=_chosen(self.index.categories, categories),
            aisles=_chosen(self.index.aisles, aisles),
            brands=_chosen(self.index.brands, brands),
        )
        kept = KeptLabels(
            _renumbering(categories, len(self.index.categories)),
            _renumbering(aisles, len(self.index.aisles)),
            _renumbering(brands, len(self.index.brands)),
        )
        events = replace(self.events, item=_renumbering(items, self.n_items)[self.events.item])
        return replace(self, index=index, events=events, catalogue=old.at(items, kept))


_LABELS = {
    "orders": "order",
    "sessions": "session",
    "channels": "channel",
    "stores": "store",
    "queries": "query",
}
"""Names in Labels and the columns of Events that hold their numbers."""


def _item_ids(events: Any, catalog: "pa.Table | None", known: Index | None) -> dict[str, Ids]:
    if known is not None:
        return {name: getattr(known, name) for name in ("items", "categories", "aisles", "brands")}
    if catalog is None:
        nothing = Ids.of([])
        return {
            "items": distinct(events, "item_id"),
            "categories": nothing,
            "aisles": nothing,
            "brands": nothing,
        }
    columns = {"items": "item_id", "categories": "category", "aisles": "aisle", "brands": "brand"}
    return {name: distinct(catalog, column) for name, column in columns.items()}


def _arrow(table: Any) -> "pa.Table | None":
    return table if table is None or isinstance(table, pa.Table) else table.to_pyarrow()


def _aligned(customers: "pa.Table | None", index: Index) -> "pa.Table":
    """One row a user, nulls for those the customers table lacks."""
    if customers is None:
        return pa.table({"user_id": index.users.values})
    places = np.full(len(index.users), -1, dtype=np.int64)
    numbers = index.users.numbers(customers["user_id"])
    places[numbers[numbers >= 0]] = np.flatnonzero(numbers >= 0)
    return customers.take(pa.array(places, mask=places < 0))


def _chosen(ids: Ids, numbers: AnyArray) -> Ids:
    return Ids(ids.values.take(pa.array(numbers)))


def _used(column: Numbers) -> AnyArray:
    return np.unique(column[column >= 0])


def _renumbering(kept: AnyArray, n_old: int) -> Numbers:
    """int32 (n_old + 1,): old number → new number, −1 for what is left out and for −1 itself."""
    new = np.full(n_old + 1, -1, dtype=np.int32)
    new[kept] = np.arange(len(kept), dtype=np.int32)
    return new
