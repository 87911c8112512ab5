"""Bins of equal numbers of entries."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crossaisle.evaluation.feedback.levels import quantile_bins


def test_bins_of_each_group_hold_equal_numbers() -> None:
    values = np.array([4.0, 1.0, 3.0, 2.0, 10.0, 30.0])
    groups = np.array([0, 0, 0, 0, 1, 1])
    assert quantile_bins(values, groups, 2).tolist() == [1, 0, 1, 0, 0, 1]


def test_equal_values_share_the_bin_of_their_middle_and_the_unknown_are_highest() -> None:
    """Five entries: three equal ones fill places 0 to 3, whose middle 1.5 / 5 is in the second of four bins."""
    values = np.array([1.0, 1.0, 1.0, np.nan, np.nan])
    assert quantile_bins(values, np.zeros(5, dtype=np.int64), 4).tolist() == [1, 1, 1, 3, 3]


def test_each_group_may_have_its_own_number_of_bins() -> None:
    values, groups = np.array([1.0, 2.0, 1.0, 2.0]), np.array([0, 0, 1, 1])
    assert quantile_bins(values, groups, np.array([1, 1, 2, 2])).tolist() == [0, 0, 0, 1]


def test_nothing_has_no_bins() -> None:
    assert quantile_bins(np.zeros(0), np.zeros(0, dtype=np.int64), 4).tolist() == []


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-5, 5)), max_size=60), st.integers(1, 12))
def test_a_higher_value_of_a_group_never_lies_in_a_lower_bin(rows: list[tuple[int, int]], n_bins: int) -> None:
    groups, values = np.array(rows, dtype=np.int64).reshape(-1, 2).T
    bins = quantile_bins(values.astype(np.float64), groups, n_bins)
    assert ((bins >= 0) & (bins < n_bins)).all()
    order = np.lexsort((values, groups))
    rises = np.diff(bins[order])[np.diff(groups[order]) == 0]
    assert (rises >= 0).all()
