"""The quick path of slates: time of one person's slate, memory, building neighbours, and what is lost beside the model.

python bench/live_slates.py [--items 10000 100000 1000000] [--users 1000000] [--requests 20000] [--json] times a made-up
shop; each request is of another user, with an event of just now. Each size runs in a process of its own.
"""

import resource
import sys
import time
from typing import Any

import numpy as np
import pyarrow as pa

from crossaisle.data.dataset import Dataset, Events, Ids, Index
from crossaisle.data.dataset.catalogue import NEVER, Catalogue
from crossaisle.data.dataset.events import Labels
from crossaisle.data.event_types import PURCHASE, VIEW
from crossaisle.data.focus import Focus
from crossaisle.data.moments import DAY, moment
from crossaisle.data.training import Training
from crossaisle.models.recommenders.item_knn import ItemKNN
from crossaisle.slates.live.live_slates import LiveSlates
from crossaisle.slates.live.person import Person

PER_USER, PER_CATEGORY, AT_HOME = 30, 100, 8
"""Purchases of a user, items of a category, and categories that a user is at home in."""
UNTIL = moment("2026-01-01")


def made_up(n_users: int, n_items: int, seed: int = 5) -> Dataset:
    """A year of purchases: items of very unequal size, users at home in a few categories."""
    rng = np.random.default_rng(seed)
    n_categories = max(1, n_items // PER_CATEGORY)
    n = n_users * PER_USER
    user = np.repeat(np.arange(n_users, dtype=np.int32), PER_USER)
    home = (n_categories * rng.random((n_users, AT_HOME), dtype=np.float32) ** 2).astype(np.int32)
    category = home[user, rng.integers(0, AT_HOME, n)]
    is_abroad = rng.random(n, dtype=np.float32) < 0.3
    category[is_abroad] = (n_categories * rng.random(int(is_abroad.sum()), dtype=np.float32) ** 2).astype(np.int32)
    place = (PER_CATEGORY * rng.random(n, dtype=np.float32) ** 2.5).astype(np.int32)
    item = np.minimum(category * PER_CATEGORY + place, n_items - 1).astype(np.int32)
    days = np.sort(rng.integers(1, 365, (n_users, PER_USER)), axis=1)
    when = UNTIL - 365 * DAY + days.ravel() * DAY + rng.integers(0, DAY, n)
    return dataset_of(user, item, np.minimum(when, UNTIL - 1), n_users, n_items, n_categories)


def dataset_of(user: Any, item: Any, when: Any, n_users: int, n_items: int, n_categories: int) -> Dataset:
    """Purchases as a dataset; what is unknown takes no memory."""
    n = len(user)
    order = np.lexsort((when, user))
    nothing, nan = np.broadcast_to(np.int32(-1), n), np.broadcast_to(np.float32(np.nan), n)
    ones, kind = np.broadcast_to(np.float32(1), n), np.broadcast_to(np.int8(PURCHASE), n)
    events = Events(
        user, item[order], kind, when[order], ones, nan, nan, nan, nan, nothing, nothing, nothing, nothing, nothing
    )
    users, items, categories = (
        Ids(pa.array([f"{letter}{one:07}" for one in range(size)], pa.large_string()))
        for letter, size in (("u", n_users), ("i", n_items), ("c", n_categories))
    )
    none = Ids.of([])
    catalogue = Catalogue(
        np.minimum(np.arange(n_items, dtype=np.int32) // PER_CATEGORY, n_categories - 1),
        np.full(n_items, -1, dtype=np.int32),
        np.full(n_items, -1, dtype=np.int32),
        np.full(n_items, np.nan, dtype=np.float32),
        np.full(n_items, NEVER, dtype=np.int64),
        np.ones(n_items, dtype=np.bool_),
        pa.table({"item_id": items.values, "title": [f"Thing {one}" for one in range(n_items)]}),
    )
    index, labels = Index(users, items, categories, none, none), Labels(none, none, none, none, none)
    return Dataset(index, events, labels, catalogue, pa.table({"user_id": users.values}), UNTIL)


def peak() -> float:
    """Most memory so far, GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**30 if sys.platform == "darwin" else 2**20)


def timed(live: LiveSlates, focus: str, n_requests: int, seed: int) -> tuple[float, float]:
    """Median and 99th percentile of microseconds, each of another user with a fresh look at something."""
    rng = np.random.default_rng(seed)
    users = rng.integers(0, len(live.histories), n_requests)
    seen = rng.integers(0, len(live.category), n_requests)
    asked, spent = Focus.parse(focus), np.empty(n_requests)
    for at, (user, item) in enumerate(zip(users.tolist(), seen.tolist(), strict=True)):
        recent = live.recent()
        recent.add(item, VIEW, UNTIL + at)
        began = time.perf_counter_ns()
        live.slate(Person.of(live.histories, [user], [recent]), asked, 20, UNTIL + at)
        spent[at] = time.perf_counter_ns() - began
    return float(np.median(spent)) / 1000, float(np.percentile(spent, 99)) / 1000


def measured(n_users: int, n_items: int, n_requests: int) -> dict[str, Any]:
    found: dict[str, Any] = {"items": n_items, "users": n_users}
    began = time.perf_counter()
    dataset = made_up(n_users, n_items)
    found["make_seconds"] = time.perf_counter() - began
    began = time.perf_counter()
    fitted = ItemKNN(neighbours=64).fit(Training(dataset))
    found["fit_seconds"] = time.perf_counter() - began
    began = time.perf_counter()
    neighbours = fitted.neighbours(64)
    found["neighbours_seconds"] = time.perf_counter() - began
    began = time.perf_counter()
    live = LiveSlates.of(dataset, neighbours)
    found["load_seconds"] = time.perf_counter() - began
    del dataset, fitted
    for focus in ("new-categories", "explore", "all"):
        timed(live, focus, 1000, 1)
        found[focus] = timed(live, focus, n_requests, 2)
    found["peak_gb"] = peak()
    return found


if __name__ == "__main__":
    print(measured(int(sys.argv[1]), int(sys.argv[2]), 10000))
