"""A shop of six items, what goes with what by hand, and a feed over it."""

from typing import Any

import numpy as np
import pyarrow as pa

from crossaisle.data.dataset import Dataset
from crossaisle.data.focus import Focus
from crossaisle.data.moments import DAY
from crossaisle.models.neighbours import Neighbours
from crossaisle.privacy.notice import Notice, salted
from crossaisle.scenarios.feeds.acquaintance import Acquaintance
from crossaisle.scenarios.feeds.feed import Choice, Feed, Seen
from crossaisle.scenarios.feeds.searching import Searching
from crossaisle.slates.fallback import MostBought
from crossaisle.slates.live.live_slates import LiveSlates
from crossaisle.slates.live.options import LiveOptions
from crossaisle.slates.options import SlateOptions

CATALOG: dict[str, list[Any]] = {
    "item_id": ["apple", "ball", "milk", "pear", "soap", "tea"],
    "title": ["Red apple", "Beach ball", "Milk", "Pear", "Soap bar", "Green tea 绿茶"],
    "category": ["FRUIT", "TOYS", "DRINKS", "FRUIT", "CARE", "DRINKS"],
    "price": [1.0, 9.0, 2.0, 1.0, 3.0, 4.0],
}
ITEMS = CATALOG["item_id"]
TABLE = {
    "tea": {"milk": 4.0, "soap": 2.0},
    "apple": {"pear": 4.0, "soap": 3.0},
    "soap": {"ball": 4.0},
    "ball": {"apple": 1.0},
}
"""Item → what goes with it."""
UNTIL = 10 * DAY
NOW = UNTIL + DAY
EVENTS = [("ann", "tea", 1 * DAY), ("ann", "tea", 3 * DAY), ("bob", "soap", 2 * DAY), ("cat", "tea", 2 * DAY)]
"""Purchases: two people bought tea, one soap."""


def feed_of(
    people: Acquaintance | None = None, is_personal: bool = True, knobs: dict[str, Any] | None = None, **options: Any
) -> Feed:
    """The feed of the shop; every item is established."""
    users, items, times = zip(*EVENTS, strict=True)
    table = {"user_id": users, "item_id": items, "event_type": ["purchase"] * len(EVENTS)}
    events = pa.table({**table, "timestamp": pa.array(times, pa.timestamp("us", "UTC"))})
    dataset = Dataset.from_tables(events, pa.table(CATALOG), until=UNTIL)
    scores = np.zeros((len(ITEMS), len(ITEMS)), dtype=np.float32)
    for item, near in TABLE.items():
        for other, weight in near.items():
            scores[ITEMS.index(item), ITEMS.index(other)] = weight
    neighbours = Neighbours.of_scores(lambda rows: scores[rows], len(ITEMS), 2)
    slate_options = SlateOptions(**{"min_purchases": 0, **(knobs or {})})
    slates = LiveSlates.of(dataset, neighbours, LiveOptions(**options), slate_options)
    searching = Searching.of(dataset.catalogue.titles(), MostBought.of(dataset).buyers)
    return Feed(slates, dataset.index, searching, people or Acquaintance(), is_personal, 3, UNTIL)


def seen(
    item_id: str | None, event_type: str = "view", user_id: str = "visitor", ago: int = 1, query: str = ""
) -> Seen:
    """An event. ago: seconds before NOW."""
    return Seen(user_id, item_id, event_type, NOW - ago * 1_000_000, query or None)


def slate(feed: Feed, user_id: str, focus: str = "all", k: int = 6) -> Choice:
    """A slate now."""
    return feed.slate(user_id, Focus.parse(focus), k, NOW, "en")


def notice(*user_ids: str) -> Notice:
    """That somebody is being forgotten."""
    salt = "5a" * 16
    return Notice(salt, frozenset(salted(salt, one) for one in user_ids))


def said(choice: Choice) -> dict[str, float]:
    """Item → score, of those that something speaks for."""
    return {item: round(score, 4) for item, score in zip(choice.items, choice.scores, strict=True) if score > 0}
