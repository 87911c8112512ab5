"""Metric arithmetic on ranked hits: row by row, binary gain.

`hits` is bool (n_rows, k), best place first; `sizes` is int (n_rows,), how many columns of the row are true, ≥ 1.
"""

import numpy as np

from crossaisle.numerics.arrays import AnyArray, Bools, Doubles, Numbers

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


def pairwise_accuracy(scores: AnyArray, is_true: Bools, is_allowed: Bools) -> float:
    """Chance that a true column is scored above a random allowed column that is not true; ties count half.

    Args:
        scores, is_true, is_allowed: (n_columns,); NaN if either side is empty.
    """
    positive, negative = scores[is_true & is_allowed], scores[is_allowed & ~is_true]
    if not len(positive) or not len(negative):
        return float("nan")
    if len(positive) > MANY:
        negative = np.sort(negative)
        below = np.searchsorted(negative, positive, side="left").sum()
        up_to = np.searchsorted(negative, positive, side="right").sum()
    else:
        below = sum(np.count_nonzero(negative < one) for one in positive)
        up_to = sum(np.count_nonzero(negative <= one) for one in positive)
    return float((below + up_to) / (2 * len(positive) * len(negative)))


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
