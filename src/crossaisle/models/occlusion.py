"""Contributions of any recommender by leaving out: what a score loses when an item is taken out of the history.

Occlusion after Zeiler and Fergus (2014), "Visualizing and Understanding Convolutional Networks", section 4.2.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from crossaisle.data.event_types import PURCHASE
from crossaisle.data.queries import Queries
from crossaisle.models.linear import write_strongest
from crossaisle.models.recommender import Cause, Contributions
from crossaisle.numerics.arrays import AnyArray, Bools, Floats, Longs, Numbers, batches, row_numbers

Scorer = Callable[[Queries, Numbers], Floats]
"""Queries (n) and candidates int32 (n, n_candidates) → float32 scores of that shape, −inf where it is −1."""

BYTES_PER_ENTRY = 64
"""What one entry of a history takes, beside the scores."""


@dataclass(frozen=True)
class Taken:
    """Items that can be taken out, one entry an item of a query: query int64 (n_taken,), item int32 (n_taken,)."""

    query: Longs
    item: Numbers


def occluded(
    score: Scorer, queries: Queries, candidates: Numbers, n_causes: int, most: int = 100, kinds: Bools | None = None
) -> Contributions:
    """The items of each history without which a candidate's score drops most, largest drop first.

    Args:
        score: how the recommender scores candidates.
        most: distinct items of a history that are tried, those it met last.
        kinds: bool (n_event_types,), events that can be a cause, purchases alone when None.
    """
    taken = _latest(queries, most, kinds)
    drops = np.empty((len(taken.query), candidates.shape[1]), dtype=np.float32)
    whole = score(queries, candidates)
    longest = int(np.diff(queries.indptr).max(initial=1))
    for rows in batches(len(taken.query), BYTES_PER_ENTRY * longest + 8 * candidates.shape[1]):
        part = Taken(taken.query[rows], taken.item[rows])
        with np.errstate(invalid="ignore"):
            drops[rows] = whole[part.query] - score(without(queries, part), candidates[part.query])
    return _strongest(taken, np.nan_to_num(drops, nan=0, posinf=0, neginf=0), candidates, n_causes)


def without(queries: Queries, taken: Taken) -> Queries:
    """A query for each item that is taken: the history of its query without any entry of the item."""
    varied = queries[taken.query]
    return varied.keeping(varied.items != taken.item[row_numbers(varied.indptr)])


def _latest(queries: Queries, most: int, kinds: Bools | None) -> Taken:
    """Of each query the distinct items met last, at most so many."""
    counts = queries.types == PURCHASE if kinds is None else kinds[queries.types]
    entries = np.flatnonzero(counts & (queries.items >= 0))[::-1]
    query, item = row_numbers(queries.indptr)[entries].astype(np.int64), queries.items[entries]
    _, first = np.unique(query * queries.n_items + item, return_index=True)
    first = np.sort(first)[::-1]
    query, item = query[first], item[first]
    # ascending by query and time: the place from the end tells how many were met later
    later = np.searchsorted(query, query, side="right") - 1 - np.arange(len(query))
    return Taken(query[later < most], item[later < most])


def _strongest(taken: Taken, drops: Floats, candidates: Numbers, n_causes: int) -> Contributions:
    shape = (*candidates.shape, n_causes)
    subjects, amounts = np.full(shape, -1, dtype=np.int32), np.zeros(shape, dtype=np.float32)
    starts: AnyArray = np.searchsorted(taken.query, np.arange(len(candidates) + 1))
    for query, (start, stop) in enumerate(pairwise(starts)):
        own = slice(start, stop)
        write_strongest(subjects[query], amounts[query], taken.item[own], drops[own], candidates[query])
    return Contributions(np.full(shape, Cause.ITEM, dtype=np.int8), subjects, amounts)
