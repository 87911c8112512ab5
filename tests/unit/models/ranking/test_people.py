"""What is known of whoever asks: habits, distance in price, and days since what they bought, counted by hand."""

from functools import cache

import numpy as np
import pytest

from crossaisle.data.dataset import Dataset
from crossaisle.models.ranking.people import LONG_AGO, OF_WHOEVER, People
from crossaisle.numerics.arrays import Floats

from .shops import everything, history, shop

PURCHASES = (
    ("u", "a1", 10),
    ("u", "a1", 20),
    ("u", "a1", 26),
    ("u", "c1", 24.5),
    ("u", "b1", 24.75),
    ("v", "b1", 1),
)
LEVEL = np.array([-1, 1, 0.5, 0, 0], dtype=np.float32)


@cache
def known() -> Dataset:
    """What u and v bought."""
    return shop(PURCHASES)


def told(name: str, user: str) -> Floats:
    """float32 (n_items,): one number of a1, a2, b1, b2 and c1 as seen by the user on day 30, ten days being recent."""
    dataset = known()
    people = People.fit(dataset, LEVEL)
    return people.of(history(dataset, [user], day=30), everything(dataset, 1))[0, :, people.names.index(name)]


def test_habits_of_a_history() -> None:
    """Five purchases, on four days, three of the last ten days; A and B are known, of which B is new since."""
    by_hand = [np.log1p(5), np.log1p(3), np.log1p(4), 2, 1, 4]
    for name, value in zip(OF_WHOEVER, by_hand, strict=True):
        assert told(name, "u") == pytest.approx([value] * 5)


def test_habits_of_nobody() -> None:
    for name, value in zip(OF_WHOEVER, (0, 0, 0, 0, 0, LONG_AGO), strict=True):
        assert told(name, "nobody") == pytest.approx([value] * 5)


def test_distance_in_price_is_from_the_mean_level_of_what_was_bought() -> None:
    """Three times −1, once 0.5 and once 0 make −0.5; without a history it is the level itself."""
    assert told("price_distance", "u") == pytest.approx([-0.5, 1.5, 1, 0.5, 0.5])
    assert told("price_distance", "nobody") == pytest.approx(LEVEL)


def test_own_purchases_and_absence_are_of_the_candidate_itself() -> None:
    assert np.expm1(told("own_purchases", "u")) == pytest.approx([3, 0, 1, 0, 1])
    assert told("own_absence", "u") == pytest.approx([4, LONG_AGO, 5.25, LONG_AGO, 5.5])


def test_rhythm_is_absence_over_the_usual_days_between_two_purchases() -> None:
    """a1 was bought 20, 10 and 4 days ago, 8 days apart on average; what was bought once has no rhythm."""
    assert told("own_rhythm", "u") == pytest.approx([4 / 8, 0, 0, 0, 0])


def test_two_purchases_within_a_day_are_taken_for_a_day_apart() -> None:
    dataset = shop([("u", "a1", 10), ("u", "a1", 10.25)])
    people = People.fit(dataset, LEVEL)
    asked = people.of(history(dataset, ["u"], day=13.25), everything(dataset, 1))
    assert asked[0, 0, people.names.index("own_rhythm")] == pytest.approx(3)


def test_absence_of_a_category_is_since_any_of_its_items_and_never_ends_without_one() -> None:
    assert told("category_absence", "u") == pytest.approx([4, 4, 5.25, 5.25, LONG_AGO])


def test_the_histories_of_a_batch_are_kept_apart() -> None:
    """Each query is answered as if it were asked alone."""
    dataset = known()
    people = People.fit(dataset, LEVEL)
    together = people.of(history(dataset, ["u", "nobody", "v"], day=30), everything(dataset, 3))
    for place, user in enumerate(("u", "nobody", "v")):
        alone = people.of(history(dataset, [user], day=30), everything(dataset, 1))
        assert np.array_equal(together[place], alone[0])


def test_people_are_restored_from_their_state() -> None:
    dataset = known()
    people = People.fit(dataset, LEVEL)
    again = People.restore(people.names, people.state())
    asked = history(dataset, ["u", "nobody"], day=30)
    assert np.array_equal(again.of(asked, everything(dataset, 2)), people.of(asked, everything(dataset, 2)))
