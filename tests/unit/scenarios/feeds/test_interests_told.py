"""The interests that a person is told, by hand."""

import pytest

from crossaisle.scenarios.feeds.feed import Feed

from .shops import NOW, feed_of, seen


def told(feed: Feed, user_id: str) -> dict[str, float]:
    return {one["category"]: one["weight"] for one in feed.interests(user_id, NOW)}


def test_what_was_bought_speaks_for_its_category() -> None:
    assert told(feed_of(), "bob") == {"CARE": 1.0}
    assert told(feed_of(), "nobody") == {}


def test_what_was_done_lately_speaks_too_and_the_strongest_comes_first() -> None:
    """Two looks at toys and one at fruit at the same moment: two thirds and one third."""
    feed = feed_of()
    feed.observe([seen("ball", ago=3), seen("ball", ago=2), seen("apple", ago=2)])
    found = told(feed, "visitor")
    assert list(found) == ["TOYS", "FRUIT"]
    assert sum(found.values()) == pytest.approx(1)
    assert found["TOYS"] == pytest.approx(2 / 3, abs=1e-3)


def test_a_correction_multiplies_and_is_told_beside() -> None:
    """Equal looks, of which toys count double and care not at all: two thirds, one third, nothing."""
    feed = feed_of()
    feed.observe([seen("ball"), seen("apple"), seen("soap")])
    feed.people.wish("visitor", {"TOYS": 2.0, "CARE": 0.0, "GARDEN": 3.0})
    found = feed.interests("visitor", NOW)
    assert [(one["category"], one["corrected"]) for one in found] == [
        ("TOYS", 2.0),
        ("FRUIT", None),
        ("CARE", 0.0),
        ("GARDEN", 3.0),
    ]
    assert [one["weight"] for one in found] == pytest.approx([2 / 3, 1 / 3, 0, 0], abs=1e-6)


def test_the_interests_of_a_cookie_are_those_of_the_customer_that_it_belongs_to() -> None:
    feed = feed_of()
    feed.people.join("bob", "cookie")
    feed.observe([seen("ball", user_id="cookie")])
    assert told(feed, "cookie") == told(feed, "bob")
    assert set(told(feed, "bob")) == {"CARE", "TOYS"}
