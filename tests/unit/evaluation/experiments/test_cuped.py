"""CUPED by hand, and what it may and may not change."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossaisle.evaluation.experiments.cuped import adjust
from crossaisle.evaluation.experiments.intervals import Sample

NAN = float("nan")
ARM = np.array([0, 0, 1, 1], dtype=np.int8)
VALUES = np.array([1.0, 3, 4, 6])
BEFORE = np.array([[0.0], [1], [1], [3]])
SCALES = st.floats(1e-3, 1e3)


def test_adjusted_values_by_hand() -> None:
    """Within the arms: covariate −.5, .5, −1, 1 and metric −1, 1, −1, 1, so theta = 3 / 2.5 = 1.2.

    The covariate's mean is 1.25, so 1 − 1.2 · (0 − 1.25) = 2.5, and so on. Squares within the arms fall from 4 to
    .32 + .08 = .4. Of 4 units less 2 means one degree of freedom goes to theta, so variances double: .32 and .08 with
    one degree each become .64 and .16. Taken off were −1.5, −.3, −.3, 2.1: 6.84 / 4 / 4 is shared.
    """
    found = adjust(VALUES, ARM, BEFORE, 2)
    np.testing.assert_allclose(found.theta, [1.2])
    np.testing.assert_allclose(found.values, [2.5, 3.3, 4.3, 3.9])
    assert found.variance_reduction == pytest.approx(0.9)
    first, second = found.samples
    assert (first.n, first.mean, first.variance) == pytest.approx((2, 2.9, 0.64))
    assert (second.n, second.mean, second.variance) == pytest.approx((2, 4.1, 0.16))
    assert found.shared == pytest.approx(6.84 / 16)


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.8])
def test_variance_falls_by_the_square_of_the_correlation(rho: float) -> None:
    """R² of n pairs has a standard error of at most 2ρ(1 − ρ²)/√n and a bias of about 1/n: five of both."""
    n, rng = 20_000, np.random.default_rng(0)
    before = rng.normal(size=n)
    values = rho * before + np.sqrt(1 - rho**2) * rng.normal(size=n)
    arm = rng.integers(0, 3, n).astype(np.int8)
    found = adjust(values + 7 * arm, arm, before[:, None], 3)
    assert found.variance_reduction == pytest.approx(rho**2, abs=5 * (2 * rho * (1 - rho**2) / np.sqrt(n) + 1 / n))
    within = sum(one.variance * (one.n - 1) for one in found.samples) / (n - 3)
    assert within == pytest.approx(1 - rho**2, abs=5 * np.sqrt(2 / n))


@given(st.floats(-1e4, 1e4))
def test_effect_of_an_arm_does_not_leak_into_the_slopes(effect: float) -> None:
    found = adjust(VALUES + effect * ARM, ARM, BEFORE, 2)
    np.testing.assert_allclose(found.theta, [1.2], rtol=1e-6)
    assert found.samples[1].mean - found.samples[0].mean == pytest.approx(1.2 + effect, rel=1e-6, abs=1e-6)


@given(SCALES, st.floats(-1e3, 1e3), SCALES)
def test_units_of_covariates_do_not_matter(scale: float, shift: float, other: float) -> None:
    rng = np.random.default_rng(1)
    arm, values, before = np.repeat([0, 1], 20).astype(np.int8), rng.normal(size=40), rng.normal(size=(40, 2))
    changed = np.column_stack([before[:, 0] * scale + shift, before[:, 1] * other])
    np.testing.assert_allclose(
        adjust(values, arm, changed, 2).values, adjust(values, arm, before, 2).values, rtol=1e-6, atol=1e-6
    )


def test_several_covariates_are_least_squares_with_means_of_arms() -> None:
    rng = np.random.default_rng(2)
    arm, before = rng.integers(0, 2, 200).astype(np.int8), rng.normal(size=(200, 3))
    values = before @ [1.0, -2, 0.5] + arm + rng.normal(size=200)
    design = np.column_stack([arm == 0, arm == 1, before]).astype(np.float64)
    theirs, squares, *_ = np.linalg.lstsq(design, values, rcond=None)
    found = adjust(values, arm, before, 2)
    np.testing.assert_allclose(found.theta, theirs[2:])
    pooled = sum(one.variance * (one.n - 1) for one in found.samples) / 198
    assert pooled == pytest.approx(squares[0] / (200 - 5))


def test_missing_covariate_is_the_mean_of_the_known() -> None:
    found = adjust(VALUES, ARM, np.array([[0.0], [NAN], [1], [5]]), 2)
    filled = adjust(VALUES, ARM, np.array([[0.0], [2], [1], [5]]), 2)
    np.testing.assert_allclose(found.values, filled.values)
    assert found.theta[0] > 0


@pytest.mark.parametrize("useless", [[NAN] * 4, [0.1] * 4, [0.0] * 4])
def test_covariate_that_says_nothing_changes_nothing(useless: list[float]) -> None:
    found = adjust(VALUES, ARM, np.array(useless)[:, None], 2)
    np.testing.assert_array_equal(found.values, VALUES)
    assert (found.theta.tolist(), found.variance_reduction, found.shared) == ([0], 0, 0)
    assert found.samples == (Sample(2, 2, 2), Sample(2, 5, 2))


def test_covariate_given_twice_counts_once() -> None:
    rng = np.random.default_rng(3)
    arm, values, before = np.repeat([0, 1], 20).astype(np.int8), rng.normal(size=40), rng.normal(size=(40, 1))
    once, twice = (adjust(values, arm, np.repeat(before, times, axis=1), 2) for times in (1, 2))
    np.testing.assert_allclose(twice.values, once.values)
    assert twice.samples[0].variance == pytest.approx(once.samples[0].variance)


def test_too_few_units_for_the_slopes_are_left_as_they_are() -> None:
    found = adjust(VALUES, ARM, np.array([[0.0, 1], [1, 0], [1, 1], [3, 0]]), 2)
    np.testing.assert_array_equal(found.values, VALUES)


def test_what_the_covariate_foretells_wholly_has_no_variance_left() -> None:
    rng = np.random.default_rng(4)
    before = rng.normal(1000, 1, (60, 1))
    found = adjust(before[:, 0] * 0.3, np.repeat([0, 1], 30).astype(np.int8), before, 2)
    assert [one.variance for one in found.samples] == [0, 0]
    assert found.variance_reduction == 1


def test_metric_that_does_not_vary_has_nothing_to_reduce() -> None:
    found = adjust(np.full(4, 0.1), ARM, BEFORE, 2)
    assert (found.variance_reduction, [one.variance for one in found.samples]) == (0, [0, 0])


def test_arms_without_units_stay_empty() -> None:
    nothing = adjust(np.zeros(0), np.zeros(0, dtype=np.int8), np.zeros((0, 1)), 2)
    assert [one.n for one in nothing.samples] == [0, 0]
    assert adjust(VALUES, ARM, BEFORE, 3).samples[2].n == 0
