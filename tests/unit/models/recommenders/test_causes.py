"""What recommenders say moved a score is true of the purchases that they were fitted on."""

import numpy as np
import pandas as pd
import pytest

from crossaisle.data.dataset import Dataset
from crossaisle.data.denoising import Denoising, denoise
from crossaisle.data.training import Training
from crossaisle.models.recommender import Cause, Contributions, Fitted
from crossaisle.models.recommenders.category_popularity import CategoryPopularity
from crossaisle.models.recommenders.popularity import FittedPopularity, Popularity

A, B, C = range(3)


@pytest.fixture
def dataset() -> Dataset:
    """a: u1 three times early and u2 early. b: u1 early, u2 and u3 late. c: u1 and u2 late, nobody before.

    From 1 to 11 January; the halves of all that time part on the 6th.
    """
    early, late = ("2017-01-01", "2017-01-02", "2017-01-03"), "2017-01-11"
    rows = [("u1", "a", day) for day in early]
    rows += [("u2", "a", early[0]), ("u1", "b", early[0]), ("u2", "b", late), ("u3", "b", late)]
    rows += [("u1", "c", late), ("u2", "c", late)]
    events = pd.DataFrame(rows, columns=["user_id", "item_id", "timestamp"])
    catalog = pd.DataFrame({"item_id": ["a", "b", "c"], "category": ["x", "x", "y"]})
    return Dataset.from_frames(events.assign(event_type="purchase", price=1.0, quantity=1), catalog)


def causes(fitted: Fitted, dataset: Dataset, user: int = 0) -> Contributions:
    found = fitted.contributions(dataset.queries([user]), np.array([[A, B, C]], dtype=np.int32))  # type: ignore[arg-type]
    assert found is not None
    return found


def told(found: Contributions, cause: Cause) -> list[int]:
    """The subject of a cause for each of the three items, −1 where it is not told."""
    is_told = (found.causes[0] == cause) & (found.subjects[0] >= 0)
    return [int(found.subjects[0, item][is_told[item]].max(initial=-1)) for item in range(3)]


@pytest.mark.parametrize("by", ["buyers", "purchases"])
def test_buyers_are_people_whatever_popularity_counts(dataset: Dataset, by: str) -> None:
    """a was bought 4 times, by two people; b by three, c by two."""
    found = causes(Popularity(by=by).fit(Training(dataset)), dataset)  # type: ignore[arg-type]
    assert (told(found, Cause.BUYERS), found.days) == ([2, 3, 2], None)


def test_buyers_of_a_window_are_told_with_its_days_also_once_restored(dataset: Dataset) -> None:
    """In the 5 days before the end a has no buyer, b two and c two."""
    fitted = Popularity(window=5).fit(Training(dataset))
    for one in (fitted, FittedPopularity.restore(fitted.state())):
        found = causes(one, dataset)
        assert (told(found, Cause.BUYERS), found.days) == ([-1, 2, 2], 5)


def test_a_rise_is_told_only_above_an_earlier_demand(dataset: Dataset) -> None:
    """b grows from one early buyer to two late ones, 100 %. c had none early: there is no percentage of nothing."""
    fitted = Popularity(trend=1.0).fit(Training(dataset))
    np.testing.assert_allclose(fitted.scores(dataset.queries([0]))[0], [2, 3 + 1, 2 + 2])  # type: ignore[arg-type]
    assert told(causes(fitted, dataset), Cause.RISE) == [-1, 100, -1]


def test_purchases_that_weigh_less_with_age_have_as_many_buyers(dataset: Dataset) -> None:
    """With a half-life of two days a's early purchases weigh about 1/32 each; two people bought it all the same."""
    weighed = denoise(dataset, Denoising(half_life_days=2.0))[0]
    assert weighed.purchases().sum(axis=0)[A] < 1
    for recommender in (Popularity(), CategoryPopularity()):
        found = causes(recommender.fit(Training(weighed)), weighed)
        assert told(found, Cause.BUYERS)[A] == 2
