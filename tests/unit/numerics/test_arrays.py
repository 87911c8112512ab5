"""Membership in a sparse matrix, batches under a limit, and rows at other places."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crossaisle.numerics.arrays import batches, csr, holds, moved


@given(st.integers(0, 2**32 - 1), st.integers(0, 30))
def test_holds_is_a_look_into_the_dense_matrix(seed: int, n_entries: int) -> None:
    rng = np.random.default_rng(seed)
    rows, columns = rng.integers(0, 4, n_entries), rng.integers(0, 6, n_entries)
    matrix = csr(rows, columns, np.ones(n_entries), (4, 6))
    held = holds(matrix, np.arange(4)[:, None], np.arange(-1, 6)[None, :])
    assert not held[:, 0].any()
    np.testing.assert_array_equal(held[:, 1:], matrix.toarray() > 0)


def test_batches_cover_all_rows_within_the_limit() -> None:
    """25 bytes a row within 100 bytes: four rows at a time. A row over the limit goes alone."""
    assert list(batches(10, 25, 100)) == [slice(0, 4), slice(4, 8), slice(8, 10)]
    assert list(batches(2, 999, 100)) == [slice(0, 1), slice(1, 2)]
    assert list(batches(0, 1, 100)) == []


def test_rows_are_moved_to_other_places_and_new_ones_are_zeros() -> None:
    rows = np.array([[1.0, 2], [3, 4]], dtype=np.float32)
    found = moved(rows, np.array([1, -1, 0, 1], dtype=np.int32))
    assert found.tolist() == [[3, 4], [0, 0], [1, 2], [3, 4]]
    assert found.dtype == np.float32
    assert moved(np.array([5, 6]), np.array([-1, 1], dtype=np.int32)).tolist() == [0, 6]
