"""Retrieve: the best allowed items of several sources, in the order of the model that ranks."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crossaisle.data.focus import Allowed
from crossaisle.data.queries import Queries
from crossaisle.models.recommender import Fitted
from crossaisle.numerics.arrays import Bools, Codes, Floats, Numbers, batches
from crossaisle.slates.ranking import rank


@dataclass(frozen=True)
class Candidates:
    """Items of each query, best first.

    Args:
        items: int32 (n_queries, n_candidates), −1 where none is left.
        scores: float32, the same shape, by the model that ranks; −inf where none is left.
        sources: int8, the same shape, the first source that brought the item: 0 is the model itself.
    """

    items: Numbers
    scores: Floats
    sources: Codes

    def only(self, rows: Bools) -> "Candidates":
        """The same candidates, with none left outside `rows`, bool (n_queries,)."""
        kept = rows[:, None]
        items, scores = np.where(kept, self.items, -1), np.where(kept, self.scores, -np.inf)
        return Candidates(items.astype(np.int32), scores.astype(np.float32), self.sources)


def retrieve(model: Fitted, sources: Sequence[Fitted], queries: Queries, allowed: Allowed, n: int) -> Candidates:
    """The `n` best allowed items of the model and of each other source, scored by the model.

    What the model has nothing to say about is no candidate, whoever brought it. Nor is anything for a query
    of which the model says the same about every allowed item: that is no knowledge.
    """
    own = rank(model, queries, allowed, n)
    candidates = Candidates(own.items, own.scores, np.zeros(own.items.shape, dtype=np.int8))
    knows = _tells_apart(model, queries, allowed, candidates)
    if sources:
        brought = [own.items, *(rank(source, queries, allowed, n).items for source in sources)]
        candidates = _merged(model, queries, brought)
    return candidates.only(knows)


def first(items: Numbers, k: int) -> Numbers:
    """int32 (n_queries, k): the columns of the first `k` items of each row, −1 where there are fewer."""
    columns = np.full((len(items), k), -1, dtype=np.int32)
    width = min(k, items.shape[1])
    columns[:, :width] = np.where(items[:, :width] >= 0, np.arange(width, dtype=np.int32), -1)
    return columns


def _tells_apart(model: Fitted, queries: Queries, allowed: Allowed, candidates: Candidates) -> Bools:
    """bool (n_queries,). Scores are looked at again only where all of the best are equal."""
    scores = candidates.scores
    n_found = np.isfinite(scores).sum(axis=1)
    tied = (n_found > 1) & (scores[:, 0] == scores[np.arange(len(scores)), np.maximum(n_found - 1, 0)])
    knows = np.ones(len(scores), dtype=np.bool_)
    rows = np.flatnonzero(tied)
    for part in batches(len(rows), 20 * len(allowed.items) + queries.n_items):
        batch = queries[rows[part]]
        scored = model.scores(batch, allowed.items)
        is_said = allowed.mask(batch) & np.isfinite(scored)
        low, high = (
            np.where(is_said, scored, np.inf).min(axis=1),
            np.where(is_said, scored, -np.inf).max(axis=1),
        )
        knows[rows[part]] = low < high
    return knows


def _merged(model: Fitted, queries: Queries, brought: list[Numbers]) -> Candidates:
    items = np.concatenate(brought, axis=1)
    origin = np.repeat(np.arange(len(brought), dtype=np.int8), [one.shape[1] for one in brought])
    places = np.argsort(items, axis=1, kind="stable")
    items = np.take_along_axis(items, places, axis=1)
    repeated = np.zeros(items.shape, dtype=np.bool_)
    repeated[:, 1:] = items[:, 1:] == items[:, :-1]
    items[repeated] = -1
    scores = model.score_candidates(queries, items)
    scores[items < 0] = -np.inf
    best = np.lexsort((items, -scores), axis=1)
    items, scores = np.take_along_axis(items, best, axis=1), np.take_along_axis(scores, best, axis=1)
    sources = np.take_along_axis(origin[places], best, axis=1)
    return Candidates(np.where(np.isfinite(scores), items, -1).astype(np.int32), scores, sources)
