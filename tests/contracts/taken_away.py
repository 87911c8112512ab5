"""How far scores fall when a cause that is named, or another of its kind, is taken away.

A cause of the history is taken away by taking its events out of the history. What is the same for everybody, an item's
buyers, rise or share, is taken away by fitting again without the purchases that make it up: those of a random half of
the items, then those of the other half, so that each item stands once as the named and once as the other.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import DAY
from crossaisle.data.queries import Queries
from crossaisle.data.training import Training
from crossaisle.models.recommender import Cause, Fitted
from crossaisle.numerics.arrays import AnyArray, Bools, Floats, Numbers, row_numbers
from crossaisle.slates.slate import Reason

from .neutral_signals import without_signals

SEED, WINDOW = 11, 150
"""Of what is drawn; days in which a rise is told."""
OF_THE_HISTORY = (Cause.ITEM, Cause.CATEGORY, Cause.BRAND)
OF_EVERYBODY = (Cause.BUYERS, Cause.RISE, Cause.SHARE)

WithoutFeatures = Callable[[Fitted, Queries, Numbers, Numbers], Floats]
WITHOUT_FEATURES: dict[str, WithoutFeatures] = {"fusion": without_signals}
"""For each recommender that names features: fitted, queries (n,), candidates int32 (n,) and a feature of each, int32
(n,), to the scores (n,) that are left if the feature told nothing."""


class Pairs(NamedTuple):
    """Users and items that they are shown: a query each, the items int32 (n,), and what a slate says of them."""

    queries: Queries
    items: Numbers
    reasons: list[Reason]

    @property
    def named(self) -> AnyArray:
        """int (n,): the subject that is named first."""
        return np.array([one.subjects[0] for one in self.reasons])

    def kinds(self) -> set[Cause]:
        return {Cause[one.kind.upper()] for one in self.reasons}

    def of(self, cause: Cause) -> "Pairs":
        """Those of which the first reason is of this kind."""
        rows = np.array([row for row, one in enumerate(self.reasons) if one.kind == cause.name.lower()])
        return Pairs(self.queries[rows], self.items[rows], [self.reasons[row] for row in rows])


def labels_of(cause: Cause, shop: Dataset) -> Numbers:
    """int32 (n_items,): what each item is counted as."""
    catalogue = shop.catalogue
    of_items = np.arange(shop.n_items, dtype=np.int32)
    return {Cause.ITEM: of_items, Cause.CATEGORY: catalogue.category, Cause.BRAND: catalogue.brand}[cause]


def falls_of_history(fitted: Fitted, pairs: Pairs, labels: Numbers) -> tuple[Floats, Floats, AnyArray]:
    """How far the score falls without the named and without another subject of the history, and whose it is."""
    rng = np.random.default_rng(SEED)
    queries, named = pairs.queries, pairs.named
    rows = row_numbers(queries.indptr)
    own = labels[queries.items]
    others = np.full(len(named), -1)
    for row, subject in enumerate(named):
        choice = np.setdiff1d(own[rows == row], [subject, -1])
        others[row] = rng.choice(choice) if len(choice) else -1
    kept = np.flatnonzero(others >= 0)
    candidates = pairs.items[:, None]
    before = fitted.score_candidates(queries, candidates)[:, 0]
    without = [
        fitted.score_candidates(without_events(queries, own == taken[rows]), candidates)[:, 0]
        for taken in (named, others)
    ]
    return before[kept] - without[0][kept], before[kept] - without[1][kept], queries.users[kept]


def without_events(queries: Queries, is_taken: Bools) -> Queries:
    """The same queries without the events that are taken."""
    rows = row_numbers(queries.indptr)[~is_taken]
    indptr = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(queries)))]).astype(np.int64)
    columns: dict[str, Any] = {
        name: value[~is_taken]
        for name, value in vars(queries).items()
        if isinstance(value, np.ndarray) and name not in ("indptr", "users", "moments", "channels", "stores")
    }
    assert all(len(one) == len(rows) for one in columns.values())
    return replace(queries, indptr=indptr, **columns)


def falls_of_everybody(recommender: Any, shop: Dataset, pairs: Pairs, cause: Cause) -> tuple[Floats, Floats, AnyArray]:
    """How far the score falls if half of the items lose the cause: the pair's item among them, and not among them."""
    is_first = np.random.default_rng(SEED).permutation(shop.n_items) % 2 == 0
    candidates = pairs.items[:, None]
    scores = []
    for loses in (is_first, ~is_first):
        taken = purchases_behind(cause, shop) & loses[shop.events.item]
        fewer = replace(shop, events=shop.events.at(~taken))
        scores.append(recommender.fit(Training(fewer, seed=3)).score_candidates(pairs.queries, candidates)[:, 0])
    before = recommender.fit(Training(shop, seed=3)).score_candidates(pairs.queries, candidates)[:, 0]
    is_in_first = is_first[pairs.items]
    named = np.where(is_in_first, scores[0], scores[1])
    other = np.where(is_in_first, scores[1], scores[0])
    return before - named, before - other, pairs.items


def purchases_behind(cause: Cause, shop: Dataset) -> Bools:
    """bool (n_events,): purchases that make up the cause: those of every other buyer, every other purchase of a share,
    or the latest ones, as many as an item sold more in the later half of the window than in the earlier.
    """
    events = shop.events
    if cause is Cause.BUYERS:
        return np.asarray(events.user % 2 == 0)
    counts = np.bincount(events.item, minlength=shop.n_items)
    place = np.empty(len(events), dtype=np.int64)
    by_item = np.lexsort((-events.time, events.item))
    place[by_item] = np.arange(len(events)) - np.repeat(np.cumsum(counts) - counts, counts)
    if cause is Cause.SHARE:
        return np.asarray(place % 2 == 0)
    ages = (shop.span()[1] - events.time) / DAY
    late, early = ages < WINDOW / 2, (ages >= WINDOW / 2) & (ages < WINDOW)
    rise = np.bincount(events.item[late], minlength=shop.n_items) - np.bincount(
        events.item[early], minlength=shop.n_items
    )
    return np.asarray(place < rise[events.item])


def falls_of_features(without: WithoutFeatures, fitted: Fitted, pairs: Pairs) -> tuple[Floats, Floats, AnyArray]:
    """How far the score falls if the named or another feature told nothing."""
    found = fitted.contributions(pairs.queries[:1], pairs.items[:1, None])
    assert found is not None
    n_features, named = len(found.labels), pairs.named
    others = (named + np.random.default_rng(SEED).integers(1, n_features, len(named))) % n_features
    before = fitted.score_candidates(pairs.queries, pairs.items[:, None])[:, 0]
    falls = [before - without(fitted, pairs.queries, pairs.items, one.astype(np.int32)) for one in (named, others)]
    return falls[0], falls[1], pairs.queries.users
