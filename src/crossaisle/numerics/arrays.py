"""Names for the array types that cross the floors, and sizes of batches under a memory limit."""

from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse

Bools: TypeAlias = npt.NDArray[np.bool_]
Floats: TypeAlias = npt.NDArray[np.float32]
Doubles: TypeAlias = npt.NDArray[np.float64]
Numbers: TypeAlias = npt.NDArray[np.int32]
Longs: TypeAlias = npt.NDArray[np.int64]
Codes: TypeAlias = npt.NDArray[np.int8]
AnyArray: TypeAlias = npt.NDArray[Any]
Rows: TypeAlias = slice | Numbers | Longs
Csr: TypeAlias = "sparse.csr_array[np.float32]"

BATCH_BYTES = 256 * 2**20
"""What one batch of scores and the masks beside it may take by default, in bytes."""


def batches(n_rows: int, bytes_per_row: int, limit: int = BATCH_BYTES) -> Iterator[slice]:
    """Consecutive slices over `n_rows` whose working memory stays within `limit` bytes, at least one row each."""
    size = max(1, limit // max(1, bytes_per_row))
    for start in range(0, n_rows, size):
        yield slice(start, min(start + size, n_rows))


def csr(rows: AnyArray, columns: AnyArray, values: AnyArray, shape: tuple[int, int]) -> Csr:
    """Sum `values` into a sparse float32 matrix of `shape`, column indices sorted within a row."""
    matrix: Csr = sparse.coo_array((values.astype(np.float32), (rows, columns)), shape=shape).tocsr()
    matrix.sum_duplicates()
    return matrix


def moved(rows: AnyArray, places: Numbers) -> AnyArray:
    """(n, …): row `places[i]` at row i, zeros where that is −1. rows: (n_rows, …). places: int32 (n,)."""
    found = np.zeros((len(places), *rows.shape[1:]), dtype=rows.dtype)
    found[places >= 0] = rows[places[places >= 0]]
    return found


def row_numbers(indptr: AnyArray) -> Numbers:
    """The row of each stored entry of a compressed sparse row layout: int32 (n_entries,)."""
    return np.repeat(np.arange(len(indptr) - 1, dtype=np.int32), np.diff(indptr))


def holds(matrix: Csr, rows: AnyArray, columns: AnyArray) -> Bools:
    """Whether the matrix, its column indices sorted, stores an entry at (row, column): bool of their broadcast shape.

    A column of −1 is never held.
    """
    width = matrix.shape[1]
    there = np.append(row_numbers(matrix.indptr).astype(np.int64) * width + matrix.indices, -1)
    keys = np.asarray(rows, dtype=np.int64) * width + columns
    return np.asarray((there[np.searchsorted(there[:-1], keys)] == keys) & (np.asarray(columns) >= 0))
