"""What recent events mean, by hand. Categories: drinks (a, b), fruit (c, d), care (e, f), toys (g); h has none."""

from typing import Any

import numpy as np
import pytest

from crossaisle.data.event_types import EVENT_TYPES, REMOVE_FROM_CART, RETURN
from crossaisle.data.moments import DAY
from crossaisle.slates.live.interest import MINUTE, Interest, Session
from crossaisle.slates.live.options import LiveOptions

from ..shop import A, C, E, G, H

NOW = 100 * DAY
CATEGORY = np.array([0, 0, 1, 1, 2, 2, 3, -1], dtype=np.int32)
REST, ABSENCE = np.full(8, 10, dtype=np.float32), np.full(4, 5, dtype=np.float32)


def session(
    *events: tuple[int, str, int], interests: Any = None, until: int = 90 * DAY, satiation: float = 0.5, **options: Any
) -> Session:
    """events: item, type and microseconds ago, in any order."""
    interest = Interest(LiveOptions(satiation=satiation, **options), CATEGORY, REST, ABSENCE, until)
    told = sorted(((item, EVENT_TYPES.index(kind), NOW - ago) for item, kind, ago in events), key=lambda one: one[2])
    return interest.session(told, interests or {}, NOW)


def test_no_event_means_nothing() -> None:
    assert session() == Session()
    assert session(interests={2: 0.5}).factors == {2: 0.5}


@pytest.mark.parametrize(
    ("kind", "weight"),
    [
        ("purchase", 2.0),
        ("cart", 0.8),
        ("wishlist", 1.0),
        ("click", 0.4),
        ("view", 0.3),
        ("search", 0.3),
        ("dismiss", -0.5),
    ],
)
def test_each_type_has_its_weight(kind: str, weight: float) -> None:
    found = session((A, kind, 0))
    assert found.weights == pytest.approx({A: weight})


def test_looks_fade_within_minutes_and_purchases_within_days() -> None:
    """A look of an hour ago has passed two half-lives of 30 minutes; a purchase of 7 days ago one."""
    found = session((A, "view", 60 * MINUTE), (C, "purchase", 7 * DAY))
    assert found.weights == pytest.approx({A: 0.3 / 4, C: 1.0})
    assert found.lasting == {C}
    slower = session((A, "view", 60 * MINUTE), half_life_minutes=60.0)
    assert slower.weights == pytest.approx({A: 0.15})


def test_what_is_long_over_says_nothing() -> None:
    """0.3 · 2^−8.3 is just below a thousandth: after 250 minutes."""
    assert session((A, "view", 246 * MINUTE)).weights == pytest.approx({A: 0.3 * 2 ** (-246 / 30)})
    assert session((A, "view", 250 * MINUTE)).weights == {}


def test_an_event_after_the_moment_is_as_of_now() -> None:
    assert session((A, "view", -5 * DAY)).weights == pytest.approx({A: 0.3})


def test_looks_at_one_item_add_up_to_no_more_than_a_purchase() -> None:
    assert session(*[(A, "view", 0)] * 2).weights == pytest.approx({A: 0.6})
    assert session(*[(A, "view", 0)] * 9).weights == pytest.approx({A: 1.0})
    assert session(*[(A, "view", 0)] * 9, session=2.0).weights == pytest.approx({A: 2.0})


def test_a_purchase_or_a_wish_takes_the_place_of_looks() -> None:
    bought = session((A, "view", 3), (A, "purchase", 2), (A, "view", 1))
    assert bought.weights == pytest.approx({A: 2.0})
    assert bought.lasting == {A}
    wished = session((A, "view", 3), (A, "wishlist", 2))
    assert wished.weights == pytest.approx({A: 1.0})
    assert wished.lasting == {A}
    looked = session((A, "wishlist", 2), (A, "view", 0))
    assert looked.weights == pytest.approx({A: 0.3})
    assert not looked.lasting


def test_a_search_is_shared_by_the_items_that_it_found() -> None:
    found = session((A, "search", 5), (C, "search", 5), (E, "search", 9), half_life_minutes=10_000.0)
    assert found.weights == pytest.approx({A: 0.15, C: 0.15, E: 0.3}, rel=1e-6)


