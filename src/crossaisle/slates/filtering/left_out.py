"""What a slate leaves out: the strongest items that each filter removed, and why."""

import numpy as np

from crossaisle.data.queries import Queries
from crossaisle.models.recommender import Fitted
from crossaisle.numerics.arrays import Floats, Numbers, batches
from crossaisle.numerics.topk import top_k
from crossaisle.slates.filtering.eligible import Eligible, Why
from crossaisle.slates.reranking.limits import Limits


def removed(
    model: Fitted, queries: Queries, allowed: Eligible, lowest: Floats, n: int
) -> list[list[tuple[int, Why, float]]]:
    """For each query, up to `n` items a filter that score no less than the lowest pick: item, why, score.

    Args:
        lowest: float32 (n_queries,), the lowest score of the model in each slate.
    """
    found: list[list[tuple[int, Why, float]]] = []
    for rows in batches(len(queries), 20 * queries.n_items):
        batch = queries[rows]
        scores, reasons = model.scores(batch), allowed.reasons(batch)
        scores[scores < lowest[rows, None]] = -np.inf
        told: list[list[tuple[int, Why, float]]] = [[] for _ in range(len(batch))]
        for why in sorted(set(np.unique(reasons).tolist()) - {int(Why.ELIGIBLE)}):
            items = top_k(np.where(reasons == why, scores, -np.inf).astype(np.float32), n)
            for row, place in zip(*np.nonzero(items >= 0), strict=True):
                item = int(items[row, place])
                told[row].append((item, Why(why), float(scores[row, item])))
        found.extend(told)
    return found


def passed_over(
    ranked: Numbers, scores: Floats, slate: Numbers, limits: Limits, n: int
) -> list[tuple[int, Why, float]]:
    """Up to `n` of the model's best items that are not in the slate: item, why, score.

    Args:
        ranked, scores: (n_ranked,), the model's best allowed items, as many as the slate has places.
        slate: int32 (n_picks,), what was chosen.
    """
    absent = np.flatnonzero((ranked >= 0) & ~np.isin(ranked, slate))[:n]
    return [(int(ranked[place]), _limit(int(ranked[place]), slate, limits), float(scores[place])) for place in absent]


def _limit(item: int, slate: Numbers, limits: Limits) -> Why:
    for one, other in limits.apart:
        if (one[item] and other[slate].any()) or (other[item] and one[slate].any()):
            return Why.NOT_TOGETHER
    category = limits.category[item]
    most = limits.max_per_category
    if most is not None and category >= 0 and (limits.category[slate] == category).sum() >= most:
        return Why.MAX_PER_CATEGORY
    return Why.RERANKED
