"""Intervals of a difference by hand and against scipy."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_ind

from crossaisle.evaluation.experiments.intervals import (
    Bounds,
    Sample,
    compare,
    mixture_multiplier,
    mixture_p_value,
    mixture_rho2,
    relative_bounds,
    sample_of,
    welch_freedom,
)

SAMPLES = st.builds(Sample, st.integers(2, 10**6), st.floats(-100, 100), st.floats(0.01, 1000))
ALPHAS = st.floats(0.001, 0.2)
PLANS = st.floats(10, 1e6)


def test_difference_of_means_by_hand() -> None:
    """1, 2, 3 against 0, 0, 3: means 2 and 1, variances 1 and 3, so the error is √(1/3 + 3/3) = 1.1547.

    Welch's freedom is (4/3)² / ((1/3)² / 2 + 1² / 2) = 3.2, whose t at 97.5 % is 3.0727: 1 ± 3.548.
    """
    arm, control = sample_of(np.array([1.0, 2, 3])), sample_of(np.array([0.0, 0, 3]))
    assert (arm, control) == (Sample(3, 2, 1), Sample(3, 1, 3))
    assert welch_freedom(arm, control) == pytest.approx(3.2)
    found = compare(arm, control, 0.05, 100)
    assert (found.value, found.relative) == (1, 1)
    assert found.fixed.low == pytest.approx(1 - 3.0727 * math.sqrt(4 / 3), abs=1e-3)
    assert found.fixed.high == pytest.approx(1 + 3.0727 * math.sqrt(4 / 3), abs=1e-3)


@pytest.mark.parametrize("seed", range(5))
def test_fixed_horizon_is_scipys_welch(seed: int) -> None:
    rng = np.random.default_rng(seed)
    arm, control = rng.exponential(3, rng.integers(2, 60)), rng.normal(1, 5, rng.integers(2, 60))
    theirs = ttest_ind(arm, control, equal_var=False)
    ours = compare(sample_of(arm), sample_of(control), 0.1, 1000).fixed
    np.testing.assert_allclose((ours.low, ours.high), theirs.confidence_interval(0.9), rtol=1e-10)
    assert ours.p_value == pytest.approx(theirs.pvalue, rel=1e-10)


def test_always_valid_multiplier_by_hand() -> None:
    """alpha .05: x = −2 log .05 + log(1 + x) = 5.9915 + log 9.212 = 8.212, and then the multiplier is √(1 + x) = 3.035.

    At a tenth of the plan x is .8212: √((1 + 1/.8212) · (5.9915 + log 1.8212)) = √(2.2177 · 6.5910) = 3.8232.
    """
    assert mixture_rho2(0.05, 1000) == pytest.approx(8.21197e-3, rel=1e-5)
    assert mixture_multiplier(1000, 0.05, 1000) == pytest.approx(math.sqrt(9.21197), rel=1e-6)
    assert mixture_multiplier(100, 0.05, 1000) == pytest.approx(3.8232, abs=1e-4)


def test_always_valid_p_value_by_hand() -> None:
    """At the plan x = 8.21197; z = 4: √9.21197 · exp(−16 · 8.21197 / 18.42394) = 3.03512 · exp(−7.13157) = .0024264."""
    assert mixture_p_value(4, 1000, 0.05, 1000) == pytest.approx(0.0024264, rel=1e-4)
    assert mixture_p_value(0, 1000, 0.05, 1000) == 1


@given(ALPHAS, PLANS, st.floats(0.5, 2).filter(lambda factor: abs(factor - 1) > 0.01))
def test_boundary_is_tightest_at_the_plan(alpha: float, planned: float, factor: float) -> None:
    n = round(planned)
    assert mixture_multiplier(n, alpha, n) < mixture_multiplier(n, alpha, n * factor)


@given(SAMPLES, SAMPLES, ALPHAS, PLANS)
def test_interval_excludes_zero_exactly_below_alpha(arm: Sample, control: Sample, alpha: float, planned: float) -> None:
    found = compare(arm, control, alpha, planned)
    for bounds in (found.fixed, found.always):
        if bounds.p_value != pytest.approx(alpha, rel=1e-6):
            assert (bounds.low > 0 or bounds.high < 0) == (bounds.p_value < alpha)


@given(SAMPLES, SAMPLES, ALPHAS, PLANS)
def test_always_valid_is_wider(arm: Sample, control: Sample, alpha: float, planned: float) -> None:
    """Of the normal's interval, to which Welch's comes from 1,000 degrees of freedom on; a t of few may be wider."""
    if welch_freedom(arm, control) > 1000:
        found = compare(arm, control, alpha, planned)
        assert found.always.high - found.always.low > found.fixed.high - found.fixed.low


def test_relative_difference_by_hand() -> None:
    """12 against 10, both with an error of 1, two errors: r solves (2 − 10 r)² = 4 (1 + (1 + r)²).

    96 r² − 48 r − 4 = 0, so r = (24 ± √(576 + 384)) / 96 = −.07275 and .57275. With a shared variance of .5 the right
    side has 2 r² more: 94 r² − 48 r − 4 = 0, r = (24 ± √(576 + 376)) / 94.
    """
    arm, control = Sample(50, 12, 50), Sample(50, 10, 50)
    assert relative_bounds(arm, control, 2, 0) == pytest.approx((-0.072749, 0.572749), abs=1e-5)
    both = [(24 - math.sqrt(952)) / 94, (24 + math.sqrt(952)) / 94]
    assert relative_bounds(arm, control, 2, 0.5) == pytest.approx(both)


@given(SAMPLES, SAMPLES, ALPHAS, st.floats(0, 1))
def test_relative_interval_excludes_zero_when_the_absolute_does(
    arm: Sample, control: Sample, alpha: float, shared: float
) -> None:
    found = compare(arm, control, alpha, 1000, shared)
    for bounds in (found.fixed, found.always):
        is_close = min(abs(bounds.low), abs(bounds.high)) < 1e-9
        if math.isfinite(bounds.relative_low) and not is_close:
            assert (bounds.relative_low > 0) == (bounds.low > 0)
            assert (bounds.relative_high < 0) == (bounds.high < 0)
            assert bounds.relative_low <= found.relative <= bounds.relative_high


@pytest.mark.parametrize("control", [Sample(100, 0.1, 100), Sample(100, -5, 1), Sample(100, 0, 1)])
def test_relative_interval_is_unbounded_where_controls_mean_is_not_above_zero(control: Sample) -> None:
    fixed = compare(Sample(100, 3, 1), control, 0.05, 1000).fixed
    assert (fixed.relative_low, fixed.relative_high) == (-math.inf, math.inf)
    assert math.isfinite(fixed.low)


def test_relative_difference_to_nothing_is_not_known() -> None:
    assert math.isnan(compare(Sample(100, 3, 1), Sample(100, 0, 1), 0.05, 1000).relative)


@pytest.mark.parametrize(
    ("arm", "control"),
    [
        ([], [1.0, 2, 3]),
        ([5.0], [1.0, 2, 3]),
        ([1.0, 2, 3], [5.0]),
        ([], []),
        ([1.0, 1, 1], [0.0, 0, 0]),
        ([0.1] * 7, [0.3] * 9),
    ],
)
def test_interval_is_unbounded_where_nothing_can_be_said(arm: list[float], control: list[float]) -> None:
    found = compare(sample_of(np.array(arm)), sample_of(np.array(control)), 0.05, 1000)
    assert found.fixed == found.always == Bounds(-math.inf, math.inf, -math.inf, math.inf, 1)


def test_one_arm_without_variation_is_no_obstacle() -> None:
    """Nobody of 500 bought, 20 of 500 did: only their variance counts, with their 499 degrees of freedom."""
    nobody, some = sample_of(np.zeros(500)), sample_of(np.repeat([1.0, 0], [20, 480]))
    assert welch_freedom(some, nobody) == pytest.approx(499)
    assert compare(some, nobody, 0.05, 1000).always.low > 0
