"""Experiments looked at many times."""

from collections.abc import Callable, Iterator

import numpy as np

from crossaisle.evaluation.experiments.intervals import Sample
from crossaisle.numerics.arrays import Doubles

Draw = Callable[[np.random.Generator, tuple[int, ...]], Doubles]


def looks(draw: Draw, n_looks: int, units_a_look: int, n_runs: int, seed: int) -> Iterator[list[tuple[Sample, Sample]]]:
    """Runs of an experiment without an effect: of each, the samples of both arms at every look.

    Args:
        units_a_look: by how many units each arm grows from look to look.
    """
    rng = np.random.default_rng(seed)
    n = units_a_look * np.arange(1, n_looks + 1)
    for _ in range(n_runs):
        values = draw(rng, (2, n_looks, units_a_look))
        sums, squares = (power.sum(axis=2).cumsum(axis=1) for power in (values, np.square(values)))
        variances = (squares - np.square(sums) / n) / (n - 1)
        arm, control = (
            [Sample(*row) for row in zip(n.tolist(), means, spreads, strict=True)]
            for means, spreads in zip((sums / n).tolist(), variances.tolist(), strict=True)
        )
        yield list(zip(arm, control, strict=True))
