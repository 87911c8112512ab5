"""Less noise in a metric by what was known of each unit before its exposure: Deng, Xu, Kohavi and Walker (2013),
"Improving the sensitivity of online controlled experiments by utilizing pre-experiment data" (CUPED).

Slopes are fitted by least squares on deviations from the means of each arm, pooled over arms, so that an effect of the
arms does not leak into them. They are fitted anew at every look; always-valid intervals bear that, since the error of
slopes vanishes beside that of means (Waudby-Smith et al. 2021, section 3).
"""

from dataclasses import dataclass, replace

import numpy as np

from crossaisle.evaluation.experiments.intervals import ROUNDING, Sample, sample_of
from crossaisle.numerics.arrays import AnyArray, Codes, Doubles


@dataclass(frozen=True)
class Adjusted:
    """A metric less what the covariates foretold of it.

    Args:
        values: float64 (n,), with the same mean over all units as before.
        theta: float64 (n_covariates,), the slopes.
        samples: of each arm, the variance corrected for the fitted slopes.
        shared: variance of the error in the level of all arms that comes from the covariates' overall means.
        variance_reduction: by which share the variance within arms fell.
    """

    values: Doubles
    theta: Doubles
    samples: tuple[Sample, ...]
    shared: float
    variance_reduction: float


def adjust(values: Doubles, arm: Codes, covariates: Doubles, n_arms: int) -> Adjusted:
    """Adjust a metric by covariates from before the exposure.

    Args:
        values: float64 (n,), none of them NaN.
        arm: int8 (n,), each in [0, n_arms).
        covariates: float64 (n, n_covariates); what is missing, NaN, takes the mean of the known.
    """
    filled = _filled(covariates)
    inner, outer = _within_arms(filled, arm, n_arms), _within_arms(values[:, None], arm, n_arms)[:, 0]
    outer = np.where(_varies(outer, values), outer, 0.0)
    n_free = len(values) - len(np.unique(arm))
    is_fitted = n_free > inner.shape[1]
    theta, rank = _slopes(inner, outer, _varies(inner, filled)) if is_fitted else (np.zeros(inner.shape[1]), 0)
    removed = (filled - filled.sum(axis=0) / max(1, len(filled))) @ theta
    adjusted, left = values - removed, outer - inner @ theta
    left = np.where(_varies(left, values), left, 0.0)
    before, after = float(outer @ outer), float(left @ left)
    factor = n_free / (n_free - rank) if after else 0.0
    samples = tuple(_corrected(adjusted[arm == one], factor) for one in range(n_arms))
    shared = float(np.square(removed).sum()) / max(1, len(removed)) ** 2
    return Adjusted(adjusted, theta, samples, shared, 1 - after / before if before else 0.0)


def _filled(covariates: Doubles) -> Doubles:
    """A copy with the mean of the known for what is missing, 0 where nothing is known."""
    is_known = ~np.isnan(covariates)
    sums = np.where(is_known, covariates, 0.0).sum(axis=0)
    return np.where(is_known, covariates, sums / np.maximum(is_known.sum(axis=0), 1))


def _within_arms(columns: Doubles, arm: Codes, n_arms: int) -> Doubles:
    """Deviations from the mean of each unit's own arm: float64 (n, n_columns)."""
    counts = np.maximum(np.bincount(arm, minlength=n_arms), 1)
    means = np.stack([np.bincount(arm, column, minlength=n_arms) / counts for column in columns.T], axis=1)
    return np.asarray(columns - means[arm], dtype=np.float64)


def _varies(deviations: Doubles, values: Doubles) -> AnyArray:
    """Whether deviations of values, by column, are more than rounding: bool (n_columns,)."""
    return np.asarray(np.abs(deviations).max(axis=0, initial=0) > ROUNDING * np.abs(values).max(axis=0, initial=0))


def _slopes(inner: Doubles, outer: Doubles, varies: AnyArray) -> tuple[Doubles, int]:
    """Least squares in units of each covariate's spread, so that one in cents and one in days weigh alike.

    A covariate that does not vary gets the slope 0; of covariates that repeat each other each gets a part.
    """
    scale = np.where(varies, np.sqrt(np.square(inner).mean(axis=0)), np.inf)
    theta, _, rank, _ = np.linalg.lstsq(inner / scale, outer, rcond=None)
    return theta / scale, int(rank)


def _corrected(values: Doubles, factor: float) -> Sample:
    sample = sample_of(values)
    return replace(sample, variance=sample.variance * factor)
