"""Newcomers and what is known of items, counted by hand on the shop of five items."""

import numpy as np
import pytest

from crossaisle.data.moments import DAY
from crossaisle.models.ranking.item_facts import ItemFacts
from crossaisle.models.ranking.newcomers import Newcomers
from crossaisle.numerics.arrays import Floats

from .shops import everything, five_items, history, shop

TEN_DAYS = 10 * DAY


@pytest.fixture
def newcomers() -> Newcomers:
    """Over the last ten days."""
    return Newcomers.of(five_items(), TEN_DAYS)


def test_who_enters_a_category_bought_nothing_of_it_before(newcomers: Newcomers) -> None:
    """u buys b1 and b2, v buys a1; a2 is no entry for u and w, c1 has no category, x knew nothing before."""
    assert newcomers.before.toarray().tolist() == [[1, 0, 0, 0, 0], [0, 0, 1, 0, 0], [1, 0, 0, 0, 0]]
    assert newcomers.entered.toarray().tolist() == [[0, 0, 1, 1, 0], [1, 0, 0, 0, 0], [0, 0, 0, 0, 0]]
    assert newcomers.strangers.tolist() == [1, 2]


def test_rates_of_categories_count_people_and_of_items_purchasers(newcomers: Newcomers) -> None:
    """One stranger to A, who came; two to B, of whom one came and bought both its items; one more is held back."""
    assert newcomers.category_rate(1).tolist() == [1 / 2, 1 / 3, 0]
    category = five_items().catalogue.category
    assert newcomers.item_rate(category, 1).tolist() == [1 / 2, 0, 1 / 3, 1 / 3, 0]


def facts(name: str) -> Floats:
    """float32 (n_items,): one number of a1, a2, b1, b2 and c1."""
    dataset = five_items()
    fitted = ItemFacts.fit(dataset, Newcomers.of(dataset, TEN_DAYS), TEN_DAYS)
    return fitted.table[:, fitted.names.index(name)]


def test_buyers_ever_lately_and_in_the_last_quarter() -> None:
    """The last day is 20: ten days reach back to 10, a quarter of them to 17.5; w's second a1 is the same buyer."""
    assert np.expm1(facts("buyers")) == pytest.approx([3, 2, 3, 1, 1])
    assert np.expm1(facts("recent_buyers")) == pytest.approx([1, 2, 2, 1, 1])
    assert np.expm1(facts("latest_buyers")) == pytest.approx([0, 1, 1, 0, 0])


def test_trends_compare_with_the_span_before() -> None:
    """From day 0 to 10 u and w bought a1, and v bought b1."""
    assert facts("trend") == pytest.approx(np.log([2 / 3, 3 / 1, 3 / 2, 2 / 1, 2 / 1]), abs=1e-6)
    assert facts("latest_trend") == pytest.approx(np.log([1 / 2, 2 / 3, 2 / 3, 1 / 2, 1 / 2]), abs=1e-6)


def test_silence_is_days_since_the_last_sale_and_repeats_are_purchases_a_buyer() -> None:
    assert facts("silence") == pytest.approx([5, 2, 0, 3, 4], abs=1e-5)
    assert np.expm1(facts("repeats")) == pytest.approx([4 / 3, 1, 1, 1, 1])


def test_an_item_never_sold_is_silent_for_four_spans() -> None:
    dataset = shop([("u", "a1", 0), ("u", "a1", 20)])
    fitted = ItemFacts.fit(dataset, Newcomers.of(dataset, TEN_DAYS), TEN_DAYS)
    assert fitted.table[:, fitted.names.index("silence")] == pytest.approx([0, 40, 40, 40, 40], abs=1e-5)
    assert np.isfinite(fitted.table).all()


def test_shares_are_of_the_buyers_of_the_category_with_twenty_held_back() -> None:
    """A has 3 + 2 buyers of items, B 3 + 1; an item without a category has a share of nobody's."""
    assert np.exp(facts("share_of_category")) == pytest.approx([4 / 25, 3 / 25, 4 / 24, 2 / 24, 2 / 20])
    assert np.exp(facts("recent_share_of_category")) == pytest.approx([2 / 23, 3 / 23, 3 / 23, 2 / 23, 2 / 20])


def test_buyers_of_the_category_are_people() -> None:
    """u, v, w of A and u, v, x of B; lately u, v, w of A and u, x of B."""
    assert np.expm1(facts("category_buyers")) == pytest.approx([3, 3, 3, 3, 0])
    assert np.expm1(facts("recent_category_buyers")) == pytest.approx([3, 3, 2, 2, 0])


def test_conversions_are_the_rates_of_newcomers() -> None:
    rates = np.array([1 / 21, 1 / 21, 1 / 22, 1 / 22, 0])
    assert np.exp(facts("category_conversion")) == pytest.approx(rates + 1e-4, rel=1e-5)
    rates = np.array([1 / 21, 0, 1 / 22, 1 / 22, 0])
    assert np.exp(facts("conversion")) == pytest.approx(rates + 1e-5, rel=1e-5)


def test_a_price_level_is_the_log_over_the_middle_of_the_category() -> None:
    """a1 costs 2 and a2 8, with 4 between them in logs; both of B cost 3; c1 is among those of no category."""
    assert np.exp(facts("price")) == pytest.approx([2, 8, 3, 3, 5], rel=1e-5)
    assert np.exp(facts("price_level")) == pytest.approx([1 / 2, 2, 1, 1, 1], rel=1e-5)


def test_facts_are_the_candidates_whoever_asks_and_are_restored() -> None:
    dataset = five_items()
    fitted = ItemFacts.fit(dataset, Newcomers.of(dataset, TEN_DAYS), TEN_DAYS)
    again = ItemFacts.restore(fitted.names, fitted.state())
    told = again.of(history(dataset, ["u", "nobody"], day=20), everything(dataset, 2)[:, ::-1])
    assert np.array_equal(told[0], fitted.table[::-1])
    assert np.array_equal(told[1], fitted.table[::-1])
