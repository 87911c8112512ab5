"""Events that programs send: what is taken, what is refused and why, and that nothing that is sent breaks anything."""

import math
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossaisle.data.collecting import AHEAD, KNOWN, MOST_BYTES, Event, collect
from crossaisle.data.event_types import EVENT_TYPES

NOW = 1_772_357_400_000_000
"""2026-03-01T09:30:00Z."""
VIEW: dict[str, Any] = {"user_id": "u", "item_id": "i", "timestamp": "2026-03-01T09:00:00Z", "event_type": "view"}


def row(**told: Any) -> dict[str, Any]:
    """The row of a view of i by u, with other facts on request."""
    collected = collect([{**VIEW, **told}], NOW)
    assert not collected.rejected, collected.rejected
    return collected.rows[0]


def reason(event: Any) -> str:
    """Why an event is not taken."""
    collected = collect([event], NOW)
    assert not collected.rows
    (rejected,) = collected.rejected
    assert rejected.index == 0
    return rejected.reason


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in VIEW.items() if key != name}


def test_a_row_has_every_column_and_what_was_not_said_is_none() -> None:
    found = row(price=3, quantity=2, channel="web")
    assert set(found) == {*Event.model_fields, "received_at"}
    assert (found["user_id"], found["item_id"], found["event_type"]) == ("u", "i", "view")
    assert (found["price"], found["quantity"], found["channel"]) == (3.0, 2.0, "web")
    assert found["timestamp"] == NOW - 30 * 60 * 1_000_000
    assert found["received_at"] == NOW
    assert found["order_id"] is found["query"] is found["recommendation_id"] is None


@pytest.mark.parametrize(
    ("given_time", "expected"),
    [
        ("2026-03-01T09:30:00Z", NOW),
        ("2026-03-01T10:30:00+01:00", NOW),
        ("2026-03-01T09:30:00", NOW),
        ("2026-03-01 09:30", NOW),
        ("2026-03-01", NOW - 570 * 60 * 1_000_000),
        ("2026-03-01T09:30:00.000001Z", NOW + 1),
        (1_772_357_400, NOW),
        (1_772_357_400_123, NOW + 123_000),
        (0, 0),
        ("1970-01-01", 0),
        ("20260301T093000Z", NOW),
    ],
)
def test_times_are_iso_or_seconds_or_milliseconds(given_time: str | int, expected: int) -> None:
    assert row(timestamp=given_time)["timestamp"] == expected


@pytest.mark.parametrize(
    ("given_time", "why"),
    [
        ("yesterday", 'timestamp "yesterday" is no time'),
        ("2026-02-30", "is no time"),
        ("", "is no time"),
        ("0001-01-01T00:00:00+14:00", "is no time"),
        (2**70, "is no time"),
        (-1, 'timestamp "-1" lies before 1970'),
        ("1969-12-31T23:59:59Z", "lies before 1970"),
        (1_772_357_400 + 86_401, "more than a day in the future; it is 2026-03-01T09:30:00+00:00 here"),
        ("9999-12-31T23:59:59Z", "in the future"),
        (1.5, "timestamp"),
        (True, "timestamp"),
        (None, "timestamp"),
        ({}, "timestamp"),
    ],
)
def test_what_is_no_time_or_cannot_be_is_told(given_time: Any, why: str) -> None:
    assert why in reason({**VIEW, "timestamp": given_time})


def test_a_clock_that_runs_a_day_before_ours_is_borne_with() -> None:
    assert row(timestamp=1_772_357_400 + 86_400)["timestamp"] == NOW + AHEAD


def test_a_number_too_long_to_be_written_out_is_no_time() -> None:
    assert "is no time" in reason({**VIEW, "timestamp": -(10**5000)})


def test_a_long_time_is_not_repeated_at_length() -> None:
    assert len(reason({**VIEW, "timestamp": "1960-01-01T00:00:00." + "0" * 100_000})) < 200
    assert len(reason({**VIEW, "timestamp": "x" * 100_000})) < 200


