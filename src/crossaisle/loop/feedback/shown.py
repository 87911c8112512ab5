"""Shown slates as arrays, the earliest first: so that a hundred thousand of them take little memory."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crossaisle.numerics.arrays import AnyArray, Bools, Doubles, Floats, Longs, Numbers, row_numbers
from crossaisle.stores.database.slate_log import Shown


@dataclass(frozen=True)
class Slates:
    """n slates with m places; slate s has the places starts[s]:starts[s + 1] in the order of ranks.

    Args:
        ids, users, items: Arrow strings, recommendation ids (n,), distinct users and distinct items.
        foci: distinct foci.
        user: int32 (n,), among `users`. made_at: int64 (n,), microseconds since 1970.
        version: int32 (n,), of the model. focus: int32 (n,), among `foci`.
        explored: int32 (n,), the rank that was drawn at random, from 1, 0 for none.
        propensity: float64 (n,), with what chance, 1 where none was. pool: int64 (n,), among which, −1 for none.
        starts: int64 (n + 1,).
        item: int32 (m,), among `items`. score: float32 (m,), as ranked. lift: float32 (m,), what it was multiplied by.
    """

    ids: "pa.Array[Any]"
    users: "pa.Array[Any]"
    items: "pa.Array[Any]"
    foci: tuple[str, ...]
    user: Numbers
    made_at: Longs
    version: Numbers
    focus: Numbers
    explored: Numbers
    propensity: Doubles
    pool: Longs
    starts: Longs
    item: Numbers
    score: Floats
    lift: Floats

    def __len__(self) -> int:
        return len(self.made_at)

    @classmethod
    def of(cls, shown: Iterable[Shown]) -> "Slates":
        """Read slates in the order of time, one after the other. Somebody without an id is another person each time."""
        ids, users, items, foci = list[str](), dict[str, int](), dict[str, int](), dict[str, int]()
        whole: dict[str, array[Any]] = {name: array(kind) for name, kind in _OF_SLATES.items()}
        places: dict[str, array[Any]] = {"item": array("i"), "score": array("f"), "lift": array("f")}
        starts = array("q", [0])
        for one in shown:
            ids.append(one.recommendation_id)
            whole["user"].append(users.setdefault(one.user_id or f"\0{len(ids)}", len(users)))
            whole["made_at"].append(one.made_at)
            whole["version"].append(one.model_version)
            whole["focus"].append(foci.setdefault(one.focus, len(foci)))
            whole["explored"].append(one.explored_rank or 0)
            whole["propensity"].append(1.0 if one.propensity is None else one.propensity)
            whole["pool"].append(-1 if one.pool is None else one.pool)
            places["item"].extend(items.setdefault(name, len(items)) for name, _ in one.items)
            places["score"].extend(value for _, value in one.items)
            places["lift"].extend(one.lifts or [1.0] * len(one.items))
            starts.append(len(places["item"]))
        columns = {name: np.array(one) for name, one in {**whole, **places, "starts": starts}.items()}
        id_array, user_array, item_array = (pa.array(list(some), pa.large_string()) for some in (ids, users, items))
        return cls(id_array, user_array, item_array, tuple(foci), **columns)

    def at(self, chosen: Bools) -> "Slates":
        """Those slates alone, bool (n,)."""
        kept = chosen[self.slate]
        starts = np.concatenate([[0], np.cumsum(np.diff(self.starts)[chosen])]).astype(np.int64)
        whole = {name: getattr(self, name)[chosen] for name in _OF_SLATES}
        places = {name: getattr(self, name)[kept] for name in ("item", "score", "lift")}
        return replace(self, ids=self.ids.filter(pa.array(chosen)), starts=starts, **whole, **places)

    @property
    def slate(self) -> Numbers:
        """int32 (m,): the slate of each place."""
        return row_numbers(self.starts)

    @property
    def rank(self) -> Numbers:
        """int32 (m,): from 1."""
        lengths = np.diff(self.starts)
        return (np.arange(len(self.item)) - np.repeat(self.starts[:-1], lengths) + 1).astype(np.int32)

    @property
    def is_explored(self) -> Bools:
        """bool (m,): whether the place was drawn at random."""
        return np.asarray(self.rank == self.explored[self.slate])


_OF_SLATES = {
    "user": "i",
    "made_at": "q",
    "version": "i",
    "focus": "i",
    "explored": "i",
    "propensity": "d",
    "pool": "q",
}
"""Columns of slates and their types, in the order of the fields."""


def places_of(ids: Any, among: "pa.Array[Any]") -> Longs:
    """int64 (n,): where each id stands, −1 where it does not. ids: Arrow strings (n,)."""
    found = pc.index_in(ids.cast(pa.large_string()), value_set=among, skip_nulls=True)
    return np.asarray(pc.fill_null(found, -1).to_numpy(zero_copy_only=False), dtype=np.int64)


def find(keys: AnyArray, wanted: AnyArray) -> Longs:
    """int64 (n,): where each wanted number stands in `keys`, ascending; −1 where it does not."""
    if not len(keys):
        return np.full(len(wanted), -1, dtype=np.int64)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, place, -1)
