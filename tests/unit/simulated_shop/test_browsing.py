"""How a slate is read: what is clicked is counted by hand, and places matter, but by no fixed factor."""

import numpy as np
import pytest

from simulated_shop import SimulatedShop, Visit, oracle
from simulated_shop.browsing import BLIND, Answer, appeal, browse
from simulated_shop.chance import Ints
from simulated_shop.goods import Goods
from simulated_shop.homes import KNOWN, UNKNOWN, Home
from simulated_shop.needs import CATEGORY_NUMBER, IS_TELLTALE, OCCASION_NUMBER
from simulated_shop.people import People

MILK, DOG_FOOD = CATEGORY_NUMBER["Milk"], CATEGORY_NUMBER["Dog food"]
EVERYTHING = np.arange(4)
LENGTH = 10


def test_appeal_of_what_is_in_use_grows_as_it_runs_out(home: Home, people: People, goods: Goods) -> None:
    """Milk for 7 of the 7 + 7 days: half due. Clicked .35 · .5 · .75 and .006 · .5 for its looks, bought
    (.1 + .7 · .5) · .75; the dear one suits by .08 in place of .75.
    """
    drawn = appeal(goods, people, home, EVERYTHING)
    np.testing.assert_allclose(drawn.click[:2], [0.35 * 0.5 * 0.75 + 0.003, 0.35 * 0.5 * 0.08 + 0.003])
    np.testing.assert_allclose(drawn.buy[:2], [0.45 * 0.75, 0.45 * 0.08])
    home.stock[MILK] = 0
    assert appeal(goods, people, home, EVERYTHING).click[0] == pytest.approx(0.35 * 0.75 + 0.003)


def test_appeal_of_what_is_needed_and_unknown_is_curiosity_and_use(home: Home, people: People, goods: Goods) -> None:
    """60 portions a month are 60 / 14 packs: interest .6 · (60/14) / (60/14 + .4) = .5488."""
    home.standing[MILK] = UNKNOWN
    drawn = appeal(goods, people, home, EVERYTHING)
    interest = 0.6 * (60 / 14) / (60 / 14 + 0.4)
    assert drawn.click[0] == pytest.approx(0.35 * interest * 0.75 + 0.003)
    assert drawn.buy[0] == pytest.approx((0.15 + 0.6 * interest) * 0.75)


def test_what_is_not_needed_is_hardly_clicked_and_bought_only_if_known(
    home: Home, people: People, goods: Goods
) -> None:
    drawn = appeal(goods, people, home, EVERYTHING)
    assert (drawn.click[2], drawn.buy[2], drawn.is_wrong[2]) == (pytest.approx(0.003), 0, True)
    home.hear_of(DOG_FOOD)
    assert appeal(goods, people, home, EVERYTHING).buy[2] == 0.01


def test_favourite_keeps_others_away_and_disappointment_ends_it(home: Home, people: People, goods: Goods) -> None:
    """Full habit leaves .15 of another item; the favourite suits by .75 · 1.33."""
    home.favourite[MILK] = 1
    assert appeal(goods, people, home, EVERYTHING).buy[0] == pytest.approx(0.45 * 0.75 * 0.15)
    home.favourite[MILK] = 0
    assert appeal(goods, people, home, EVERYTHING).buy[0] == pytest.approx(0.45 * 0.75 * 1.33)
    home.disliked.add(0)
    assert appeal(goods, people, home, EVERYTHING).buy[0] == pytest.approx(0.45 * 0.02)


def test_what_is_not_for_sale_is_neither_clicked_nor_bought(home: Home, people: People, goods: Goods) -> None:
    """Tea is for sale in weeks 5 to 7."""
    clicks = []
    for week in (4, 5, 7, 8):
        home.week = week
        clicks.append(appeal(goods, people, home, EVERYTHING).click[3] > 0)
    assert clicks == [False, True, True, False]


def test_items_seen_too_often_are_overlooked(home: Home, people: People, goods: Goods) -> None:
    """After `BLIND` sights half as many are noticed: .45 + .5 · .5 = .7 of the readers fall to .35. The first item of a
    slate meets every reader; .25 · .5 + .55 · .75 + .2 · .9 = .7175 read: five standard errors of 4,000 visits.
    """
    for times, share in ((0.0, 0.7175 * 0.7), (BLIND, 0.7175 * 0.35)):
        n_noticed = 0
        for at in range(4000):
            twin = home.copy()
            twin.seen = {2: (times, 0)}
            n_noticed += browse(goods, people, twin, np.array([2]), at, True)[0].is_noticed
        assert n_noticed / 4000 == pytest.approx(share, abs=5 * np.sqrt(share * (1 - share) / 4000))


