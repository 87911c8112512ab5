"""Ids outside, numbers inside: the one place where strings become dense numbers and back."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crossaisle.numerics.arrays import AnyArray, Numbers


class Ids:
    """Distinct ids in byte order; the number of an id is its place. Null has the number −1."""

    def __init__(self, values: "pa.Array[Any]") -> None:
        """Keep `values`, which are distinct, sorted and without null."""
        self.values = values.cast(pa.large_string())

    @classmethod
    def of(cls, *columns: Any) -> "Ids":
        """The distinct ids of Arrow columns, lists or arrays of strings."""
        arrays = [_strings(column) for column in columns]
        chunks = [chunk for array in arrays for chunk in array.chunks]
        together = pa.chunked_array(chunks, type=pa.large_string())
        distinct = pc.drop_null(pc.unique(together))
        return cls(distinct.take(pc.array_sort_indices(distinct)))

    def __len__(self) -> int:
        return len(self.values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ids) and self.values.equals(other.values)

    __hash__ = None  # type: ignore[assignment]  # compared by content, so never a key

    def numbers(self, ids: Any) -> Numbers:
        """int32 (n,): the number of each id, −1 where it is null or unknown."""
        found = pc.index_in(_strings(ids), value_set=self.values, skip_nulls=True)
        return np.asarray(pc.fill_null(found, -1).to_numpy(), dtype=np.int32)

    def number(self, one: str) -> int:
        """The number of one id, −1 if unknown."""
        return self._places.get(one, -1)

    def at(self, numbers: AnyArray) -> "pa.Array[Any]":
        """Arrow strings (n,): the id of each number, null for −1."""
        places = pa.array(numbers, mask=np.asarray(numbers) < 0)
        return self.values.take(places)

    def one(self, number: int) -> str:
        """The id of one number."""
        return str(self.values[number].as_py())

    def to_list(self) -> list[str]:
        """All ids in their order."""
        return [str(value) for value in self.values.to_pylist()]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {one: place for place, one in enumerate(self.to_list())}


def _strings(column: Any) -> "pa.ChunkedArray[Any]":
    if isinstance(column, np.ndarray):
        column = column.tolist()
    if isinstance(column, Iterable) and not isinstance(column, pa.Array | pa.ChunkedArray):
        column = pa.array(column, type=pa.large_string())
    if isinstance(column, pa.ChunkedArray):
        return column.cast(pa.large_string())
    return pa.chunked_array([column.cast(pa.large_string())])


@dataclass(frozen=True)
class Index:
    """The ids of users, items, categories, aisles and brands known before the cut."""

    users: Ids
    items: Ids
    categories: Ids
    aisles: Ids
    brands: Ids
