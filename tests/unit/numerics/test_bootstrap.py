"""Bootstrap intervals against what is known of them."""

import numpy as np
import pytest

from crossaisle.numerics.bootstrap import mean_intervals, ratio_interval


def test_interval_is_that_of_the_normal_for_many_rows() -> None:
    """For n = 2,000 the interval of a mean is ± 1.96 · σ / √n; 1,000 resamples leave some 5 % of its width."""
    values = np.random.default_rng(0).normal(5, 2, (2000, 1))
    low, high = mean_intervals(values, seed=1)
    half = 1.96 * values.std() / np.sqrt(2000)
    assert (high[0] - low[0]) / 2 == pytest.approx(half, rel=0.12)
    assert low[0] < values.mean() < high[0]


def test_missing_values_are_left_out() -> None:
    low, high = mean_intervals(np.array([[1.0, np.nan], [1.0, 3.0]] * 50), seed=0)
    np.testing.assert_allclose([low[0], high[0]], [1, 1])
    np.testing.assert_allclose([low[1], high[1]], [3, 3])


def test_ratio_of_a_multiple_has_no_spread() -> None:
    """values = 1.2 · baseline in every row: every resample gives 1.2, for the rows are drawn together."""
    baseline = np.random.default_rng(0).random(200)
    assert ratio_interval(1.2 * baseline, baseline, seed=0) == pytest.approx((1.2, 1.2, 1.2))


def test_same_seed_same_interval_and_no_ratio_to_nothing() -> None:
    values = np.random.default_rng(0).random((100, 2))
    np.testing.assert_array_equal(mean_intervals(values, seed=3), mean_intervals(values, seed=3))
    assert np.isnan(ratio_interval(np.ones(5), np.zeros(5), seed=0)).all()
