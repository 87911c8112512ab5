"""Nearest neighbours among sparse rows, a block at a time so that the full product is never held."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from scipy import sparse

from crossaisle.numerics.arrays import BATCH_BYTES, AnyArray, Csr, Floats, Longs, Numbers

PRODUCT_BYTES = 24
"""Working memory of one entry of a block's product at the worst: value, column and what the product needs beside."""


def nearest_rows(rows: Any, n_neighbours: int) -> Csr:
    """The largest positive entries of each row of A·Aᵀ, the diagonal left out; ties go to the smaller number.

    Args:
        rows: sparse A (n_rows, n_columns).
        n_neighbours: how many are kept of each row.

    Returns:
        float32 (n_rows, n_rows), column numbers ascending within a row.
    """
    n_rows = rows.shape[0]
    columns_rows = rows.T.tocsr()
    columns, values, lengths = [], [], []
    for block in _blocks(_most_entries(rows, columns_rows)):
        product = (rows[block] @ columns_rows).tocsr()
        for row in range(product.shape[0]):
            places = slice(product.indptr[row], product.indptr[row + 1])
            near, strength = product.indices[places], product.data[places]
            others = (near != block.start + row) & (strength > 0)
            near, strength = _strongest(near[others], strength[others], n_neighbours)
            columns.append(near.astype(np.int32))
            values.append(strength.astype(np.float32))
            lengths.append(len(near))
    indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    arrays = (np.concatenate(values), np.concatenate(columns), indptr)
    return sparse.csr_array(arrays, shape=(n_rows, n_rows))


def _most_entries(rows: Any, columns_rows: Any) -> Longs:
    """int64 (n_rows,): how many entries each row of the product has at most."""
    lengths = np.diff(columns_rows.indptr).astype(np.int64)
    ends = np.concatenate([[0], np.cumsum(lengths[rows.indices])])
    return np.asarray(np.minimum(np.diff(ends[rows.indptr]), rows.shape[0]))


def _blocks(sizes: Longs) -> Iterator[slice]:
    """Consecutive slices of rows, of as many entries as memory allows, at least one row each."""
    ends = np.cumsum(sizes)
    start = 0
    while start < len(sizes):
        done = ends[start - 1] if start else 0
        stop = int(np.searchsorted(ends, done + BATCH_BYTES // PRODUCT_BYTES, side="right"))
        stop = max(stop, start + 1)
        yield slice(start, stop)
        start = stop


def strongest_of_rows(matrix: Csr, n: int) -> tuple[Numbers, Floats]:
    """The `n` largest positive entries of each row but the diagonal, largest first; ties go to the smaller column.

    Returns:
        Columns int32 (n_rows, n), −1 where there is none, and values float32, 0 there.
    """
    n_rows = matrix.shape[0]
    columns, values = np.full((n_rows, n), -1, dtype=np.int32), np.zeros((n_rows, n), dtype=np.float32)
    for block in _blocks(np.diff(matrix.indptr).astype(np.int64)):
        first, last = matrix.indptr[block.start], matrix.indptr[block.stop]
        rows = np.repeat(np.arange(block.start, block.stop), np.diff(matrix.indptr[block.start : block.stop + 1]))
        near, strength = matrix.indices[first:last], matrix.data[first:last]
        kept = (strength > 0) & (near != rows)
        rows, near, strength = rows[kept], near[kept], strength[kept]
        order = np.lexsort((near, -strength, rows))
        rows, near, strength = rows[order], near[order], strength[order]
        places = np.arange(len(rows)) - np.searchsorted(rows, rows)
        is_strong = places < n
        columns[rows[is_strong], places[is_strong]] = near[is_strong]
        values[rows[is_strong], places[is_strong]] = strength[is_strong]
    return columns, values


def inner_products(places: Csr, left: Floats, right: Floats) -> Floats:
    """float32 (n_entries,): of row i of `left` with row j of `right` at each stored place (i, j).

    Args:
        left: float32 (n_rows, n_components). right: float32 (n_columns, n_components).
    """
    found = np.zeros(places.nnz, dtype=np.float32)
    if not left.shape[1]:
        return found
    left, right = np.ascontiguousarray(left), np.ascontiguousarray(right)
    for row, (first, last) in enumerate(pairwise(places.indptr)):
        found[first:last] = right[places.indices[first:last]] @ left[row]
    return found


def _strongest(near: AnyArray, strength: AnyArray, n: int) -> tuple[AnyArray, AnyArray]:
    """The `n` of largest strength by ascending number; of those tied at the last place, the smallest numbers."""
    if len(near) > n:
        lowest = np.partition(strength, len(strength) - n)[len(strength) - n]
        above, tied = np.flatnonzero(strength > lowest), np.flatnonzero(strength == lowest)
        tied = tied[np.argsort(near[tied])[: n - len(above)]]
        chosen = np.concatenate([above, tied])
        near, strength = near[chosen], strength[chosen]
    order = np.argsort(near)
    return near[order], strength[order]
