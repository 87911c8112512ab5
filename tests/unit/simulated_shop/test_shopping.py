"""What is bought because it is due."""

from dataclasses import replace

import numpy as np

from simulated_shop.goods import Goods
from simulated_shop.homes import ADOPTED, Home
from simulated_shop.needs import CATEGORY_NUMBER
from simulated_shop.people import People
from simulated_shop.shopping import comes_to_buy, looked_around, planned, uneven

MILK, DOG_FOOD, TEA = (CATEGORY_NUMBER[name] for name in ("Milk", "Dog food", "Tea"))


def test_what_runs_out_is_bought_and_lasts_until_the_next_visit_but_one(
    home: Home, people: People, goods: Goods
) -> None:
    """Nothing is left of what is used at two a day and keeps for ten of fourteen days: 20 portions, a pack has 14."""
    home.stock[MILK] = 0
    for at in range(20):
        (line,) = planned(goods, people, home.copy(), at)
        assert (line.item, line.packs) == (0, 1)
    home.rate[MILK] = 5
    (line,) = planned(goods, people, home, 1)
    assert line.packs == 4


def test_full_pantry_and_nothing_in_use_mean_nothing_is_due(home: Home, people: People, goods: Goods) -> None:
    """At a visit a week, stock for eleven days is above 7 · 1.5 whatever the luck."""
    home.stock[MILK] = 22
    assert all(planned(goods, people, home.copy(), at) == [] for at in range(50))


def test_unknown_category_is_never_on_the_list(home: Home, people: People, goods: Goods) -> None:
    home.stock[MILK] = 22
    home.rate[DOG_FOOD] = 1
    assert all(planned(goods, people, home.copy(), at) == [] for at in range(200))
    home.standing[DOG_FOOD] = ADOPTED
    assert [line.item for line in planned(goods, people, home, 1)] == [2]


def test_what_is_bought_elsewhere_is_at_home_without_a_trace(home: Home, people: People, goods: Goods) -> None:
    """One usual pack of 14 portions."""
    home.stock[MILK] = 0
    assert planned(goods, replace(people, loyalty=np.array([0.0])), home, 1) == []
    assert home.stock[MILK] == 14


def test_choice_eliminates_what_fails_an_aspect_unless_nothing_would_be_left(
    home: Home, people: People, goods: Goods
) -> None:
    """The dear milk is too dear, but bought if it is of a loved brand and brand comes first, or if it is alone."""
    home.stock[MILK] = 0
    by_price = replace(people, aspects=np.array([[0, 1, 2, 3]]))
    by_brand = replace(people, aspects=np.array([[2, 0, 1, 3]]), loves=np.arange(len(people.loves[0]))[None] == 2)
    alone = replace(goods, launched=np.array([9, -100, -100, 5]))
    for at in range(20):
        assert planned(goods, by_price, home.copy(), at)[0].item == 0
        assert planned(goods, by_brand, home.copy(), at)[0].item == 1
        assert planned(alone, by_price, home.copy(), at)[0].item == 1


def test_habit_takes_the_favourite_as_long_as_it_is_sold(home: Home, people: People, goods: Goods) -> None:
    home.stock[MILK] = 0
    home.favourite[MILK] = 1
    assert planned(goods, people, home.copy(), 1)[0].item == 1
    gone = replace(goods, delisted=np.array([99, 0, 99, 99]))
    assert planned(gone, people, home.copy(), 1)[0].item == 0


def test_nothing_for_sale_is_nothing_bought(home: Home, people: People, goods: Goods) -> None:
    """Tea is not sold before week 5."""
    home.stock[MILK] = 22
    home.rate[TEA], home.standing[TEA] = 1, ADOPTED
    assert planned(goods, people, home.copy(), 1) == []
    home.week = 5
    assert [line.item for line in planned(goods, people, home, 1)] == [3]


def test_looking_around_buys_nothing(home: Home, people: People, goods: Goods) -> None:
    lines = [line for at in range(100) for line in looked_around(goods, people, home, at)]
    assert lines
    assert {line.packs for line in lines} == {0}


def test_use_is_uneven_about_its_mean() -> None:
    """Uniform from .4 to 1.6, with variance 1.2² / 12: five standard errors of the mean of 57 · 200."""
    drawn = np.array([uneven(at) for at in range(200)])
    assert abs(drawn.mean() - 1) < 5 * 1.2 / np.sqrt(12 * drawn.size)
    assert drawn.min() >= 0.4
    assert drawn.max() < 1.6


def test_three_of_four_visits_are_to_buy() -> None:
    """Five standard errors of a share of 4,000."""
    share = np.mean([comes_to_buy(at) for at in range(4000)])
    assert abs(share - 0.75) < 5 * np.sqrt(0.75 * 0.25 / 4000)
