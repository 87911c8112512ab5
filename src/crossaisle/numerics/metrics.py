"""Metric arithmetic on ranked hits: row by row, binary gain.

`hits` is bool (n_rows, k), best place first; `sizes` is int (n_rows,), how many columns of the row are true, ≥ 1.
"""

import numpy as np

from crossaisle.numerics.arrays import AnyArray, Bools, Doubles, Floats, Longs, Numbers

MANY = 40
"""From so many true columns on, sorting is quicker than counting for each."""


def capped_recall(hits: Bools, sizes: AnyArray) -> Doubles:
    """hits / min(size, k)."""
    return np.asarray(hits.sum(axis=1) / np.minimum(sizes, hits.shape[1]))


def recall(hits: Bools, sizes: AnyArray) -> Doubles:
    """hits / size."""
    return np.asarray(hits.sum(axis=1) / sizes)


def precision(hits: Bools) -> Doubles:
    """hits / k."""
    return np.asarray(hits.sum(axis=1) / hits.shape[1])


def f1(hits: Bools, sizes: AnyArray) -> Doubles:
    """Harmonic mean of precision and recall, 2 · hits / (k + size)."""
    return np.asarray(2 * hits.sum(axis=1) / (hits.shape[1] + sizes))


def hit_rate(hits: Bools) -> Doubles:
    """1 where any place is a hit."""
    return np.asarray(hits.any(axis=1), dtype=np.float64)


def ndcg(hits: Bools, sizes: AnyArray) -> Doubles:
    """Discounted cumulative gain over that of an ideal row of min(size, k) hits (Järvelin and Kekäläinen 2002)."""
    discounts = 1 / np.log2(np.arange(2, hits.shape[1] + 2))
    ideal = np.concatenate([[0], np.cumsum(discounts)])[np.minimum(sizes, hits.shape[1])]
    return np.asarray((hits @ discounts) / ideal, dtype=np.float64)


def average_precision(hits: Bools, sizes: AnyArray) -> Doubles:
    """Mean over min(size, k) of the precision at each hit."""
    places = np.arange(1, hits.shape[1] + 1)
    at_hits = np.cumsum(hits, axis=1) / places * hits
    return np.asarray(at_hits.sum(axis=1) / np.minimum(sizes, hits.shape[1]), dtype=np.float64)


def reciprocal_rank(hits: Bools) -> Doubles:
    """1 / place of the first hit, 0 without one."""
    return np.asarray(np.where(hits.any(axis=1), 1 / (hits.argmax(axis=1) + 1), 0.0))


def gini(counts: AnyArray) -> float:
    """Gini coefficient of non-negative counts: 0 all equal, towards 1 all on one."""
    ordered = np.sort(np.asarray(counts, dtype=np.float64))
    total = ordered.sum()
    if not total:
        return 0.0
    places = np.arange(1, len(ordered) + 1)
    return float(((2 * places - len(ordered) - 1) * ordered).sum() / (len(ordered) * total))


def log_slope(exposure: AnyArray, popularity: AnyArray) -> float:
    """Least-squares slope of log(1 + exposure) on log(1 + popularity), 0 where popularity does not vary."""
    x, y = np.log1p(popularity), np.log1p(exposure)
    spread = float(((x - x.mean()) ** 2).sum()) if len(x) else 0.0
    return float(((x - x.mean()) * (y - y.mean())).sum() / spread) if spread else 0.0


def shares_below(scores: Floats, true: AnyArray, n_out: int = 0) -> tuple[Doubles, Doubles]:
    """For each true column the shares of the other columns in play that score below it, and below or equal.

    Their mean is the chance that the true column is scored above a random other one, ties counting half; over all
    true columns it is the area under the ROC curve.

    Args:
        scores: (n_columns,), −inf in the `n_out` columns that are out of play.
        true: columns, all in play.

    Returns:
        float64 (n_true,) each; NaN where no other column is in play.
    """
    values = scores[true]
    below, up_to = _counts_below(scores, values)
    among = np.sort(values)
    below -= np.searchsorted(among, values, side="left") + np.where(np.isneginf(values), 0, n_out)
    up_to -= np.searchsorted(among, values, side="right") + n_out
    n_others = len(scores) - len(values) - n_out
    if not n_others:
        return np.full(len(values), np.nan), np.full(len(values), np.nan)
    return below / n_others, up_to / n_others


