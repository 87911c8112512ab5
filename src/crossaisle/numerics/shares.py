"""Parts of a whole: each amount divided by the sum that it belongs to."""

import numpy as np
from scipy import sparse

from crossaisle.numerics.arrays import AnyArray, Csr, Doubles, csr


def shares(amounts: AnyArray, groups: AnyArray | None = None) -> Doubles:
    """Each amount's share of its group's sum, 0 where the sum is 0 or the group unknown.

    Args:
        amounts: (n,), not negative.
        groups: whole numbers (n,), −1 where unknown; all amounts are one group by default.

    Returns:
        float64 (n,), summing to one over each group with a positive sum.
    """
    amounts = np.asarray(amounts, dtype=np.float64)
    if groups is None:
        groups = np.zeros(len(amounts), dtype=np.int32)
    known = groups >= 0
    n_groups = int(groups.max(initial=-1)) + 1
    sums = np.bincount(groups[known], weights=amounts[known], minlength=n_groups)
    whole = np.where(known, sums[groups] if n_groups else 0.0, 0.0)
    parts: Doubles = np.divide(amounts, whole, out=np.zeros_like(amounts), where=whole > 0)
    return parts


def row_shares(amounts: AnyArray) -> Doubles:
    """Each amount's share of its row's sum, 0 in a row that sums to 0: float64 (n_rows, n_columns)."""
    amounts = np.asarray(amounts, dtype=np.float64)
    whole = amounts.sum(axis=1, keepdims=True)
    parts: Doubles = np.divide(amounts, whole, out=np.zeros_like(amounts), where=whole > 0)
    return parts


def label_counts(rows: AnyArray, labels: AnyArray, shape: tuple[int, int]) -> Csr:
    """How often each row has each label ≥ 0: sparse float32 of `shape` from (n,) rows and their labels."""
    known = labels >= 0
    return csr(rows[known], labels[known], np.ones(np.count_nonzero(known)), shape)


def label_shares(rows: AnyArray, labels: AnyArray, shape: tuple[int, int]) -> Csr:
    """`label_counts` as shares of their row: they sum to one in every row that has a label."""
    counts = label_counts(rows, labels, shape)
    counts.data /= np.repeat(np.asarray(counts.sum(axis=1), dtype=np.float32), np.diff(counts.indptr))
    return counts


def sums_by_group(amounts: "sparse.csr_array[np.float32]", groups: AnyArray, n_groups: int) -> Doubles:
    """Sum the rows of each group.

    Args:
        amounts: (n_rows, n_columns).
        groups: whole numbers (n_rows,) below `n_groups`, −1 for a row of no group.

    Returns:
        float64 (n_groups, n_columns).
    """
    rows = np.flatnonzero(groups >= 0)
    shape = (n_groups, amounts.shape[0])
    membership = sparse.csr_array((np.ones(len(rows)), (groups[rows], rows)), shape=shape)
    return np.asarray((membership @ amounts.astype(np.float64)).toarray())
