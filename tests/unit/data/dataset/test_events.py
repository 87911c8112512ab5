"""Events read from a table of the shop's columns."""

import pyarrow as pa

from crossaisle.data.dataset import Dataset


def test_purchase_of_an_unknown_item_is_left_out_even_if_a_query_led_to_it() -> None:
    events = pa.table(
        {
            "user_id": ["a", "a", "a"],
            "item_id": ["x", "unknown", None],
            "timestamp": pa.array([0, 1, 2], pa.timestamp("us", "UTC")),
            "event_type": ["purchase", "purchase", "search"],
            "query": [None, "tea", "tea"],
        }
    )
    dataset = Dataset.from_tables(events, pa.table({"item_id": ["x"]}))
    assert dataset.events.item.tolist() == [0, -1]
    assert dataset.purchase_counts().tolist() == [1]
