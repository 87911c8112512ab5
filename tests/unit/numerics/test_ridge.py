"""Weights of the other columns, by hand and against a general inverse."""

import numpy as np
import pytest
from scipy import sparse

from crossaisle.errors import UsageError
from crossaisle.numerics.ridge import gram_of, weights_of_others

MATRIX = sparse.csr_array((np.random.default_rng(3).random((300, 40)) < 0.2).astype(np.float32))


def test_two_columns_by_hand() -> None:
    """XᵀX = [[3, 2], [2, 2]]; with λ = 1 the system is [[4, 2], [2, 3]], its inverse [[3, −2], [−2, 4]] / 8.

    B_12 = 2 / 4, B_21 = 2 / 3.
    """
    weights = weights_of_others(np.array([[3, 2], [2, 2]], dtype=np.float32), 1.0)
    np.testing.assert_allclose(weights, [[0, 1 / 2], [2 / 3, 0]], rtol=1e-6)


@pytest.mark.parametrize("l2", [1e-3, 0.1, 10.0, 1e4])
def test_weights_are_those_of_a_general_inverse_in_double_precision(l2: float) -> None:
    """The bound on the condition, about 1,000 / λ here, asks for double precision at the smaller two."""
    dense = MATRIX.toarray().astype(np.float64)
    inverse = np.linalg.inv(dense.T @ dense + l2 * np.eye(40))
    wanted = -inverse / np.diag(inverse)
    np.fill_diagonal(wanted, 0)
    np.testing.assert_allclose(weights_of_others(gram_of(MATRIX), l2), wanted, rtol=2e-3, atol=2e-5)


def test_gram_is_the_dense_product() -> None:
    dense = MATRIX.toarray()
    np.testing.assert_array_equal(gram_of(MATRIX), dense.T @ dense)


def test_a_penalty_too_small_for_the_numbers_is_refused() -> None:
    """Two equal columns: the system [[1e12 + λ, 1e12], [1e12, 1e12 + λ]] is singular once λ is rounded away."""
    with pytest.raises(UsageError, match="too small"):
        weights_of_others(np.full((2, 2), 1e12, dtype=np.float32), 1e-6)


def test_no_column_gives_no_weight() -> None:
    assert weights_of_others(np.empty((0, 0), dtype=np.float32), 1.0).shape == (0, 0)
