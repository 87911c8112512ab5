"""Reasons are true: of every recommender that gives contributions, the words name one of the three largest, and the
score falls further without the cause that is named than without another of the same kind, drawn at random.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from crossaisle import plugins
from crossaisle.data.dataset import Dataset
from crossaisle.data.queries import Queries
from crossaisle.data.training import Training
from crossaisle.models.linear import item_contributions
from crossaisle.models.recommender import Cause, Contributions, Fitted, State
from crossaisle.models.recommenders.ease import EASE, FittedEASE
from crossaisle.numerics.arrays import AnyArray, Floats, Numbers
from crossaisle.slates.explaining.explainer import Explainer
from crossaisle.slates.options import SlateOptions
from crossaisle.slates.recommend import Request
from crossaisle.slates.slate import empty

from .taken_away import (
    OF_EVERYBODY,
    OF_THE_HISTORY,
    SEED,
    WINDOW,
    WITHOUT_FEATURES,
    Pairs,
    falls_of_everybody,
    falls_of_features,
    falls_of_history,
    labels_of,
)

N_USERS, N_ITEMS, N_TOPICS, PER_USER = 150, 240, 6, 6
MOST_CHANCE, LEAST_SHARE = 1e-6, 0.8
"""Of a sign test over users, and of the pairs that agree."""
FEWEST = 20
"""Pairs of which a cause must be the first before it is judged; 500 are judged in all."""

CASES: list[tuple[str, dict[str, Any]]] = [
    *((name, {}) for name in plugins.recommender_names()),
    ("popularity", {"window": WINDOW, "trend": 10.0}),
    ("category-popularity", {"anyone": 10.0}),
    ("market-potential", {"market": "aisle"}),
    ("market-potential", {"market": "group", "measure": "spend"}),
    ("item-knn", {"weighting": "bm25", "counting": "count"}),
    ("als", {"weighting": "count", "alpha": 5.0}),
    ("content", {"category": 10.0}),
]


@pytest.fixture(scope="module")
def shop() -> Dataset:
    """A made-up shop: each user leans towards two of six topics, a topic is four categories, some items sell better.

    In the later half of the 300 days a third of the items sell three times as well.
    """
    rng = np.random.default_rng(SEED)
    leaning = np.stack([rng.permutation(N_TOPICS)[:2] for _ in range(N_USERS)])
    users = np.repeat(np.arange(N_USERS), rng.integers(25, 60, N_USERS))
    n = len(users)
    topic = np.where(rng.random(n) < 0.8, leaning[users, rng.integers(0, 2, n)], rng.integers(0, N_TOPICS, n))
    category = topic * 4 + rng.integers(0, 4, n)
    days = rng.integers(0, 300, n)
    weights = np.tile(1 / np.arange(1, 11), (n, 1)) * np.where((days[:, None] >= 150) & (np.arange(10) % 3 == 2), 3, 1)
    shares = np.cumsum(weights, axis=1) / weights.sum(axis=1, keepdims=True)
    places = (rng.random(n)[:, None] > shares).sum(axis=1)
    items = category * 10 + places
    start = pd.Timestamp("2017-01-01")
    events = pd.DataFrame(
        {
            "user_id": [f"u{one:03}" for one in users],
            "item_id": [f"i{one:03}" for one in items],
            "timestamp": start + pd.to_timedelta(days * 86_400 + rng.integers(0, 86_400, n), unit="s"),
            "event_type": "purchase",
            "quantity": 1,
            "price": 1.0 + items % 7,
            "order_id": [f"{user}-{day}" for user, day in zip(users, days // 5, strict=True)],
        }
    )
    numbers = np.arange(N_ITEMS)
    catalog = pd.DataFrame(
        {
            "item_id": [f"i{one:03}" for one in numbers],
            "title": [f"Thing {one}" for one in numbers],
            "category": [f"Kind {one // 10}" for one in numbers],
            "aisle": [f"Aisle {one // 40}" for one in numbers],
            "brand": [f"Maker {one % 8}" for one in numbers],
        }
    )
    return Dataset.from_frames(events, catalog)


@pytest.mark.parametrize(("name", "options"), CASES, ids=[f"{name}{options or ''}" for name, options in CASES])
def test_the_words_name_one_of_the_three_largest_and_the_score_falls_without_it(
    name: str, options: dict[str, Any], shop: Dataset
) -> None:
    recommender = plugins.recommender(name)(**options)
    fitted: Fitted = recommender.fit(Training(shop, seed=3))
    best, anything = best_items(fitted, shop), unbought_items(shop)
    if fitted.contributions(shop.queries(shop.buyers()[:1]), best[:1]) is None:
        pytest.skip(f"{name} gives no contributions")
    pairs = told(fitted, shop, best)
    assert len(pairs.items) >= 500
    check_names(fitted, pairs, shop)
    kinds, n_tested = pairs.kinds(), 0
    if kinds & set(OF_EVERYBODY):
        of_everybody = told(fitted, shop, anything)
        kinds |= of_everybody.kinds() & set(OF_EVERYBODY)
    for cause in sorted(kinds):
        if cause not in OF_EVERYBODY and len(pairs.of(cause).items) < FEWEST:
            continue
        if cause in OF_THE_HISTORY:
            falls = falls_of_history(fitted, pairs.of(cause), labels_of(cause, shop))
        elif cause in OF_EVERYBODY:
            falls = falls_of_everybody(recommender, shop, of_everybody.of(cause), cause)
        else:
            assert name in WITHOUT_FEATURES, f"say in taken_away how a feature of {name} is taken away"
            falls = falls_of_features(WITHOUT_FEATURES[name], fitted, pairs.of(cause))
        check_falls(*falls, f"{name} {options}: {cause.name}")
        n_tested += len(falls[0])
    assert n_tested >= 500


@dataclass(frozen=True)
class Liar(Fitted):
    """Scores as another does, and names items of the history at random."""

    honest: Fitted

    @property
    def n_items(self) -> int:  # type: ignore[override]  # derived, not kept
        return self.honest.n_items

    def scores(self, queries: Queries, items: Numbers | None = None) -> Floats:
        return self.honest.scores(queries, items)

    def contributions(self, queries: Queries, candidates: Numbers, n_causes: int = 3) -> Contributions:
        def drawn(bought: Numbers, weights: Floats, scored: Numbers) -> AnyArray:
            return np.random.default_rng(7).random((len(bought), len(scored)))

        return item_contributions(queries, candidates, n_causes, drawn)

    def state(self) -> State:
        return self.honest.state()

    @classmethod
    def restore(cls, state: State) -> "Liar":
        return cls(FittedEASE.restore(state))


def test_a_recommender_that_names_items_at_random_is_found_out(shop: Dataset) -> None:
    liar = Liar(EASE().fit(Training(shop)))
    pairs = told(liar, shop, best_items(liar, shop))
    with pytest.raises(AssertionError, match=r"liar: in \d\d% of 900 pairs"):
        check_falls(*falls_of_history(liar, pairs, labels_of(Cause.ITEM, shop)), "liar")


def best_items(fitted: Fitted, shop: Dataset) -> Numbers:
    """int32 (n_users, PER_USER), the first items of everybody's slate of what they never bought."""
    request = Request.of(fitted, shop, "explore", options=SlateOptions(min_purchases=1))
    slates = next(iter(request.batches("all", PER_USER))).slates
    return np.where(slates.rankers == 0, slates.items, -1).astype(np.int32)


