"""The place that tries items out: which items, with what chance, for whom."""

import math

import numpy as np
import pytest

from crossaisle.data.dataset import Dataset
from crossaisle.data.event_types import EVENT_TYPES
from crossaisle.data.focus import Focus
from crossaisle.data.moments import DAY
from crossaisle.scenarios.feeds.exploring import UNTOLD, Evidence, Exploring, Pool, pool_of
from crossaisle.slates.live.live_slates import LiveSlates
from crossaisle.slates.live.person import Person
from crossaisle.slates.options import SlateOptions

from .shop import NOW, feed_of, live_of, shop


def evidence(clicks: dict[int, float], looks: dict[int, float], n_items: int = 8) -> Evidence:
    told = [np.zeros(n_items, dtype=np.float32) for _ in range(2)]
    for one, values in zip(told, (clicks, looks), strict=True):
        one[list(values)] = list(values.values())
    return Evidence(*told)


def pooled(live: LiveSlates, dataset: Dataset, known: Evidence, size: int = 4, new: int = 30 * DAY) -> list[int]:
    pool = pool_of(live, dataset.catalogue.launched, known, NOW, new, size, 0.1)
    assert pool.chances.sum() == pytest.approx(1)
    return [int(item) for item in pool.items]


def test_the_prior_lies_at_the_rate_of_the_shop() -> None:
    a, b = evidence({0: 3, 1: 1}, {0: 20, 1: 20}).prior()
    assert a / (a + b) == pytest.approx(0.1)
    assert Evidence.none(8).prior() == UNTOLD
    # a click from a place that nobody is thought to look at counts as looked at
    assert evidence({0: 1}, {0: 0.25}).looks[0] == 1


def test_doubt_is_the_standard_deviation_of_a_beta_posterior() -> None:
    known = evidence({0: 3, 1: 1}, {0: 20, 1: 60})
    a, b = known.prior()
    for item, clicks, looks in ((0, 3, 20), (1, 1, 60), (2, 0, 0)):
        p, q = a + clicks, b + looks - clicks
        assert known.doubt()[item] == pytest.approx(math.sqrt(p * q / (p + q) ** 2 / (p + q + 1)), rel=1e-5)


def test_a_pool_holds_what_is_least_known_first() -> None:
    dataset = shop()
    live = live_of(dataset)
    looks = {0: 10.0, 1: 500.0, 2: 200.0, 3: 1000.0, 4: 50.0, 5: 700.0, 6: 900.0, 7: 800.0}
    known = evidence({item: looks[item] / 10 for item in looks}, looks)
    assert pooled(live, dataset, known, 3) == [0, 2, 4]


def test_of_what_is_known_alike_the_most_bought_come_first() -> None:
    dataset = shop()
    # ann, bob and cat bought a; two of them b; one c
    assert pooled(live_of(dataset), dataset, Evidence.none(8), 3) == [0, 1, 2]


def test_new_items_are_up_to_half_of_a_pool_and_need_not_sell_yet() -> None:
    launched = [0, 0, 0, 0, NOW - DAY, NOW - 2 * DAY, NOW - 3 * DAY, NOW + DAY]
    dataset = shop(launched)
    live = live_of(dataset, min_purchases=1)
    # e, f and g are new and were never bought; h is yet to come; d is old and was never bought
    assert pooled(live, dataset, Evidence.none(8), 4) == [0, 1, 4, 5]
    assert pooled(live, dataset, Evidence.none(8), 8) == [0, 1, 2, 4, 5, 6]
    assert pooled(live, dataset, Evidence.none(8), 4, new=2 * DAY) == [0, 1, 2, 4]


def test_what_the_shop_holds_back_is_in_no_pool() -> None:
    dataset = shop()
    live = live_of(dataset)
    live.catalogue.set_sellable(0, False)
    live.catalogue.set_stock(1, 0)
    assert pooled(live, dataset, Evidence.none(8), 8) == [2, 3, 4, 5, 6, 7]


def test_a_shop_with_nothing_to_try_has_an_empty_pool() -> None:
    dataset = shop()
    live = live_of(dataset)
    for item in range(8):
        live.catalogue.set_sellable(item, False)
    pool = pool_of(live, dataset.catalogue.launched, Evidence.none(8), NOW, DAY, 4, 0.1)
    assert (len(pool.items), len(pool.chances)) == (0, 0)


def pool(items: list[int], chances: list[float]) -> Pool:
    return Pool(np.array(items, dtype=np.int32), np.array(chances))


def person(live: LiveSlates, user: int = 0, **events: str) -> Person:
    """Somebody with events: item → type."""
    recent = live.recent()
    for item, kind in events.items():
        recent.add("abcdefgh".index(item), EVENT_TYPES.index(kind), NOW - 1)
    return Person.of(live.histories, [user], [recent])


def drawn(
    live: LiveSlates, somebody: Person, focus: str, picks: list[int], *, rank: int = 2, k: int = 3, uniform: float = 0.0
) -> tuple[int, float] | None:
    exploring = Exploring(rank, pool([0, 2, 4, 6], [0.4, 0.3, 0.2, 0.1]), 9)
    shown = np.array(picks, dtype=np.int32)
    found = exploring.drawn(live, somebody, Focus.parse(focus), shown, k, NOW, uniform)
    if found is None:
        return None
    assert (found.rank, found.pool) == (rank, 9)
    return found.item, round(found.propensity, 6)


