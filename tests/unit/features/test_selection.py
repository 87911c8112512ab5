"""Selection of components by explained variance."""

import numpy as np
import pytest
from scipy import sparse

from crossaisle.errors import InputError
from crossaisle.features import FittedSelection, Selection

RNG = np.random.default_rng(3)
MATRIX = (RNG.standard_normal((60, 5)) @ RNG.standard_normal((5, 30)) + 0.01 * RNG.standard_normal((60, 30))).astype(
    np.float32
)


def test_directions_are_the_strongest_singular_vectors() -> None:
    """Against numpy's exact decomposition: each direction equals the singular vector up to its sign."""
    fitted = Selection(variance=1.0, max_components=5).fit(MATRIX)
    exact = np.linalg.svd(MATRIX.astype(np.float64))[2][:5]
    np.testing.assert_allclose(np.abs((exact @ fitted.directions).diagonal()), 1, atol=1e-4)


def test_variance_of_two_axes_is_shared_by_hand() -> None:
    """Rows ±3 on the first axis and ±1 on the second: variances 9/2 and 1/2, so 0.9 and 0.1 of 5."""
    matrix = np.array([[3, 0], [-3, 0], [0, 1], [0, -1]], dtype=np.float32)
    fitted = Selection(variance=0.95).fit(matrix)
    assert fitted.explained.tolist() == pytest.approx([0.9, 0.1], abs=1e-5)
    assert Selection(variance=0.85).fit(matrix).directions.shape == (2, 1)
    np.testing.assert_allclose(np.abs(fitted.apply(matrix)), np.abs(matrix), atol=1e-5)


def test_rank_five_is_explained_by_five_components_and_no_more_are_kept() -> None:
    fitted = Selection(variance=0.99, max_components=20).fit(MATRIX)
    assert fitted.directions.shape[1] <= 5
    assert fitted.explained.sum() >= 0.99


def test_sparse_and_dense_give_the_same_up_to_rounding() -> None:
    dense = Selection().fit(MATRIX, seed=1)
    thin = Selection().fit(sparse.csr_array(MATRIX), seed=1)
    np.testing.assert_allclose(dense.explained, thin.explained, rtol=1e-4)
    np.testing.assert_allclose(dense.apply(MATRIX), thin.apply(sparse.csr_array(MATRIX)), atol=1e-3)


def test_same_seed_gives_the_same_and_restored_gives_the_same() -> None:
    fitted = Selection().fit(MATRIX, seed=7)
    np.testing.assert_array_equal(fitted.directions, Selection().fit(MATRIX, seed=7).directions)
    again = FittedSelection.restore(fitted.state())
    np.testing.assert_array_equal(again.apply(MATRIX), fitted.apply(MATRIX))


@pytest.mark.parametrize("matrix", [np.ones((4, 3)), np.empty((0, 3)), np.empty((3, 0))])
def test_matrix_without_difference_is_refused(matrix: np.ndarray) -> None:
    with pytest.raises(InputError, match="cannot be selected from"):
        Selection().fit(matrix.astype(np.float32))
