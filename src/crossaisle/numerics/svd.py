"""Randomised truncated SVD after Halko, Martinsson and Tropp (2011), "Finding structure with randomness"."""

from typing import Any

import numpy as np
from scipy import linalg

from crossaisle.numerics.arrays import AnyArray, Floats, batches

WEAKEST = 1e-7
"""Singular values of less than this share of the strongest are rounding, and have no vectors."""


def randomised_svd(
    matrix: Any, components: int, seed: int, *, oversampling: int = 10, iterations: int = 4
) -> tuple[Floats, Floats, Floats]:
    """The strongest singular triplets, strongest first; the largest entry of each right vector is positive.

    Args:
        matrix: (n_rows, n_columns), dense or scipy sparse.
        components: how many, at most min(n_rows, n_columns).
        seed: of the random start; the same seed gives the same answer.
        oversampling: further random directions that are drawn and left out again.
        iterations: power iterations, each with an LU on the smaller side so that weak directions survive.

    Returns:
        float32 U (n_rows, components), s (components,), Vt (components, n_columns).
    """
    n_rows, n_columns = matrix.shape
    width = min(components + oversampling, n_rows, n_columns)
    start = np.random.default_rng(seed).standard_normal((n_columns, width), dtype=np.float32)
    basis = matrix @ start
    for _ in range(iterations):
        if n_rows <= n_columns:
            basis = matrix @ (matrix.T @ _separated(basis))
        else:
            basis = matrix @ _separated(matrix.T @ basis)
    basis = _orthonormal(basis)
    strengths, left, right = _decomposed(np.asarray(matrix.T @ basis))
    left, strengths, right = left[:, :components], strengths[:components], right[:, :components].T
    largest = np.argmax(np.abs(right), axis=1)
    signs = np.where(right[np.arange(len(right)), largest] < 0, -1, 1)
    return (
        ((basis @ left) * signs).astype(np.float32),
        strengths.astype(np.float32),
        (right * signs[:, None]).astype(np.float32),
    )


def _separated(vectors: AnyArray) -> AnyArray:
    """A basis of the same space in which weak directions survive: the unit lower factor of an LU, cheaper than a QR."""
    return np.asarray(linalg.lu(vectors, permute_l=True, overwrite_a=True, check_finite=False)[0])


def _orthonormal(vectors: AnyArray) -> AnyArray:
    return np.asarray(linalg.qr(vectors, mode="economic", check_finite=False)[0])


def _decomposed(tall: AnyArray) -> tuple[AnyArray, AnyArray, AnyArray]:
    """Singular values, strongest first, right and left vectors of a tall matrix: eigenvectors of its Gram matrix.

    In double precision, which keeps what is weaker than the strongest by up to seven digits, and several times as fast
    as LAPACK's SVD of the whole.
    """
    gram = np.zeros((tall.shape[1],) * 2)
    for rows in batches(len(tall), 8 * tall.shape[1]):
        block = tall[rows].astype(np.float64)
        gram += block.T @ block
    squares, vectors = linalg.eigh(gram, overwrite_a=True, check_finite=False)
    strengths = np.sqrt(np.maximum(squares[::-1], 0))
    vectors = vectors[:, ::-1]
    scale = np.where(strengths > WEAKEST * strengths[0], strengths, np.inf)
    return strengths, vectors, tall @ (vectors / scale).astype(np.float32)
