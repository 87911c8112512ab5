"""A running shop in a folder, at a moment of its own: slates are shown and answered, events told, items introduced."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from crossaisle.data.focus import Focus
from crossaisle.data.moments import moment
from crossaisle.data.sources.frames import Frames
from crossaisle.scenarios.feeds.acquaintance import Acquaintance
from crossaisle.scenarios.feeds.feed import Choice, Feed
from crossaisle.settings import Settings
from crossaisle.shop.feeds import Pools, feed_of
from crossaisle.shop.learning import Learning
from crossaisle.shop.shop import Shop
from crossaisle.shop.stores import Stores
from crossaisle.stores.database.event_log import COLUMNS, Batch, Change
from crossaisle.stores.database.slate_log import Shown

NOW = moment("2018-01-02")
FOCUS = Focus("explore")


class Running:
    """A shop with its stores, at a moment of its own."""

    def __init__(self, shop: Shop, stores: Stores) -> None:
        self.shop, self.stores, self.learning, self.now = shop, stores, Learning(shop, stores), NOW
        self._number = 0

    def feed(self) -> Feed:
        found = feed_of(self.shop, Acquaintance(), self.shop.registry.live(), Pools(self.stores.slates, self.now))
        assert found is not None
        return found

    def show(self, feed: Feed, user_id: str, uniform: float | None = None) -> tuple[str, Choice]:
        """A slate, kept as it was shown; its id."""
        self._number += 1
        choice = feed.slate(user_id, FOCUS, 5, self.now, "en", uniform=uniform)
        name, tried = f"slate-{self._number:05}", choice.explored
        items = list(zip(choice.items, choice.scores, strict=True))
        shown = Shown(name, user_id, self.now, feed.version, str(FOCUS), items, lifts=choice.lifts)
        if tried:
            shown = replace(shown, explored_rank=tried.rank, propensity=tried.propensity, pool=tried.pool)
        self.stores.slates.write([shown])
        return name, choice

    def tell(self, events: list[tuple[str, str, str, str | None]]) -> None:
        """Events of now: user, item, type and the slate that they answer."""
        rows = []
        for user_id, item_id, kind, slate in events:
            self._number += 1
            told: dict[str, Any] = {
                "user_id": user_id,
                "item_id": item_id,
                "event_type": kind,
                "timestamp": self.now,
                "recommendation_id": slate,
                "event_id": f"event-{self._number}",
                "received_at": self.now,
            }
            rows.append({name: told.get(name) for name in COLUMNS})
        self.stores.log.append([Batch(rows)])

    def answer_all(self, feed: Feed, users: Sequence[str]) -> None:
        """Everybody is shown a slate, sees it, and clicks and buys its first item."""
        for user in users:
            name, choice = self.show(feed, user)
            self.tell([(user, item, "impression", name) for item in choice.items])
            self.tell([(user, choice.items[0], kind, name) for kind in ("click", "purchase")])

    def introduce(self, item_id: str, title: str, category: str) -> None:
        """The catalogue has an item more."""
        self.stores.log.note(Change("item", item_id, {"title": title, "category": category}, self.now))


@contextmanager
def running(folder: Path, frames: tuple[pd.DataFrame, ...], **chosen: Any) -> Iterator[Running]:
    Shop.create(folder).load(Frames(events=frames[0], catalog=frames[1]))
    settings = {"training": {"candidates": ["ease"]}, "learning": {"tolerance": 1.0}, **chosen}
    shop = Shop(folder, Settings(**settings))
    stores = Stores(shop, {})
    try:
        yield Running(shop, stores)
    finally:
        stores.close()
