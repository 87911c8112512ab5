"""Changes act at once, and again in the catalogue of the next model."""

from crossaisle.data.dataset import Ids
from crossaisle.slates.filtering.eligible import Why
from crossaisle.slates.live.catalogue import LiveCatalogue
from crossaisle.slates.live.changes import Changes
from crossaisle.slates.options import ShopRules, SlateOptions

from ..shop import A, B, G, shop
from .shops import NOW

DATASET = shop()
ITEMS = DATASET.index.items


def catalogue() -> LiveCatalogue:
    options = SlateOptions(min_purchases=0, rules=ShopRules(at_most_price=7.0))
    return LiveCatalogue.of(DATASET, NOW, options)


def test_a_change_acts_at_once_and_the_last_of_each_kind_is_told_to_the_next_model() -> None:
    changes, first = Changes(), catalogue()
    assert changes.note("stock", "a", 0, first, ITEMS)
    assert changes.note("sellable", "b", False, first, ITEMS)
    assert changes.note("price", "g", 5.0, first, ITEMS)
    assert [first.why(item) for item in (A, B, G)] == [Why.OUT_OF_STOCK, Why.NOT_SELLABLE, Why.ELIGIBLE]
    changes.note("stock", "a", 4.0, first, ITEMS)
    assert first.why(A) is Why.ELIGIBLE
    second = catalogue()
    assert changes.tell(second, ITEMS) == []
    assert [second.why(item) for item in (A, B, G)] == [Why.ELIGIBLE, Why.NOT_SELLABLE, Why.ELIGIBLE]
    assert len(changes) == 3


def test_what_the_model_does_not_know_waits_for_one_that_does() -> None:
    changes, first = Changes(), catalogue()
    few = Ids.of(["a", "b"])
    assert not changes.note("sellable", "g", False, first, few)
    assert not changes.note("stock", "g", 0, first, few)
    assert changes.tell(first, few) == ["g"]
    assert changes.tell(first, ITEMS) == []
    assert first.why(G) is Why.NOT_SELLABLE


def test_what_the_shops_tables_have_is_forgotten() -> None:
    changes, first = Changes(), catalogue()
    changes.note("stock", "a", 0, first, ITEMS)
    changes.note("stock", "b", 0, first, ITEMS)
    changes.forget({"a"})
    second = catalogue()
    changes.tell(second, ITEMS)
    assert [second.why(item) for item in (A, B)] == [Why.ELIGIBLE, Why.OUT_OF_STOCK]
