"""The mask of what may be shown follows the shop at once."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossaisle.data.focus import Focus
from crossaisle.data.moments import DAY
from crossaisle.slates.filtering.eligible import Why, eligible
from crossaisle.slates.filtering.stock import Stock
from crossaisle.slates.live.catalogue import LiveCatalogue
from crossaisle.slates.options import Group, ShopRules, SlateOptions

from ..shop import A, B, C, D, G, H, shop

NOW = 10 * DAY
RULES = SlateOptions(min_purchases=0, rules=ShopRules(never=Group(items=("d",)), at_most_price=7.0))
DATASET = shop(
    launched_at=[pa.scalar(20 * DAY, pa.timestamp("us", "UTC")).as_py() if one == 2 else None for one in range(8)],
    is_sellable=[True, False, *[True] * 6],
)
STOCK = Stock(np.array([0, 5, np.nan, 1, 1, 1, 1, 1], dtype=np.float32))


def live(options: SlateOptions = RULES, stock: Stock | None = STOCK) -> LiveCatalogue:
    return LiveCatalogue.of(DATASET, NOW, options, stock)


@pytest.mark.parametrize("options", [RULES, SlateOptions(), SlateOptions(min_purchases=1)])
def test_it_begins_as_the_filter_of_the_slate_path(options: SlateOptions) -> None:
    allowed = eligible(DATASET, Focus(), NOW, options, STOCK)
    catalogue = live(options)
    assert np.flatnonzero(catalogue.eligible).tolist() == allowed.items.tolist()
    assert [int(catalogue.why(item)) for item in range(8)] == allowed.why.tolist()
    assert not catalogue.eligible[-1]


def test_each_change_acts_at_once_and_the_smaller_reason_is_told() -> None:
    catalogue = live()
    assert catalogue.why(A) is Why.OUT_OF_STOCK
    catalogue.set_stock(A, 3)
    assert catalogue.eligible[A]
    catalogue.set_sellable(A, False)
    catalogue.set_stock(A, 0)
    assert catalogue.why(A) is Why.NOT_SELLABLE
    catalogue.set_sellable(A, True)
    assert catalogue.why(A) is Why.OUT_OF_STOCK
    catalogue.set_stock(A, None)
    assert catalogue.why(A) is Why.ELIGIBLE
    catalogue.set_sellable(B, True)
    assert catalogue.eligible[B]


def test_a_price_acts_where_the_shop_has_a_rule_on_prices() -> None:
    catalogue = live()
    assert catalogue.why(G) is Why.RULE_PRICE
    catalogue.set_price(G, 6.5)
    assert catalogue.eligible[G]
    catalogue.set_price(G, None)
    assert catalogue.why(G) is Why.RULE_PRICE
    free = live(SlateOptions(min_purchases=0))
    free.set_price(G, 1e9)
    assert free.eligible[G]


def test_what_is_launched_comes_in_when_its_time_is_there() -> None:
    catalogue = live()
    catalogue.at(20 * DAY - 1)
    assert catalogue.why(C) is Why.NOT_LAUNCHED
    catalogue.at(20 * DAY)
    assert catalogue.eligible[C]


def test_a_rule_is_not_undone_by_stock() -> None:
    catalogue = live()
    catalogue.set_stock(D, 100)
    catalogue.set_sellable(D, True)
    assert catalogue.why(D) is Why.RULE_NEVER
    assert catalogue.why(H) is Why.RULE_PRICE


changes = st.lists(st.tuples(st.sampled_from(["sellable", "stock"]), st.integers(0, 7), st.booleans()), max_size=20)


@given(made=changes)
def test_the_mask_is_what_the_reasons_say(made: list[tuple[str, int, bool]]) -> None:
    catalogue = live()
    state: dict[tuple[str, int], Any] = {}
    for kind, item, is_good in made:
        state[kind, item] = is_good
        if kind == "sellable":
            catalogue.set_sellable(item, is_good)
        else:
            catalogue.set_stock(item, 4 if is_good else 0)
    for item in range(8):
        assert catalogue.eligible[item] == (catalogue.why(item) is Why.ELIGIBLE)
        for (kind, at), is_good in state.items():
            assert is_good or at != item or not catalogue.eligible[item], kind
