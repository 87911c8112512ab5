"""Tiny shops whose numbers can be counted by hand, and the histories of their users."""

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
import pandas as pd

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import DAY
from crossaisle.models.ranking.signal import History

START = pd.Timestamp("2020-01-01", tz="UTC")
ITEMS = ("a1", "a2", "b1", "b2", "c1")
CATEGORIES = {"a1": "A", "a2": "A", "b1": "B", "b2": "B", "c1": None}
PRICES = {"a1": 2.0, "a2": 8.0, "b1": 3.0, "b2": 3.0, "c1": 5.0}
EARLIER_AND_LATELY = (
    ("u", "a1", 2),
    ("v", "b1", 3),
    ("w", "a1", 4),
    ("w", "a1", 5),
    ("v", "a1", 15),
    ("w", "a2", 15),
    ("w", "c1", 16),
    ("u", "b1", 16),
    ("u", "b2", 17),
    ("u", "a2", 18),
    ("x", "b1", 20),
)
"""User, item and day: u enters B, v enters A, w nothing that has a name, and x is new in the last ten days."""


def moment_of(day: float) -> int:
    """Microseconds since 1970 of a day of the shop's."""
    return int(START.timestamp() * 1e6 + day * DAY)


def shop(
    purchases: Sequence[tuple[str, str, float]],
    categories: Mapping[str, str | None] = CATEGORIES,
    **columns: Sequence[str | None],
) -> Dataset:
    """A shop of these purchases (user, item, day), its items numbered as `categories` names them.

    Args:
        columns: further ones of the catalogue, one value an item.
    """
    users, items, days = zip(*purchases, strict=True)
    events = pd.DataFrame(
        {
            "user_id": users,
            "item_id": items,
            "timestamp": START + pd.to_timedelta((np.array(days) * 86_400).astype(np.int64), unit="s"),
            "event_type": "purchase",
            "price": [PRICES.get(item, 1.0) for item in items],
        }
    )
    catalog = pd.DataFrame({"item_id": list(categories), "category": list(categories.values())} | columns)
    return Dataset.from_frames(events, catalog)


@cache
def five_items() -> Dataset:
    """The shop of five items with what was bought earlier and lately."""
    return shop(EARLIER_AND_LATELY)


def history(dataset: Dataset, users: Sequence[str], day: float, recent: float = 10) -> History:
    """What these users had bought, asked about on a day; an unknown name is someone without a history."""
    numbers = np.array([dataset.index.users.number(user) for user in users])
    return History(dataset.queries(numbers, moment_of(day)), int(recent * DAY))


def everything(dataset: Dataset, n_queries: int) -> "np.ndarray[tuple[int, int], np.dtype[np.int32]]":
    """int32 (n_queries, n_items): every item is a candidate."""
    return np.tile(np.arange(dataset.n_items, dtype=np.int32), (n_queries, 1))
