"""The k best columns of each row, ties broken by the smaller column number so that equal input gives equal output."""

import numpy as np

from crossaisle.numerics.arrays import AnyArray, Bools, Floats, Numbers

BLOCKS_PER_PLACE = 4
"""Rows of at least k times so many columns are searched by blocks."""
BLOCK = 64


def top_k(scores: Floats, k: int) -> Numbers:
    """Columns of the `k` highest scores of each row, best first; −inf is never chosen, missing places are −1.

    Args:
        scores: float32 (n_rows, n_columns), without NaN.
        k: how many to choose, ≥ 1.

    Returns:
        int32 (n_rows, k).
    """
    n_rows, n_columns = scores.shape
    chosen = np.full((n_rows, k), -1, dtype=np.int32)
    width = min(k, n_columns)
    if n_rows == 0 or width == 0:
        return chosen
    columns = _leading(scores, width) if width < n_columns else _all_columns(n_rows, n_columns)
    values = np.take_along_axis(scores, columns, axis=1)
    order = np.lexsort((columns, -values), axis=1)
    columns = np.take_along_axis(columns, order, axis=1)
    values = np.take_along_axis(values, order, axis=1)
    chosen[:, :width] = np.where(np.isneginf(values), -1, columns)
    return chosen


def hold_back(scores: Floats, is_allowed: Bools) -> None:
    """Set the scores of columns that are not allowed to −inf, in place, both (n_rows, n_columns).

    The smaller of the score and a ceiling of ±inf: no branch to mispredict, three times as fast as a masked write.
    """
    for row, allowed in zip(scores, is_allowed, strict=True):
        ceiling = allowed.astype(np.float32)
        ceiling -= np.float32(0.5)
        ceiling *= np.float32(np.inf)
        np.minimum(row, ceiling, out=row)


def _all_columns(n_rows: int, n_columns: int) -> Numbers:
    return np.broadcast_to(np.arange(n_columns, dtype=np.int32), (n_rows, n_columns))


def _leading(scores: Floats, k: int) -> Numbers:
    """The k best columns in no order; where the k-th value is tied, the smallest tied columns are kept."""
    if scores.shape[1] < BLOCKS_PER_PLACE * BLOCK * k:
        return np.stack([_k_highest(row, k) for row in scores]).astype(np.int32)
    return np.stack([_of_row(row, k, floor) for row, floor in zip(scores, _floors(scores, k), strict=True)])


def _floors(scores: Floats, k: int) -> Floats:
    """The k-th highest of the maxima of blocks of columns: at least k scores of the row reach it."""
    n_rows, n_columns = scores.shape
    n_blocks = n_columns // BLOCK
    maxima = scores[:, : n_blocks * BLOCK].reshape(n_rows, BLOCK, n_blocks).max(axis=1)
    return np.asarray(np.partition(maxima, n_blocks - k, axis=1)[:, n_blocks - k])


def _of_row(row: Floats, k: int, floor: np.float32) -> Numbers:
    reached = np.flatnonzero(row >= floor).astype(np.int32)
    return reached[_k_highest(row[reached], k)]


def _k_highest(values: Floats, k: int) -> AnyArray:
    """Places of the k highest values, the first of those tied at the k-th.

    Values are parted without what is −inf: many ties are slow, and parting values is several times as fast as places.
    """
    finite = values[values > -np.inf]
    lowest = np.partition(finite, len(finite) - k)[len(finite) - k] if len(finite) > k else np.float32(-np.inf)
    above = np.flatnonzero(values > lowest)
    tied = np.flatnonzero(values == lowest)
    return np.concatenate([above, tied[: k - len(above)]])
