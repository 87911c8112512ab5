"""Who did one thing is shown what goes with it, not what sells: by every recommender that knows users.

On Complete Journey. How well two items go together is their lift: how many households bought both, over how many would
if one had nothing to do with the other.
"""

from typing import Any

import numpy as np
import pyarrow.compute as pc
import pytest
from scipy.stats import binomtest

from crossaisle import plugins
from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import moment
from crossaisle.data.queries import Queries, from_histories
from crossaisle.data.training import Training
from crossaisle.models.part import options
from crossaisle.models.recommender import Fitted
from crossaisle.models.recommenders.category_popularity import CategoryPopularity
from crossaisle.models.recommenders.ease import EASE
from crossaisle.models.recommenders.popularity import Popularity
from crossaisle.numerics.arrays import Doubles, Numbers
from crossaisle.numerics.topk import top_k
from crossaisle.stores.lake import Lake

CUT = moment("2017-11-01")
K, N_ITEMS, N_PEOPLE, FEWEST_BUYERS = 20, 600, 200, 50
MOST_CHANCE = 1e-6
"""Of a sign test over people."""
ALIKE_FOR_ALL = ("popularity", "market-potential")
"""They know of no user."""
IN_TURN = ("category-transition",)
"""It tells what is bought after something, which need not be what is bought beside it."""
LIGHTER: dict[str, dict[str, Any]] = {"fusion": {"parts": (EASE(), CategoryPopularity()), "windows": 1, "rounds": 20}}
NAMES = [name for name in plugins.recommender_names() if name not in ALIKE_FOR_ALL]


@pytest.fixture(scope="module")
def households(complete_journey: Lake) -> Dataset:
    """What households bought of the items with the most buyers."""
    events, table = complete_journey.events(until=CUT), complete_journey.table("catalog")
    assert table is not None
    catalog = table.to_pyarrow()
    whole = Dataset.from_tables(events, catalog, until=CUT)
    most_bought = np.argsort(-np.diff(whole.purchases().tocsc().indptr), kind="stable")[:N_ITEMS]
    kept = pc.is_in(catalog["item_id"].cast("large_string"), value_set=whole.index.items.at(most_bought))
    return Dataset.from_tables(events, catalog.filter(kept), until=CUT)


@pytest.fixture(scope="module")
def lift(households: Dataset) -> Doubles:
    """float64 (n_items, n_items), NaN of an item with itself."""
    bought = households.purchases()
    together = (bought.T @ bought).toarray().astype(np.float64)
    buyers = together.diagonal().copy()
    np.fill_diagonal(together, np.nan)
    return np.asarray(together * households.n_users / np.outer(buyers, buyers))


@pytest.fixture(scope="module")
def event(households: Dataset) -> Numbers:
    """int32 (N_PEOPLE,): what each of the people bought, one item once."""
    buyers = np.diff(households.purchases().tocsc().indptr)
    often = np.flatnonzero(buyers >= FEWEST_BUYERS)
    return np.random.default_rng(0).choice(often, N_PEOPLE, replace=False).astype(np.int32)


def slates_of(fitted: Fitted, event: Numbers, n_items: int) -> Numbers:
    """int32 (N_PEOPLE, K), without what was bought."""
    people: Queries = from_histories(event, np.arange(len(event) + 1), n_items, CUT)
    scores = fitted.scores(people).copy()
    scores[np.arange(len(event)), event] = -np.inf
    return top_k(scores, K)


def is_more_often(wins: Doubles) -> bool:
    """Whether a half of the people, or fewer, would hardly ever win so often."""
    return bool(binomtest(int(wins.sum()), len(wins), alternative="greater").pvalue < MOST_CHANCE)


@pytest.mark.parametrize("name", NAMES)
def test_one_purchase_makes_another_slate_than_popularity_of_what_goes_with_it(
    name: str, households: Dataset, lift: Doubles, event: Numbers
) -> None:
    """The slate's items go better with the purchase than those that sell, and than those that are shown to others."""
    kind = plugins.recommender(name)
    chosen = {"epochs": 5} if "epochs" in options(kind) else LIGHTER.get(name, {})
    made = slates_of(kind(**chosen).fit(Training(households, seed=3)), event, households.n_items)
    popular = slates_of(Popularity().fit(Training(households)), event, households.n_items)
    is_another = [set(one) != set(other) for one, other in zip(made.tolist(), popular.tolist(), strict=True)]
    assert np.mean(is_another) > 0.95
    with_own, with_popular = (np.nanmean(lift[event[:, None], slates], axis=1) for slates in (made, popular))
    assert is_more_often(with_own > with_popular)
    with_all = np.nanmean(lift[event][:, made], axis=2)
    with_others = (with_all.sum(axis=1) - with_own) / (N_PEOPLE - 1)
    if name not in IN_TURN:
        assert is_more_often(with_own > with_others)


def test_what_everybody_is_shown_does_not_pass(households: Dataset, lift: Doubles, event: Numbers) -> None:
    """Nor does what is drawn at random: rare items go well with anything by lift, but no better than with others."""
    drawn = np.random.default_rng(1).integers(0, households.n_items, (N_PEOPLE, K))
    popular = slates_of(Popularity().fit(Training(households)), event, households.n_items)
    for slates in (drawn, popular):
        with_all = np.nanmean(lift[event][:, slates], axis=2)
        own = with_all.diagonal()
        assert not is_more_often(own > (with_all.sum(axis=1) - own) / (N_PEOPLE - 1))
