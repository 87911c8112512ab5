"""Slates and their reasons on all households of Complete Journey."""

from collections import Counter

import numpy as np
import pytest

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import moment
from crossaisle.data.training import Training
from crossaisle.models.recommender import Recommender
from crossaisle.models.recommenders.category_popularity import CategoryPopularity
from crossaisle.models.recommenders.category_transition import CategoryTransition
from crossaisle.models.recommenders.ease import EASE
from crossaisle.models.recommenders.popularity import Popularity
from crossaisle.slates.recommend import Request, recommend
from crossaisle.stores.lake import Lake

CUT = moment("2017-11-01")


@pytest.fixture(scope="module")
def households(complete_journey: Lake) -> Dataset:
    catalog = complete_journey.table("catalog")
    return Dataset.from_tables(complete_journey.events(until=CUT), catalog, until=CUT).before(CUT)


@pytest.mark.parametrize("recommender", [EASE(max_items=2000), CategoryPopularity(), Popularity()], ids=repr)
def test_no_text_fits_more_than_five_in_a_hundred_picks(households: Dataset, recommender: Recommender) -> None:
    """2,450 households × 20 picks of categories new to them; with every number masked texts stay as varied."""
    model = recommender.fit(Training(households))
    slates = recommend(model, households, "all", 20, "new-categories", explain=True)
    assert len(slates) == 2_450 * 20
    masked = slates.reason.str.replace(r"\d[\d,.]*|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct", "#", regex=True)
    for texts in (slates.reason, masked):
        assert Counter(texts).most_common(1)[0][1] < 0.05 * len(slates)
    bought = households.events.at(households.is_purchase)
    pairs = set(zip(bought.user.tolist(), households.catalogue.category[bought.item].tolist(), strict=True))
    users = households.index.users.numbers(slates.user_id.tolist())
    category = households.catalogue.category[households.index.items.numbers(slates.item_id.tolist())]
    assert not pairs & set(zip(users.tolist(), category.tolist(), strict=True))


def test_a_second_source_leaves_no_known_household_to_the_fallback(households: Dataset) -> None:
    """Some households bought nothing among the items that EASE keeps; which categories follow theirs is known."""
    training = Training(households)
    model, source = EASE(max_items=2000).fit(training), CategoryTransition().fit(training)
    alone = [batch.n_fallback() for batch in Request.of(model, households, "new-categories").batches()]
    both = [
        batch.n_fallback() for batch in Request.of(model, households, "new-categories", sources=(source,)).batches()
    ]
    assert np.sum(alone, axis=0)[0] > 0
    assert np.sum(both, axis=0).tolist() == [0, 2_450]
