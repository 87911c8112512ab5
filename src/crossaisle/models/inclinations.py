"""Which categories a user is inclined to, told from those bought from: EASE between categories, Steck (2019)."""

from dataclasses import dataclass

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.data.queries import Queries
from crossaisle.models.recommender import Cause, Contributions, State
from crossaisle.numerics.arrays import AnyArray, Doubles, Floats, Numbers, csr
from crossaisle.numerics.ridge import gram_of, weights_of_others

MOST = 4000
"""Categories with the most buyers that inclinations are learnt between; the others are scored by their buyers."""


@dataclass(frozen=True)
class Inclinations:
    """What is known of categories, the last of which holds the items that have none.

    Args:
        category: int32 (n_items,).
        anyone: float32 (n_categories + 1,), inclination whoever the user is.
        kept: int32 (n_kept,), the categories that inclinations are learnt between.
        weights: float32 (n_kept, n_kept), from a category bought from to an inclination.
    """

    category: Numbers
    anyone: Floats
    kept: Numbers
    weights: Floats

    def of(self, queries: Queries) -> Floats:
        """float32 (n_queries, n_categories + 1)."""
        found = np.tile(self.anyone, (len(queries), 1))
        found[:, self.kept] += np.maximum(self._entered(queries) @ self.weights, 0)
        return found

    def contributions(self, queries: Queries, candidates: Numbers, n_causes: int, share: Floats) -> Contributions:
        """The categories bought from with the largest positive part of inclination · share.

        Args:
            share: float32 (n_items,), what an item's score has of the inclination to its category.
        """
        shape = (*candidates.shape, n_causes)
        subjects, amounts = np.full(shape, -1, dtype=np.int32), np.zeros(shape, dtype=np.float32)
        entered = self._entered(queries)
        has_name = self.kept < len(self.anyone) - 1
        for query in range(len(queries)):
            items = np.maximum(candidates[query], 0)
            own = np.flatnonzero((entered[query] > 0) & has_name)
            parts = self._parts(own, items) * share[items]
            strongest = np.argsort(-parts, axis=0, kind="stable")[:n_causes]
            values = np.take_along_axis(parts, strongest, axis=0).T
            is_cause = (values > 0) & (candidates[query] >= 0)[:, None]
            n_kept = len(strongest)
            subjects[query, :, :n_kept] = np.where(is_cause, self.kept[own][strongest].T, -1)
            amounts[query, :, :n_kept] = np.where(is_cause, values, 0)
        return Contributions(np.full(shape, Cause.CATEGORY, dtype=np.int8), subjects, amounts)

    def state(self) -> dict[str, AnyArray]:
        """All arrays needed to restore it."""
        return {"category": self.category, "anyone": self.anyone, "kept": self.kept, "weights": self.weights}

    @classmethod
    def restore(cls, state: State) -> "Inclinations":
        """The inclinations whose `state()` this holds."""
        return cls(*(state[name] for name in ("category", "anyone", "kept", "weights")))

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

    def _parts(self, own: AnyArray, items: Numbers) -> AnyArray:
        """(n_own, n_items): the part of the inclination to each item's category due to each category bought from."""
        places = self._places()[self.category[items]]
        return np.asarray(np.where(places >= 0, self.weights[np.ix_(own, places)], 0))


def fit_inclinations(dataset: Dataset, l2: float, own: float, anyone: float) -> tuple[Inclinations, Doubles]:
    """Inclinations, and the users who bought from each category: float64 (n_categories + 1,).

    Args:
        l2: λ of B.
        own: inclination to a category bought from, beside B.
        anyone: weight of the share of users who buy from the category.
    """
    n_categories = dataset.n_categories
    category = np.where(dataset.catalogue.category < 0, n_categories, dataset.catalogue.category).astype(np.int32)
    bought = dataset.purchases().tocoo()
    entered = csr(bought.row, category[bought.col], bought.data, (dataset.n_users, n_categories + 1))
    entered.data = np.minimum(entered.data, 1)
    buyers = np.asarray(entered.sum(axis=0), dtype=np.float64)
    kept = np.sort(np.argsort(-buyers, kind="stable")[: min(MOST, int((buyers > 0).sum()))])
    weights = weights_of_others(gram_of(entered[:, kept]), l2)
    weights[np.diag_indices_from(weights)] = own
    of_anyone = (anyone * buyers / max(1, dataset.n_users)).astype(np.float32)
    return Inclinations(category, of_anyone, kept.astype(np.int32), weights), buyers
