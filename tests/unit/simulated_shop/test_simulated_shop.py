"""The shop as a policy meets it: what it promises of its events, of luck, and of what people know."""

import ast
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import poisson

import simulated_shop
from crossaisle.data.dataset import Dataset
from crossaisle.data.tables import EVENTS
from simulated_shop import SimulatedShop, Visit, at_random, most_popular, oracle, play
from simulated_shop.browsing import IDLE_CLICK
from simulated_shop.homes import UNKNOWN
from simulated_shop.needs import CATEGORY_NUMBER, OCCASION_NUMBER
from simulated_shop.shop import COLUMNS
from simulated_shop.shopping import DISCOVERY, TRIES

PET_FOOD = [CATEGORY_NUMBER[name] for name in ("Dog food", "Cat food", "Cat litter")]
PETS = [OCCASION_NUMBER[name] for name in ("dog", "cat")]
SURELY = 1e-6
"""Chance with which a bound on a Poisson number of events would be passed."""


def category(shop: SimulatedShop, event: dict[str, Any]) -> int:
    """The category of an event's item."""
    return int(shop.goods.category[shop.goods.numbers[event["item_id"]]])


def events_of(shop: SimulatedShop, visits: list[Visit], slate: list[str]) -> dict[Visit, list[dict[str, Any]]]:
    """What happens at these visits with the same slate for all, from the start on."""
    shop.reset_to_start()
    return {visit: shop.respond(visit, slate, "r") for visit in visits}


