"""Queries carry all of the history that features read."""

import numpy as np
import pyarrow as pa

from crossaisle.data.dataset import Dataset


def test_history_of_a_query_holds_quantities_ratings_and_stores_of_its_user() -> None:
    events = pa.table(
        {
            "user_id": ["a", "b", "b"],
            "item_id": ["x", "x", "y"],
            "timestamp": pa.array([0, 0, 10**6], pa.timestamp("us", "UTC")),
            "event_type": ["purchase", "purchase", "rating"],
            "quantity": [1.0, 3.0, None],
            "event_value": [None, None, 4.0],
            "store_id": ["north", "south", "south"],
        }
    )
    queries = Dataset.from_tables(events).queries(np.array([0, 1]))[1:]
    assert queries.quantities[0] == 3
    assert queries.values[1] == 4
    assert queries.entry_stores.tolist() == [1, 1]
