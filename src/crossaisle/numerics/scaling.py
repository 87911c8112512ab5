"""Bring numeric columns to comparable size by log1p, z-score, min–max or rank, learnt from training rows."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from crossaisle.numerics.arrays import AnyArray, Doubles, Floats

Method = Literal["log1p", "z-score", "min-max", "rank"]
METHODS: tuple[Method, ...] = ("log1p", "z-score", "min-max", "rank")

MAX_KNOTS = 1024
"""Distinct values of a column that its ranks are remembered at; between them ranks are interpolated."""


@dataclass(frozen=True)
class Scaling:
    """Methods applied in turn to each of n_columns columns, with what each learned from the training rows.

    Args:
        steps: the methods, in the order of application.
        centres, widths: float64 (n_steps, n_columns), subtracted, then divided by, for z-score and min-max.
        knots, ranks: float64 (n_steps, n_columns, n_knots), ascending values and their ranks in [0, 1]; the
            last value is repeated where a column has fewer.
    """

    steps: tuple[Method, ...]
    centres: Doubles
    widths: Doubles
    knots: Doubles
    ranks: Doubles

    def apply(self, values: AnyArray) -> Floats:
        """Scale `values` (n_rows, n_columns) into float32 of that shape; NaN stays NaN.

        log1p is sign(x) · log(1 + |x|); min-max is clipped to [0, 1]; a column that was constant in training
        becomes 0 under z-score and min-max.
        """
        scaled = np.asarray(values, dtype=np.float64)
        for step, method in enumerate(self.steps):
            scaled = self._applied(step, method, scaled)
        return scaled.astype(np.float32)

    def _applied(self, step: int, method: Method, values: Doubles) -> Doubles:
        if method == "log1p":
            return _log1p(values)
        if method == "rank":
            ranks = np.full_like(values, np.nan)
            for column in range(values.shape[1]):
                known = ~np.isnan(values[:, column])
                knots, heights = self.knots[step, column], self.ranks[step, column]
                ranks[known, column] = np.interp(values[known, column], knots, heights)
            return ranks
        moved: Doubles = (values - self.centres[step]) / self.widths[step]
        return np.clip(moved, 0, 1) if method == "min-max" else moved

    def state(self) -> dict[str, AnyArray]:
        """Arrays from which `restore` makes an equal scaling."""
        steps = np.array([METHODS.index(method) for method in self.steps], dtype=np.int8)
        return {
            "steps": steps,
            "centres": self.centres,
            "widths": self.widths,
            "knots": self.knots,
            "ranks": self.ranks,
        }

    @classmethod
    def restore(cls, state: Mapping[str, AnyArray]) -> "Scaling":
        """The scaling whose `state()` this is."""
        steps = tuple(METHODS[int(place)] for place in state["steps"])
        return cls(steps, state["centres"], state["widths"], state["knots"], state["ranks"])


def fit_scaling(values: AnyArray, steps: Sequence[Method]) -> Scaling:
    """Learn centres, widths and ranks from training rows; NaN is passed over.

    A column without any finite value is treated as constant zero.

    Args:
        values: (n_rows, n_columns), numbers.
        steps: methods applied in turn, such as ("log1p", "z-score").
    """
    scaled = np.asarray(values, dtype=np.float64)
    n_columns = scaled.shape[1]
    centres, widths = np.zeros((len(steps), n_columns)), np.ones((len(steps), n_columns))
    n_knots = MAX_KNOTS if "rank" in steps else 1
    knots, ranks = np.zeros((len(steps), n_columns, n_knots)), np.zeros((len(steps), n_columns, n_knots))
    for step, method in enumerate(steps):
        if method in ("z-score", "min-max"):
            centres[step], widths[step] = _spread(scaled, method)
        elif method == "rank":
            for column in range(n_columns):
                knots[step, column], ranks[step, column] = _ranked(scaled[:, column])
        so_far = Scaling(tuple(steps[: step + 1]), centres, widths, knots, ranks)
        scaled = so_far._applied(step, method, scaled)
    return Scaling(tuple(steps), centres, widths, _trimmed(knots), _trimmed(ranks))


def _log1p(values: Doubles) -> Doubles:
    return np.asarray(np.sign(values) * np.log1p(np.abs(values)))


def _spread(values: Doubles, method: Method) -> tuple[Doubles, Doubles]:
    """Centre and width of each column, 1 for the width of a constant column."""
    with warnings.catch_warnings():
        # a column of NaN alone has no mean or minimum, which is met by nan_to_num below
        warnings.simplefilter("ignore", RuntimeWarning)
        if method == "z-score":
            centre, width = np.nanmean(values, axis=0), np.nanstd(values, axis=0)
        else:
            centre = np.nanmin(values, axis=0) if len(values) else np.zeros(values.shape[1])
            width = (np.nanmax(values, axis=0) if len(values) else centre) - centre
    centre, width = np.nan_to_num(centre), np.nan_to_num(width)
    rounding = np.finfo(np.float64).eps * 8 * np.maximum(1.0, np.abs(centre))
    return centre, np.where(width > rounding, width, 1.0)


def _ranked(column: Doubles) -> tuple[Doubles, Doubles]:
    """Ascending values and the share of training rows below each plus half of those equal to it."""
    finite = column[np.isfinite(column)]
    if not len(finite):
        return np.zeros(MAX_KNOTS), np.full(MAX_KNOTS, 0.5)
    values, counts = np.unique(finite, return_counts=True)
    mid = (np.cumsum(counts) - counts / 2) / len(finite)
    places = np.linspace(0, len(values) - 1, min(len(values), MAX_KNOTS)).round().astype(np.int64)
    padding = MAX_KNOTS - len(places)
    return (np.pad(values[places], (0, padding), mode="edge"), np.pad(mid[places], (0, padding), mode="edge"))


def _trimmed(padded: Doubles) -> Doubles:
    """Without the last places that repeat the one before in every column."""
    if padded.shape[2] <= 1 or not padded.size:
        return padded
    changes = (np.diff(padded, axis=2) != 0).any(axis=(0, 1))
    last = int(np.flatnonzero(changes).max(initial=-1)) + 2
    return padded[:, :, :last]
