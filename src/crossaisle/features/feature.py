"""What a feature is: fitted on the past, it describes users by their history and items by what is known."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeAlias, TypeVar, cast, dataclass_transform

import numpy as np
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass as checked
from scipy import sparse

from crossaisle.data.dataset import Dataset
from crossaisle.data.queries import Queries
from crossaisle.data.text_encoder import TextEncoder
from crossaisle.numerics.arrays import AnyArray, Csr, Floats, Numbers

Matrix: TypeAlias = "Csr | Floats"
State: TypeAlias = Mapping[str, AnyArray]
F = TypeVar("F")
V = TypeVar("V")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(Field,))
def options(cls: type[F]) -> type[F]:
    """Make a class of annotated options a frozen, strict dataclass."""
    made = checked(frozen=True, kw_only=True, config=ConfigDict(strict=True, extra="forbid"))(cls)
    return cast("type[F]", made)


@dataclass(frozen=True)
class Block:
    """Named columns about users or items.

    Args:
        name: what the columns tell, such as `habits`.
        columns: one name a column.
        values: float32 (n_rows, n_columns), sparse or dense, without NaN.
    """

    name: str
    columns: tuple[str, ...]
    values: Matrix

    def __len__(self) -> int:
        return int(self.values.shape[0])

    def dense(self) -> Floats:
        """The values as a dense array."""
        return self.values if isinstance(self.values, np.ndarray) else self.values.toarray()


class FittedFeature(ABC):
    """A fitted feature, with the numbers of its Dataset; what it cannot tell gives no block."""

    def users(self, queries: Queries) -> tuple[Block, ...]:
        """Blocks of len(queries) rows, read from the histories: a new user is no special case."""
        return ()

    def items(self) -> tuple[Block, ...]:
        """Blocks of n_items rows."""
        return ()

    def without(self, users: Numbers) -> "FittedFeature":
        """The same without what it keeps of single users; itself where it keeps nothing of any.

        Args:
            users: numbers of the Dataset it was fitted on, ascending. Those after them move up.
        """
        return self

    @abstractmethod
    def state(self) -> dict[str, AnyArray]:
        """All arrays needed to restore it."""

    @classmethod
    @abstractmethod
    def restore(cls, state: State) -> "FittedFeature":
        """The fitted feature whose `state()` this is."""


class Feature(ABC):
    """The options of a feature."""

    name: ClassVar[str]
    fitted: ClassVar[type[FittedFeature]]

    @abstractmethod
    def fit(self, dataset: Dataset) -> FittedFeature:
        """Learn vocabularies, edges and scales from events before the cut."""


class TextFeature(Feature):
    """A feature that reads texts, and so needs an encoder."""

    @abstractmethod
    def fit(self, dataset: Dataset, encoder: TextEncoder | None = None) -> FittedFeature:
        """See Feature.fit. encoder: the embedded one when None."""


def unit_rows(matrix: Csr) -> Csr:
    """The matrix with each row divided by its Euclidean length; empty rows stay empty."""
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    scaled = matrix.copy()
    scaled.data = matrix.data / np.repeat(np.where(lengths > 0, lengths, 1), np.diff(matrix.indptr))
    return scaled


def as_csr(values: Matrix) -> Csr:
    """A sparse matrix of the same values."""
    return sparse.csr_array(values) if isinstance(values, np.ndarray) else values


def packed(texts: Sequence[str]) -> AnyArray:
    """Texts as bytes, uint8 (n,), for a state that holds arrays alone."""
    return np.frombuffer(json.dumps(list(texts)).encode(), dtype=np.uint8)


def unpacked(array: AnyArray) -> tuple[str, ...]:
    """The texts that were packed."""
    return tuple(json.loads(array.astype(np.uint8).tobytes().decode()))


def within(arrays: Mapping[str, V], name: str) -> dict[str, V]:
    """What lies under `name/`, by the rest of its names."""
    prefix = f"{name}/"
    return {key.removeprefix(prefix): one for key, one in arrays.items() if key.startswith(prefix)}


def matrix_state(name: str, matrix: Csr) -> dict[str, AnyArray]:
    """The arrays of a sparse matrix under `name`."""
    shape = np.array(matrix.shape, dtype=np.int64)
    return {
        f"{name}/data": matrix.data,
        f"{name}/indices": matrix.indices,
        f"{name}/indptr": matrix.indptr,
        f"{name}/shape": shape,
    }


def matrix_of(name: str, state: State) -> Csr:
    """The sparse matrix kept under `name`."""
    parts = (state[f"{name}/data"], state[f"{name}/indices"], state[f"{name}/indptr"])
    n_rows, n_columns = (int(size) for size in state[f"{name}/shape"])
    return sparse.csr_array(parts, shape=(n_rows, n_columns), dtype=np.float32)
