"""A shop of three users and eight items, and a recommender that is a table of scores."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import DAY
from crossaisle.data.queries import Queries
from crossaisle.models.recommender import Cause, Contributions, Fitted, State
from crossaisle.numerics.arrays import Floats, Numbers

CATALOG: dict[str, list[Any]] = {
    "item_id": ["a", "b", "c", "d", "e", "f", "g", "h"],
    "title": ["COLA 2L", "JUICE", "APPLES", "PEARS", "SOAP", "SHAMPOO", "BALL", None],
    "category": ["DRINKS", "DRINKS", "FRUIT", "FRUIT", "CARE", "CARE", "TOYS", None],
    "aisle": ["FOOD", "FOOD", "FOOD", "FOOD", "HOME", "HOME", "HOME", None],
    "brand": ["X", "Y", "X", "Y", "X", "Y", "X", None],
    "price": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, None],
}
A, B, C, D, E, F, G, H = range(8)
ANN, BOB, CAT = range(3)

EVENTS = [
    ("ann", "a", 1 * DAY, "purchase"),
    ("ann", "a", 3 * DAY, "purchase"),
    ("ann", "c", 3 * DAY, "purchase"),
    ("bob", "e", 2 * DAY, "purchase"),
    ("cat", "g", 2 * DAY, "view"),
]


def shop(
    events: Sequence[tuple[str, str, int, str]] = EVENTS,
    until: int = 10 * DAY,
    catalog: dict[str, list[Any]] = CATALOG,
    **columns: list[Any],
) -> Dataset:
    """The small shop, other events or columns of the catalogue on request."""
    rows = zip(("user_id", "item_id", "timestamp", "event_type"), zip(*events, strict=True), strict=True)
    table: dict[str, Any] = dict(rows)
    table["timestamp"] = pa.array(table["timestamp"], pa.timestamp("us", "UTC"))
    return Dataset.from_tables(pa.table(table), pa.table({**catalog, **columns}), until=until)


@dataclass(frozen=True)
class Scored(Fitted):
    """table: float32 (n_users, n_items), what to say of each user; of anybody else it says 0 of every item.

    The cause of every score is the first item of the history, if it has one.
    """

    table: Floats
    n_items: int
    item_vectors: Floats | None = None
    tells: bool = True

    @classmethod
    def of(cls, rows: Sequence[Sequence[float]], vectors: Any = None, tells: bool = True) -> "Scored":
        table = np.array(rows, dtype=np.float32)
        return cls(table, table.shape[1], None if vectors is None else np.array(vectors, np.float32), tells)

    def scores(self, queries: Queries, items: Numbers | None = None) -> Floats:
        rows = np.concatenate([self.table, np.zeros((1, self.n_items), dtype=np.float32)])[queries.users]
        return np.array(rows if items is None else rows[:, items])

    def vectors(self) -> Floats | None:
        return self.item_vectors

    def contributions(self, queries: Queries, candidates: Numbers, n_causes: int = 3) -> Contributions | None:
        if not self.tells:
            return None
        shape = (*candidates.shape, 1)
        has_history = np.diff(queries.indptr) > 0
        padded = np.append(queries.items, -1)
        firsts = np.where(has_history, padded[np.minimum(queries.indptr[:-1], len(queries.items))], -1)
        subjects = np.broadcast_to(firsts[:, None, None], shape).astype(np.int32)
        return Contributions(np.full(shape, Cause.ITEM, np.int8), subjects, np.ones(shape, dtype=np.float32))

    def state(self) -> State:
        return {"table": self.table}

    @classmethod
    def restore(cls, state: State) -> "Scored":
        return cls(state["table"], state["table"].shape[1])


DESCENDING = [[8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0]] * 3
"""Everybody likes the items in the order of the alphabet."""