def test_noticing_can_make_a_category_known(home: Home, people: People, goods: Goods) -> None:
    heard = [home.copy() for _ in range(50)]
    noticed = [browse(goods, people, twin, np.array([2]), at, True)[0].is_noticed for at, twin in enumerate(heard)]
    known = [twin.standing[DOG_FOOD] == KNOWN for twin in heard]
    assert 0 < sum(known) < sum(noticed)
    assert not any(is_known and not is_noticed for is_known, is_noticed in zip(known, noticed, strict=True))


def test_only_what_is_plainly_wrong_is_dismissed(shop: SimulatedShop) -> None:
    """Of slates of whatever is for sale, a part of it a visit."""
    items = np.random.default_rng(1).permutation(len(shop.goods.ids))
    on_sale = items[shop.goods.on_sale(items, 0)]
    dismissed = []
    for at, visit in enumerate(shop.visits(0)):
        home = shop.foresee(visit)
        answers = browse(shop.goods, shop.people, home, on_sale[at % 9 :: 9], at, True)
        dismissed += [(home, shop.goods.category[answer.item]) for answer in answers if answer.is_dismissed]
    assert dismissed
    assert all(IS_TELLTALE[category] and home.rate[category] == 0 for home, category in dismissed)


def test_answers_stand_in_the_order_of_the_slate_and_an_empty_one_has_none(
    home: Home, people: People, goods: Goods
) -> None:
    for at in range(30):
        answers = browse(goods, people, home.copy(), np.array([2, 0, 1]), at, True)
        assert [answer.item for answer in answers] == [2, 0, 1]
    assert browse(goods, people, home, np.array([], dtype=np.int64), 1, True) == []


def wanted_and_unwanted(shop: SimulatedShop) -> list[tuple[Visit, Ints, Ints]]:
    """First visits of households without baby and pet: ten items that they need, nine that are for babies and pets."""
    ask = oracle(shop, LENGTH)
    wrong = np.flatnonzero(IS_TELLTALE[shop.goods.category] & shop.goods.on_sale(np.arange(len(shop.goods.ids)), 0))
    found = []
    for visit in shop.visits(0):
        lived = shop.foresee(visit).lived
        if visit.ordinal == 0 and not lived[[OCCASION_NUMBER[name] for name in ("baby", "dog", "cat")]].any():
            wanted = np.array([shop.goods.numbers[item] for item in ask(visit)])
            found.append((visit, wanted, wrong[visit.household :: 7][: LENGTH - 1]))
    return found


def clicked(shop: SimulatedShop, home: Home, slate: Ints, at: int, item: int) -> bool:
    """Whether the item is clicked when the household reads the slate."""
    answers: list[Answer] = browse(shop.goods, shop.people, home.copy(), slate, at, True)
    return next(answer.is_clicked for answer in answers if answer.item == item)


def test_item_lower_in_the_list_is_clicked_less_and_by_no_fixed_factor(shop: SimulatedShop) -> None:
    """Whoever clicks an item at the tenth place clicks it at the first, with the same luck, but not conversely.

    Of n clicks at the first place shares p and q are left at the tenth, p below what is wanted and q below what is
    plainly wrong. A factor of the place alone would make them equal. Readers' luck is drawn apart, so that a share has
    a variance of at most p (1 − p) / n: the shares differ by more than four standard errors. So do they between the
    more and the less patient half below what is wanted.
    """
    at_top: list[bool] = []
    below_wanted: list[bool] = []
    below_wrong: list[bool] = []
    is_patient: list[bool] = []
    median = np.median(shop.people.patience)
    for visit, wanted, wrong in wanted_and_unwanted(shop):
        home, item = shop.foresee(visit), int(wanted[0])
        for at in range(120):
            first = clicked(shop, home, wanted, at, item)
            tenth = clicked(shop, home, np.append(wanted[1:], item), at, item)
            after_wrong = clicked(shop, home, np.append(wrong, item), at, item)
            assert first >= tenth
            assert first >= after_wrong
            at_top.append(first)
            below_wanted.append(tenth)
            below_wrong.append(after_wrong)
            is_patient.append(bool(shop.people.patience[visit.household] > median))
    top, patient = np.array(at_top), np.array(is_patient)
    left = np.array(below_wanted)
    assert 0 < left.sum() < top.sum()
    assert_shares_differ(left[top], np.array(below_wrong)[top])
    assert_shares_differ(left[top & patient], left[top & ~patient])


def assert_shares_differ(
    one: "np.ndarray[tuple[int], np.dtype[np.bool_]]", other: "np.ndarray[tuple[int], np.dtype[np.bool_]]"
) -> None:
    """The first share is above the second by more than four standard errors."""
    error = np.sqrt(one.var() / len(one) + other.var() / len(other))
    assert one.mean() - other.mean() > 4 * error
