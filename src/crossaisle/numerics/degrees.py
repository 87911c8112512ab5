"""Degrees of a graph, the sums of the rows and columns of its matrix, and the matrix scaled by powers of them."""

import numpy as np
from scipy import sparse

from crossaisle.numerics.arrays import AnyArray, Csr, Doubles


def power(degrees: AnyArray, exponent: float) -> Doubles:
    """float64: degree^exponent, 0 for degree 0."""
    raised: Doubles = np.where(degrees > 0, np.maximum(degrees.astype(np.float64), 1e-12) ** exponent, 0)
    return raised


def scaled_by_degrees(matrix: Csr, of_rows: float, of_columns: float) -> Csr:
    """float32: diag(row sums^of_rows) · matrix · diag(column sums^of_columns); by 0 a side stays as it is."""
    rows, columns = (
        sparse.diags_array(power(np.asarray(matrix.sum(axis=axis)), exponent))
        for axis, exponent in ((1, of_rows), (0, of_columns))
    )
    return sparse.csr_array(rows @ matrix @ columns).astype(np.float32)
