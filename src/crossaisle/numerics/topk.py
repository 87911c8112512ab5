"""The k best columns of each row, ties broken by the smaller column number so that equal input gives equal output."""

import numpy as np

from crossaisle.numerics.arrays import Bools, Floats, Numbers


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
    columns = _partitioned(scores, width) if width < n_columns else _all_columns(n_rows, n_columns)
    values = np.take_along_axis(scores, columns, axis=1)
    order = np.lexsort((columns, -values), axis=1)
    columns = np.take_along_axis(columns, order, axis=1)
    values = np.take_along_axis(values, order, axis=1)
    chosen[:, :width] = np.where(np.isneginf(values), -1, columns)
    return chosen


def _all_columns(n_rows: int, n_columns: int) -> Numbers:
    return np.broadcast_to(np.arange(n_columns, dtype=np.int32), (n_rows, n_columns))


def _partitioned(scores: Floats, k: int) -> Numbers:
    """The k best columns in no order; where the k-th value is tied, the smallest tied columns are kept."""
    cut = scores.shape[1] - k
    columns = np.argpartition(scores, cut, axis=1)[:, cut:].astype(np.int32)
    lowest = np.take_along_axis(scores, columns, axis=1).min(axis=1)
    reached: Bools = scores >= lowest[:, None]
    for row in np.flatnonzero((reached.sum(axis=1) > k) & np.isfinite(lowest)):
        above = np.flatnonzero(scores[row] > lowest[row])
        tied = np.flatnonzero(scores[row] == lowest[row])
        columns[row] = np.concatenate([above, tied[: k - len(above)]])
    return columns
