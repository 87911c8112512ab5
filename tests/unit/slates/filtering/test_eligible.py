import numpy as np
import pyarrow as pa

from crossaisle.data.dataset import Dataset, Ids
from crossaisle.data.focus import Focus
from crossaisle.data.moments import DAY
from crossaisle.slates.filtering.eligible import Why, eligible, established_threshold
from crossaisle.slates.filtering.stock import Stock
from crossaisle.slates.options import Group, ShopRules, SlateOptions

from ..shop import ANN, BOB, EVENTS, A, B, C, D, E, F, G, H, shop

NOW = 10 * DAY
EVERYTHING = SlateOptions(min_purchases=0)


def test_items_that_cannot_be_sold_or_are_not_launched_are_in_no_slate() -> None:
    launched = pa.array([None] * 6 + [NOW + DAY, None], pa.timestamp("us", "UTC"))
    dataset = shop(is_sellable=[False] + [True] * 7, launched_at=launched.to_pylist())
    found = eligible(dataset, Focus(), NOW, EVERYTHING)
    assert found.items.tolist() == [B, C, D, E, F, H]
    assert found.why[[A, G]].tolist() == [Why.NOT_SELLABLE, Why.NOT_LAUNCHED]


def test_the_first_reason_is_told_where_several_hold() -> None:
    dataset = shop(is_sellable=[False] + [True] * 7)
    options = SlateOptions(min_purchases=5, rules=ShopRules(never=Group(items=("a",))))
    assert eligible(dataset, Focus(), NOW, options).why[A] == Why.NOT_SELLABLE


def test_new_categories_leaves_only_categories_never_bought_from() -> None:
    """Ann bought a (drinks) and c (fruit): drinks and fruit are known; h has no category. Bob bought e (care)."""
    dataset = shop()
    found = eligible(dataset, Focus.parse("new-categories"), NOW, EVERYTHING)
    mask = found.mask(dataset.queries(np.array([ANN, BOB])))
    assert np.flatnonzero(mask[0]).tolist() == [E, F, G]
    assert np.flatnonzero(mask[1]).tolist() == [A, B, C, D, G]


def test_bought_items_stay_away_only_when_asked() -> None:
    dataset = shop()
    queries = dataset.queries(np.array([ANN]))
    with_repeats = eligible(dataset, Focus(), NOW, EVERYTHING).mask(queries)
    without = eligible(dataset, Focus(), NOW, SlateOptions(min_purchases=0, repeats=False)).mask(queries)
    assert with_repeats.all()
    assert np.flatnonzero(~without[0]).tolist() == [A, C]


def test_an_item_is_established_by_its_purchases_not_its_buyers() -> None:
    """a was bought twice by one user; c and e once; the view of g is no purchase."""
    dataset = shop()
    assert eligible(dataset, Focus(), NOW, SlateOptions(min_purchases=2)).items.tolist() == [A]
    assert eligible(dataset, Focus(), NOW, SlateOptions(min_purchases=1)).items.tolist() == [A, C, E]


def test_a_shop_where_nothing_is_established_shows_what_was_bought() -> None:
    found = eligible(shop(), Focus(), NOW, SlateOptions())
    assert (found.min_purchases, found.items.tolist()) == (1, [A, C, E])


def test_a_published_split_knows_no_established_rule() -> None:
    users, items = Ids.of(["u"]), Ids.of(["x", "y"])
    dataset = Dataset.from_pairs(users, items, pa.table({"user_id": ["u"], "item_id": ["x"]}))
    assert established_threshold(dataset, None) == 0
    assert established_threshold(dataset, 1) == 1
    assert eligible(dataset, Focus.parse("explore"), 0, SlateOptions()).mask(
        dataset.queries(np.array([0]))
    ).tolist() == [[False, True]]


def test_stock_of_the_shop_keeps_an_item_out_of_every_slate() -> None:
    quantities = np.array([0, 1, np.nan, 1, 1, 1, 1, -2], dtype=np.float32)
    found = eligible(shop(), Focus(), NOW, EVERYTHING, Stock(quantities))
    assert found.items.tolist() == [B, C, D, E, F, G]
    assert found.why[H] == Why.OUT_OF_STOCK


def test_reasons_name_what_keeps_each_item_out_for_each_user() -> None:
    """For Ann drinks and fruit are known, h has no category; f is kept out by a rule for all."""
    dataset = shop()
    options = SlateOptions(min_purchases=0, rules=ShopRules(never=Group(items=("f",))))
    found = eligible(dataset, Focus.parse("new-categories"), NOW, options)
    reasons = found.reasons(dataset.queries(np.array([ANN])))[0]
    assert reasons.tolist() == [Why.FOCUS] * 4 + [Why.ELIGIBLE, Why.RULE_NEVER, Why.ELIGIBLE, Why.FOCUS]
    assert (reasons[found.items] == Why.ELIGIBLE).tolist() == found.mask(dataset.queries(np.array([ANN])))[0].tolist()


def test_launches_are_seen_from_the_moment_of_the_slate() -> None:
    launched = [None] * 7 + [5 * DAY]
    dataset = shop(EVENTS, launched_at=pa.array(launched, pa.timestamp("us", "UTC")).to_pylist())
    assert H not in eligible(dataset, Focus(), 4 * DAY, EVERYTHING).items
    assert H in eligible(dataset, Focus(), 5 * DAY, EVERYTHING).items
