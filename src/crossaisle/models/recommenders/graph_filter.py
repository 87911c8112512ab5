"""Graph filter: a low-pass filter on the item–item graph, after Shen et al. (2021), "How Powerful is Graph
Convolution for Recommendation?".

The ideal low-pass filter of GF-CF beside its linear filter (section 4), with singular vectors from a randomised SVD.
Singular vectors are cheap where only neighbours meet, so that most of them count there alone. Two things are taken over
from later papers: exponents of the degrees other than ½ (Peng et al., 2024, "How Powerful is Graph Filtering for
Recommendation") and a power of each entry of the graph (Park et al., 2024, "Turbo-CF").
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field
from scipy import sparse

from crossaisle.data.queries import Queries
from crossaisle.data.training import Training
from crossaisle.models.linear import item_contributions
from crossaisle.models.part import part
from crossaisle.models.recommender import Contributions, Fitted, Recommender, State
from crossaisle.numerics.arrays import AnyArray, Bools, Csr, Floats, Numbers, row_numbers
from crossaisle.numerics.degrees import power, scaled_by_degrees
from crossaisle.numerics.neighbours import inner_products, nearest_rows
from crossaisle.numerics.svd import randomised_svd

SIZE_PER_COMPONENT, FEWEST, MOST = 40, 16, 128
"""Of components for all pairs there is one for each 40 users or items, whichever are fewer, within bounds."""
NEAR_SIZE_PER_COMPONENT, MOST_WITH_NEAR = 5, 1024
"""With those between neighbours there is one for each 5."""
WEAKEST = 1e-5
"""Directions of less strength, as a share of the strongest, are rounding."""


@dataclass(frozen=True)
class FittedGraphFilter(Fitted):
    """From an item bought to an item scored.

    Args:
        left, right: float32 (n_items, components), the low-pass filter's two sides.
        near: sparse float32 (n_items, n_items), what the item's neighbours add to that.
    """

    left: Floats
    right: Floats
    near: Csr

    @property
    def n_items(self) -> int:  # type: ignore[override]  # derived, not kept
        """Number of items."""
        return len(self.left)

    @cached_property
    def _unknown(self) -> Bools:
        """bool (n_items,): items of no purchase."""
        return np.asarray(~self.right.any(axis=1))

    def vectors(self) -> Floats:
        """float32 (n_items, components): the items' vectors."""
        return self.right

    def scores(self, queries: Queries, items: Numbers | None = None) -> Floats:
        bought = queries.purchases()
        linear = (bought @ self.near).tocsr()
        right, unknown = self.right, self._unknown
        if items is not None and len(items) < self.n_items:
            linear, right, unknown = linear[:, items], right[items], unknown[items]
        scores = np.asarray((bought @ self.left) @ right.T, dtype=np.float32)
        scores[row_numbers(linear.indptr), linear.indices] += linear.data
        scores[:, unknown] = -np.inf
        return scores

    def contributions(self, queries: Queries, candidates: Numbers, n_causes: int = 3) -> Contributions:
        def effects(items: Numbers, weights: Floats, scored: Numbers) -> AnyArray:
            near = self.near[items][:, scored].toarray()
            return np.asarray(weights[:, None] * (self.left[items] @ self.right[scored].T + near))

        return item_contributions(queries, candidates, n_causes, effects)

    def state(self) -> State:
        near = self.near
        sides = {"left": self.left, "right": self.right}
        return sides | {"near_values": near.data, "near_columns": near.indices, "near_indptr": near.indptr}

    @classmethod
    def restore(cls, state: State) -> "FittedGraphFilter":
        n_items = len(state["left"])
        arrays = (state["near_values"], state["near_columns"], state["near_indptr"])
        return cls(state["left"], state["right"], sparse.csr_array(arrays, shape=(n_items, n_items)))


