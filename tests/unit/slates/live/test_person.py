"""Recent events are bounded and in order; somebody of several ids is one person."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crossaisle.data.event_types import DISMISS, EVENT_TYPES, IMPRESSION, PURCHASE, RATING, SEARCH, VIEW
from crossaisle.data.moments import DAY
from crossaisle.slates.live.past.histories import Histories
from crossaisle.slates.live.person import LASTING, N_FOUND, PASSING, Person, Recent

from ..shop import ANN, BOB, A, B, C, D, E, shop


def events(recent: Recent) -> list[tuple[int, int, int]]:
    return list(zip(recent.items, recent.types, recent.times, strict=True))


def test_looks_make_room_before_what_was_bought_or_turned_down() -> None:
    recent = Recent(3)
    for item, kind, moment in ((A, PURCHASE, 1), (B, VIEW, 2), (C, DISMISS, 3), (D, VIEW, 4)):
        recent.add(item, kind, moment)
    assert events(recent) == [(A, PURCHASE, 1), (C, DISMISS, 3), (D, VIEW, 4)]
    recent.add(E, PURCHASE, 5)
    recent.add(B, PURCHASE, 6)
    assert events(recent) == [(C, DISMISS, 3), (E, PURCHASE, 5), (B, PURCHASE, 6)]


def test_a_new_model_has_other_numbers() -> None:
    recent = Recent(5)
    for item, kind, moment in ((A, PURCHASE, 1), (B, VIEW, 2), (C, DISMISS, 3)):
        recent.add(item, kind, moment)
    assert events(recent.renumbered(np.array([7, -1, 4], dtype=np.int32))) == [(7, PURCHASE, 1), (4, DISMISS, 3)]


def test_what_tells_nothing_and_unknown_items_are_not_kept() -> None:
    recent = Recent(3)
    recent.add(A, IMPRESSION, 1)
    recent.add(A, RATING, 2)
    recent.add(-1, PURCHASE, 3)
    assert len(recent) == 0


def test_a_late_event_finds_its_place() -> None:
    recent = Recent(5)
    for moment in (5, 2, 9, 4):
        recent.add(moment, VIEW, moment)
    assert [moment for _, _, moment in events(recent)] == [2, 4, 5, 9]


def test_a_search_is_kept_as_the_first_items_that_it_found() -> None:
    recent = Recent(64)
    recent.search(list(range(10)), 7)
    assert events(recent) == [(item, SEARCH, 7) for item in range(N_FOUND)]


kinds = st.sampled_from([PURCHASE, VIEW, DISMISS, IMPRESSION])


@given(told=st.lists(st.tuples(st.integers(-1, 7), kinds, st.integers(0, 50)), max_size=40), most=st.integers(1, 6))
def test_no_more_events_are_kept_than_asked_for(told: list[tuple[int, int, int]], most: int) -> None:
    recent = Recent(most)
    for one in told:
        recent.add(*one)
        assert len(recent) <= most
    times = list(recent.times)
    assert times == sorted(times)
    n_lasting = sum(kind in LASTING and item >= 0 for item, kind, _ in told)
    n_kept = sum(kind in LASTING for kind in recent.types)
    assert n_kept == min(n_lasting, most)


def test_every_event_type_passes_lasts_or_tells_nothing() -> None:
    silent = {EVENT_TYPES[kind] for kind in range(len(EVENT_TYPES)) if kind not in PASSING | LASTING}
    assert silent == {"impression", "rating", "review"}
    assert not PASSING & LASTING


def test_a_visitor_has_recent_events_alone() -> None:
    recent = Recent(5)
    recent.add(A, VIEW, 3)
    person = Person.of(Histories.of(shop()), [-1], [recent])
    assert person.user == -1
    assert person.bought.tolist() == []
    assert list(person.recent) == [(A, VIEW, 3)]


def test_who_logs_in_has_the_history_of_all_their_ids() -> None:
    """Ann bought a twice and c; bob bought a once, later, and e. Together a three times, last on day 5."""
    bought: list[Any] = [
        ("ann", "a", 1 * DAY, "purchase"),
        ("ann", "a", 3 * DAY, "purchase"),
        ("ann", "c", 3 * DAY, "purchase"),
        ("bob", "a", 5 * DAY, "purchase"),
        ("bob", "e", 2 * DAY, "purchase"),
    ]
    first, other = Recent(5), Recent(5)
    first.add(A, VIEW, 30)
    other.add(B, VIEW, 10)
    person = Person.of(Histories.of(shop(bought)), [BOB, -1, ANN], [first, other], {2: 0.5})
    assert person.bought.tolist() == [A, C, E]
    assert person.times.tolist() == [3, 1, 1]
    assert person.days.tolist() == [5, 3, 2]
    assert person.weights.tolist() == [1, 1, 1]
    assert person.user == ANN
    assert list(person.recent) == [(B, VIEW, 10), (A, VIEW, 30)]
    assert person.interests == {2: 0.5}


def test_the_same_id_twice_is_one_history() -> None:
    histories = Histories.of(shop())
    once, twice = Person.of(histories, [ANN]), Person.of(histories, [ANN, ANN])
    assert twice.bought.tolist() == once.bought.tolist()
    np.testing.assert_array_equal(twice.times, once.times)
