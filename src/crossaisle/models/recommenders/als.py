"""Implicit ALS: Hu, Koren and Volinsky (2008), "Collaborative Filtering for Implicit Feedback
Datasets", fitted by the library `implicit`."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from pydantic import Field
from scipy import sparse
from threadpoolctl import threadpool_limits

from crossaisle.data.dataset import Dataset
from crossaisle.data.queries import Queries, Weighting
from crossaisle.data.training import Training
from crossaisle.models.linear import item_contributions
from crossaisle.models.part import part
from crossaisle.models.recommender import Contributions, Fitted, Recommender, State
from crossaisle.numerics.arrays import AnyArray, Doubles, Floats, Numbers, moved


@dataclass(frozen=True)
class FittedALS(Fitted):
    """factors: float32 (n_items, n_factors). A user's vector is solved from the history, for new users as for old."""

    factors: Floats
    alpha: float
    l2: float
    counted: bool

    @property
    def n_items(self) -> int:  # type: ignore[override]  # derived, not kept
        """Number of items."""
        return len(self.factors)

    def vectors(self) -> Floats:
        """float32 (n_items, n_factors): the items' vectors."""
        return self.factors

    def scores(self, queries: Queries, items: Numbers | None = None) -> Floats:
        factors = self.factors if items is None else self.factors[items]
        return np.asarray(self._users(queries) @ factors.T, dtype=np.float32)

    def contributions(self, queries: Queries, candidates: Numbers, n_causes: int = 3) -> Contributions:
        gram = self._gram()

        def effects(items: Numbers, weights: Floats, scored: Numbers) -> AnyArray:
            trust = self.alpha * weights
            solved = np.linalg.solve(self._system(gram, items, trust), self.factors[scored].T.astype(np.float64))
            return np.asarray((self.factors[items] * trust[:, None]) @ solved)

        return item_contributions(queries, candidates, n_causes, effects)

    def update(self, dataset: Dataset, kept: Numbers | None = None) -> "FittedALS":
        """Either side solved once more, from the items' vectors as they were: see Fitted.update."""
        matrix = sparse.csr_matrix(dataset.purchases("count" if self.counted else "binary"))
        model = alternating(self.factors.shape[1], self.alpha, self.l2, n_iterations=1, seed=0)
        model.item_factors = self.factors.copy() if kept is None else moved(self.factors, kept)
        with threadpool_limits(1, "blas"):
            model.fit(matrix, show_progress=False)
        return FittedALS(np.ascontiguousarray(model.item_factors), self.alpha, self.l2, self.counted)

    def state(self) -> State:
        options = np.array([self.alpha, self.l2, self.counted], dtype=np.float64)
        return {"factors": self.factors, "options": options}

    @classmethod
    def restore(cls, state: State) -> "FittedALS":
        alpha, l2, counted = state["options"]
        return cls(state["factors"], float(alpha), float(l2), bool(counted))

    def _gram(self) -> Doubles:
        factors = self.factors.astype(np.float64)
        gram = factors.T @ factors
        gram[np.diag_indices_from(gram)] += self.l2
        return gram

    def _system(self, gram: Doubles, items: Numbers, trust: AnyArray) -> Doubles:
        if (trust == 1).all():
            return gram
        bought = self.factors[items].astype(np.float64)
        return np.asarray(gram + bought.T @ (bought * (trust - 1)[:, None]))

    def _users(self, queries: Queries) -> Floats:
        """float32 (n_queries, n_factors): the least-squares answer of each history (equation 4)."""
        gram = self._gram()
        bought = queries.purchases("count" if self.counted else "binary")
        users = np.zeros((len(queries), self.factors.shape[1]), dtype=np.float32)
        for query in range(len(queries)):
            places = slice(bought.indptr[query], bought.indptr[query + 1])
            items, trust = bought.indices[places], self.alpha * bought.data[places]
            if len(items):
                wanted = self.factors[items].T.astype(np.float64) @ trust
                users[query] = np.linalg.solve(self._system(gram, items, trust), wanted)
        return users


def alternating(n_factors: int, alpha: float, l2: float, n_iterations: int, seed: int) -> Any:
    """The library's model, on one thread."""
    return AlternatingLeastSquares(
        factors=n_factors,
        regularization=l2,
        alpha=alpha,
        iterations=n_iterations,
        random_state=seed,
        num_threads=1,
    )


@part
class ALS(Recommender):
    """Factors of users and items under confidence α · r, ridge λ. One thread, so that a seed means one answer."""

    fitted: ClassVar[type[Fitted]] = FittedALS

    factors: Annotated[int, Field(ge=1, le=1024, description="length of the vectors")] = 64
    alpha: Annotated[float, Field(gt=0, le=1000, description="α, confidence of a purchase")] = 1.0
    l2: Annotated[float, Field(ge=1e-6, le=1000, description="λ, weight of the penalty")] = 0.01
    iterations: Annotated[int, Field(ge=1, le=200, description="times each side is solved")] = 15
    weighting: Annotated[Weighting, Field(description="an item bought counts once, or each time")] = "binary"

    def fit(self, training: Training) -> FittedALS:
        """Alternate, by conjugate gradients on either side."""
        matrix = sparse.csr_matrix(training.dataset.purchases(self.weighting))
        n_iterations = self.iterations
        with threadpool_limits(1, "blas"):
            model = alternating(self.factors, self.alpha, self.l2, n_iterations, training.seed)
            model.fit(
                matrix,
                show_progress=False,
                callback=lambda done, *_: training.progress("fit", (done + 1) / n_iterations),
            )
        factors = np.ascontiguousarray(model.item_factors, dtype=np.float32)
        return FittedALS(factors, self.alpha, self.l2, self.weighting == "count")
