"""What a model that learns reaches on the window it watches: the protocol's measure, all allowed items ranked."""

import numpy as np

from crossaisle.data.training import Validation
from crossaisle.models.recommender import Fitted
from crossaisle.numerics import metrics
from crossaisle.numerics.arrays import batches, holds
from crossaisle.numerics.topk import hold_back, top_k

K = 20
BYTES_PER_SCORE = 16


def reached(fitted: Fitted, validation: Validation) -> float:
    """Mean capped_recall@20, or recall@20 for a published split, over the queries."""
    queries, allowed, truth = validation.queries, validation.allowed, validation.truth
    total = 0.0
    for rows in batches(len(queries), BYTES_PER_SCORE * len(allowed.items) + queries.n_items):
        batch = queries[rows]
        scores = np.ascontiguousarray(fitted.scores(batch, allowed.items))
        hold_back(scores, allowed.mask(batch))
        places = top_k(scores, K)
        ranked = np.where(places >= 0, allowed.items[places], -1)
        sought = truth[rows]
        hits = holds(sought, np.arange(len(batch))[:, None], ranked)
        measure = metrics.recall if validation.measure == "recall" else metrics.capped_recall
        total += float(measure(hits, np.diff(sought.indptr)).sum())
    return total / max(1, len(queries))
