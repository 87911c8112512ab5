"""Popularity within categories: which categories a user is inclined to, told from those bought from, times what sells
best there. The inclination is EASE between categories (Steck 2019)."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import DAY
from crossaisle.data.queries import Queries
from crossaisle.data.training import Training
from crossaisle.models.inclinations import Inclinations, fit_inclinations
from crossaisle.models.linear import joined, single_cause
from crossaisle.models.part import part
from crossaisle.models.recommender import Cause, Contributions, Fitted, Recommender, State
from crossaisle.numerics.arrays import Doubles, Floats, Numbers


@dataclass(frozen=True)
class FittedCategoryPopularity(Fitted):
    """What is known of items, and of categories.

    Args:
        buyers, share: float32 (n_items,), users who bought the item, each once, and its part of its category's.
        inclinations: to categories.
    """

    buyers: Floats
    share: Floats
    inclinations: Inclinations

    @property
    def n_items(self) -> int:  # type: ignore[override]  # derived, not kept
        """Number of items."""
        return len(self.share)

    def scores(self, queries: Queries, items: Numbers | None = None) -> Floats:
        category, share = self.inclinations.category, self.share
        if items is not None:
            category, share = category[items], share[items]
        scores = self.inclinations.of(queries)[:, category]
        scores *= share
        scores[:, share <= 0] = -np.inf
        return scores

    def contributions(self, queries: Queries, candidates: Numbers, n_causes: int = 3) -> Contributions:
        """Categories bought from with their part of the score, and the part that is due to anyone's buying."""
        of_anyone = self.inclinations.anyone[self.inclinations.category] * self.share
        subjects = np.where(of_anyone > 0, self.buyers, -1)
        buyers = single_cause(Cause.BUYERS, subjects, of_anyone, candidates)
        return joined(self.inclinations.contributions(queries, candidates, n_causes, self.share), buyers, n_causes)

    def state(self) -> State:
        return {"buyers": self.buyers, "share": self.share, **self.inclinations.state()}

    @classmethod
    def restore(cls, state: State) -> "FittedCategoryPopularity":
        return cls(state["buyers"], state["share"], Inclinations.restore(state))


@part
class CategoryPopularity(Recommender):
    """(Σ over the user's categories a of B(a, c) + anyone · P(c)) · buyers(i) / buyers(c).

    B takes 4 to 12 bytes · 4,000² at most, 0.2 GB. Items without a category form one of their own.
    """

    fitted: ClassVar[type[Fitted]] = FittedCategoryPopularity

    l2: Annotated[float, Field(ge=1e-3, le=1e6, description="λ, weight of the penalty on B")] = 300.0
    own: Annotated[float, Field(ge=0, le=10, description="inclination to a category bought from, beside B")] = 0.2
    anyone: Annotated[
        float, Field(gt=0, le=10, description="weight of the share P(c) of users who buy from the category")
    ] = 0.05
    shrink: Annotated[float, Field(ge=0, le=1e6, description="buyers added to each category, against small ones")] = (
        10.0
    )
    window: Annotated[int, Field(ge=1, le=36_500, description="days that are recent")] = 28
    recency: Annotated[float, Field(ge=0, le=1, description="how much of an item's share is that of recent days")] = 0.3

    def fit(self, training: Training) -> FittedCategoryPopularity:
        """Count buyers of items and of categories, and solve for B."""
        training.progress("fit", 0)
        dataset = training.dataset
        inclinations, entries = fit_inclinations(dataset, self.l2, self.own, self.anyone)
        bought = dataset.purchases()
        buyers, level = np.bincount(bought.indices[bought.data > 0], minlength=dataset.n_items), self._level(dataset)
        share = level / np.maximum(entries + self.shrink, 1e-12)[inclinations.category]
        training.progress("fit", 1)
        return FittedCategoryPopularity(buyers.astype(np.float32), share.astype(np.float32), inclinations)

    def _level(self, dataset: Dataset) -> Doubles:
        """float64 (n_items,): buyers by weight, over all mixed with the recent ones scaled to the same sum."""
        times = dataset.events.time
        recent_from = int(times[dataset.is_purchase].max(initial=0)) - self.window * DAY
        over_all, recently = (
            np.asarray(dataset.purchases(within=within).sum(axis=0), dtype=np.float64)
            for within in (None, times > recent_from)
        )
        scaled = recently * (over_all.sum() / max(recently.sum(), 1e-12))
        return np.asarray((1 - self.recency) * over_all + self.recency * scaled, dtype=np.float64)
