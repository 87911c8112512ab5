"""What everybody bought before the model's cut, user by user: looked up in a moment, kept as plain arrays."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import DAY
from crossaisle.numerics.arrays import AnyArray, Longs, Numbers
from crossaisle.slates.live.past.purchases import Purchases, purchases_of


@dataclass(frozen=True)
class Histories:
    """Distinct items that users bought, the most often bought first; of equal ones the latest, the smaller number.

    User u owns entries indptr[u]:indptr[u + 1].

    Args:
        indptr: int64 (n_users + 1,).
        items: int32 (n_entries,).
        weights: float16 (n_entries,), trust in [0, 1] after denoising; items without any come last.
        times: uint16 (n_entries,), how often: purchases of the same moment count once.
        days: uint16 (n_entries,), when last, days since 1970.
    """

    indptr: Longs
    items: Numbers
    weights: AnyArray
    times: AnyArray
    days: AnyArray

    def __len__(self) -> int:
        return len(self.indptr) - 1

    @classmethod
    def of(cls, dataset: Dataset) -> "Histories":
        """Count the purchases."""
        parts = [_counted(one) for one in purchases_of(dataset)]
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
        """The histories whose `state()` this holds; the arrays may be mapped from a file."""
        return cls(*(state[name] for name in _COLUMNS))


_COLUMNS = ("indptr", "items", "weights", "times", "days")
Part = tuple[Numbers, Numbers, AnyArray, AnyArray, AnyArray]
_MOST = np.iinfo(np.uint16).max


def _counted(bought: Purchases) -> Part:
    """Users, items, weights, times and days in the order of Histories."""
    starts = np.flatnonzero(bought.begins)
    if not len(starts):
        nothing = np.empty(0, dtype=np.uint16)
        return bought.user, bought.item, np.empty(0, dtype=np.float16), nothing, nothing
    is_another = bought.begins.copy()
    is_another[1:] |= bought.time[1:] != bought.time[:-1]
    times = np.minimum(np.add.reduceat(is_another, starts, dtype=np.int64), _MOST)
    weights = np.minimum(np.add.reduceat(bought.weight, starts), 1)
    days = np.clip(bought.time[np.append(starts[1:], len(is_another)) - 1] // DAY, 0, _MOST)
    user, item = bought.user[starts], bought.item[starts]
    order = strongest_first(weights, times, days, user.astype(np.int64) - user[0])
    return (
        user[order],
        item[order],
        weights[order].astype(np.float16),
        times[order].astype(np.uint16),
        days[order].astype(np.uint16),
    )


def strongest_first(weights: AnyArray, times: AnyArray, days: AnyArray, users: AnyArray) -> AnyArray:
    """The order of Histories for entries that stand by user and item. times, days: below 65,536; users: below 2^29."""
    bits = 16
    keys = (users.astype(np.int64) << 1 | (weights == 0)) << 2 * bits
    keys |= (_MOST - times.astype(np.int64)) << bits | (_MOST - days.astype(np.int64))
    return np.argsort(keys, kind="stable")
