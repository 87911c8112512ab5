"""What everybody bought before the model's cut, user by user: looked up in a moment, kept as plain arrays."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.data.event_types import PURCHASE
from crossaisle.data.moments import DAY
from crossaisle.numerics.arrays import AnyArray, Bools, Floats, Longs, Numbers

MOST = 2**20
"""Events that are counted at a time."""


@dataclass(frozen=True)
class Histories:
    """Distinct items that users bought, the most often bought first; of equal ones the latest, the smaller number.

    User u owns entries indptr[u]:indptr[u + 1].

    Args:
        indptr: int64 (n_users + 1,).
        items: int32 (n_entries,).
        weights: float32 (n_entries,), trust in [0, 1] after denoising; items without any come last.
        times: uint16 (n_entries,), how often: purchases of the same moment count once.
        days: int32 (n_entries,), when last, days since 1970.
    """

    indptr: Longs
    items: Numbers
    weights: Floats
    times: AnyArray
    days: Numbers

    def __len__(self) -> int:
        return len(self.indptr) - 1

    @classmethod
    def of(cls, dataset: Dataset) -> "Histories":
        """Count the purchases, so many users at a time that memory stays bounded."""
        starts = np.searchsorted(dataset.events.user, np.arange(dataset.n_users + 1))
        parts = [_counted(dataset, first, last) for first, last in pairwise(_steps(starts))]
        sizes = np.zeros(dataset.n_users + 1, dtype=np.int64)
        for users, *_ in parts:
            sizes[1:] += np.bincount(users, minlength=dataset.n_users)
        columns = (np.concatenate(one) for one in list(zip(*parts, strict=True))[1:])
        return cls(np.cumsum(sizes), *columns)

    def of_user(self, user: int) -> slice:
        """Where the entries of a user stand; nowhere for −1."""
        return slice(self.indptr[user], self.indptr[user + 1]) if user >= 0 else slice(0, 0)

    def state(self) -> dict[str, AnyArray]:
        """All arrays needed to restore it."""
        return {name: getattr(self, name) for name in _COLUMNS}

    @classmethod
    def restore(cls, state: Mapping[str, AnyArray]) -> "Histories":
        """The histories whose `state()` this is; the arrays may be mapped from a file."""
        return cls(*(state[name] for name in _COLUMNS))


_COLUMNS = ("indptr", "items", "weights", "times", "days")
Part = tuple[Numbers, Numbers, Floats, AnyArray, Numbers]


def _steps(starts: AnyArray) -> list[int]:
    """Places in `starts`, ascending, between which lie about `MOST` events."""
    wanted = np.arange(0, starts[-1] + MOST, MOST)
    return sorted({0, len(starts) - 1, *np.searchsorted(starts, wanted[wanted < starts[-1]]).tolist()})


def _counted(dataset: Dataset, first: int, last: int) -> Part:
    """Users, items, weights, times and days of what the users first:last bought, in the order of Histories."""
    events = dataset.events
    rows = slice(*np.searchsorted(events.user, [first, last]))
    kept = np.flatnonzero(events.type[rows] == PURCHASE) + rows.start
    user, item, time, weight = events.user[kept], events.item[kept], events.time[kept], events.weight[kept]
    order = np.lexsort((time, item, user))
    user, item, time, weight = user[order], item[order], time[order], weight[order]
    begins = _changes(user, item)
    starts = np.flatnonzero(begins)
    if not len(starts):
        return user, item, weight, np.empty(0, dtype=np.uint16), np.empty(0, dtype=np.int32)
    is_another = begins.copy()
    is_another[1:] |= time[1:] != time[:-1]
    times = np.add.reduceat(is_another, starts, dtype=np.int64)
    trust = np.minimum(np.add.reduceat(weight, starts), 1).astype(np.float32)
    day = (time[np.append(starts[1:], len(time)) - 1] // DAY).astype(np.int32)
    user, item = user[starts], item[starts]
    order = np.lexsort((item, -day, -times, trust == 0, user))
    often = np.minimum(times[order], np.iinfo(np.uint16).max).astype(np.uint16)
    return user[order], item[order], trust[order], often, day[order]


def _changes(*columns: AnyArray) -> Bools:
    """bool (n,): where an entry differs from the one before it."""
    changed = np.ones(len(columns[0]), dtype=np.bool_)
    changed[1:] = np.any([one[1:] != one[:-1] for one in columns], axis=0)
    return changed
