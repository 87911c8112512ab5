"""How often intervals miss over many simulated experiments: at the horizon, and over all looks together."""

from collections.abc import Callable

import numpy as np
import pytest

from crossaisle.evaluation.experiments.cuped import adjust
from crossaisle.evaluation.experiments.intervals import Bounds, Sample, compare
from crossaisle.numerics.arrays import Doubles

from .chances import at_least, at_most
from .looks import Draw, looks

ALPHA = 0.05
N_LOOKS, UNITS, RUNS = 20, 100, 1500
PLANNED = N_LOOKS * UNITS
"""Half of the units that both arms have at the last look."""


def normal(rng: np.random.Generator, shape: tuple[int, ...]) -> Doubles:
    return rng.normal(3, 2, shape)


def conversion(rng: np.random.Generator, shape: tuple[int, ...]) -> Doubles:
    return (rng.random(shape) < 0.04).astype(np.float64)


def revenue(rng: np.random.Generator, shape: tuple[int, ...]) -> Doubles:
    return np.where(rng.random(shape) < 0.1, rng.lognormal(3, 1, shape), 0.0)


def misses_somewhere(draw: Draw, bounds_of: Callable[[Sample, Sample], Bounds], seed: int) -> int:
    """Runs of which any look's interval excludes the true difference, 0."""
    found = [[bounds_of(*pair) for pair in run] for run in looks(draw, N_LOOKS, UNITS, RUNS, seed)]
    return sum(any(not one.low <= 0 <= one.high for one in run) for run in found)


@pytest.mark.parametrize("draw", [normal, conversion, revenue])
def test_always_valid_interval_misses_at_most_alpha_over_all_looks(draw: Draw) -> None:
    missed = misses_somewhere(draw, lambda arm, control: compare(arm, control, ALPHA, PLANNED).always, 0)
    assert missed <= at_most(RUNS, ALPHA)


def test_fixed_interval_looked_at_daily_misses_as_often_as_is_known() -> None:
    """Armitage, McPherson and Rowe (1969), table 2: twenty looks at 5 % exclude a true zero with probability .248."""
    missed = misses_somewhere(normal, lambda arm, control: compare(arm, control, ALPHA, PLANNED).fixed, 0)
    assert at_least(RUNS, 0.248) <= missed <= at_most(RUNS, 0.248)
    assert missed > at_most(RUNS, ALPHA)


def test_fixed_interval_covers_at_its_horizon() -> None:
    last = [compare(*run[-1], ALPHA, PLANNED).fixed for run in looks(normal, N_LOOKS, UNITS, RUNS, 1)]
    missed = sum(not one.low <= 0 <= one.high for one in last)
    assert at_least(RUNS, ALPHA) <= missed <= at_most(RUNS, ALPHA)


def test_relative_interval_covers_at_its_horizon() -> None:
    """One arm is 1.5 times the other: the relative difference is .5."""
    last = [run[-1] for run in looks(normal, 2, UNITS, RUNS, 2)]
    arms = [(Sample(arm.n, 1.5 * arm.mean, 2.25 * arm.variance), control) for arm, control in last]
    found = [compare(*pair, ALPHA, PLANNED).fixed for pair in arms]
    missed = sum(not one.relative_low <= 0.5 <= one.relative_high for one in found)
    assert at_least(RUNS, ALPHA) <= missed <= at_most(RUNS, ALPHA)


def test_relative_always_valid_interval_misses_at_most_alpha_over_all_looks() -> None:
    runs = [
        [
            compare(Sample(arm.n, 1.5 * arm.mean, 2.25 * arm.variance), control, ALPHA, PLANNED).always
            for arm, control in run
        ]
        for run in looks(normal, N_LOOKS, UNITS, RUNS, 3)
    ]
    missed = sum(any(not one.relative_low <= 0.5 <= one.relative_high for one in run) for run in runs)
    assert missed <= at_most(RUNS, ALPHA)


def adjusted_run(rng: np.random.Generator, n: int, sizes: tuple[int, ...]) -> list[tuple[Sample, Sample, float]]:
    """Adjusted samples of arm and control at each size of an experiment of n units: control's mean 5, effect 10.

    The covariate explains most of the outcome, so that the level of both arms has a large error in common.
    """
    arm = rng.integers(0, 2, n).astype(np.int8)
    before = rng.normal(0, 3, n)
    values = 5 + before + rng.normal(0, 1, n) + 10 * arm
    found = [adjust(values[:size], arm[:size], before[:size, None], 2) for size in sizes]
    return [(one.samples[1], one.samples[0], one.shared) for one in found]


def test_adjusted_intervals_cover_at_their_horizon() -> None:
    """10 absolute and 200 % relative, which misses 23 % of the time if the error in common is forgotten."""
    rng, runs = np.random.default_rng(4), 4000
    found = [
        compare(arm, control, ALPHA, PLANNED, shared).fixed
        for _ in range(runs)
        for arm, control, shared in adjusted_run(rng, 100, (100,))
    ]
    for missed in (
        sum(not one.low <= 10 <= one.high for one in found),
        sum(not one.relative_low <= 2 <= one.relative_high for one in found),
    ):
        assert at_least(runs, ALPHA) <= missed <= at_most(runs, ALPHA)


def test_adjusted_always_valid_interval_misses_at_most_alpha_over_all_looks() -> None:
    rng, runs = np.random.default_rng(5), 500
    sizes = tuple(range(100, 2100, 200))
    found = [
        [compare(arm, control, ALPHA, 1000, shared).always for arm, control, shared in adjusted_run(rng, 2000, sizes)]
        for _ in range(runs)
    ]
    assert sum(any(not one.low <= 10 <= one.high for one in run) for run in found) <= at_most(runs, ALPHA)
    relative = sum(any(not one.relative_low <= 2 <= one.relative_high for one in run) for run in found)
    assert relative <= at_most(runs, ALPHA)
