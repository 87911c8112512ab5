"""Rates of items from few counts: shrunk to the rate of their category, and that to the shop's.

Counts are Poisson around exposure · rate, and rates gamma around their category's: the limit of the beta-binomial for
small rates, which unlike it bears exposures that are no whole numbers. With a = shape / prior, the posterior mean is
(count + a · prior) / (exposure + a). Categories are weighed by what their items tell of them, as in Bühlmann and Straub
(1970) and, in layers, Jewell (1975), "The Use of Collateral Data in Credibility Theory".
"""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import gammaln

from crossaisle.numerics.arrays import AnyArray, Doubles

_SHAPES = (np.log(0.05), np.log(1e4))
"""Log of the shapes among which the likeliest is sought: rates from 450 % to 1 % apart."""
_GRID, _ROUNDS = 24, 5


def shrunk(counts: Doubles, exposures: Doubles, evenness: Doubles, category: AnyArray) -> Doubles:
    """Rates of items, each drawn to its category's and that to the shop's as far as few counts ask for it.

    Args:
        counts, exposures: float64 (n_items,), a count only where there is an exposure.
        evenness: Σw / Σw² of what an item's exposures weigh, (n_items,): as many counts of weight one tell as much.
        category: whole numbers (n_items,) from 0.

    Returns:
        float64 (n_items,), 0 everywhere where nothing was counted.
    """
    if not counts.sum() > 0:
        return np.zeros(len(counts))
    shop = float(counts.sum() / exposures.sum())
    prior = np.full(len(counts), shop)
    for _ in range(_ROUNDS):
        shape = likeliest_shape(counts * evenness, exposures * evenness, prior)
        of_categories, shop = category_rates(counts, exposures, shape / prior, category, shop)
        prior = of_categories[category]
    return posterior_means(counts, exposures, shape / prior, prior)


def category_rates(
    counts: Doubles, exposures: Doubles, strength: Doubles, category: AnyArray, shop: float
) -> tuple[Doubles, float]:
    """Rates of categories drawn to the shop's, float64 (n_categories,), and the shop's, both from their parts' rates.

    An item's own rate says of its category's as much as exposure · a / (exposure + a) exposures of the category itself,
    so that no item speaks louder than the spread of items allows.

    Args:
        strength: a, the exposure that an item's prior is worth, float64 (n_items,).
        shop: the shop's rate so far.
    """
    weight = exposures * strength / (exposures + strength)
    own = np.divide(counts, exposures, out=np.zeros(len(counts)), where=exposures > 0)
    seen, told = (np.bincount(category, one).astype(np.float64) for one in (weight * own, weight))
    shape = likeliest_shape(seen, told, np.full(len(told), shop))
    trust = told * shape / (told * shop + shape)
    shop = float(trust @ np.divide(seen, told, out=np.zeros(len(told)), where=told > 0) / trust.sum())
    return posterior_means(seen, told, shape / shop, shop), shop


def posterior_means(counts: Doubles, exposures: Doubles, strength: Doubles | float, prior: Doubles | float) -> Doubles:
    """(count + a · prior) / (exposure + a): float64 (n,)."""
    means: Doubles = (counts + strength * prior) / (exposures + strength)
    return means


def likeliest_shape(counts: Doubles, exposures: Doubles, prior: Doubles) -> float:
    """Shape of the gamma around `prior` under which the counts are likeliest, 1 / squared coefficient of variation.

    Args:
        counts, exposures, prior: float64 (n,).
    """
    expected = (exposures * prior)[exposures > 0]
    seen = counts[exposures > 0]

    def unlikeliness(log_shape: float) -> float:
        shape = np.exp(log_shape)
        terms = gammaln(seen + shape) - gammaln(shape) - (seen + shape) * np.log1p(expected / shape)
        return -float((terms - seen * log_shape).sum())

    grid = np.linspace(*_SHAPES, _GRID)
    best = int(np.argmin([unlikeliness(one) for one in grid]))
    bounds = grid[max(best - 1, 0)], grid[min(best + 1, _GRID - 1)]
    return float(np.exp(minimize_scalar(unlikeliness, bounds=bounds, method="bounded").x))