def test_what_was_bought_rests_and_its_category_is_sated_for_a_while() -> None:
    """The item rests for 10 days. The category is wanted again after 5: after 2, 3 / 5 of the half are lost."""
    found = session((A, "purchase", 2 * DAY))
    assert found.gone == [A]
    assert found.bought == {A: NOW - 2 * DAY}
    assert found.taken == {A}
    assert found.factors == pytest.approx({0: 1 - 0.5 * 0.6})
    wanted = session((A, "purchase", 5 * DAY))
    assert (wanted.gone, wanted.factors) == ([A], {})
    assert session((A, "purchase", 10 * DAY)).gone == []


def test_a_purchase_before_the_cut_rests_but_its_neighbours_are_the_models_own_matter() -> None:
    found = session((A, "purchase", DAY), until=NOW - DAY + 1)
    assert found.weights == {}
    assert found.gone == [A]
    assert found.factors == pytest.approx({0: 1 - 0.5 * 0.8})


def test_the_cart_holds_an_item_until_it_is_taken_out_or_bought() -> None:
    found = session((A, "cart", 5))
    assert found.gone == [A]
    assert found.taken == {A}
    assert session((A, "cart", 5), (A, "remove_from_cart", 1)) == Session(kinds={A: REMOVE_FROM_CART})
    assert session((A, "cart", 7 * DAY)).gone == []
    bought = session((A, "cart", 5), (A, "purchase", 1))
    assert bought.gone == [A]
    assert bought.weights == pytest.approx({A: 2.0})
    again = session((A, "purchase", 11 * DAY), (A, "cart", 1))
    assert again.gone == [A]


def test_what_was_given_back_is_as_if_not_bought() -> None:
    assert session((A, "purchase", 5), (A, "return", 1)) == Session(kinds={A: RETURN})


def test_what_was_turned_down_is_gone_for_its_days_and_speaks_against() -> None:
    found = session((A, "view", 10), (A, "dismiss", 0))
    assert list(found.gone) == [A]
    assert found.weights == pytest.approx({A: -0.5})
    later = session((A, "dismiss", 90 * DAY))
    assert list(later.gone) == []
    again = session((A, "dismiss", 10), (A, "cart", 0))
    assert again.weights == pytest.approx({A: 0.8})


def test_less_of_a_category_holds_for_its_days() -> None:
    assert session((A, "less_of_category", 5)).factors == pytest.approx({0: 0.2})
    assert session((A, "less_of_category", 60 * DAY)).factors == {}
    assert session((H, "less_of_category", 5)).factors == {}
    assert session((A, "less_of_category", 5), (A, "purchase", 0)).factors == pytest.approx({0: 0.2})


def test_wishes_multiply() -> None:
    found = session((A, "less_of_category", 5), interests={0: 2.0, 3: 0.0})
    assert found.factors == pytest.approx({0: 0.4, 3: 0.0})


def test_the_kind_that_says_most_is_told() -> None:
    names = {
        item: EVENT_TYPES[kind] for item, kind in session((A, "cart", 2), (A, "view", 1), (G, "view", 0)).kinds.items()
    }
    assert names == {A: "cart", G: "view"}


NUDGED: dict[str, Any] = {
    "session": 2.0, "purchase": 0.5, "cart": 0.5, "wishlist": 0.5, "click": 0.5, "view": 0.5, "search": 0.5,
    "dismiss": 1.0, "half_life_minutes": 60.0, "half_life_days": 1.0, "satiation": 0.9, "cart_days": 0.01,
    "dismiss_days": 0.01, "less": 0.1, "less_days": 0.01,
}  # fmt: skip


@pytest.mark.parametrize("option", NUDGED)
def test_every_option_matters(option: str) -> None:
    kinds = ("purchase", "cart", "less_of_category", "wishlist", "click", "view", "search", "dismiss")
    events = [(item, kind, 60 * MINUTE) for item, kind in enumerate(kinds)]
    assert session(*events) != session(*events, **{option: NUDGED[option]})