def test_the_chance_of_what_is_drawn_is_its_share_of_what_could_be_drawn() -> None:
    live = live_of(shop())
    somebody = person(live, user=-1)
    assert drawn(live, somebody, "all", [1, 3, 5]) == (0, 0.4)
    assert drawn(live, somebody, "all", [1, 3, 5], uniform=0.5) == (2, 0.3)
    # a stands in the slate: the rest share its chance
    assert drawn(live, somebody, "all", [0, 3, 5]) == (2, 0.5)
    assert drawn(live, somebody, "all", [0, 3, 5], uniform=0.99) == (6, round(1 / 6, 6))


def test_a_person_is_shown_nothing_that_the_focus_or_their_acts_rule_out() -> None:
    live = live_of(shop())
    # ann bought a and c
    assert drawn(live, person(live), "explore", [1, 3, 5]) == (4, round(0.2 / 0.3, 6))
    assert drawn(live, person(live, e="dismiss"), "explore", [1, 3, 5]) == (6, 1.0)
    assert drawn(live, person(live, e="purchase", g="cart"), "explore", [1, 3, 5]) is None
    # e is of the category of f, which she has just bought; g is of another
    assert drawn(live, person(live, f="purchase"), "new-categories", [1]) == (6, 1.0)
    assert drawn(live, person(live), "category=toys", [1]) == (6, 1.0)


def test_what_goes_out_of_stock_is_drawn_no_longer() -> None:
    live = live_of(shop())
    live.catalogue.set_stock(0, 0)
    assert drawn(live, person(live, user=-1), "all", [1]) == (2, 0.5)


def test_a_place_behind_the_end_of_the_slate_tries_nothing() -> None:
    live = live_of(shop())
    somebody = person(live, user=-1)
    assert drawn(live, somebody, "all", [1, 3, 5], rank=3) == (0, 0.4)
    assert drawn(live, somebody, "all", [1, 3, 5], rank=4) is None
    assert drawn(live, somebody, "all", [1], rank=2) == (0, 0.4)
    assert drawn(live, somebody, "all", [1], rank=3) is None
    assert drawn(live, somebody, "all", [], rank=1) == (0, 0.4)


def test_limits_of_a_slate_hold_for_what_is_tried_out() -> None:
    live = live_of(shop(), knobs=SlateOptions(min_purchases=0, max_per_category=1))
    # b is of the category of a, d of that of c; the last pick makes room, so its category is free
    assert drawn(live, person(live, user=-1), "all", [1, 3, 5]) == (4, round(0.2 / 0.3, 6))
    assert drawn(live, person(live, user=-1), "all", [1, 3, 5], uniform=0.99) == (6, round(0.1 / 0.3, 6))


def test_prices_outside_a_band_are_not_tried_out() -> None:
    dataset = shop(price=[1.0, 1.0, 1.0, 1.0, 50.0, 1.0, 1.0, 1.0])
    knobs = SlateOptions(min_purchases=0, price_band="filter", price_within="shop")
    live = live_of(dataset, knobs=knobs)
    assert drawn(live, person(live), "explore", [1]) == (6, 1.0)


def test_a_feed_puts_what_was_drawn_at_its_rank_and_pushes_the_rest_down() -> None:
    dataset = shop()
    plain = feed_of(dataset)
    wanted, focus = plain.slate("ann", Focus("explore"), 3, NOW, "en"), Focus("explore")
    tried = feed_of(dataset, Exploring(2, pool([6], [1.0]), 4))
    choice = tried.slate("ann", focus, 3, NOW, "en", uniform=0.5)
    assert choice.items == [wanted.items[0], "g", wanted.items[1]]
    assert choice.scores == [wanted.scores[0], wanted.scores[1], wanted.scores[1]]
    assert choice.explored == (6, 2, 1.0, 4)
    assert len(choice.reasons) == 3
    assert tried.slate("ann", focus, 3, NOW, "en").explored is None
    assert plain.slate("ann", focus, 3, NOW, "en", uniform=0.5) == wanted


def test_a_feed_tells_what_scores_were_multiplied_by() -> None:
    lift = np.zeros(8, dtype=np.float32)
    lift[4] = np.log(2)
    feed = feed_of(shop(), Exploring(1, pool([6], [1.0]), 4), lift)
    choice = feed.slate("ann", Focus("explore"), 4, NOW, "en")
    by_item = dict(zip(choice.items, choice.lifts, strict=True))
    assert by_item["e"] == pytest.approx(2)
    assert {value for item, value in by_item.items() if item != "e"} == {1.0}
    tried = feed.slate("ann", Focus("explore"), 4, NOW, "en", uniform=0.5)
    assert tried.lifts[0] == 1.0
    assert len(tried.lifts) == len(tried.items) == 4
    assert feed_of(shop()).slate("ann", Focus("explore"), 4, NOW, "en").lifts == ()
