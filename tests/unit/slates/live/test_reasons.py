"""Reasons of slates made at once name what was bought or done, in both languages."""

from dataclasses import replace

import numpy as np
import pytest

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import DAY, moment
from crossaisle.slates.live.live_slates import LiveSlates
from crossaisle.slates.live.person import Person
from crossaisle.slates.live.reasons import ACTS, Days
from crossaisle.slates.slate import Reason
from crossaisle.words import ALL, Language

from ..shop import ANN, A, B, D, E, F, G, H, shop
from .shops import NOW, asked, live_of, person_of


def texts(
    live: LiveSlates, person: Person, focus: str = "all", language: Language = "en", when: int = NOW
) -> dict[int, str]:
    slate = asked(live, person, focus, moment=when)
    told = live.reasons(person, slate, when, language)
    return {item: " ".join(one.text for one in of) for item, of in zip(slate.items.tolist(), told, strict=True)}


def test_what_was_bought_is_named_with_its_times_and_day() -> None:
    live = live_of()
    found = texts(live, person_of(live, [ANN]))
    assert (
        found[E]
        == "Because you bought Apples (once, on 4 Jan) and Cola 2L (2 times, last on 4 Jan). Care is new to you."
    )
    assert found[B] == "Because you bought Cola 2L (2 times, last on 4 Jan)."
    assert found[A] == "One customer bought Cola 2L. You bought from Drinks before."
    assert found[H] == "Place 8 in your list, chosen from 8 items."
    assert texts(live, person_of(live, [ANN]), language="zh")[B] == "因为您买过Cola 2L（2次，最近一次是1月4日）。"


def test_what_was_done_lately_is_named_as_what_it_was() -> None:
    """A look at g speaks for h and e; the cart with e for g; a search that found c for d."""
    live = live_of()
    visitor = person_of(live, events=[(G, "view", 0), (E, "cart", 0), (2, "search", 0), (A, "wishlist", 0)])
    found = texts(live, visitor)
    assert found[H] == "Because you looked at Ball."
    assert found[G] == "Goes with Soap in your cart. Because Cola 2L is on your wish list."
    assert found[D] == "Because your search found Apples."
    assert texts(live, visitor, language="zh")[H] == "因为您看过Ball。"


def test_of_a_visitor_who_bought_nothing_no_category_is_said_to_be_new_or_known() -> None:
    live = live_of()
    found = texts(live, person_of(live))
    assert found[A] == "One customer bought Cola 2L. From Drinks."
    assert not any("new to you" in text or "You bought" in text for text in found.values())


def test_two_of_one_kind_are_told_together() -> None:
    live = live_of()
    found = texts(live, person_of(live, events=[(G, "view", 0), (B, "click", 0), (2, "click", 0)]))
    assert found[E] == "Because you looked at Apples and Ball."


def test_a_purchase_of_just_now_counts_beside_the_earlier_ones() -> None:
    live = live_of()
    ann = person_of(live, [ANN], [(A, "purchase", 0)])
    assert texts(live, ann)[G].startswith("Because you bought Cola 2L (3 times, last on 11 Jan).")
    visitor = person_of(live, events=[(E, "purchase", 0)])
    found = texts(live, visitor, "explore")
    assert found[G] == "Because you bought Soap (once, on 11 Jan). Toys is new to you."
    assert found[F] == "Place 6 in your list, chosen from 8 items. You bought from Care before."


def test_a_day_of_another_year_has_its_year() -> None:
    live = live_of()
    later = moment("1971-02-01")
    assert (
        texts(live, person_of(live, [ANN]), when=later)[B]
        == "Because you bought Cola 2L (2 times, last on 4 Jan 1970)."
    )
    days = Days(moment("2025-03-01"), "en")
    assert days[moment("2025-02-03") // DAY] == "3 Feb"
    assert days[moment("2024-12-31") // DAY] == "31 Dec 2024"


def test_data_without_times_tell_no_day() -> None:
    events = [("ann", "a", 0, "purchase"), ("bob", "e", 0, "purchase")]
    live = live_of(shop(events))
    assert texts(live, person_of(live, [0]))[B] == "Because you bought Cola 2L (once)."


def test_a_reason_has_its_kind_subjects_and_amount() -> None:
    live = live_of()
    person = person_of(live, [ANN], [(G, "click", 0)])
    slate = asked(live, person)
    told = dict(zip(slate.items.tolist(), live.reasons(person, slate, NOW), strict=True))
    (looked,) = told[H]
    assert (looked.kind, looked.subjects) == ("looked", (G,))
    assert looked.amount == pytest.approx(0.4)
    assert isinstance(told[A][0], Reason)
    assert told[A][0].kind == "buyers"


@pytest.mark.parametrize("act", sorted(set(ACTS.values()) - {"bought"}))
def test_every_act_has_its_words(act: str) -> None:
    assert {f"reason.{act}.one", f"reason.{act}.two"} <= set(ALL)


def test_reasons_are_as_many_as_picks_for_everybody(small_shop: Dataset) -> None:
    live = live_of(replace(small_shop, until=small_shop.span()[1]), table={})
    for user in range(0, small_shop.n_users, 7):
        person = Person.of(live.histories, [user])
        slate = asked(live, person, "explore", moment=small_shop.span()[1])
        told = live.reasons(person, slate, small_shop.span()[1])
        assert len(told) == len(slate.items) == 8
        assert all(one.text for of in told for one in of)
        np.testing.assert_array_equal(slate.scores, 0)
