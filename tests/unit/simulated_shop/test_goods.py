"""What is for sale, and when."""

import numpy as np
import pytest

from simulated_shop import SimulatedShop
from simulated_shop.goods import FEWEST, MOST, NEVER, Goods, make_goods
from simulated_shop.needs import CATEGORIES, CATEGORY_NUMBER, IS_TELLTALE, OCCASIONS, roles


def test_shop_has_the_promised_size() -> None:
    assert 30 <= len(CATEGORIES) <= 60
    assert len({category.aisle for category in CATEGORIES}) == 8
    n_items = np.bincount(make_goods(np.random.default_rng(3), 8).category)
    assert FEWEST <= n_items.min() < n_items.max() <= MOST


def test_every_category_has_an_occasion_and_names_in_occasions_are_categories() -> None:
    assert (roles() > 0).any(axis=0).all()
    named = {name for one in OCCASIONS for name in (*one.core, *one.common, *one.rare)}
    assert named == set(CATEGORY_NUMBER)


def test_telltales_are_of_pets_and_babies_alone() -> None:
    found = {CATEGORIES[one].name for one in np.flatnonzero(IS_TELLTALE)}
    assert found == {"Dog food", "Cat food", "Cat litter", "Pet treats", "Nappies", "Baby food", "Baby care"}


def test_item_is_for_sale_from_its_launch_to_its_end(goods: Goods) -> None:
    tea = [bool(goods.on_sale(np.array([3]), week)[0]) for week in range(4, 9)]
    assert tea == [False, True, True, True, False]


def test_price_a_use_is_relative_to_the_usual(goods: Goods) -> None:
    np.testing.assert_allclose(goods.dear, [1, 3, 1, 1])


def test_catalogue_changes_by_what_is_launched_and_delisted(shop: SimulatedShop) -> None:
    """Week 3 is that of the shift."""
    before, after = (shop.catalog(week) for week in (2, 3))
    assert set(after["item_id"]) - set(before["item_id"]) == set(shop.launched(3))
    sellable = [set(catalog.loc[catalog["is_sellable"], "item_id"]) for catalog in (before, after)]
    assert sellable[0] - sellable[1] == set(shop.delisted(3))
    assert len(shop.launched(3)) > 50
    assert len(shop.delisted(3)) > 50


def test_catalogue_dates_a_launch_to_its_week(shop: SimulatedShop) -> None:
    catalog = shop.catalog(3).set_index("item_id")
    launched = catalog["launched_at"].loc[shop.launched(3)]
    assert (launched.dt.strftime("%Y-%m-%d") == "2025-01-27").all()


def test_shop_without_a_shift_sells_the_same_goods_but_for_its_wave() -> None:
    """The same items at the same prices; what the wave would launch never comes, what it would end stays.

    Goods come and go one by one until week 40 at the latest: in week 50 there is the wave alone.
    """
    shifted, still = (make_goods(np.random.default_rng(3), week) for week in (50, None))
    items = np.arange(len(still.ids))
    np.testing.assert_array_equal(shifted.price, still.price)
    for week in (-30, 0, 49):
        np.testing.assert_array_equal(shifted.on_sale(items, week), still.on_sale(items, week))
    is_new, is_gone = shifted.launched == 50, shifted.delisted == 50
    assert is_new.sum() > 50
    assert is_gone.sum() > 50
    assert (still.launched[is_new] == NEVER).all()
    assert (still.delisted[is_gone] == NEVER).all()
    is_other = ~is_new & ~is_gone
    np.testing.assert_array_equal(shifted.launched[is_other], still.launched[is_other])
    np.testing.assert_array_equal(shifted.delisted[is_other], still.delisted[is_other])


def test_better_brands_cost_more_and_are_better_on_the_whole() -> None:
    """For n independent pairs a correlation's standard error is 1 / √n: five of them."""
    goods = make_goods(np.random.default_rng(3), 8)
    assert np.corrcoef(np.log(goods.dear), goods.quality)[0, 1] > 5 / np.sqrt(len(goods.ids))
    assert goods.price.min() > 0
    assert pytest.approx(goods.price.round(2)) == goods.price
