"""The event arrays of a Dataset: one entry an event, sorted by user and time."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crossaisle.data.dataset.index import Ids, Index
from crossaisle.data.event_types import EVENT_TYPES, SEARCH
from crossaisle.numerics.arrays import AnyArray, Codes, Floats, Longs, Numbers


@dataclass(frozen=True)
class Events:
    """Arrays of equal length n_events; −1 or NaN where a fact is unknown.

    Args:
        user: int32, never −1. item: int32, −1 for a search.
        type: int8, place in EVENT_TYPES. time: int64, microseconds since 1970 in UTC.
        weight: float32, trust in [0, 1] set by denoising.
        quantity: float32, units. price: float32, paid per unit. discount: float32, per unit.
        value: float32, the event's own value, such as a rating.
        order, session, channel, store, query: int32, numbers of their ids in Labels.
    """

    user: Numbers
    item: Numbers
    type: Codes
    time: Longs
    weight: Floats
    quantity: Floats
    price: Floats
    discount: Floats
    value: Floats
    order: Numbers
    session: Numbers
    channel: Numbers
    store: Numbers
    query: Numbers

    def __len__(self) -> int:
        return len(self.user)

    def at(self, rows: AnyArray) -> "Events":
        """The events at `rows`, a mask or numbers."""
        return Events(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})

    def spend(self) -> Floats:
        """float32 (n_events,): quantity × price, 0 where the price is unknown; a missing quantity is 1."""
        units = np.where(np.isnan(self.quantity), np.float32(1), self.quantity)
        return np.asarray(np.nan_to_num(self.price) * units, dtype=np.float32)


@dataclass(frozen=True)
class Labels:
    """The ids behind an event's order, session, channel, store and query numbers."""

    orders: Ids
    sessions: Ids
    channels: Ids
    stores: Ids
    queries: Ids


COLUMNS: dict[str, "pa.DataType"] = {
    "user_id": pa.large_string(),
    "item_id": pa.large_string(),
    "event_type": pa.large_string(),
    "timestamp": pa.timestamp("us", "UTC"),
    "quantity": pa.float64(),
    "price": pa.float64(),
    "discount": pa.float64(),
    "event_value": pa.float64(),
    "order_id": pa.large_string(),
    "session_id": pa.large_string(),
    "channel": pa.large_string(),
    "store_id": pa.large_string(),
    "query": pa.large_string(),
}
"""The columns of an events table that are read, and their types."""


def arrow_batches(table: Any, columns: dict[str, "pa.DataType"]) -> Iterator["pa.RecordBatch"]:
    """Record batches of an Arrow or Ibis table with exactly `columns`, absent ones as nulls."""
    present = [name for name in columns if name in _names(table)]
    chosen = table.select(present) if isinstance(table, pa.Table) else table[present]
    chunks = chosen.to_batches(2**20) if isinstance(table, pa.Table) else chosen.to_pyarrow_batches(chunk_size=2**20)
    for chunk in chunks:
        arrays = [
            chunk.column(name).cast(kind) if name in present else pa.nulls(len(chunk), kind)
            for name, kind in columns.items()
        ]
        yield pa.RecordBatch.from_arrays(arrays, names=list(columns))


def _names(table: Any) -> list[str]:
    return list(table.column_names) if isinstance(table, pa.Table) else list(table.columns)


def distinct(table: Any, column: str) -> Ids:
    """The distinct ids in one column of an Arrow or Ibis table; none if the column is absent."""
    if column not in _names(table):
        return Ids.of([])
    values = table[column] if isinstance(table, pa.Table) else table[[column]].distinct().to_pyarrow()[column]
    return Ids.of(values)


def read_events(table: Any, index: Index, labels: Labels) -> Events:
    """Turn a table of events into arrays. Events of unknown users or items are left out; searches have no item."""
    parts = [_part(chunk, index, labels) for chunk in arrow_batches(table, COLUMNS)]
    names = [field.name for field in fields(Events)]
    if not parts:
        return Events(**{name: np.empty(0, dtype=_KINDS[name]) for name in names})
    columns = {name: np.concatenate([part.pop(name) for part in parts]) for name in names}
    events = Events(**columns)
    keys = (events.quantity, events.price, events.order, events.type, events.item, events.time, events.user)
    return events.at(np.lexsort(keys))


_KINDS: dict[str, type] = {
    **dict.fromkeys(("user", "item", "order", "session", "channel", "store", "query"), np.int32),
    **dict.fromkeys(("weight", "quantity", "price", "discount", "value"), np.float32),
    "type": np.int8,
    "time": np.int64,
}


def _part(chunk: "pa.RecordBatch", index: Index, labels: Labels) -> dict[str, AnyArray]:
    type_codes = pc.index_in(chunk["event_type"], value_set=pa.array(EVENT_TYPES, pa.large_string()))
    part: dict[str, AnyArray] = {
        "user": index.users.numbers(chunk["user_id"]),
        "item": index.items.numbers(chunk["item_id"]),
        "type": pc.fill_null(type_codes, -1).to_numpy(zero_copy_only=False).astype(np.int8),
        "time": chunk["timestamp"].cast(pa.int64()).to_numpy(zero_copy_only=False).astype(np.int64),
        "weight": np.ones(len(chunk), dtype=np.float32),
        "quantity": _floats(chunk["quantity"]),
        "price": _floats(chunk["price"]),
        "discount": _floats(chunk["discount"]),
        "value": _floats(chunk["event_value"]),
        "order": labels.orders.numbers(chunk["order_id"]),
        "session": labels.sessions.numbers(chunk["session_id"]),
        "channel": labels.channels.numbers(chunk["channel"]),
        "store": labels.stores.numbers(chunk["store_id"]),
        "query": labels.queries.numbers(chunk["query"]),
    }
    has_subject = (part["item"] >= 0) | ((part["type"] == SEARCH) & (part["query"] >= 0))
    kept = (part["user"] >= 0) & (part["type"] >= 0) & has_subject
    return {name: values[kept] for name, values in part.items()}


def _floats(column: "pa.Array[Any]") -> Floats:
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float32)