def _counts_below(scores: Floats, values: Floats) -> tuple[Longs, Longs]:
    if len(values) > MANY:
        ordered = np.sort(scores)
        return np.searchsorted(ordered, values, side="left"), np.searchsorted(ordered, values, side="right")
    below = np.array([np.count_nonzero(scores < one) for one in values], dtype=np.int64)
    up_to = np.array([np.count_nonzero(scores <= one) for one in values], dtype=np.int64)
    return below, up_to


def tied_hits(scores: Floats, is_true: Bools, k: int) -> Doubles:
    """How many true columns are among each row's `k` highest, ties broken at random, in expectation: float64 (n_rows,).

    Args:
        scores: (n_rows, n_columns), −inf for what is never chosen.
        is_true: bool, the same shape.
    """
    k = min(k, scores.shape[1])
    last = np.partition(scores, scores.shape[1] - k, axis=1)[:, scores.shape[1] - k, None]
    above, tied = scores > last, (scores == last) & ~np.isneginf(scores)
    n_tied = tied.sum(axis=1)
    chance = np.divide(k - above.sum(axis=1), n_tied, out=np.zeros(len(scores)), where=n_tied > 0)
    return np.asarray((above & is_true).sum(axis=1) + chance * (tied & is_true).sum(axis=1), dtype=np.float64)


def called_true(below: Doubles, up_to: Doubles, threshold: float) -> Doubles:
    """Chance that each true column lies above the share `threshold` of the others, ties broken at random (n_true,).

    Args:
        below, up_to: of `shares_below`. A random other column is called true with chance 1 − threshold.
    """
    tied = up_to - below
    part = np.divide(up_to - threshold, tied, out=(below >= threshold).astype(np.float64), where=tied > 0)
    return np.asarray(np.clip(part, 0, 1))


def best_threshold(below: Doubles, up_to: Doubles, weights: Doubles) -> float:
    """The share at which as many true as other columns, drawn at random, are called right most often; 0 for none.

    Right are (called true + threshold) / 2, which is largest where a true column ends.

    Args:
        below, up_to: of `shares_below`. weights: of each true column.
    """
    known = ~np.isnan(below)
    if not known.any():
        return 0.0
    middle = ((below + up_to) / 2)[known]
    order = np.argsort(middle, kind="stable")
    left = np.concatenate([[0], np.cumsum(weights[known][order])[:-1]])
    right = 1 - left / weights[known].sum() + middle[order]
    return float(middle[order][np.argmax(right)])


def distinct_in_rows(labels: Numbers) -> Doubles:
    """How many different labels ≥ 0 each row has: (n_rows,) from (n_rows, k)."""
    ordered = np.sort(labels, axis=1)
    is_new = np.diff(ordered, axis=1, prepend=-1) != 0
    return np.asarray((is_new & (ordered >= 0)).sum(axis=1), dtype=np.float64)


def differing_pairs(labels: Numbers) -> Doubles:
    """Share of the pairs of a row's places ≥ 0 that have different labels: intra-list distance (n_rows,)."""
    known = labels >= 0
    n = known.sum(axis=1)
    same = ((labels[:, :, None] == labels[:, None, :]) & known[:, :, None] & known[:, None, :]).sum(axis=(1, 2)) - n
    pairs = n * (n - 1)
    return np.asarray(np.divide(pairs - same, pairs, out=np.zeros(len(labels)), where=pairs > 0))
