"""Shown slates and the events that name them become a log of places."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossaisle.data.dataset import Ids
from crossaisle.data.moments import DAY
from crossaisle.loop.feedback.answered import Answered
from crossaisle.loop.feedback.shown import Slates

from .slates import NOW, answered, batch, event, shown


def places(of: Answered, name: str) -> list[str]:
    """Slate and item of the places where a kind of answer is told."""
    slates = of.slates
    ids, items = slates.ids.to_pylist(), slates.items.to_pylist()
    return [f"{ids[slates.slate[at]]}{items[slates.item[at]]}" for at in np.flatnonzero(getattr(of, name))]


def test_events_answer_the_place_of_their_slate_where_their_item_stood() -> None:
    found = answered(
        [shown("1", "abc", at=NOW - 2 * DAY), shown("2", "ca", at=NOW - DAY)],
        [
            event("1", "a", "impression"),
            event("2", "a", "impression"),
            event("2", "a", "click"),
            event("1", "b", "purchase"),
            event("1", "c", "dismiss"),
            event("2", "c", "view"),
        ],
    )
    assert places(found, "is_seen") == ["1a", "2a"]
    assert places(found, "is_clicked") == ["1b", "2a"]
    assert places(found, "is_bought") == ["1b"]
    assert places(found, "is_dismissed") == ["1c"]


def test_what_goes_into_the_cart_from_a_slate_was_chosen_there() -> None:
    found = answered([shown("1", "ab")], [event("1", "b", "cart")])
    assert places(found, "is_clicked") == ["1b"]
    assert places(found, "is_bought") == []


def test_events_of_other_slates_or_items_answer_nothing() -> None:
    events = [event("2", "a", "click"), event("1", "z", "click"), event(None, "a", "click")]
    found = answered([shown("1", "ab")], events)
    assert not found.is_clicked.any()


def test_answers_come_in_any_portions() -> None:
    events = [event("1", item, kind) for item in "abc" for kind in ("impression", "click")]
    slates = Slates.of([shown("1", "abcd")])
    portions = Answered.of(slates, [batch(events[at : at + 2]) for at in (4, 0, 2)])
    whole = answered([shown("1", "abcd")], events)
    assert (portions.is_seen == whole.is_seen).all()
    assert places(portions, "is_clicked") == ["1a", "1b", "1c"]


def test_a_purchase_that_names_no_slate_counts_only_if_asked_for_soon_enough_and_seen() -> None:
    slates = [shown("1", "ab", at=NOW - 3 * DAY), shown("2", "ab", at=NOW - 2 * DAY), shown("3", "a", user="bob")]
    events = [
        event("2", "a", "impression"),
        event("1", "b", "impression"),
        event(None, "a", "purchase", at=NOW - 2 * DAY),  # the moment of slate 2
        event(None, "b", "purchase", at=NOW - 2 * DAY + 1),  # the latest is slate 2, where b was not seen
        event(None, "a", "purchase", user="bob"),  # not seen by bob
    ]
    assert places(answered(slates, events), "is_bought") == []
    assert places(answered(slates, events, within=DAY), "is_bought") == ["2a"]


@pytest.mark.parametrize(("after", "is_counted"), [(-1, False), (0, True), (DAY, True), (DAY + 1, False)])
def test_the_window_of_a_purchase_that_names_no_slate_ends_where_it_is_set(after: int, is_counted: bool) -> None:
    start = NOW - 5 * DAY
    events = [event("1", "b", "impression"), event(None, "b", "purchase", at=start + after)]
    found = answered([shown("1", "ab", at=start)], events, within=DAY)
    assert places(found, "is_bought") == (["1b"] if is_counted else [])
    assert not found.is_clicked.any()


def test_a_log_has_ranks_chances_and_numbers_and_no_score_of_what_was_drawn() -> None:
    slates = [
        shown("1", "bxa", scores=[3, 2.5, 2], explored_rank=2, propensity=0.25, pool=7, version=4),
        shown("2", "ba", user="bob"),
    ]
    logged, found = answered(slates, [event("1", "a", "impression")]).logged(Ids.of(["a", "b"]))
    assert found.tolist() == [0, 2, 3, 4]
    assert logged.item.tolist() == [1, 0, 1, 0]
    assert logged.rank.tolist() == [1, 3, 1, 2]
    assert logged.model_version.tolist() == [4, 4, 1, 1]
    assert logged.user.tolist() == [0, 0, 1, 1]
    logged, _ = answered(slates).logged(Ids.of(["a", "b", "x"]))
    assert logged.is_explored.tolist() == [False, True, False, False, False]
    assert logged.propensity.tolist() == [1, 0.25, 1, 1, 1]
    assert np.isnan(logged.score).tolist() == [False, True, False, False, False]


def test_people_without_an_id_are_others_each_time() -> None:
    logged, _ = answered([shown("1", "a", user=""), shown("2", "a", user=""), shown("3", "a")]).logged(Ids.of(["a"]))
    assert len(set(logged.user.tolist())) == 3


@given(st.lists(st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=5), max_size=6), st.data())
def test_some_slates_are_the_log_of_those_alone(items: list[list[str]], data: st.DataObject) -> None:
    slates = [shown(str(at), "".join(one)) for at, one in enumerate(items)]
    chosen = data.draw(st.lists(st.booleans(), min_size=len(items), max_size=len(items)))
    clicks = [event(str(at), one[0], "click") for at, one in enumerate(items) if one]
    some = answered(slates, clicks).at(np.array(chosen, dtype=np.bool_))
    alone = answered([one for one, is_kept in zip(slates, chosen, strict=True) if is_kept], clicks)
    names = Ids.of(list("abcdefgh"))
    one, other = some.logged(names)[0], alone.logged(names)[0]
    assert one.item.tolist() == other.item.tolist()
    assert one.rank.tolist() == other.rank.tolist()
    assert one.is_clicked.tolist() == other.is_clicked.tolist()
    assert some.slates.ids.to_pylist() == alone.slates.ids.to_pylist()
