"""How much an arm differs from control, with an interval for one look and an interval for looking at any time.

- Fixed horizon: Welch (1947), "The generalization of 'Student's' problem when several different population variances
  are involved". It holds the true difference with probability 1 − alpha at one look whose moment was fixed before the
  start. Whoever looks daily and stops when it excludes zero is wrong far more often.
- Always valid: the asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2021),
  "Time-uniform central limit theory and asymptotic confidence sequences", theorem 2.2, the two-sided Gaussian-mixture
  boundary. With probability 1 − alpha the intervals of all looks hold the true difference together, so one may look
  at any time, stop at any time and go on after. The price is width. The promise is asymptotic, as that of any interval
  by the central limit theorem: it is for experiments of hundreds of units or more. It asks that a unit's outcome no
  longer changes once the unit is counted, and that the planned number of units is set before the start.

Both are given for the absolute difference and for the relative one, by Fieller (1954), "Some problems in interval
estimation": the relative interval holds exactly the ratios that are not refused, so it excludes zero exactly when the
absolute one does, and it needs no linearisation where the control's mean is uncertain.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import lambertw, stdtr, stdtrit

from crossaisle.numerics.arrays import Doubles

ROUNDING = 1e-12
"""A spread up to this part of the largest value is rounding, not variation."""


@dataclass(frozen=True)
class Sample:
    """What is known of an arm: n units, their mean (NaN of none) and the variance of a unit (NaN below two units)."""

    n: int
    mean: float
    variance: float


@dataclass(frozen=True)
class Bounds:
    """An interval, absolute in units of the metric and relative as a share of control's mean.

    Unbounded where nothing can be said: fewer than two units in an arm, no variation, or, for the relative one, a
    control mean that is not clearly above 0.

    Args:
        p_value: the smallest alpha at which the interval excludes zero, 1 where nothing can be said.
    """

    low: float = -math.inf
    high: float = math.inf
    relative_low: float = -math.inf
    relative_high: float = math.inf
    p_value: float = 1.0


@dataclass(frozen=True)
class Difference:
    """An arm's mean less control's, and that over control's mean; NaN where a mean is not known or control's is 0.

    Args:
        fixed: for one look at a moment fixed before.
        always: for any number of looks. Bounds of several looks may be intersected, and the smallest p-value of all
            looks so far is valid too.
    """

    value: float
    relative: float
    fixed: Bounds
    always: Bounds


def sample_of(values: Doubles) -> Sample:
    """The sample of float64 (n,), none of them NaN."""
    n = len(values)
    if n < 2:
        return Sample(n, float(values[0]) if n else math.nan, math.nan)
    variance = float(values.var(ddof=1))
    is_constant = math.sqrt(variance) <= ROUNDING * float(np.abs(values).max())
    return Sample(n, float(values.mean()), 0.0 if is_constant else variance)


def compare(arm: Sample, control: Sample, alpha: float, planned_units: float, shared: float = 0.0) -> Difference:
    """The difference of two arms with both intervals.

    Args:
        alpha: in (0, 1), the probability to miss.
        planned_units: of both arms together, above 0, at which the always-valid interval is tightest; to be set
            before the start. From half to twice that number it is less than 2 % wider than the tightest there is, at
            a tenth of it a quarter wider.
        shared: variance of an error that both means have in common, which the difference has not.
    """
    value = arm.mean - control.mean
    relative = value / control.mean if control.mean else math.nan
    if not (arm.n >= 2 and control.n >= 2 and arm.variance + control.variance > 0):
        return Difference(value, relative, Bounds(), Bounds())
    error = math.sqrt(arm.variance / arm.n + control.variance / control.n)
    freedom, n = welch_freedom(arm, control), arm.n + control.n
    multipliers = float(stdtrit(freedom, 1 - alpha / 2)), mixture_multiplier(n, alpha, planned_units)
    p_values = 2 * float(stdtr(freedom, -abs(value / error))), mixture_p_value(value / error, n, alpha, planned_units)
    fixed, always = (
        Bounds(value - times * error, value + times * error, *relative_bounds(arm, control, times, shared), p_value)
        for times, p_value in zip(multipliers, p_values, strict=True)
    )
    return Difference(value, relative, fixed, always)


def welch_freedom(arm: Sample, control: Sample) -> float:
    """Degrees of freedom of the difference of two means: Welch (1947), with the equation of Satterthwaite (1946)."""
    parts = arm.variance / arm.n, control.variance / control.n
    shares = parts[0] / sum(parts), parts[1] / sum(parts)
    return 1 / (shares[0] ** 2 / (arm.n - 1) + shares[1] ** 2 / (control.n - 1))


def mixture_multiplier(n: int, alpha: float, planned_units: float) -> float:
    """How many standard errors the always-valid interval reaches to each side after n units.

    Theorem 2.2 divided by σ̂/√n, with x = nρ²: √((1 + 1/x) (−2 log α + log(1 + x))). Each arm's outcomes weighed by
    the inverse of its share are one sequence of n units, whose σ̂²/n is the variance of the difference (section 3).
    """
    x = n * mixture_rho2(alpha, planned_units)
    return math.sqrt((1 + 1 / x) * (math.log1p(x) - 2 * math.log(alpha)))


def mixture_p_value(z: float, n: int, alpha: float, planned_units: float) -> float:
    """One over the mixture martingale at z standard errors after n units, at most 1: √(1 + x) exp(−z²x / (2 + 2x))."""
    x = n * mixture_rho2(alpha, planned_units)
    return min(1.0, math.exp(math.log1p(x) / 2 - z * z * x / (2 * (1 + x))))


def mixture_rho2(alpha: float, planned_units: float) -> float:
    """The ρ² that makes the boundary tightest after `planned_units`.

    The multiplier is least where x = −2 log α + log(1 + x), so 1 + x = −W₋₁(−α²/e) of Lambert.
    """
    return (-float(lambertw(-alpha * alpha / math.e, -1).real) - 1) / planned_units


def relative_bounds(arm: Sample, control: Sample, multiplier: float, shared: float) -> tuple[float, float]:
    """Fieller's interval of arm / control − 1: every r with |d − r c| ≤ multiplier · its standard error.

    The variance of d − r c is v_a + (1 + r)² v_c + r² shared; the two ends solve a quadratic equation in r.
    """
    difference, v_arm, v_control = arm.mean - control.mean, arm.variance / arm.n, control.variance / control.n
    square = multiplier**2
    leading = control.mean**2 - square * (v_control + shared)
    if control.mean <= 0 or leading <= 0:
        return -math.inf, math.inf
    middle = difference * control.mean + square * v_control
    last = difference**2 - square * (v_arm + v_control)
    root = math.sqrt(max(0.0, middle**2 - leading * last))
    return (middle - root) / leading, (middle + root) / leading
