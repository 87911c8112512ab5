"""What may be asked of a count of random trials."""

from scipy.stats import binom

CHANCE = 1e-6
"""Of a bound to fail though all is well."""


def at_most(n: int, probability: float) -> float:
    """The count that n trials of this probability exceed with probability `CHANCE`."""
    return float(binom.isf(CHANCE, n, probability))


def at_least(n: int, probability: float) -> float:
    """The count that n trials of this probability fall short of with probability `CHANCE`."""
    return float(binom.ppf(CHANCE, n, probability))
