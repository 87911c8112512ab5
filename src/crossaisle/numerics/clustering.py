"""k-means: Lloyd's iterations of SciPy, begun by k-means++ of Arthur and Vassilvitskii (2007)."""

import warnings

import numpy as np
from scipy.cluster.vq import kmeans2, vq

from crossaisle.numerics.arrays import AnyArray, Doubles, Numbers

ITERATIONS = 25


def k_means(rows: AnyArray, n_clusters: int, seed: int) -> Doubles:
    """Centres of the clusters that hold a row, at most `n_clusters`: float64 (n_found, n_columns).

    Args:
        rows: float (n_rows, n_columns), at least one row.
        seed: of the first centres; the same rows and seed give the same centres.
    """
    values = np.asarray(rows, dtype=np.float64)
    begun = _first_centres(values, n_clusters, np.random.default_rng(seed))
    with warnings.catch_warnings():
        # a cluster that loses its last row stays where it was, and is left out below
        warnings.simplefilter("ignore", UserWarning)
        centres, labels = kmeans2(values, begun, iter=ITERATIONS, minit="matrix", missing="warn")
    return np.asarray(centres[np.unique(labels)], dtype=np.float64)


def nearest_centres(rows: AnyArray, centres: Doubles) -> Numbers:
    """int32 (n_rows,): the nearest centre of each row, the first of those equally near."""
    return np.asarray(vq(np.asarray(rows, dtype=np.float64), centres)[0], dtype=np.int32)


def _first_centres(values: Doubles, n: int, rng: np.random.Generator) -> Doubles:
    """Rows drawn one after the other, each with a chance that grows with its squared distance from those drawn."""
    chosen = [int(rng.integers(len(values)))]
    far = ((values - values[chosen[0]]) ** 2).sum(axis=1)
    while len(chosen) < n and (whole := far.sum()) > 0:
        chosen.append(int(rng.choice(len(values), p=far / whole)))
        far = np.minimum(far, ((values - values[chosen[-1]]) ** 2).sum(axis=1))
    return values[chosen]
