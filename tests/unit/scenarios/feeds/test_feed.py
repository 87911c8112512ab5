"""The feed on a shop of six items: what each event, wish, consent and change of an item does to the next slate."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossaisle.data.event_types import EVENT_TYPES
from crossaisle.data.focus import Focus
from crossaisle.errors import UsageError
from crossaisle.scenarios.feeds.acquaintance import Acquaintance
from crossaisle.scenarios.feeds.feed import Feed, Seen

from .shops import CATALOG, ITEMS, NOW, feed_of, notice, said, seen, slate

MOST_BOUGHT = ["tea", "soap", "apple", "ball", "milk", "pear"]
"""Two buyers, one, none; equal ones in the order of the alphabet."""


def test_a_stranger_gets_what_most_people_bought() -> None:
    found = slate(feed_of(), "nobody")
    assert list(found.items) == MOST_BOUGHT
    assert (found.fallback, found.customer, found.is_personal) == (True, "nobody", True)


def test_a_known_customer_gets_what_goes_with_what_they_bought() -> None:
    """Tea says 4 of milk and 2 of soap; the most is 1."""
    found = slate(feed_of(), "ann")
    assert said(found) == {"milk": 1.0, "soap": 0.5}
    assert not found.fallback
    assert "ball" in slate(feed_of(), "ann", "category=TOYS").items


def test_an_event_changes_the_next_slate() -> None:
    feed = feed_of()
    feed.observe([seen("apple")])
    found = slate(feed, "visitor")
    assert set(said(found)) == {"pear", "soap"}
    assert not found.fallback
    assert slate(feed, "other").fallback


def test_the_same_event_again_changes_nothing_in_whatever_order() -> None:
    """The worker that took it tells it, and the log that all workers read; another look is another event."""
    once, again, more = feed_of(), feed_of(), feed_of()
    events = [seen("apple", ago=5), seen("tea", ago=3), seen(None, "search", ago=2, query="ball"), seen("apple", ago=1)]
    once.observe(events)
    again.observe(events)
    again.observe(reversed(events))
    more.observe([*events, seen("apple", ago=4)])
    assert said(slate(once, "visitor")) == said(slate(again, "visitor"))
    assert said(slate(once, "visitor")) != said(slate(more, "visitor"))
    assert once.interests("visitor", NOW) == again.interests("visitor", NOW)


times = st.integers(1, 30)
kinds = st.sampled_from([*EVENT_TYPES, "unheard-of"])
items = st.sampled_from([*ITEMS, "unknown"])
happened = st.builds(lambda item, kind, ago: seen(item, kind, ago=ago), items, kinds, times) | st.builds(
    lambda query, ago: seen(None, "search", ago=ago, query=query),
    st.sampled_from(["tea", "red", "", "茶", "xyz"]),
    times,
)


@settings(max_examples=30)
@given(st.lists(happened, max_size=12), st.integers(0, 12))
def test_whatever_happened_telling_a_part_again_changes_nothing(events: list[Seen], n_again: int) -> None:
    once, again = feed_of(), feed_of()
    once.observe(events)
    again.observe(events)
    again.observe(events[:n_again])
    assert slate(once, "visitor") == slate(again, "visitor")
    assert len(slate(once, "visitor").items) == len(set(slate(once, "visitor").items))


def test_events_on_unknown_items_and_of_unknown_kinds_say_nothing() -> None:
    feed = feed_of()
    feed.observe([seen("gin"), seen(None), Seen("visitor", "tea", "gaze", NOW), seen(None, "search", query="gin")])
    assert slate(feed, "visitor").fallback


def test_a_search_speaks_for_what_it_found() -> None:
    feed = feed_of()
    feed.observe([seen(None, "search", query="red apple")])
    assert set(said(slate(feed, "visitor"))) == {"pear", "soap"}


def test_what_is_in_the_cart_is_not_shown_and_comes_back_when_it_is_taken_out() -> None:
    feed = feed_of()
    feed.observe([seen("tea", "cart", ago=9)])
    assert "tea" not in slate(feed, "visitor").items
    feed.observe([seen("tea", "remove_from_cart", ago=8)])
    assert "tea" in slate(feed, "visitor").items


def test_a_visitor_without_a_name_gets_the_slate_of_their_history_and_nothing_of_it_is_kept() -> None:
    feed = feed_of()
    events = [seen("apple", user_id="", ago=2), seen(None, "search", user_id="", ago=1, query="tea")]
    found = feed.slate_of(events, Focus(), 6, NOW, "en")
    assert found == feed.slate_of(events[::-1], Focus(), 6, NOW, "en")
    assert (found.customer, found.fallback) == ("", False)
    assert slate(feed, "").fallback
    feed.observe(one._replace(user_id="named") for one in events)
    assert said(slate(feed, "named")) == said(found)


def test_a_slate_has_as_many_items_as_are_asked_for_of_the_focus() -> None:
    feed = feed_of()
    assert len(slate(feed, "ann", k=2).items) == 2
    assert set(slate(feed, "ann", "explore").items) == set(ITEMS) - {"tea"}
    assert set(slate(feed, "ann", "new-categories").items) == {"apple", "ball", "pear", "soap"}
    with pytest.raises(UsageError, match="no category"):
        slate(feed, "ann", "category=GARDEN")
    with pytest.raises(UsageError, match="k=0"):
        slate(feed, "ann", k=0)


def test_what_was_done_under_a_cookie_is_the_customers_once_they_are_joined() -> None:
    feed = feed_of()
    feed.observe([seen("apple", user_id="cookie")])
    assert set(said(slate(feed, "ann"))) == {"milk", "soap"}
    feed.people.join("ann", "cookie")
    found = slate(feed, "cookie")
    assert set(said(found)) == {"milk", "soap", "pear"}
    assert (found.customer, said(found)) == ("ann", said(slate(feed, "ann")))


def test_a_device_of_two_customers_tells_neither_of_the_other() -> None:
    feed = feed_of()
    feed.observe([seen("apple", user_id="till")])
    for one in ("ann", "bob"):
        feed.people.join(one, "till")
    assert "pear" not in said(slate(feed, "ann"))
    assert slate(feed, "till").customer == "till"


def test_who_refuses_personal_slates_gets_what_everybody_gets() -> None:
    feed = feed_of()
    feed.observe([seen("apple", user_id="ann")])
    feed.people.consent("ann", {"personalisation": False})
    found = slate(feed, "ann")
    assert list(found.items) == MOST_BOUGHT
    assert (found.fallback, found.is_personal) == (True, False)
    feed.people.consent("ann", {"personalisation": True})
    assert slate(feed, "ann").is_personal


def test_where_people_are_asked_first_only_those_who_agreed_get_personal_slates() -> None:
    feed = feed_of(is_personal=False)
    assert slate(feed, "ann").fallback
    feed.people.consent("ann", {"personalisation": True})
    assert said(slate(feed, "ann")) == {"milk": 1.0, "soap": 0.5}


def test_a_corrected_interest_acts_until_it_is_taken_back() -> None:
    feed = feed_of()
    feed.people.wish("ann", {"DRINKS": 0.0, "NO SUCH": 0.0})
    assert set(slate(feed, "ann").items) == {"apple", "ball", "pear", "soap"}
    feed.people.wish("ann", {"DRINKS": 1.0})
    assert slate(feed, "ann").items[0] == "milk"
    feed.people.wish("ann", {"CARE": 5.0})
    assert slate(feed, "ann").items[0] == "soap"


@pytest.mark.parametrize(
    ("told", "is_there"),
    [
        ([{"is_sellable": False}], False),
        ([{"is_sellable": False}, {"is_sellable": True}], True),
        ([{"is_sellable": False}, {"is_sellable": None}], True),
        ([{"units": 0.0}], False),
        ([{"units": 2.0}], True),
        ([{"units": 0.0}, {"units": 1.0}], True),
        ([{"units": 0.0}, {"units": None}], True),
        ([{"units": 0.0}, {"title": "New"}], False),
        ([{"units": -1.0}, {"is_sellable": True}], False),
        ([{"title": "New", "price": 0.5}], True),
        ([{"price": 100.0}], False),
        ([{"price": None}], False),
        ([{"price": 100.0}, {"price": 4.0}], True),
    ],
)
def test_what_the_shop_says_of_an_item_acts_at_once(told: list[dict[str, Any]], is_there: bool) -> None:
    feed = feed_of(knobs={"rules": {"at_most_price": 50.0}})
    for facts in told:
        feed.change_item("tea", facts)
        feed.change_item("tea", facts)
    for user_id in ("nobody", "ann"):
        assert ("tea" in slate(feed, user_id).items) == is_there


def test_what_the_shop_says_of_an_item_that_the_model_does_not_know_says_nothing_yet() -> None:
    feed = feed_of()
    feed.change_item("gin", {"is_sellable": True, "units": 5.0, "price": 2.0})
    assert list(slate(feed, "nobody").items) == MOST_BOUGHT


def test_items_have_numbers_and_numbers_names() -> None:
    feed = feed_of()
    assert [feed.item(one) for one in ITEMS] == list(range(len(ITEMS)))
    assert feed.item("gin") == -1
    assert feed.named(feed.slates.complements(np.array([5], dtype=np.int32), 2, NOW))[0][0] == "soap"


def test_who_is_forgotten_is_a_stranger_in_whatever_the_feed_knows() -> None:
    feed = feed_of()
    feed.people.join("ann", "cookie")
    feed.people.wish("ann", {"TOYS": 5.0})
    feed.people.consent("ann", {"personalisation": True})
    feed.observe([seen("apple", user_id="cookie"), seen("apple", user_id="other")])
    feed.forget(notice("ann", "cookie"))
    feed.forget(notice("never seen"))
    for user_id in ("ann", "cookie"):
        assert slate(feed, user_id).fallback
        assert feed.interests(user_id, NOW) == []
    assert not slate(feed, "other").fallback
    assert not slate(feed, "bob").fallback


def test_a_reason_is_told_in_the_language_that_is_asked_for() -> None:
    feed = feed_of()
    english, chinese = (feed.slate("ann", Focus(), 1, NOW, language).reasons[0] for language in ("en", "zh"))
    assert [one.kind for one in english] == [one.kind for one in chinese]
    assert english[0].text != chinese[0].text
    assert "Green tea" in english[0].text


def test_what_is_known_of_people_outlives_the_model() -> None:
    people = Acquaintance()
    first = feed_of(people)
    first.people.wish("ann", {"DRINKS": 0.0})
    second: Feed = feed_of(people)
    assert slate(first, "ann").items == slate(second, "ann").items
    assert CATALOG["category"][ITEMS.index(slate(second, "ann").items[0])] != "DRINKS"
