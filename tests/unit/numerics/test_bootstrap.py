"""Bootstrap intervals against what is known of them."""

import numpy as np
import pytest

from crossaisle.numerics.bootstrap import interval, known_means, resampled_means


def test_interval_is_that_of_the_normal_for_many_rows() -> None:
    """For n = 2,000 the interval of a mean is ± 1.96 · σ / √n.

    A quantile at .025 of 1,000 draws has standard error √(.025 · .975 / 1000) / φ(1.96) = .0845 σ / √n, 4 % of 1.96;
    half the distance of two such has .0845 / √2 / 1.96 = 3 %: 12 % is four standard errors.
    """
    values = np.random.default_rng(0).normal(5, 2, (2000, 1))
    low, high = interval(resampled_means(values, seed=1))
    half = 1.96 * values.std() / np.sqrt(2000)
    assert (high[0] - low[0]) / 2 == pytest.approx(half, rel=0.12)
    assert low[0] < values.mean() < high[0]


def test_missing_values_are_left_out() -> None:
    values = np.array([[1.0, np.nan, np.nan], [1.0, 3.0, np.nan]] * 50)
    low, high = interval(resampled_means(values, seed=0))
    np.testing.assert_allclose(known_means(values), [1, 3, np.nan])
    np.testing.assert_allclose(low, [1, 3, np.nan])
    np.testing.assert_allclose(high, [1, 3, np.nan])


def test_columns_are_resampled_together() -> None:
    """The second column is 1.2 times the first in every row, so also in every resample."""
    first = np.random.default_rng(0).random(200)
    resampled = resampled_means(np.column_stack([first, 1.2 * first]), seed=0)
    np.testing.assert_allclose(resampled[:, 1] / resampled[:, 0], 1.2)


def test_resampled_mean_of_two_rows_is_one_of_three() -> None:
    """Rows 0 and 1: both 0, one of each, both 1, with chances 1/4, 1/2, 1/4; 5 standard errors of 1,000 draws."""
    drawn = resampled_means(np.array([[0.0], [1.0]]), seed=4)[:, 0]
    for value, chance in ((0, 0.25), (0.5, 0.5), (1, 0.25)):
        assert (drawn == value).mean() == pytest.approx(chance, abs=5 * np.sqrt(chance * (1 - chance) / 1000))


def test_same_seed_same_resamples() -> None:
    values = np.random.default_rng(0).random((100, 2))
    np.testing.assert_array_equal(resampled_means(values, seed=3), resampled_means(values, seed=3))
    assert (resampled_means(values, seed=3) != resampled_means(values, seed=4)).any()