@pytest.mark.parametrize(("word", "kind"), [(" Add_To_Cart", "cart"), ("BuyAction", "purchase"), ("view", "view")])
def test_words_of_analytics_and_schema_org_are_known(word: str, kind: str) -> None:
    assert row(event_type=word)["event_type"] == kind


def test_every_known_word_leads_to_an_event_type() -> None:
    assert set(KNOWN.values()) <= set(EVENT_TYPES)
    assert {row(event_type=word)["event_type"] for word in KNOWN} == set(KNOWN.values())


def test_an_unknown_word_is_told_with_those_that_there_are() -> None:
    told = reason({**VIEW, "event_type": "gaze"})
    assert 'event_type "gaze" is not known' in told
    assert "purchase" in told


@pytest.mark.parametrize("name", ["user_id", "timestamp", "event_type"])
def test_what_is_missing_is_named(name: str) -> None:
    assert reason(without(name)).startswith(f"{name}: ")


def test_a_search_alone_needs_no_item_but_a_query() -> None:
    search = {**without("item_id"), "event_type": "search"}
    assert collect([{**search, "query": "tea"}], NOW).rows[0]["item_id"] is None
    assert "item_id is missing" in reason(search)
    assert "item_id is missing" in reason({**search, "query": ""})
    assert "item_id is missing" in reason({**without("item_id"), "query": "tea"})


@pytest.mark.parametrize(
    ("told", "place"),
    [
        ({"user_id": ""}, "user_id"),
        ({"user_id": 17850}, "user_id"),
        ({"user_id": "a\0b"}, "user_id: it holds a zero byte"),
        ({"item_id": "x" * (MOST_BYTES + 1)}, "item_id"),
        ({"item_id": "ä" * (MOST_BYTES // 2 + 1)}, f"item_id: it has {MOST_BYTES + 2} bytes"),
        ({"user_id": "\ud800"}, "user_id"),
        ({"quantity": 0}, "quantity"),
        ({"quantity": "2"}, "quantity"),
        ({"price": -0.01}, "price"),
        ({"price": math.nan}, "price"),
        ({"price": math.inf}, "price"),
        ({"price": 10**400}, "price"),
        ({"event_value": [1]}, "event_value"),
        ({"channel": "w\0b"}, "channel: it holds a zero byte"),
        ({"event_id": ""}, "event_id"),
        ({"event_type": "x" * 65}, "event_type"),
    ],
)
def test_a_value_that_cannot_be_taken_is_told_with_its_column(told: dict[str, Any], place: str) -> None:
    assert reason({**VIEW, **told}).startswith(place)


def test_a_column_that_events_do_not_have_is_told_with_those_that_they_have() -> None:
    told = reason({**VIEW, "colour": "red"})
    assert told.startswith("colour is no column of an event")
    assert "recommendation_id" in told
    assert len(reason({**VIEW, "x" * 100_000: 1})) < 400


@pytest.mark.parametrize("event", [None, 1, "view", [], [VIEW], True, 1.5])
def test_what_is_no_object_is_told(event: Any) -> None:
    assert reason(event) == "an event is an object such as {user_id, item_id, timestamp, event_type}"


def test_ids_are_kept_byte_for_byte() -> None:
    for one in ("'; DROP TABLE events; --", " ", "\t", "../..", "\u202e", "é", "e\u0301", "%2F", '{"a":1}', "\ufffd"):
        found = row(user_id=one, item_id=one, order_id=one)
        assert [found[name].encode() for name in ("user_id", "item_id", "order_id")] == [one.encode()] * 3


def test_an_event_id_that_was_sent_is_kept_and_one_that_was_not_is_made_of_the_content() -> None:
    assert row(event_id="e1")["event_id"] == "e1"
    made = row()["event_id"]
    assert (len(made), made) == (32, row()["event_id"])
    assert row(price=1)["event_id"] != made
    assert row(timestamp="2026-03-01T10:00:00+01:00")["event_id"] == made
    assert row(event_type="view_item")["event_id"] == made


def test_equal_events_of_a_request_are_told_apart_and_are_the_same_when_they_come_again() -> None:
    first, second = ([one["event_id"] for one in collect([VIEW, VIEW, VIEW], NOW + ago).rows] for ago in (0, 5))
    assert len(set(first)) == 3
    assert first == second
    assert first[0] == row()["event_id"]
    assert [one["event_id"] for one in collect([VIEW, {**VIEW, "event_id": "e"}, VIEW], NOW).rows] == [
        first[0],
        "e",
        first[1],
    ]


def test_the_bad_do_not_take_the_good_with_them() -> None:
    collected = collect([VIEW, None, without("user_id"), {**VIEW, "price": 2}], NOW)
    assert [one["price"] for one in collected.rows] == [None, 2.0]
    assert [one.index for one in collected.rejected] == [1, 2]


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters()), inner, max_size=4),
    max_leaves=8,
)
values = json | st.sampled_from(["2026-03-01", "view", "search", "u", "x" * 600, 1, 1.5, -1, 1_772_357_400])
events = st.dictionaries(st.sampled_from(list(Event.model_fields)), values, max_size=17)
nearly = st.builds(lambda told, some: {**told, **some}, st.just(VIEW), events | st.dictionaries(st.text(), json))
anything = st.lists(json | events | nearly | st.just(VIEW), max_size=6)


