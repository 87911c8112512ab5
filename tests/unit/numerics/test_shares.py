"""Shares of a whole, by hand."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crossaisle.numerics.arrays import csr
from crossaisle.numerics.shares import label_counts, label_shares, row_shares, shares, sums_by_group


def test_shares_of_one_whole_divide_by_its_sum() -> None:
    """1 + 3 + 4 = 8."""
    assert shares(np.array([1, 3, 4])).tolist() == [1 / 8, 3 / 8, 4 / 8]


def test_shares_within_groups_leave_out_amounts_of_no_group() -> None:
    """Group 0 sums to 4, group 1 to 5; the 7 belongs to none."""
    found = shares(np.array([1, 3, 7, 5]), np.array([0, 0, -1, 1]))
    assert found.tolist() == [0.25, 0.75, 0.0, 1.0]


def test_share_of_nothing_is_nothing() -> None:
    assert shares(np.zeros(2)).tolist() == [0, 0]
    assert shares(np.ones(2), np.array([-1, -1])).tolist() == [0, 0]
    assert shares(np.empty(0)).tolist() == []


def test_row_shares_divide_each_row_by_its_own_sum() -> None:
    assert row_shares(np.array([[1, 1], [0, 0]])).tolist() == [[0.5, 0.5], [0, 0]]


def test_rows_of_a_group_are_summed_and_rows_of_none_left_out() -> None:
    """Rows 0 and 2 are group 1: (1 + 5, 2 + 0); row 1 has no group; group 0 is empty."""
    matrix = csr(np.array([0, 0, 1, 2]), np.array([0, 1, 0, 0]), np.array([1, 2, 9, 5]), (3, 2))
    assert sums_by_group(matrix, np.array([1, -1, 1]), 2).tolist() == [[0, 0], [6, 2]]


@given(st.lists(st.tuples(st.floats(0.01, 1e5), st.integers(0, 3)), min_size=1, max_size=20))
def test_shares_of_each_group_sum_to_one(pairs: list[tuple[float, int]]) -> None:
    amounts, groups = np.array([one for one, _ in pairs]), np.array([group for _, group in pairs])
    sums = np.bincount(groups, weights=shares(amounts, groups))
    np.testing.assert_allclose(sums[np.unique(groups)], 1)


def test_labels_are_counted_by_row_and_the_unknown_left_out() -> None:
    """Row 0 has label 2 twice and label 0 once, and one unknown; row 1 has none that is known."""
    rows, labels = np.array([0, 0, 0, 0, 1]), np.array([2, 0, 2, -1, -1])
    assert label_counts(rows, labels, (2, 3)).toarray().tolist() == [[1, 0, 2], [0, 0, 0]]
    expected = np.array([[1 / 3, 0, 2 / 3], [0, 0, 0]], dtype=np.float32)
    assert label_shares(rows, labels, (2, 3)).toarray().tolist() == expected.tolist()
