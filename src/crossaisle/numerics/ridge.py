"""Ridge regression of every column of a binary matrix on all its other columns, in closed form: Steck (2019),
"Embarrassingly Shallow Autoencoders for Sparse Data", equation 8."""

from typing import Any

import numpy as np
from scipy.linalg import lapack

from crossaisle.errors import UsageError
from crossaisle.numerics.arrays import AnyArray, Floats, batches

SAFE_CONDITION = 1e4
"""Up to this bound on the condition of the system single precision errs by less than a thousandth."""


def gram_of(matrix: Any) -> Floats:
    """XᵀX of a sparse matrix X (n_rows, n_columns), made in blocks: float32 (n_columns, n_columns)."""
    n_columns = matrix.shape[1]
    rows, columns = matrix.T.tocsr(), matrix.tocsr()
    gram = np.empty((n_columns, n_columns), dtype=np.float32)
    for block in batches(n_columns, 16 * n_columns):
        gram[block] = (rows[block] @ columns).toarray()
    return gram


def weights_of_others(gram: Floats, l2: float) -> Floats:
    """B that minimises ‖X − XB‖² + l2 · ‖B‖² under diag B = 0: B = −P / diag P off the diagonal, P = (XᵀX + l2 · I)⁻¹.

    The inverse is taken in place of the system; its precision follows from the largest row sum, which bounds the
    largest eigenvalue.

    Args:
        gram: XᵀX, float32 (n, n), symmetric; it is destroyed.
        l2: λ > 0.

    Returns:
        float32 (n, n): entry (i, j) is what column i says of column j.

    Raises:
        UsageError: λ is too small for the precision of numbers.
    """
    if not len(gram):
        return gram
    condition = 1 + float(np.abs(gram).sum(axis=1).max()) / l2
    system: AnyArray = gram if condition <= SAFE_CONDITION else gram.astype(np.float64)
    system[np.diag_indices_from(system)] += l2
    _invert(system)
    strengths = np.diag(system).copy()
    weights = gram if system is not gram else np.empty_like(gram)
    np.divide(system, -strengths[None, :], out=weights, casting="same_kind")
    np.fill_diagonal(weights, 0)
    return weights


def _invert(system: AnyArray) -> None:
    """Replace a positive definite matrix by its inverse, in place, by Cholesky on its upper triangle."""
    factorise, invert = (lapack.spotrf, lapack.spotri) if system.dtype == np.float32 else (lapack.dpotrf, lapack.dpotri)
    # LAPACK reads columns first: the transposed view's lower triangle is our upper one, and nothing is copied
    _, failed = factorise(system.T, lower=1, clean=0, overwrite_a=1)
    if failed:
        raise UsageError("the penalty is too small to solve for the weights", remedy="Raise l2.")
    invert(system.T, lower=1, overwrite_c=1)
    for row in range(1, len(system)):
        system[row, :row] = system[:row, row]
