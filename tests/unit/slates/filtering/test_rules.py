import numpy as np
import pytest

from crossaisle.errors import UsageError
from crossaisle.slates.filtering.rules import apart, members, outside_prices
from crossaisle.slates.options import Apart, Group, ShopRules

from ..shop import A, B, C, E, F, shop


def test_a_group_holds_its_items_categories_aisles_and_brands_together() -> None:
    chosen = members(Group(items=("a", "unheard of"), categories=("CARE",)), shop())
    assert np.flatnonzero(chosen).tolist() == [A, E, F]
    chosen = members(Group(aisles=("FOOD",)), shop()) & members(Group(brands=("X",)), shop())
    assert np.flatnonzero(chosen).tolist() == [A, C]


def test_a_misspelt_category_is_refused_with_the_name_that_was_meant() -> None:
    with pytest.raises(UsageError, match=r'no category "DRINK".*Did you mean "DRINKS"'):
        members(Group(categories=("DRINK",)), shop())


def test_lists_are_taken_for_tuples_as_settings_files_hold_them() -> None:
    assert Group(items=["a", "b"]).items == ("a", "b")  # type: ignore[arg-type]  # what TOML gives


def test_prices_outside_the_rule_and_unknown_prices_are_outside() -> None:
    prices = np.array([1, 2, 3, np.nan], dtype=np.float32)
    assert outside_prices(ShopRules(at_least_price=2.0), prices).tolist() == [True, False, False, True]
    assert outside_prices(ShopRules(at_most_price=2.0), prices).tolist() == [False, False, True, True]
    assert not outside_prices(ShopRules(), prices).any()


def test_a_price_rule_that_nothing_can_keep_is_refused() -> None:
    with pytest.raises(UsageError, match="above at_most_price"):
        outside_prices(ShopRules(at_least_price=3.0, at_most_price=2.0), np.ones(2, dtype=np.float32))
    with pytest.raises(UsageError, match="no item has a price"):
        outside_prices(ShopRules(at_most_price=2.0), np.full(2, np.nan, dtype=np.float32))


def test_groups_that_stay_apart_become_pairs_of_masks() -> None:
    rules = ShopRules(not_together=(Apart(one=Group(items=("a",)), other=Group(items=("b",))),))
    ((one, other),) = apart(rules, shop())
    assert (np.flatnonzero(one).tolist(), np.flatnonzero(other).tolist()) == ([A], [B])