@given(anything)
def test_whatever_is_sent_each_event_is_taken_or_refused_with_a_reason(sent: list[Any]) -> None:
    collected = collect(sent, NOW)
    assert len(collected.rows) + len(collected.rejected) == len(sent)
    indices = [one.index for one in collected.rejected]
    assert indices == sorted(set(indices))
    assert all(one.reason for one in collected.rejected)
    assert collect(sent, NOW) == collected


@given(anything)
def test_what_was_taken_can_be_written(sent: list[Any]) -> None:
    """Every text is valid Unicode without a zero byte and short, every number finite, every time from 1970 on."""
    for one in collect(sent, NOW).rows:
        assert set(one) == {*Event.model_fields, "received_at"}
        assert one["event_type"] in EVENT_TYPES
        assert 0 <= one["timestamp"] <= NOW + AHEAD
        assert one["item_id"] or (one["event_type"] == "search" and one["query"])
        for value in one.values():
            if isinstance(value, str):
                assert len(value.encode()) <= MOST_BYTES
                assert "\0" not in value
            elif isinstance(value, float):
                assert math.isfinite(value)


@given(anything)
def test_of_several_events_each_is_treated_as_if_it_came_alone(sent: list[Any]) -> None:
    together = collect(sent, NOW)
    refused = {one.index: one.reason for one in together.rejected}
    rows = iter(together.rows)
    for index, one in enumerate(sent):
        alone = collect([one], NOW)
        if index in refused:
            assert alone.rejected[0].reason == refused[index]
        else:
            assert {**alone.rows[0], "event_id": ""} == {**next(rows), "event_id": ""}


ids = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=60)


@given(user=ids, item=ids, event_id=ids | st.none(), seconds=st.integers(0, NOW // 1_000_000))
def test_ids_come_through_json_byte_for_byte(user: str, item: str, event_id: str | None, seconds: int) -> None:
    when = datetime.fromtimestamp(seconds, UTC).isoformat()
    sent = {"user_id": user, "item_id": item, "event_id": event_id, "timestamp": when, "event_type": "purchase"}
    found = collect([orjson.loads(orjson.dumps(sent))], NOW).rows[0]
    assert (found["user_id"], found["item_id"], found["timestamp"]) == (user, item, seconds * 1_000_000)
    assert event_id is None or found["event_id"] == event_id
