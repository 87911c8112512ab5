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
from crossaisle.models.part import part
from crossaisle.models.recommender import Cause, Contributions, Fitted, Recommender, State
from crossaisle.numerics.arrays import AnyArray, Doubles, Floats, Numbers, csr
from crossaisle.numerics.ridge import gram_of, weights_of_others

MOST = 4000
"""Categories with the most buyers that inclinations are learnt between; the others are scored by their buyers."""


@dataclass(frozen=True)
class FittedCategoryPopularity(Fitted):
    """What is known of items, and of categories, the last of which holds the items that have none.

    Args:
        buyers, share: float32 (n_items,), users who bought the item, each once, and its part of its category's.
        category: int32 (n_items,).
        anyone: float32 (n_categories + 1,), inclination whoever the user is.
        kept: int32 (n_kept,), the categories that inclinations are learnt between.
        weights: float32 (n_kept, n_kept), from a category bought from to an inclination.
    """

    buyers: Floats
    share: Floats
    category: Numbers
    anyone: Floats
    kept: Numbers
    weights: Floats

    @property
    def n_items(self) -> int:  # type: ignore[override]  # derived, not kept
        """Number of items."""
        return len(self.share)

    def scores(self, queries: Queries, items: Numbers | None = None) -> Floats:
        category, share = (self.category, self.share) if items is None else (self.category[items], self.share[items])
        inclinations = np.tile(self.anyone, (len(queries), 1))
        inclinations[:, self.kept] += np.maximum(self._entered(queries) @ self.weights, 0)
        scores = inclinations[:, category]
        scores *= share
        scores[:, share <= 0] = -np.inf
        return scores

    def contributions(self, queries: Queries, candidates: Numbers, n_causes: int = 3) -> Contributions:
        """Categories bought from with their part of the score, and the part that is due to anyone's buying."""
        shape = (*candidates.shape, n_causes)
        causes = np.full(shape, Cause.CATEGORY, dtype=np.int8)
        subjects, amounts = np.full(shape, -1, dtype=np.int32), np.zeros(shape, dtype=np.float32)
        entered = self._entered(queries)
        subject_of = np.where(self.kept < len(self.anyone) - 1, self.kept, -1)
        for query in range(len(queries)):
            items = np.maximum(candidates[query], 0)
            own = np.flatnonzero((entered[query] > 0) & (subject_of >= 0))
            of_own = self._effects(own, items)
            of_anyone = self.anyone[self.category[items]] * self.share[items]
            parts = np.concatenate([of_own, of_anyone[None, :]])
            strongest = np.argsort(-parts, axis=0, kind="stable")[:n_causes]
            values = np.take_along_axis(parts, strongest, axis=0).T
            is_buyers = (strongest == len(own)).T
            named = np.append(subject_of[own], -1)[strongest].T
            named = np.where(is_buyers, self.buyers[items][:, None], named)
            is_cause = (values > 0) & (candidates[query] >= 0)[:, None]
            n_kept = len(strongest)
            causes[query, :, :n_kept] = np.where(is_buyers, Cause.BUYERS, Cause.CATEGORY)
            subjects[query, :, :n_kept] = np.where(is_cause, named, -1)
            amounts[query, :, :n_kept] = np.where(is_cause, values, 0)
        return Contributions(causes, subjects, amounts)

    def state(self) -> State:
        return {
            "buyers": self.buyers,
            "share": self.share,
            "category": self.category,
            "anyone": self.anyone,
            "kept": self.kept,
            "weights": self.weights,
        }

    @classmethod
    def restore(cls, state: State) -> "FittedCategoryPopularity":
        return cls(*(state[name] for name in ("buyers", "share", "category", "anyone", "kept", "weights")))

    def _places(self) -> Numbers:
        """int32 (n_categories + 1,): place among the kept categories, −1 for the others."""
        places = np.full(len(self.anyone), -1, dtype=np.int32)
        places[self.kept] = np.arange(len(self.kept), dtype=np.int32)
        return places

    def _entered(self, queries: Queries) -> Floats:
        """float32 (n_queries, n_kept): 1 for each category bought from."""
        rows, items, n_rows = queries.bought()
        places = self._places()[self.category[items]]
        entered = np.zeros((n_rows, len(self.kept)), dtype=np.float32)
        entered[rows[places >= 0], places[places >= 0]] = 1
        return entered

    def _effects(self, own: AnyArray, items: Numbers) -> AnyArray:
        """(n_own, n_items): the part of each item's score that is due to each category bought from."""
        places = self._places()[self.category[items]]
        return np.asarray(np.where(places >= 0, self.weights[np.ix_(own, places)], 0) * self.share[items])


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
        n_categories = dataset.n_categories
        category = np.where(dataset.catalogue.category < 0, n_categories, dataset.catalogue.category).astype(np.int32)
        bought = dataset.purchases().tocoo()
        entered = csr(bought.row, category[bought.col], bought.data, (dataset.n_users, n_categories + 1))
        entered.data = np.minimum(entered.data, 1)
        entries = np.asarray(entered.sum(axis=0), dtype=np.float64)
        buyers, level = np.bincount(bought.col[bought.data > 0], minlength=dataset.n_items), self._level(dataset)
        share = level / np.maximum(entries + self.shrink, 1e-12)[category]
        kept = np.sort(np.argsort(-entries, kind="stable")[: min(MOST, int((entries > 0).sum()))])
        weights = weights_of_others(gram_of(entered[:, kept]), self.l2)
        weights[np.diag_indices_from(weights)] = self.own
        training.progress("fit", 1)
        return FittedCategoryPopularity(
            buyers.astype(np.float32),
            share.astype(np.float32),
            category,
            (self.anyone * entries / max(1, dataset.n_users)).astype(np.float32),
            kept.astype(np.int32),
            weights,
        )

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
