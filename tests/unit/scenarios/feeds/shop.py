"""A shop of eight items in four categories, which three people know, and feeds of it."""

from typing import Any

import numpy as np
import pyarrow as pa

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import DAY
from crossaisle.models.neighbours import Neighbours
from crossaisle.numerics.arrays import Floats
from crossaisle.scenarios.feeds.acquaintance import Acquaintance
from crossaisle.scenarios.feeds.exploring import Exploring
from crossaisle.scenarios.feeds.feed import Feed
from crossaisle.scenarios.feeds.searching import Searching
from crossaisle.slates.live.live_slates import LiveSlates
from crossaisle.slates.live.options import LiveOptions
from crossaisle.slates.options import SlateOptions

NOW = 100 * DAY
BOUGHT = [("ann", "a"), ("bob", "a"), ("cat", "a"), ("bob", "b"), ("cat", "b"), ("ann", "c")]
CATEGORIES = ["drinks", "drinks", "fruit", "fruit", "care", "care", "toys", "games"]


def shop(launched: list[int] | None = None, **columns: list[Any]) -> Dataset:
    """Everybody bought what they bought 50 days ago. launched: moments, microseconds since 1970."""
    users, items = zip(*BOUGHT, strict=True)
    events = {
        "user_id": list(users),
        "item_id": list(items),
        "timestamp": pa.array([NOW - 50 * DAY] * len(BOUGHT), pa.timestamp("us", "UTC")),
        "event_type": ["purchase"] * len(BOUGHT),
    }
    when = pa.array(launched or [0] * 8, pa.timestamp("us", "UTC"))
    catalog: dict[str, Any] = {"item_id": list("abcdefgh"), "category": CATEGORIES, "launched_at": when, **columns}
    return Dataset.from_tables(pa.table(events), pa.table(catalog), until=NOW)


def live_of(
    dataset: Dataset, min_purchases: int = 0, knobs: SlateOptions | None = None, lift: Floats | None = None
) -> LiveSlates:
    """Every item is a neighbour of every other, the nearer by number the more."""
    distance = np.abs(np.arange(8)[:, None] - np.arange(8)[None, :])
    scores = (8 - distance).astype(np.float32)
    near = Neighbours.of_scores(lambda items: scores[items], 8, 7)
    return LiveSlates.of(dataset, near, LiveOptions(), knobs or SlateOptions(min_purchases=min_purchases), lift=lift)


def feed_of(dataset: Dataset, exploring: Exploring | None = None, lift: Floats | None = None) -> Feed:
    """A feed that knows nobody's wishes."""
    live = live_of(dataset, lift=lift)
    searching = Searching.of(pa.nulls(8, pa.large_string()), live.popular.buyers)
    return Feed(live, dataset.index, searching, Acquaintance(), True, 1, NOW, exploring=exploring)
