"""Whether as many units arrived in each arm as planned: if not, something loses units and no figure can be trusted.

The chi-square test at p < 0.001 of Fabijan et al. (2019), "Diagnosing sample ratio mismatch in online controlled
experiments", and, for who looks daily, the sequential multinomial test of Lindon and Malek (2020), "Anytime-valid
inference for multinomial count data".
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, gammaln, xlogy

from crossaisle.errors import UsageError
from crossaisle.numerics.arrays import AnyArray, Doubles

ALARM = 0.001
FEWEST_EXPECTED = 5
"""Below so many expected units in an arm the chi-square is no approximation any more: Cochran (1954)."""
CONCENTRATION = 1000.0
"""Weight of the planned shares in the Dirichlet prior, in units: it expects an even split to be some 1.6 points off."""


@dataclass(frozen=True)
class RatioCheck:
    """Counts of units beside the plan.

    Args:
        counts, expected: units of each arm, and as many as were planned of their sum.
        p_value: of the chi-square test, for one look; 1 without units.
        always_valid_p_value: of the sequential test, exact, for any number of looks.
        is_alarm: the chi-square test alarms below 0.001 at this look; where an arm expects fewer than 5 units, the
            sequential test decides.
    """

    counts: tuple[int, ...]
    expected: tuple[float, ...]
    p_value: float
    always_valid_p_value: float
    is_alarm: bool


def check_ratio(counts: Sequence[int] | AnyArray, weights: Sequence[float]) -> RatioCheck:
    """Compare counts of units with planned weights, one of each for every arm; weights need not sum to 1."""
    planned = np.asarray(weights, dtype=np.float64)
    found = np.asarray(counts, dtype=np.int64)
    if planned.shape != found.shape or not np.isfinite(planned).all() or (planned < 0).any() or planned.sum() <= 0:
        what = f"weights of {len(found)} arms are {list(weights)}"
        raise UsageError(what, "ratio check", "Give one number for each arm, none negative, one of them above 0.")
    shares = planned / planned.sum()
    expected = shares * found.sum()
    p_value, always = (1.0, 1.0) if not found.sum() else (_chi_square(found, expected), _sequential(found, shares))
    is_approximate = bool((expected[shares > 0] < FEWEST_EXPECTED).any())
    is_alarm = (always if is_approximate else p_value) < ALARM
    return RatioCheck(tuple(found.tolist()), tuple(expected.tolist()), p_value, always, is_alarm)


def _chi_square(found: AnyArray, expected: Doubles) -> float:
    """Pearson's test. A unit in an arm that was to have none is impossible by plan."""
    is_planned = expected > 0
    if found[~is_planned].any():
        return 0.0
    statistic = np.square(found - expected)[is_planned] / expected[is_planned]
    freedom = int(is_planned.sum()) - 1
    return float(chdtrc(freedom, statistic.sum())) if freedom else 1.0


def _sequential(found: AnyArray, shares: Doubles) -> float:
    """One over the Bayes factor of shares drawn from a Dirichlet prior around the plan against the plan, at most 1."""
    if found[shares == 0].any():
        return 0.0
    prior, count = CONCENTRATION * shares[shares > 0], found[shares > 0]
    mixed = (
        gammaln(CONCENTRATION) - gammaln(CONCENTRATION + count.sum()) + (gammaln(prior + count) - gammaln(prior)).sum()
    )
    return min(1.0, math.exp(float(xlogy(count, shares[shares > 0]).sum() - mixed)))
