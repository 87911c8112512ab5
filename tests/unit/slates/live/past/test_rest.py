"""How long items rest, by hand."""

from typing import Any

import numpy as np

from crossaisle.data.moments import DAY
from crossaisle.slates.live.past.rest import FEWEST, usual_absence, usual_rest

from ...shop import A, B, C, E, shop


def again(item: str, days: list[float], user: str = "ann", start: float = 0) -> list[tuple[str, str, int, str]]:
    """Purchases of an item so many days apart."""
    moments = np.cumsum([start, *days])
    return [(user, item, int(one * DAY), "purchase") for one in moments]


def test_the_median_of_the_item_then_of_its_category() -> None:
    """a comes again after 3 days 11 times and after 5 days 9 times: 3. b does too seldom to count; the 22 gaps of both

    have 3 and 5 in their middle: 4. Fruit was bought again once: nobody knows.
    """
    events = again("a", [3.0] * 11 + [5.0] * 9) + again("b", [9.0] * 2) + again("c", [2.0])
    rest = usual_rest(shop(events, until=400 * DAY))
    assert rest[A] == 3
    assert rest[B] == 4
    assert np.isnan(rest[C])
    assert np.isnan(rest[E])


def test_a_category_is_wanted_again_when_anything_of_it_was_bought_again() -> None:
    """Ann buys drinks, a or b, every second day, each alone every fourth; care is bought too seldom."""
    events = again("a", [4.0] * 15) + again("b", [4.0] * 15, start=2) + again("e", [3.0] * 5)
    dataset = shop(events, until=400 * DAY)
    absence = usual_absence(dataset)
    drinks, care = (dataset.index.categories.number(name) for name in ("DRINKS", "CARE"))
    assert absence[drinks] == 2
    assert np.isnan(absence[care])
    assert len(absence) == 4


def test_one_gap_less_than_enough_is_not_believed() -> None:
    events: list[Any] = again("a", [3.0] * (FEWEST - 1))
    assert np.isnan(usual_rest(shop(events, until=400 * DAY))[A])
    events = again("a", [3.0] * FEWEST)
    assert usual_rest(shop(events, until=400 * DAY))[A] == 3


def test_gaps_are_between_purchases_of_one_person_at_different_moments() -> None:
    """Twenty people buy a on days 0 and 4, twice at the same moment; nobody's gap is that between two people."""
    events: list[Any] = []
    for number in range(FEWEST):
        events += again("a", [4.0], user=f"user {number}", start=number) * 2
    assert usual_rest(shop(events, until=400 * DAY))[A] == 4
