"""What a dataset before a cut remembers of stores, orders and the like."""

import pyarrow as pa

from crossaisle.data.dataset import Dataset


def test_dataset_before_a_cut_knows_no_store_order_or_query_of_later() -> None:
    """Later labels sort before and after the earlier ones, so the numbers would move if they were kept."""
    events = pa.table(
        {
            "user_id": ["a", "a", "a"],
            "item_id": ["x", "x", "x"],
            "timestamp": pa.array([0, 5, 6], pa.timestamp("us", "UTC")),
            "event_type": ["purchase"] * 3,
            "order_id": ["o5", "o1", "o9"],
            "store_id": ["m", "a", "z"],
            "channel": ["web", "app", None],
        }
    )
    earlier = Dataset.from_tables(events).before(5)
    assert earlier.labels.stores.to_list() == ["m"]
    assert earlier.labels.orders.to_list() == ["o5"]
    assert earlier.labels.channels.to_list() == ["web"]
    assert earlier.events.store.tolist() == earlier.events.order.tolist() == [0]
    assert earlier.events.session.tolist() == [-1]