def test_generator_knows_nothing_of_the_product() -> None:
    sources = list(Path(simulated_shop.__path__[0]).glob("*.py"))
    assert len(sources) > 5
    for source in sources:
        for node in ast.walk(ast.parse(source.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not any(name.split(".")[0] in ("crossaisle", "torch", "sklearn", "implicit") for name in names)


def test_same_seed_same_shop_and_another_seed_another() -> None:
    one, same, other = (SimulatedShop(seed, n_households=20, weeks_of_history=2) for seed in (4, 4, 5))
    pd.testing.assert_frame_equal(one.history(), same.history())
    pd.testing.assert_frame_equal(one.catalog(), same.catalog())
    pd.testing.assert_frame_equal(play(one, oracle(one, 5), 2), play(same, oracle(same, 5), 2))
    assert one.visits(0) == same.visits(0)
    assert one.visits(0) != other.visits(0)
    assert len(one.history()) != len(other.history())


def test_shop_is_as_before_when_it_is_reset(shop: SimulatedShop) -> None:
    ask = at_random(shop, 8)
    first = [shop.respond(visit, ask(visit), "r") for week in range(2) for visit in shop.visits(week)]
    figures = shop.figures()
    shop.reset_to_start()
    assert len(shop.figures()) == 0
    assert [shop.respond(visit, ask(visit), "r") for week in range(2) for visit in shop.visits(week)] == first
    pd.testing.assert_frame_equal(shop.figures(), figures)


def test_answer_to_a_slate_does_not_depend_on_what_others_were_shown(shop: SimulatedShop) -> None:
    """Half of the households see the same slates while the others see others, or do not come at all."""
    visits = [visit for week in range(2) for visit in shop.visits(week)]
    ask, other = oracle(shop, 8), at_random(shop, 8)
    chosen = [visit for visit in visits if visit.household % 2]
    alone = [shop.respond(visit, ask(visit), "r") for visit in chosen]
    shop.reset_to_start()
    together = {
        visit: shop.respond(visit, ask(visit) if visit.household % 2 else other(visit), "r") for visit in visits
    }
    assert [together[visit] for visit in chosen] == alone


def test_slate_that_moves_nobody_leaves_their_other_shopping_as_it_was(shop: SimulatedShop) -> None:
    """Pet food moves no home without a pet; only the clock goes on while it is read."""
    visits = [visit for visit in shop.visits(0) if not shop.foresee(visit).lived[PETS].any()]
    pet_food = [shop.goods.ids[item] for item in shop.goods.of_category[PET_FOOD[0]][:8].tolist()]
    pet_food = [item for item in pet_food if item in set(shop.catalog().query("is_sellable")["item_id"])]
    shown, alone = events_of(shop, visits, pet_food), events_of(shop, visits, [])
    parts = ("item_id", "event_type", "quantity", "order_id", "recommendation_id")
    unmoved = [visit for visit in visits if all(event["event_type"] != "click" for event in shown[visit])]
    assert len(unmoved) > 100
    for visit in unmoved:
        own = [event for event in shown[visit] if event["recommendation_id"] is None]
        assert [[event[part] for part in parts] for event in own] == [
            [event[part] for part in parts] for event in alone[visit]
        ]


def test_events_of_a_visit_are_by_time_and_complete(shop: SimulatedShop) -> None:
    ask = oracle(shop, 6)
    for visit in shop.visits(0):
        slate = ask(visit)
        events = shop.respond(visit, slate, "shown")
        assert all(tuple(event) == COLUMNS for event in events)
        assert [event["timestamp"] for event in events] == sorted(event["timestamp"] for event in events)
        assert {event["user_id"] for event in events} == {visit.user_id}
        assert [event["item_id"] for event in events if event["event_type"] == "impression"] == slate
        caused = {event["event_type"] for event in events if event["recommendation_id"] == "shown"}
        assert caused <= {"impression", "click", "cart", "purchase", "dismiss"}
        clicks = {event["item_id"] for event in events if event["event_type"] == "click"}
        bought = [event for event in events if event["event_type"] == "purchase"]
        assert {event["item_id"] for event in bought if event["recommendation_id"]} <= clicks
        assert len({event["order_id"] for event in bought}) <= 1
        assert all(event["quantity"] >= 1 and event["price"] > 0 for event in bought)


def test_figures_are_what_the_events_add_up_to(shop: SimulatedShop) -> None:
    ask = oracle(shop, 8)
    known = shop.history().query("event_type == 'purchase'")
    pairs = {(row.user_id, shop.goods.category[shop.goods.numbers[str(row.item_id)]]) for row in known.itertuples()}
    n_before, visits = len(pairs), shop.visits(0)
    bought = [
        event for visit in visits for event in shop.respond(visit, ask(visit), "r") if event["event_type"] == "purchase"
    ]
    pairs |= {(event["user_id"], category(shop, event)) for event in bought}
    from_slates = [event for event in bought if event["recommendation_id"]]
    expected = [
        len(visits),
        len(from_slates),
        sum(event["price"] * event["quantity"] for event in from_slates),
        sum(event["price"] * event["quantity"] for event in bought),
        (len(pairs) - n_before) / 150,
    ]
    np.testing.assert_allclose(shop.figures().loc[0], expected)


def test_history_is_what_the_product_reads(shop: SimulatedShop) -> None:
    history = shop.history()
    assert set(COLUMNS) <= set(EVENTS.names)
    assert set(history["event_type"]) == {"impression", "click", "view", "cart", "purchase"}
    assert history["timestamp"].max() < pd.Timestamp("2025-01-06", tz="UTC")
    data = Dataset.from_frames(history, shop.catalog())
    assert data.n_users == history["user_id"].nunique()
    assert data.is_purchase.sum() == (history["event_type"] == "purchase").sum()


def test_history_shows_what_sold_most_in_the_weeks_before_or_nothing(shop: SimulatedShop) -> None:
    """In the second week the first of the list is what the first week sold most of."""
    history = shop.history()
    weeks = (history["timestamp"] - pd.Timestamp("2024-12-02", tz="UTC")).dt.days // 7
    sold = history[(weeks == 0) & (history["event_type"] == "purchase")]["item_id"].value_counts()
    shown = history[(weeks == 1) & (history["event_type"] == "impression")]
    assert sold[shown["item_id"].iloc[0]] == sold.max()
    assert (shown.groupby("recommendation_id").size() == 10).all()
    without = SimulatedShop(5, n_households=20, weeks_of_history=3, history_slate=0).history()
    assert set(without["event_type"]) == {"view", "cart", "purchase"}
    assert without["recommendation_id"].isna().all()


def test_home_without_a_pet_hardly_ever_buys_pet_food(shop: SimulatedShop) -> None:
    """Shown pet food alone, such a home buys with at most .95 (notices) · .006 (clicks) · .01 an impression."""
    on_sale = shop.catalog().query("is_sellable")
    pet_food = on_sale[on_sale["category"].isin(["Dog food", "Cat food", "Cat litter"])]["item_id"].tolist()
    bought, n_shown = {True: 0, False: 0}, 0
    for week in range(3):
        for number, visit in enumerate(shop.visits(week)):
            has_pet = bool(shop.foresee(visit).lived[PETS].any())
            events = shop.respond(visit, pet_food[number % 9 :: 9][:10], "r")
            purchases = [event for event in events if event["event_type"] == "purchase"]
            bought[has_pet] += sum(category(shop, event) in PET_FOOD for event in purchases)
            n_shown += 0 if has_pet else sum(event["event_type"] == "impression" for event in events)
    assert bought[False] <= poisson.isf(SURELY, 0.95 * IDLE_CLICK * 0.01 * n_shown)
    assert bought[True] > 50


def test_unknown_category_is_bought_only_when_it_was_shown_and_fits(shop: SimulatedShop) -> None:
    """Or found by accident and tried at once, in at most `DISCOVERY` · `TRIES` of the visits."""
    ask = oracle(shop, 8)
    n_new = n_accidents = n_visits = 0
    for week in range(3):
        for visit in shop.visits(week):
            before, slate = shop.foresee(visit), ask(visit)
            n_visits += 1
            for event in shop.respond(visit, slate, "r"):
                one = category(shop, event)
                if event["event_type"] != "purchase" or before.standing[one] != UNKNOWN:
                    continue
                n_new += 1
                assert before.rate[one] > 0
                n_accidents += one not in {int(shop.goods.category[shop.goods.numbers[item]]) for item in slate}
    assert n_new > 30
    assert n_accidents <= poisson.isf(SURELY, n_visits * DISCOVERY * TRIES)


def test_what_pleased_is_bought_again_and_what_did_not_is_not(shop: SimulatedShop) -> None:
    ask = oracle(shop, 8)
    n_favourites = n_disliked = 0
    for week in range(4):
        for visit in shop.visits(week):
            before = shop.foresee(visit)
            events = shop.respond(visit, ask(visit) if week == 0 else (), "r")
            bought = {event["item_id"] for event in events if event["event_type"] == "purchase"}
            items = {shop.goods.numbers[item] for item in bought}
            n_favourites += len(items & set(before.favourite.tolist()))
            n_disliked += len(items & before.disliked)
    assert n_favourites > 200
    assert n_disliked == 0


def test_delisted_item_can_be_shown_but_not_sold(shop: SimulatedShop) -> None:
    gone = shop.delisted(3)[:10]
    shop.reset_to_start()
    events = [event for visit in shop.visits(3) for event in shop.respond(visit, gone, "r")]
    assert sum(event["event_type"] == "impression" for event in events) == 10 * len(shop.visits(3))
    assert not any(event["item_id"] in gone for event in events if event["event_type"] in ("click", "purchase"))


def test_slates_that_cannot_be_are_refused(shop: SimulatedShop) -> None:
    visit, other = shop.visits(0)[:2]
    item, future = shop.catalog()["item_id"].iloc[0], shop.launched(3)[0]
    for slate, wrong in ((["i99999"], "has no item"), ([future], "has no item"), ([item, item], "twice")):
        with pytest.raises(ValueError, match=wrong):
            shop.respond(visit, slate, "r")
    with pytest.raises(ValueError, match="recommendation_id"):
        shop.respond(other, [item], None)


def test_visits_come_once_and_by_time(shop: SimulatedShop) -> None:
    visit = shop.visits(1)[0]
    shop.respond(visit, (), None)
    with pytest.raises(ValueError, match="by time"):
        shop.respond(visit, (), None)


def test_most_popular_leaves_out_what_is_no_longer_sold(shop: SimulatedShop) -> None:
    ask = most_popular(shop, 300)
    before, after = ask(shop.visits(2)[0]), ask(shop.visits(3)[0])
    assert set(before) & set(shop.delisted(3))
    assert not set(after) & set(shop.delisted(3))
