"""Category transition: which category people enter after which, then what sells best there.

A first-order Markov model over first purchases, as in Rendle et al. (2010) without factorisation: every earlier
category votes for every later one, the less the longer the time between.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import DAY
from crossaisle.data.queries import Queries
from crossaisle.data.training import Training
from crossaisle.models.part import part
from crossaisle.models.recommender import Cause, Contributions, Fitted, Recommender, State
from crossaisle.numerics.arrays import AnyArray, Doubles, Floats, Numbers


@dataclass(frozen=True)
class FittedCategoryTransition(Fitted):
    """follows: (n_categories, n_categories), P(next | earlier). share: (n_items,), P(item | category)."""

    follows: Floats
    share: Floats
    category: Numbers

    @property
    def n_items(self) -> int:  # type: ignore[override]  # derived, not kept
        """Number of items."""
        return len(self.share)

    def scores(self, queries: Queries, items: Numbers | None = None) -> Floats:
        category, share = (self.category, self.share) if items is None else (self.category[items], self.share[items])
        if not len(self.follows):
            return np.full((len(queries), len(category)), -np.inf, dtype=np.float32)
        scores = (self._votes(queries) @ self.follows)[:, np.maximum(category, 0)] * share
        return np.where((category >= 0) & (scores > 0), scores, -np.inf).astype(np.float32)

    def contributions(self, queries: Queries, candidates: Numbers, n_causes: int = 3) -> Contributions:
        shape = (*candidates.shape, n_causes)
        subjects, amounts = np.full(shape, -1, dtype=np.int32), np.zeros(shape, dtype=np.float32)
        places = np.maximum(candidates, 0)
        votes = self._votes(queries) if len(self.follows) else np.zeros((len(queries), 0), dtype=np.float32)
        for query in range(len(queries)):
            own = np.flatnonzero(votes[query])
            category = self.category[places[query]]
            parts = (
                votes[query, own, None] * self.follows[np.ix_(own, np.maximum(category, 0))] * self.share[places[query]]
            )
            n_kept = min(n_causes, len(own))
            strongest = np.argsort(-parts, axis=0, kind="stable")[:n_kept]
            values = np.take_along_axis(parts, strongest, axis=0).T
            is_cause = (values > 0) & ((candidates[query] >= 0) & (category >= 0))[:, None]
            subjects[query, :, :n_kept] = np.where(is_cause, own[strongest].T, -1)
            amounts[query, :, :n_kept] = np.where(is_cause, values, 0)
        return Contributions(np.full(shape, Cause.CATEGORY, dtype=np.int8), subjects, amounts)

    def state(self) -> State:
        return {"follows": self.follows, "share": self.share, "category": self.category}

    @classmethod
    def restore(cls, state: State) -> "FittedCategoryTransition":
        return cls(state["follows"], state["share"], state["category"])

    def _votes(self, queries: Queries) -> Floats:
        """float32 (n_queries, n_categories): equal shares of the categories of the history."""
        rows, categories, n_rows = queries.known_categories(self.category, len(self.follows))
        votes = np.zeros((n_rows, len(self.follows)), dtype=np.float32)
        votes[rows, categories] = 1
        return np.asarray(votes / np.maximum(votes.sum(axis=1, keepdims=True), 1))


@part
class CategoryTransition(Recommender):
    """mean over the user's categories a of P(c | a), times P(item | c). Keeps two dense n_categories² arrays."""

    fitted: ClassVar[type[Fitted]] = FittedCategoryTransition

    half_life: Annotated[float, Field(gt=0, le=3650, description="days after which a transition counts half")] = 60.0
    smoothing: Annotated[
        float, Field(ge=0, le=1e6, description="transitions from everywhere added to each category")
    ] = 50.0

    def fit(self, training: Training) -> FittedCategoryTransition:
        """Count weighted transitions between first purchases, then smooth."""
        dataset = training.dataset
        counts = self._transitions(dataset)
        entered = counts.sum(axis=0)
        anywhere = entered / max(entered.sum(), 1e-12)
        leaving = counts.sum(axis=1, keepdims=True)
        follows = (counts + self.smoothing * anywhere) / np.maximum(leaving + self.smoothing, 1e-12)
        buyers = np.asarray(dataset.purchases().sum(axis=0), dtype=np.float64)
        category = dataset.catalogue.category
        sums = np.bincount(category[category >= 0], weights=buyers[category >= 0], minlength=dataset.n_categories)
        share = np.where(category >= 0, buyers / np.maximum(np.append(sums, 1), 1e-12)[category], 0)
        return FittedCategoryTransition(follows.astype(np.float32), share.astype(np.float32), category)

    def _transitions(self, dataset: Dataset) -> Doubles:
        users, categories, times = _first_purchases(dataset)
        counts = np.zeros((dataset.n_categories, dataset.n_categories))
        starts = np.searchsorted(users, np.arange(dataset.n_users + 1))
        for user in range(dataset.n_users):
            own = slice(starts[user], starts[user + 1])
            gap = (times[own][None, :] - times[own][:, None]) / DAY
            weight = np.where(gap > 0, 0.5 ** (np.maximum(gap, 0) / self.half_life), 0)
            counts[np.ix_(categories[own], categories[own])] += weight
        return counts


def _first_purchases(dataset: Dataset) -> tuple[AnyArray, AnyArray, AnyArray]:
    """Users, categories and times of each user's first purchase in each category, by user."""
    events = dataset.events
    category = dataset.catalogue.category[events.item]
    kept = dataset.is_purchase & (category >= 0)
    keys = events.user[kept].astype(np.int64) * max(1, dataset.n_categories) + category[kept]
    distinct, first = np.unique(keys, return_index=True)
    return *np.divmod(distinct, max(1, dataset.n_categories)), events.time[kept][first]
