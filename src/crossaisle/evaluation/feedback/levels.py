"""Where a value stands among its like: bins of equal numbers of entries, within each group."""

import numpy as np

from crossaisle.numerics.arrays import AnyArray, Longs


def quantile_bins(values: AnyArray, groups: AnyArray, n_bins: AnyArray | int) -> Longs:
    """Bin of each entry within its group, 0 for the lowest: int64 (n,). Equal values share a bin, NaN is the highest.

    Args:
        values: (n,).
        groups: whole numbers (n,), from 0.
        n_bins: how many bins a group has, one number or (n,) equal within a group.
    """
    order = np.lexsort((values, groups))
    value, group = values[order], groups[order]
    is_equal = (value[1:] == value[:-1]) | (np.isnan(value[1:]) & np.isnan(value[:-1]))
    starts = np.flatnonzero(np.append(True, ~is_equal | (group[1:] != group[:-1]))[: len(order)])
    n_equal = np.diff(np.append(starts, len(order)))
    middle = np.repeat(starts + n_equal / 2, n_equal)
    n_each = np.bincount(groups)[group]
    share = np.empty(len(order))
    share[order] = (middle - np.searchsorted(group, group)) / n_each
    return np.floor(share * n_bins).astype(np.int64)
