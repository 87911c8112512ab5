"""Randomised SVD against the exact one."""

import numpy as np
import pytest
from scipy import sparse

from crossaisle.numerics.svd import randomised_svd

RNG = np.random.default_rng(5)
LEFT, RIGHT = np.linalg.qr(RNG.standard_normal((80, 12)))[0], np.linalg.qr(RNG.standard_normal((50, 12)))[0]
STRENGTHS = 2.0 ** -np.arange(12)
MATRIX = ((LEFT * STRENGTHS) @ RIGHT.T).astype(np.float32)


@pytest.mark.parametrize("seed", range(5))
def test_singular_triplets_are_those_the_matrix_was_made_of(seed: int) -> None:
    """The matrix is made of twelve orthonormal pairs of strengths 1, 1/2, 1/4, …; four are found, with the
    largest entry of each right vector positive."""
    left, strengths, right = randomised_svd(MATRIX, 4, seed)
    np.testing.assert_allclose(strengths, STRENGTHS[:4], rtol=1e-4)
    np.testing.assert_allclose(np.abs((right @ RIGHT[:, :4]).diagonal()), 1, atol=1e-4)
    np.testing.assert_allclose(np.abs((left.T @ LEFT[:, :4]).diagonal()), 1, atol=1e-4)
    assert (right[np.arange(4), np.abs(right).argmax(axis=1)] > 0).all()


def test_sparse_matrix_gives_the_same_as_a_dense_one() -> None:
    dense, thin = randomised_svd(MATRIX, 3, 0), randomised_svd(sparse.csr_array(MATRIX), 3, 0)
    for one, other in zip(dense, thin, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_all_components_of_a_small_matrix_rebuild_it() -> None:
    """diag(3, 2) has strengths 3 and 2 on its axes."""
    left, strengths, right = randomised_svd(np.diag([2.0, 3.0]).astype(np.float32), 2, 0)
    assert strengths.tolist() == pytest.approx([3, 2], abs=1e-5)
    np.testing.assert_allclose((left * strengths) @ right, np.diag([2.0, 3.0]), atol=1e-5)


def test_same_seed_gives_the_same_bits() -> None:
    for one, other in zip(randomised_svd(MATRIX, 4, 9), randomised_svd(MATRIX, 4, 9), strict=True):
        np.testing.assert_array_equal(one, other)
