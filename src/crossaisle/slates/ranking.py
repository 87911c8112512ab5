"""Rank: the k best allowed items of each query, in batches of bounded memory."""

from dataclasses import dataclass

import numpy as np

from crossaisle.data.focus import Allowed
from crossaisle.data.queries import Queries
from crossaisle.data.training import Progress, silent
from crossaisle.models.recommender import Fitted
from crossaisle.numerics.arrays import Floats, Numbers, batches
from crossaisle.numerics.topk import hold_back, top_k


@dataclass(frozen=True)
class Ranked:
    """items: int32 (n_queries, k), best first, −1 where no item is left. scores: float32, −inf there."""

    items: Numbers
    scores: Floats


def rank(fitted: Fitted, queries: Queries, allowed: Allowed, k: int, progress: Progress = silent) -> Ranked:
    """Score all allowed items of each query and keep the `k` best; nothing is sampled."""
    items = np.full((len(queries), k), -1, dtype=np.int32)
    scores = np.full((len(queries), k), -np.inf, dtype=np.float32)
    for rows in batches(len(queries), bytes_per_row=20 * len(allowed.items) + queries.n_items):
        batch = queries[rows]
        scored = fitted.scores(batch, allowed.items)
        hold_back(scored, allowed.mask(batch))
        columns = top_k(scored, k)
        found = columns >= 0
        items[rows] = np.where(found, allowed.items[columns], -1)
        scores[rows] = np.where(found, np.take_along_axis(scored, np.maximum(columns, 0), axis=1), -np.inf)
        progress("rank", rows.stop / len(queries))
    return Ranked(items, scores)
