"""Select: the few directions that explain most of a matrix, by a randomised truncated SVD.

Halko, Martinsson and Tropp, "Finding structure with randomness" (2011).
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from crossaisle.errors import InputError
from crossaisle.features.feature import Matrix, State, options
from crossaisle.numerics.arrays import AnyArray, Doubles, Floats
from crossaisle.numerics.svd import randomised_svd


@dataclass(frozen=True)
class FittedSelection:
    """Directions to project on.

    Args:
        directions: float32 (n_columns, n_components), orthonormal, the strongest first.
        explained: float64 (n_components,), the share of the total variance of each.
    """

    directions: Floats
    explained: Doubles

    def apply(self, matrix: Matrix) -> Floats:
        """Project `matrix` (n_rows, n_columns): float32 (n_rows, n_components)."""
        return np.asarray(matrix @ self.directions, dtype=np.float32)

    def state(self) -> dict[str, AnyArray]:
        """All arrays needed to restore it."""
        return {"directions": self.directions, "explained": self.explained}

    @classmethod
    def restore(cls, state: State) -> "FittedSelection":
        """The selection whose `state()` this is."""
        return cls(state["directions"], state["explained"])


@options
class Selection:
    """As many components as explain the wanted share of variance, at most `max_components`."""

    variance: Annotated[float, Field(gt=0, le=1, description="share of the total variance to explain")] = 0.9
    max_components: Annotated[int, Field(ge=1, description="components at most")] = 64

    def fit(self, matrix: Matrix, seed: int = 0) -> FittedSelection:
        """Learn directions from training rows.

        The matrix is not centred, so that a sparse one stays sparse; a component's variance is that of its
        scores, and the total is the sum over columns.

        Args:
            matrix: (n_rows, n_columns), without NaN.
            seed: of the random start.

        Raises:
            InputError: the matrix has no rows, no columns, or no variance.
        """
        total = _total_variance(matrix) if min(matrix.shape) else 0.0
        if total <= 0:
            raise InputError(
                "features without rows, columns or any difference cannot be selected from",
                remedy="Fit on more events, or leave selection out.",
            )
        wanted = min(self.max_components, *matrix.shape)
        left, strengths, right = randomised_svd(matrix, wanted, seed)
        explained = np.var(left.astype(np.float64) * strengths, axis=0) / total
        enough = int(np.searchsorted(np.cumsum(explained), self.variance)) + 1
        kept = min(enough, len(explained))
        return FittedSelection(right[:kept].T.astype(np.float32), explained[:kept])


def _total_variance(matrix: Matrix) -> float:
    """Sum over columns of the mean square less the squared mean."""
    n_rows = matrix.shape[0]
    if isinstance(matrix, np.ndarray):
        return float(np.var(matrix.astype(np.float64), axis=0).sum())
    exact = matrix.astype(np.float64)
    means = np.asarray(exact.sum(axis=0)) / n_rows
    return float((exact.data**2).sum() / n_rows - (means**2).sum())
