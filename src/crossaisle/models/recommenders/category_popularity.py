"""Popularity within categories: what a user is inclined to buy from, times what sells best there."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from crossaisle.data.queries import Queries
from crossaisle.data.training import Training
from crossaisle.models.part import part
from crossaisle.models.recommender import Cause, Contributions, Fitted, Recommender, State
from crossaisle.numerics.arrays import AnyArray, Floats, Numbers, csr
from crossaisle.numerics.shares import shares


@dataclass(frozen=True)
class FittedCategoryPopularity(Fitted):
    """buyers, share (of its category), category: (n_items,). inclination: float32 (n_categories + 1,)."""

    buyers: Floats
    share: Floats
    category: Numbers
    inclination: Floats
    strength: float

    @property
    def n_items(self) -> int:  # type: ignore[override]  # derived, not kept
        """Number of items."""
        return len(self.share)

    def scores(self, queries: Queries, items: Numbers | None = None) -> Floats:
        category, share = (self.category, self.share) if items is None else (self.category[items], self.share[items])
        scores = self._inclinations(queries)[:, category] * share
        return np.where(share > 0, scores, -np.inf).astype(np.float32)

    def contributions(self, queries: Queries, candidates: Numbers, n_causes: int = 3) -> Contributions:
        places = np.maximum(candidates, 0)
        is_cause = (candidates >= 0) & (self.share[places] > 0)
        amounts = np.take_along_axis(self._inclinations(queries), self.category[places], axis=1) * self.share[places]
        return Contributions(
            np.full((*candidates.shape, 1), Cause.BUYERS, dtype=np.int8),
            np.where(is_cause, np.rint(self.buyers[places]), -1)[..., None].astype(np.int32),
            np.where(is_cause, amounts, 0)[..., None].astype(np.float32),
        )

    def state(self) -> State:
        strength = np.array(self.strength)
        return {
            "buyers": self.buyers,
            "share": self.share,
            "category": self.category,
            "inclination": self.inclination,
            "strength": strength,
        }

    @classmethod
    def restore(cls, state: State) -> "FittedCategoryPopularity":
        return cls(state["buyers"], state["share"], state["category"], state["inclination"], float(state["strength"]))

    def _inclinations(self, queries: Queries) -> AnyArray:
        """(n_queries, n_categories + 1): the user's own shares of purchases, drawn towards everybody's."""
        rows, items, n_rows = queries.bought()
        own = np.zeros((n_rows, len(self.inclination)), dtype=np.float32)
        np.add.at(own, (rows, self.category[items]), 1)
        own += self.strength * self.inclination
        return np.asarray(own / own.sum(axis=1, keepdims=True))


@part
class CategoryPopularity(Recommender):
    """P(category | user) · P(item | category); items without a category form one of their own."""

    fitted: ClassVar[type[Fitted]] = FittedCategoryPopularity

    strength: Annotated[
        float, Field(gt=0, le=1e6, description="purchases of one's own that outweigh everybody's inclination")
    ] = 100.0
    shrink: Annotated[float, Field(ge=0, le=1e6, description="buyers added to each category, against small ones")] = (
        10.0
    )

    def fit(self, training: Training) -> FittedCategoryPopularity:
        """Count buyers of items and of categories."""
        dataset = training.dataset
        matrix = dataset.purchases()
        buyers = np.asarray(matrix.sum(axis=0), dtype=np.float64)
        n_categories = dataset.n_categories
        category = np.where(dataset.catalogue.category < 0, n_categories, dataset.catalogue.category).astype(np.int32)
        coo = matrix.tocoo()
        pairs = csr(coo.row, category[coo.col], coo.data, (dataset.n_users, n_categories + 1))
        pairs.data = np.minimum(pairs.data, 1)
        inclination = np.asarray(pairs.sum(axis=0), dtype=np.float64)
        sums = np.bincount(category, weights=buyers, minlength=n_categories + 1)
        share = buyers / np.maximum(sums + self.shrink, 1e-12)[category]
        return FittedCategoryPopularity(
            buyers.astype(np.float32),
            share.astype(np.float32),
            category,
            shares(inclination).astype(np.float32),
            self.strength,
        )
