"""What lies near to what a user searched for, in the space of a text encoder; a search fades with its age."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from crossaisle.data.event_types import SEARCH
from crossaisle.data.queries import Queries
from crossaisle.features.searches import Searches
from crossaisle.models.linear import contributions_of
from crossaisle.models.recommender import Cause, Contributions
from crossaisle.numerics.arrays import AnyArray, Csr, Floats, Numbers, csr, row_numbers

MOST = 50
"""Searches of a user that count, those with the largest weights."""


@dataclass(frozen=True)
class Sought:
    """Of a text i: weight · max over a user's searches s of 2^(−age / half_life) · cos⁺(s, i)^sharpness.

    The nearest search speaks alone, so that many do not drown what was bought.

    Args:
        texts: float32 (n_texts, n_components), what items say, rows of length one.
        searches: what was searched for, in the same components; a row is shorter the less they can say it.
        weight, sharpness: see above. half_life: microseconds.
    """

    texts: Floats
    searches: Searches
    weight: float
    sharpness: float
    half_life: float

    def of(self, queries: Queries, texts: Numbers) -> Floats:
        """float32 (n_queries, len(texts)): of the texts at these numbers."""
        found = np.zeros((len(queries), len(texts)), dtype=np.float32)
        fresh = self._fresh(queries)
        if not self.weight or not fresh.nnz:
            return found
        vectors = self.searches.of(queries)
        for query in np.flatnonzero(np.diff(fresh.indptr)):
            own = slice(fresh.indptr[query], fresh.indptr[query + 1])
            found[query] = self._parts(vectors[fresh.indices[own]], fresh.data[own], texts).max(axis=0)
        return found

    def contributions(self, queries: Queries, candidates: Numbers, n_causes: int, text: Numbers) -> Contributions:
        """The search that speaks for each candidate; its subject is a place in the queries' searches.

        Args:
            text: int32 (n_items,), the number of each item's text, −1 for none.
        """
        vectors = self.searches.of(queries)

        def effects(held: Numbers, weights: Floats, scored: Numbers) -> AnyArray:
            parts = self._parts(vectors[held], weights, text[scored]) * (text[scored] >= 0)
            is_nearest = np.arange(len(held))[:, None] == parts.argmax(axis=0)
            return np.where(is_nearest, parts, 0)

        return contributions_of(Cause.SEARCH, self._fresh(queries), candidates, n_causes, effects)

    def state(self) -> dict[str, AnyArray]:
        """All arrays needed to restore it."""
        numbers = np.array([self.weight, self.sharpness, self.half_life])
        return {"texts": self.texts, "numbers": numbers, **self.searches.state()}

    @classmethod
    def restore(cls, state: Mapping[str, AnyArray]) -> "Sought":
        """The one whose `state()` this is."""
        return cls(state["texts"], Searches.restore(state), *(float(one) for one in state["numbers"]))

    def _parts(self, searches: Floats, fresh: Floats, texts: Numbers) -> Floats:
        """float32 (n_searches, n_texts): what each search says of each text."""
        alike = np.maximum(searches @ self.texts[texts].T, 0)
        return np.asarray(self.weight * fresh[:, None] * alike**self.sharpness, dtype=np.float32)

    def _fresh(self, queries: Queries) -> Csr:
        """float32 (n_queries, n_searches of the queries): 2^(−age / half_life) of a user's MOST freshest."""
        is_search = (queries.types == SEARCH) & (queries.searched >= 0)
        rows, searched = row_numbers(queries.indptr)[is_search], queries.searched[is_search]
        age = np.maximum(queries.moments[rows] - queries.times[is_search], 0)
        fresh = queries.weights[is_search] * 0.5 ** (age / self.half_life)
        order = np.lexsort((-fresh, rows))
        pairs = rows.astype(np.int64) * max(1, len(queries.searches)) + searched
        _, first = np.unique(pairs[order], return_index=True)
        order = order[np.sort(first)]
        place = np.arange(len(order)) - np.searchsorted(rows[order], rows[order])
        kept = order[(place < MOST) & (fresh[order] > 0)]
        return csr(rows[kept], searched[kept], fresh[kept], (len(queries), max(1, len(queries.searches))))
