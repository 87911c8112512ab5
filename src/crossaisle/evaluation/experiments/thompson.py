"""A slot that explores: Thompson (1933), "On the likelihood that one unknown probability exceeds another in view of the
evidence of two samples", over a pool of items with Beta posteriors of their click rates.

Drawing a rate from each posterior and showing the best has a probability for each item. Here these probabilities are
computed, and items are drawn from them, so that what is shown comes with its propensity.
"""

import math

import numpy as np
from scipy.special import betainc

from crossaisle.errors import UsageError
from crossaisle.numerics.arrays import AnyArray, Bools, Doubles, Longs

STEP = 1 / 256
"""How far the grid may step; halving it quarters the error, which is below 1e-5 of probability."""
LOWEST = -745.0
"""Logarithm of the smallest positive number."""


def choice_probabilities(clicks: AnyArray, impressions: AnyArray, prior: tuple[float, float], floor: float) -> Doubles:
    """The probability that each item has the highest click rate, mixed with equal chances: float64 (n_items,), sum 1.

    Made for pools of up to some thousand items; a pool takes some 10 kB for each posterior that differs from others.

    Args:
        clicks, impressions: (n_items,), 0 ≤ clicks ≤ impressions.
        prior: a and b above 0 of the Beta prior: so many clicks, and so many impressions without one, known before.
        floor: the part in [0, 1] of equal chances; no probability is below floor / n_items.

    Raises:
        UsageError: a count or an option is outside its range.
    """
    _check(clicks, impressions, prior, floor)
    if not len(clicks):
        return np.zeros(0)
    posteriors = np.stack([clicks + prior[0], impressions - clicks + prior[1]], axis=1)
    distinct, which, counts = np.unique(posteriors, axis=0, return_inverse=True, return_counts=True)
    wins = _wins(distinct, counts)[which.ravel()]
    return np.asarray((1 - floor) * wins + floor / len(wins))


def draw(probabilities: Doubles, is_allowed: Bools, uniform: float) -> tuple[int, float] | None:
    """An item among the allowed and the probability that it was drawn with; None when none is allowed.

    Args:
        probabilities: float64 (n_items,). is_allowed: bool (n_items,).
        uniform: a random number in [0, 1).

    Returns:
        The item's place in the pool, and its probability over the sum of those of the allowed. None also when all
        allowed items have probability 0, which a floor prevents.
    """
    if not 0 <= uniform < 1:
        raise UsageError(f"the random number is {uniform}", "exploration slot", "Give a number from 0 to below 1.")
    masses = np.where(is_allowed, probabilities, 0.0)
    edges = masses.cumsum()
    total = float(edges[-1]) if len(edges) else 0.0
    if not total > 0:
        return None
    # a product may round up to the last edge, which lies in no item
    place = min(uniform * total, math.nextafter(total, 0))
    index = int(edges.searchsorted(place, side="right"))
    return index, float(masses[index]) / total


def _check(clicks: AnyArray, impressions: AnyArray, prior: tuple[float, float], floor: float) -> None:
    where = "exploration slot"
    if clicks.shape != impressions.shape:
        what = f"{len(clicks)} items have clicks and {len(impressions)} have impressions"
        raise UsageError(what, where, "Give both for every item.")
    wrong = np.flatnonzero(~((clicks >= 0) & (clicks <= impressions) & np.isfinite(impressions)))
    if len(wrong):
        what = f"item {wrong[0]} has {clicks[wrong[0]]} clicks of {impressions[wrong[0]]} impressions"
        raise UsageError(what, where, "Count at most one click for each impression, and none below 0.")
    if not all(0 < one < math.inf for one in prior):
        raise UsageError(f"the prior is {prior}", where, "Give two numbers above 0.")
    if not 0 <= floor <= 1:
        raise UsageError(f"the floor is {floor}", where, "Give a number from 0 to 1.")


def _wins(posteriors: Doubles, counts: Longs) -> Doubles:
    """The integral of f_i ∏ F_j over all other items j, for one item of each posterior: float64 (n_posteriors,).

    With G = ∏ F_j over all items it is the integral of G d(log F_i). Between two points of the grid every log F is
    taken to be linear in log G; then the integral is ΔG · Δ log F_i / Δ log G. So no density is needed, no term is
    negative, and the probabilities sum to 1.

    Args:
        posteriors: float64 (n_posteriors, 2), the a and b of each. counts: how many items have each.
    """
    logs = _grid(posteriors, counts)
    steps = np.diff(logs, axis=0)
    total = logs @ counts
    rises, gains = np.diff(total), np.diff(np.exp(total))
    return np.asarray(np.divide(gains, rises, out=np.zeros_like(gains), where=rises > 0) @ steps)


def _grid(posteriors: Doubles, counts: Longs) -> Doubles:
    """log F of every posterior on points between 0 and 1: float64 (n_points, n_posteriors).

    Intervals are halved until ⁴√G − ⁴√(1 − G) rises by at most STEP in each: fine where the best item's rate may lie
    and in both its tails, however narrow that is.
    """
    points = np.array([0.0, 1.0])
    logs = _log_cdf(points, posteriors)
    while True:
        total = logs @ counts
        height = np.exp(total / 4) - (-np.expm1(total)) ** 0.25
        middles = (points[:-1] + points[1:]) / 2
        is_coarse = (np.diff(height) > STEP) & (points[:-1] < middles) & (middles < points[1:])
        if not is_coarse.any():
            return np.asarray(np.maximum.accumulate(logs, axis=0))
        places = np.flatnonzero(is_coarse) + 1
        logs = np.insert(logs, places, _log_cdf(middles[is_coarse], posteriors), axis=0)
        points = np.insert(points, places, middles[is_coarse])


def _log_cdf(points: Doubles, posteriors: Doubles) -> Doubles:
    with np.errstate(divide="ignore"):
        logs = np.log(betainc(posteriors[:, 0], posteriors[:, 1], points[:, None]))
    return np.asarray(np.maximum(logs, LOWEST))
