"""Slates and answers by hand."""

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import DAY
from crossaisle.loop.feedback.answered import Answered
from crossaisle.loop.feedback.shown import Slates
from crossaisle.stores.database.slate_log import Shown

NOW = 10 * DAY
"""The moment just after the last slate that a test shows, unless it says otherwise."""


def shown(
    name: str, items: str, *, user: str = "ann", at: int = NOW - DAY, scores: Sequence[float] = (), **more: Any
) -> Shown:
    """A slate of items with names of one letter; scores fall by rank."""
    told = scores or [float(len(items) - rank) for rank in range(len(items))]
    version, focus = more.pop("version", 1), more.pop("focus", "all")
    return Shown(name, user, at, version, focus, list(zip(items, told, strict=True)), **more)


def dataset(bought: Sequence[tuple[str, str, int]] = (("ann", "a", NOW - 1),), items: str = "abcdefgh") -> Dataset:
    """A shop of items of one letter, two in a category. bought: user, item and moment of each purchase."""
    users, names, times = zip(*bought, strict=True)
    events = {
        "user_id": list(users),
        "item_id": list(names),
        "timestamp": pa.array(times, pa.timestamp("us", "UTC")),
        "event_type": ["purchase"] * len(bought),
    }
    catalog = {"item_id": list(items), "category": [f"category {at // 2}" for at in range(len(items))]}
    return Dataset.from_tables(pa.table(events), pa.table(catalog), until=NOW)


Told = tuple[str | None, str, str, int, str]
"""Name of the slate or none, item, event type, moment, user."""


def event(slate: str | None, item: str, kind: str, at: int = NOW - DAY, user: str = "ann") -> Told:
    return (slate, item, kind, at, user)


def batch(events: Iterable[Told]) -> "pa.RecordBatch":
    """Events as they are read from the lake."""
    slates, items, kinds, times, users = zip(*events, strict=True)
    return pa.RecordBatch.from_pydict(
        {
            "user_id": list(users),
            "item_id": list(items),
            "event_type": list(kinds),
            "timestamp": pa.array(times, pa.timestamp("us", "UTC")),
            "recommendation_id": pa.array(slates, pa.string()),
        }
    )


def answered(slates: Iterable[Shown], events: Sequence[Told] = (), within: int | None = None) -> Answered:
    """The slates with what was told of them."""
    return Answered.of(Slates.of(slates), [batch(events)] if events else [], within)