def unbought_items(shop: Dataset) -> Numbers:
    """int32 (n_users, PER_USER), drawn at random."""
    rng = np.random.default_rng(SEED)
    bought = shop.purchases().toarray()[shop.buyers()] > 0
    drawn = np.where(bought, -1, rng.random(bought.shape))
    return np.argsort(-drawn, axis=1)[:, :PER_USER].astype(np.int32)


def told(fitted: Fitted, shop: Dataset, items: Numbers) -> Pairs:
    """What a slate of these items says of each of which there is a cause."""
    queries = shop.queries(shop.buyers())
    slates = replace(empty(queries.users, PER_USER), items=items)
    reasons = Explainer.of({0: fitted}, shop, "en").reasons(queries, slates, shop.n_items)
    found = [
        (user, place, reason[0])
        for user, row in enumerate(reasons)
        for place, reason in zip(np.flatnonzero(items[user] >= 0), row, strict=True)
        if reason[0].kind != "rank"
    ]
    users, places = (np.array([one[at] for one in found]) for at in (0, 1))
    return Pairs(queries[users], items[users, places], [one[2] for one in found])


def check_names(fitted: Fitted, pairs: Pairs, shop: Dataset) -> None:
    """The first reason's subject is among the three largest of all contributions, and its name is in the words."""
    found = fitted.contributions(pairs.queries, pairs.items[:, None], N_ITEMS)
    assert found is not None
    amounts = np.where(found.subjects >= 0, found.amounts, -np.inf)[:, 0]
    largest = np.argsort(-amounts, axis=1, kind="stable")[:, :3]
    titles = shop.catalogue.titles().to_pylist()
    names = {"item": titles, "category": shop.index.categories.to_list(), "brand": shop.index.brands.to_list()}
    for row, reason in enumerate(pairs.reasons):
        top = [(Cause(found.causes[row, 0, at]).name.lower(), int(found.subjects[row, 0, at])) for at in largest[row]]
        assert (reason.kind, reason.subjects[0]) in top
        told = names[reason.kind][reason.subjects[0]] if reason.kind in names else titles[pairs.items[row]]
        assert str(told) in reason.text


def check_falls(named: Floats, other: Floats, whose: AnyArray, what: str) -> None:
    """Without the named cause the score falls further in most pairs, and for most users or items more often than not.

    Pairs of one user share a history, so the sign test counts users, or items where the cause is an item's alone. Of a
    cause that so few have that even all together could not convince it, the share is all there is to ask.
    """
    wins = np.where(named == other, 0.5, named > other)
    assert wins.mean() >= LEAST_SHARE, f"{what}: in {wins.mean():.0%} of {len(wins)} pairs"
    subjects = [wins[whose == one].mean() for one in np.unique(whose)]
    if 0.5 ** len(subjects) >= MOST_CHANCE:
        return
    agree, differ = sum(one > 0.5 for one in subjects), sum(one < 0.5 for one in subjects)
    chance = binomtest(agree, agree + differ, alternative="greater").pvalue
    assert chance < MOST_CHANCE, f"{what}: {agree} of {agree + differ} agree"
