"""Percentile bootstrap over rows: Efron and Tibshirani (1993), "An Introduction to the Bootstrap"."""

from collections.abc import Iterator

import numpy as np

from crossaisle.numerics.arrays import AnyArray, Doubles, batches

N_RESAMPLES = 1000
WEIGHTS_BYTES = 64 * 2**20


def known_means(values: AnyArray) -> Doubles:
    """Means of the columns, NaN left out: float64 (n_columns,), NaN where nothing is known."""
    n_known = (~np.isnan(values)).sum(axis=0)
    return np.where(n_known > 0, np.nansum(values, axis=0) / np.maximum(n_known, 1), np.nan)


def resampled_means(values: AnyArray, seed: int, n_resamples: int = N_RESAMPLES) -> Doubles:
    """Means of the columns over rows drawn with replacement, NaN left out: float64 (n_resamples, n_columns).

    The rows of a resample are the same for all columns, so that columns may be compared within it: a ratio of two
    columns of the answer is the paired bootstrap of the ratio of their means.

    Args:
        values: float (n_rows, n_columns), at least one row.
    """
    known = ~np.isnan(values)
    is_whole = bool(known.all())
    filled = values if is_whole else np.where(known, values, 0.0)
    parts = []
    for weights in _weights(len(values), seed, n_resamples):
        counts = weights.sum(axis=1, keepdims=True) if is_whole else weights @ known
        parts.append(
            np.divide(weights @ filled, counts, out=np.full_like(counts + filled[:1], np.nan), where=counts > 0)
        )
    return np.concatenate(parts)


def interval(resampled: Doubles) -> tuple[Doubles, Doubles]:
    """The 95 % interval of each column, low and high (n_columns,); NaN where a column is not known in any resample."""
    is_known = ~np.isnan(resampled).all(axis=0)
    low, high = np.full((2, resampled.shape[1]), np.nan)
    low[is_known], high[is_known] = np.nanquantile(resampled[:, is_known], [0.025, 0.975], axis=0)
    return low, high


def ratio_of(means: Doubles, resampled: Doubles, above: int, below: int) -> tuple[float, float, float]:
    """Ratio of two columns with its 95 % interval; NaN where the lower is 0.

    Args:
        means: float64 (n_columns,). resampled: float64 (n_resamples, n_columns).
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(means[below] != 0, means[above] / means[below], np.nan)
        drawn = np.where(resampled[:, below] != 0, resampled[:, above] / resampled[:, below], np.nan)
    low, high = interval(drawn[:, None])
    return float(value), float(low[0]), float(high[0])


def _weights(n_rows: int, seed: int, n_resamples: int) -> Iterator[Doubles]:
    """How often each resample draws each row, some resamples at a time."""
    rng = np.random.default_rng(seed)
    for some in batches(n_resamples, 24 * n_rows, WEIGHTS_BYTES):
        n_some = some.stop - some.start
        drawn = rng.integers(0, n_rows, (n_some, n_rows))
        drawn += np.arange(n_some)[:, None] * n_rows
        yield np.bincount(drawn.ravel(), minlength=n_some * n_rows).reshape(n_some, n_rows).astype(np.float64)
