"""Purchases user by user and item by item, so many at a time that memory stays bounded."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.data.event_types import PURCHASE
from crossaisle.numerics.arrays import AnyArray, Bools, Floats, Longs, Numbers

MOST = 2**20
"""Events that are sorted at a time."""


@dataclass(frozen=True)
class Purchases:
    """Of some users, ordered by user, item or its label, and time.

    Args:
        user, item: int32 (n,). time: int64 (n,), microseconds since 1970. weight: float32 (n,), trust.
        begins: bool (n,), the first of an item by a user.
    """

    user: Numbers
    item: Numbers
    time: Longs
    weight: Floats
    begins: Bools


def purchases_of(dataset: Dataset, label: Numbers | None = None, most: int = MOST) -> Iterator[Purchases]:
    """All purchases, so that about `most` events are looked at at a time; a user's are never parted.

    Args:
        label: int32 (n_items,), what takes the item's place, such as its category; those of −1 are left out.
    """
    events = dataset.events
    labels = np.arange(dataset.n_items, dtype=np.int32) if label is None else label
    n_labels = int(labels.max(initial=0)) + 1
    starts = np.searchsorted(events.user, np.arange(dataset.n_users + 1))
    for first, last in pairwise(_steps(starts, most)):
        rows = np.flatnonzero(events.type[starts[first] : starts[last]] == PURCHASE) + starts[first]
        rows = rows[labels[events.item[rows]] >= 0]
        # events stand by user and time already: a stable sort by one number keeps the time
        keys = (events.user[rows].astype(np.int64) - first) * n_labels + labels[events.item[rows]]
        order = np.argsort(keys, kind="stable")
        rows, keys = rows[order], keys[order]
        begins = np.ones(len(keys), dtype=np.bool_)
        begins[1:] = keys[1:] != keys[:-1]
        yield Purchases(events.user[rows], labels[events.item[rows]], events.time[rows], events.weight[rows], begins)


def _steps(starts: AnyArray, most: int) -> list[int]:
    """Users, ascending from 0 to n_users, between whom lie about so many events."""
    wanted = np.arange(most, starts[-1], most)
    return sorted({0, len(starts) - 1, *np.searchsorted(starts, wanted).tolist()})
