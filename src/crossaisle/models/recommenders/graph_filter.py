"""Graph filter: a low-pass filter on the item–item graph, after Shen et al. (2021), "How Powerful is Graph
Convolution for Recommendation?".

The ideal low-pass filter of GF-CF, whose singular vectors come from a randomised SVD; a power of the singular
values softens its edge.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field
from scipy import sparse

from crossaisle.data.queries import Queries
from crossaisle.data.training import Training
from crossaisle.models.linear import item_contributions
from crossaisle.models.part import part
from crossaisle.models.recommender import Contributions, Fitted, Recommender, State
from crossaisle.numerics.arrays import AnyArray, Floats, Numbers
from crossaisle.numerics.svd import randomised_svd

SIZE_PER_COMPONENT, FEWEST, MOST = 40, 16, 768


@dataclass(frozen=True)
class FittedGraphFilter(Fitted):
    """left, right: float32 (n_items, components), from an item bought and to an item scored."""

    left: Floats
    right: Floats

    @property
    def n_items(self) -> int:  # type: ignore[override]  # derived, not kept
        """Number of items."""
        return len(self.left)

    def vectors(self) -> Floats:
        """float32 (n_items, components): the items' vectors."""
        return self.right

    def scores(self, queries: Queries, items: Numbers | None = None) -> Floats:
        right = self.right if items is None else self.right[items]
        users = queries.purchases() @ self.left
        scores = np.asarray(users @ right.T, dtype=np.float32)
        scores[:, ~right.any(axis=1)] = -np.inf
        return scores

    def contributions(self, queries: Queries, candidates: Numbers, n_causes: int = 3) -> Contributions:
        def effects(items: Numbers, weights: Floats, scored: Numbers) -> AnyArray:
            return (self.left[items] * weights[:, None]) @ self.right[scored].T

        return item_contributions(queries, candidates, n_causes, effects)

    def state(self) -> State:
        return {"left": self.left, "right": self.right}

    @classmethod
    def restore(cls, state: State) -> "FittedGraphFilter":
        return cls(state["left"], state["right"])


@part
class GraphFilter(Recommender):
    """x · D^−a · V · diag((s / s₁)^p) · Vᵀ · D^b, with R̃ = U · diag(s) · Vᵀ normalised by degrees."""

    fitted: ClassVar[type[Fitted]] = FittedGraphFilter

    components: Annotated[
        int | None,
        Field(ge=1, le=4096, description="singular vectors kept; by the size of the data when none"),
    ] = None
    power: Annotated[float, Field(ge=0, le=4, description="p, how much weak singular values are held back")] = 0.0
    user_exponent: Annotated[float, Field(ge=0, le=1, description="how far active users are held back")] = 0.3
    item_exponent: Annotated[float, Field(ge=0, le=1, description="a, how far much-bought items are held back")] = 0.3
    return_exponent: Annotated[float, Field(ge=0, le=1, description="b, how far that is given back")] = 0.2
    iterations: Annotated[int, Field(ge=0, le=20, description="power iterations of the SVD")] = 2

    def fit(self, training: Training) -> FittedGraphFilter:
        """Normalise, decompose and fold the degrees into the item vectors."""
        training.progress("fit", 0)
        matrix = training.dataset.purchases()
        of_users = np.asarray(matrix.sum(axis=1), dtype=np.float64)
        of_items = np.asarray(matrix.sum(axis=0), dtype=np.float64)
        held_back = _powers(of_items, -self.item_exponent)
        scaled = sparse.diags_array(_powers(of_users, -self.user_exponent)) @ matrix @ sparse.diags_array(held_back)
        components = self._components(matrix)
        _, strengths, right = randomised_svd(
            scaled.tocsr().astype(np.float32), components, training.seed, iterations=self.iterations
        )
        strengths = strengths / max(float(strengths[0]), 1e-12)
        filtered = right.T * np.where(strengths > 1e-6, strengths, 0) ** self.power
        given_back = _powers(of_items, self.return_exponent)
        training.progress("fit", 1)
        return FittedGraphFilter(
            (right.T * held_back[:, None]).astype(np.float32),
            (filtered * given_back[:, None]).astype(np.float32),
        )

    def _components(self, matrix: "sparse.csr_array[np.float32]") -> int:
        """As many as asked for, or one for each 40 users or items, whichever are fewer; at most the rank allows."""
        n_smaller = min(matrix.shape)
        wanted = self.components or int(np.clip(n_smaller // SIZE_PER_COMPONENT, FEWEST, MOST))
        return min(wanted, n_smaller)


def _powers(degrees: AnyArray, exponent: float) -> AnyArray:
    """degree^exponent, 0 for degree 0."""
    return np.where(degrees > 0, np.maximum(degrees, 1e-12) ** exponent, 0)
