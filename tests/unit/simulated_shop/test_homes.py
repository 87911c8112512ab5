"""A household's pantry, knowledge and experience, counted by hand."""

import numpy as np
import pytest

from simulated_shop.goods import Goods
from simulated_shop.homes import ADOPTED, DROPPED, KNOWN, UNKNOWN, Home
from simulated_shop.needs import CATEGORIES, CATEGORY_NUMBER, OCCASIONS
from simulated_shop.people import People
from simulated_shop.shift import Changes

MILK, DOG_FOOD = CATEGORY_NUMBER["Milk"], CATEGORY_NUMBER["Dog food"]
NOTHING = Changes(1, np.array([0]), np.array([-1]), np.array([-1]), None)
"""No shift; whether life changes is chance, of which the first weeks of address 1 hold none."""


def items_that(home: Home, people: People, goods: Goods, *, please: bool) -> Home:
    """The household, or one like it to whom item 2 is, or is not, as it should be."""
    for other in range(100):
        twin = home.copy()
        twin.at = other
        twin.bring(2, 1, goods, people)
        if (2 not in twin.disliked) == please:
            found = home.copy()
            found.at = other
            return found
    raise AssertionError("no household in a hundred")


def test_stock_lasts_as_long_as_use_takes(home: Home) -> None:
    """14 portions at two a day last a week; what is never used lasts for ever."""
    assert home.cover()[MILK] == 7
    assert home.cover()[DOG_FOOD] == np.inf


def test_stock_is_used_up_by_day_and_never_below_nothing(home: Home, people: People) -> None:
    """Three days at two portions a day and half as much again: 14 − 9 = 5; then ten days more than use it up."""
    home.live_until(0, 3.0, np.full(len(CATEGORIES), 1.5), NOTHING, people)
    assert home.stock[MILK] == pytest.approx(5)
    home.live_until(0, 13.0, np.ones(len(CATEGORIES)), NOTHING, people)
    assert home.stock[MILK] == 0


def test_what_spoils_before_it_is_used_is_lost(home: Home, people: People, goods: Goods) -> None:
    """Two packs are 28 portions; in the ten days that they keep, 20 are used: 14 + 20."""
    home.bring(0, 2, goods, people)
    assert home.stock[MILK] == pytest.approx(34)


def test_first_item_that_pleases_makes_its_category_part_of_life(home: Home, people: People, goods: Goods) -> None:
    pleased = items_that(home, people, goods, please=True)
    assert pleased.bring(2, 1, goods, people) is True
    assert pleased.standing[DOG_FOOD] == ADOPTED
    assert pleased.favourite[DOG_FOOD] == 2
    assert pleased.bring(2, 1, goods, people) is False


def test_first_item_that_does_not_please_is_not_taken_again(home: Home, people: People, goods: Goods) -> None:
    disappointed = items_that(home, people, goods, please=False)
    disappointed.bring(2, 1, goods, people)
    assert disappointed.disliked == {2}
    assert disappointed.standing[DOG_FOOD] in (KNOWN, DROPPED)
    assert disappointed.favourite[DOG_FOOD] == -1


def test_items_please_as_often_as_their_quality_brand_and_the_standard_say(
    home: Home, people: People, goods: Goods
) -> None:
    """.45 + .5 · .5 = .7 for a quality of one half above the standard: five standard errors of 2,000 households."""
    disliked = 0
    for other in range(2000):
        twin = home.copy()
        twin.at = other
        twin.bring(0, 1, goods, people)
        disliked += len(twin.disliked)
    assert 1 - disliked / 2000 == pytest.approx(0.7, abs=5 * np.sqrt(0.7 * 0.3 / 2000))


def test_sights_of_an_item_fade_by_the_week(home: Home) -> None:
    """Two sights in week 0 are 2 · .8² = 1.28 two weeks later."""
    home.see(1)
    home.see(1)
    home.week = 2
    assert home.times_seen(1) == pytest.approx(1.28)
    assert home.times_seen(0) == 0


def test_hearing_of_a_category_changes_nothing_about_one_in_use(home: Home) -> None:
    home.hear_of(MILK)
    home.hear_of(DOG_FOOD)
    assert home.standing[MILK] == ADOPTED
    assert home.standing[DOG_FOOD] == KNOWN


def test_copy_lives_on_apart(home: Home, people: People, goods: Goods) -> None:
    twin = home.copy()
    twin.bring(2, 1, goods, people)
    twin.see(1)
    twin.live_until(0, 5.0, np.ones(len(CATEGORIES)), NOTHING, people)
    assert home.stock[MILK] == 14
    assert (home.standing[DOG_FOOD], home.seen, home.day) == (UNKNOWN, {}, 0.0)
    assert len(home.lived) == len(OCCASIONS)
