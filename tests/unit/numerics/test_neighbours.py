"""Nearest rows and inner products at stored places, counted by hand and against dense products."""

import numpy as np
import pytest
from scipy import sparse

from crossaisle.numerics.arrays import BATCH_BYTES
from crossaisle.numerics.neighbours import PRODUCT_BYTES, inner_products, nearest_rows


def test_ties_for_the_last_neighbour_go_to_the_smaller_number() -> None:
    """Row 0 shares 1 with row 1, 2 with row 2 and 1 with row 3: of two neighbours, rows 1 and 2."""
    rows = sparse.csr_array(np.array([[1, 1, 0], [0, 1, 0], [1, 1, 0], [0, 1, 1]], dtype=np.float32))
    near = nearest_rows(rows, 2)
    assert near.indices[: near.indptr[1]].tolist() == [1, 2]
    assert near.data[: near.indptr[1]].tolist() == [1, 2]


def test_a_product_of_several_blocks_is_that_of_one() -> None:
    """All of n rows share the one column, so that the product has n² entries: more than a block holds."""
    n = int((2.5 * BATCH_BYTES / PRODUCT_BYTES) ** 0.5)
    strength = np.linspace(1, 2, n)
    near = nearest_rows(sparse.csr_array(strength[:, None]), 1)
    assert near.indices.tolist() == [n - 1] * (n - 1) + [n - 2]
    np.testing.assert_allclose(near.data, strength * np.append(np.full(n - 1, 2.0), strength[-2]), rtol=1e-6)


@pytest.mark.parametrize("n_components", [0, 1, 5])
def test_inner_products_are_the_dense_product_at_the_stored_places(n_components: int) -> None:
    rng = np.random.default_rng(4)
    left, right = rng.random((2, 7, n_components), dtype=np.float32)
    places = sparse.csr_array((rng.random((7, 7)) < 0.4).astype(np.float32))
    found = inner_products(places, left, right)
    rows, columns = places.nonzero()
    np.testing.assert_allclose(found, (left @ right.T)[rows, columns], rtol=1e-5, atol=1e-7)
