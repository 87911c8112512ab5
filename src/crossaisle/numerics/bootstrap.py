"""Percentile bootstrap over rows: Efron and Tibshirani (1993), "An Introduction to the Bootstrap"."""

from collections.abc import Iterator

import numpy as np

from crossaisle.numerics.arrays import AnyArray, Doubles, batches

N_RESAMPLES = 1000


def known_means(values: AnyArray) -> Doubles:
    """Means of the columns, NaN left out: float64 (n_columns,), NaN where nothing is known."""
    n_known = (~np.isnan(values)).sum(axis=0)
    return np.where(n_known > 0, np.nansum(values, axis=0) / np.maximum(n_known, 1), np.nan)


def mean_intervals(values: AnyArray, seed: int, n_resamples: int = N_RESAMPLES) -> tuple[Doubles, Doubles]:
    """95 % intervals of the means of columns, NaN left out.

    Args:
        values: float (n_rows, n_columns).

    Returns:
        low, high: float64 (n_columns,).
    """
    known = ~np.isnan(values)
    filled = np.where(known, values, 0.0)
    means = np.concatenate(
        [
            (weights @ filled) / np.maximum(weights @ known, 1e-12)
            for weights in _weights(len(values), seed, n_resamples)
        ]
    )
    low, high = np.where(known.any(axis=0), np.quantile(means, [0.025, 0.975], axis=0), np.nan)
    return low, high


def ratio_interval(
    values: AnyArray, baseline: AnyArray, seed: int, n_resamples: int = N_RESAMPLES
) -> tuple[float, float, float]:
    """Ratio of two means over the same rows with its paired 95 % interval; NaN where the baseline is 0."""
    whole = float(np.mean(values) / np.mean(baseline)) if np.mean(baseline) else float("nan")
    pair = np.column_stack([values, baseline])
    sums = np.concatenate([weights @ pair for weights in _weights(len(pair), seed, n_resamples)])
    ratios = np.divide(sums[:, 0], sums[:, 1], out=np.full(len(sums), np.nan), where=sums[:, 1] != 0)
    low, high = np.nanquantile(ratios, [0.025, 0.975]) if not np.isnan(ratios).all() else (np.nan, np.nan)
    return whole, float(low), float(high)


def _weights(n_rows: int, seed: int, n_resamples: int) -> Iterator[AnyArray]:
    """How often each resample draws each row, some resamples at a time."""
    rng = np.random.default_rng(seed)
    for some in batches(n_resamples, 16 * n_rows):
        drawn = rng.integers(0, n_rows, (some.stop - some.start, n_rows), dtype=np.int32)
        yield np.stack([np.bincount(one, minlength=n_rows) for one in drawn]).astype(np.float64)