@part
class GraphFilter(Recommender):
    """x · D^−a · (F_c · D^b + near(F_m · D^b + w · (R̃ᵀR̃ / s₁²)^∘q)), with R̃ = U · diag(s) · Vᵀ normalised by degrees.

    F = V · diag((s / s₁)^p) · Vᵀ is the low-pass filter: F_c of the c strongest singular vectors, F_m of the m after
    them. near(·) keeps the entries at each item's strongest neighbours in R̃ᵀR̃, and ∘q is a power of each entry.
    """

    fitted: ClassVar[type[Fitted]] = FittedGraphFilter

    components: Annotated[
        int | None,
        Field(
            ge=1,
            le=4096,
            description="c, singular vectors that count for all pairs; by the size of the data when none",
            json_schema_extra={"search": [8, 512]},
        ),
    ] = None
    near_components: Annotated[
        int | None,
        Field(
            ge=0,
            le=8192,
            description="m, further ones that count between neighbours; by the size of the data when none",
            json_schema_extra={"search": [0, 1024]},
        ),
    ] = None
    power: Annotated[float, Field(ge=0, le=4, description="p, how much weak singular values are held back")] = 0.0
    user_exponent: Annotated[float, Field(ge=0, le=1, description="how far active users are held back")] = 0.3
    item_exponent: Annotated[float, Field(ge=0, le=1, description="a, how far much-bought items are held back")] = 0.35
    return_exponent: Annotated[float, Field(ge=0, le=1, description="b, how far that is given back")] = 0.3
    linear: Annotated[float, Field(ge=0, le=1000, description="w, weight of the linear filter beside the low-pass")] = (
        100.0
    )
    linear_power: Annotated[
        float, Field(ge=0.25, le=4, description="q, how far weak entries of the linear filter are held back")
    ] = 1.5
    neighbours: Annotated[int, Field(ge=1, le=10_000, description="neighbours of each item")] = 200
    iterations: Annotated[
        int, Field(ge=0, le=20, description="power iterations of the SVD", json_schema_extra={"search": [0, 4]})
    ] = 3

    def fit(self, training: Training) -> FittedGraphFilter:
        """Normalise, decompose and fold the degrees into the item vectors."""
        training.progress("fit", 0)
        matrix = training.dataset.purchases()
        of_items = np.asarray(matrix.sum(axis=0), dtype=np.float64)
        held_back, given_back = power(of_items, -self.item_exponent), power(of_items, self.return_exponent)
        scaled = scaled_by_degrees(matrix, -self.user_exponent, -self.item_exponent)
        c, m = self._sizes(matrix)
        _, strengths, right = randomised_svd(scaled, c + m, training.seed, iterations=self.iterations)
        training.progress("fit", 0.6)
        vectors, strongest = right.T, max(float(strengths[0]), 1e-12)
        kept = strengths > WEAKEST * strongest
        filtered = (vectors * np.where(kept, strengths / strongest, 1) ** self.power * kept).astype(np.float32)
        near = nearest_rows(scaled.T.tocsr(), self.neighbours)
        low_pass = inner_products(near, vectors[:, c:], filtered[:, c:])
        low_pass *= given_back.astype(np.float32)[near.indices]
        near.data /= strongest**2
        near.data **= self.linear_power
        near.data *= self.linear
        near.data += low_pass
        near.data *= np.repeat(held_back.astype(np.float32), np.diff(near.indptr))
        training.progress("fit", 1)
        return FittedGraphFilter(
            (vectors[:, :c] * held_back[:, None]).astype(np.float32),
            (filtered[:, :c] * given_back[:, None]).astype(np.float32),
            near,
        )

    def _sizes(self, matrix: "sparse.csr_array[np.float32]") -> tuple[int, int]:
        """c and m: as many as asked for, or by the size; at most the rank allows."""
        n_smaller = min(matrix.shape)
        by_size = int(np.clip(n_smaller // SIZE_PER_COMPONENT, FEWEST, MOST))
        c = min(self.components or by_size, n_smaller)
        with_near = min(n_smaller // NEAR_SIZE_PER_COMPONENT, MOST_WITH_NEAR)
        m = max(with_near - c, 0) if self.near_components is None else self.near_components
        return c, min(m, n_smaller - c)
