"""A shop of three users and four items, small enough to count by hand."""

from typing import Any

import numpy as np
import pyarrow as pa

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import DAY, SECOND
from crossaisle.data.queries import Queries

HOUR = 3600 * SECOND

CATALOG = pa.table(
    {
        "item_id": ["cola", "juice", "soap", "new"],
        "title": ["Cherry Cola 2L", "Cherry juice", "Hand soap", None],
        "category": ["drinks", "drinks", "care", None],
        "aisle": ["food", "food", "home", None],
        "brand": ["A", "B", "A", None],
    }
)

ROWS = [
    # user, item, day and hour, type, order, store, quantity, price, rating
    ("ann", "cola", 0 * DAY + 9 * HOUR, "purchase", "o1", "north", 2.0, 1.0, None),
    ("ann", "soap", 0 * DAY + 9 * HOUR, "purchase", "o1", "north", 1.0, 4.0, None),
    ("ann", "cola", 4 * DAY + 18 * HOUR, "purchase", "o2", "south", 1.0, 3.0, None),
    ("ann", "cola", 4 * DAY + 19 * HOUR, "rating", None, None, None, None, 5.0),
    ("bob", "juice", 6 * DAY, "purchase", None, None, None, 2.0, None),
    ("bob", "soap", 6 * DAY, "view", None, None, None, None, None),
    ("bob", "juice", 7 * DAY, "rating", None, None, None, None, 1.0),
    ("cat", "soap", 8 * DAY, "view", None, None, None, None, None),
]

COLUMNS = (
    "user_id",
    "item_id",
    "timestamp",
    "event_type",
    "order_id",
    "store_id",
    "quantity",
    "price",
    "event_value",
)

CUSTOMERS = pa.table({"user_id": ["ann", "bob"], "plan": ["gold", None], "age": [30, 40]})


def shop(rows: list[tuple[Any, ...]] | None = None, catalog: "pa.Table" = CATALOG) -> Dataset:
    """The small shop, or one of other rows."""
    columns = dict(zip(COLUMNS, zip(*(rows or ROWS), strict=True), strict=True))
    columns["timestamp"] = pa.array(columns["timestamp"], pa.timestamp("us", "UTC"))
    for name in ("order_id", "store_id"):
        columns[name] = pa.array(columns[name], pa.large_string())
    for name in ("quantity", "price", "event_value"):
        columns[name] = pa.array(columns[name], pa.float64())
    return Dataset.from_tables(pa.table(columns), catalog, CUSTOMERS)


def everyone(dataset: Dataset) -> Queries:
    """Queries of all users and, last, of somebody unknown, a day after day 9 begins."""
    return dataset.queries(np.append(np.arange(dataset.n_users), -1), moment=10 * DAY)
