"""Powers of degrees and matrices scaled by them, by hand."""

import numpy as np
import pytest
from scipy import sparse

from crossaisle.numerics.degrees import power, scaled_by_degrees


def test_a_degree_of_zero_has_no_power() -> None:
    assert power(np.array([4.0, 0.0, 1.0], dtype=np.float32), -0.5).tolist() == [0.5, 0.0, 1.0]
    assert power(np.array([4.0, 0.0]), 0.0).tolist() == [1.0, 0.0]


def test_rows_and_columns_are_scaled_by_their_own_sums() -> None:
    """Rows add up to 3 and 1, columns to 1 and 3: 2 becomes 2 · 3^−1 · 3^−½, and an exponent of 0 leaves a side."""
    matrix = sparse.csr_array(np.array([[1, 2], [0, 1]], dtype=np.float32))
    assert scaled_by_degrees(matrix, -1, -0.5).toarray() == pytest.approx(
        np.array([[1 / 3, 2 / 3 / 3**0.5], [0, 1 / 3**0.5]])
    )
    assert scaled_by_degrees(matrix, -1, 0).toarray() == pytest.approx(np.array([[1 / 3, 2 / 3], [0, 1]]))
