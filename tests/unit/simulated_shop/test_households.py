"""Who the households are and when they come."""

from datetime import timedelta

import numpy as np
import pytest

from simulated_shop import START, SimulatedShop
from simulated_shop.needs import OCCASION_NUMBER, STAGES, roles
from simulated_shop.people import make_people, visits_of_week


def test_visits_of_a_week_come_by_time_within_it(shop: SimulatedShop) -> None:
    visits = shop.visits(2)
    assert [visit.moment for visit in visits] == sorted(visit.moment for visit in visits)
    assert all(START + timedelta(weeks=2) <= visit.moment < START + timedelta(weeks=3) for visit in visits)
    assert {visit.week for visit in visits} == {2}


def test_visits_of_a_household_are_counted_by_time(shop: SimulatedShop) -> None:
    by_household: dict[int, list[int]] = {}
    for visit in shop.visits(1):
        by_household.setdefault(visit.household, []).append(visit.ordinal)
    assert max(map(len, by_household.values())) > 2
    assert all(ordinals == list(range(len(ordinals))) for ordinals in by_household.values())


def test_visits_are_the_same_whatever_happened(shop: SimulatedShop) -> None:
    before = shop.visits(1)
    for visit in shop.visits(0):
        shop.respond(visit, (), None)
    assert shop.visits(1) == before


def test_number_of_visits_follows_the_pace_of_the_households() -> None:
    """A sum of Poisson numbers has the variance of its mean: five standard errors."""
    people = make_people(np.random.default_rng(1), 3000)
    n_visits = len(visits_of_week(np.random.default_rng(2), people, 0, START))
    assert n_visits == pytest.approx(people.pace.sum(), abs=5 * np.sqrt(people.pace.sum()))


def test_households_need_only_what_belongs_to_an_occasion() -> None:
    people = make_people(np.random.default_rng(1), 50)
    assert (people.needs >= 0).all()
    assert (people.needs[:, roles() == 0] == 0).all()
    assert (people.needs.sum(axis=(0, 1)) > 0).all()


def test_families_with_a_baby_live_with_one_and_single_people_do_not() -> None:
    people = make_people(np.random.default_rng(1), 500)
    has_baby = people.lives[:, OCCASION_NUMBER["baby"]]
    assert has_baby[people.stage == STAGES.index("baby")].all()
    assert not has_baby[people.stage == STAGES.index("single")].any()


def test_households_know_more_of_what_they_live_with_but_not_all() -> None:
    """Two shares of n independent household-categories differ by five standard errors √(1 / 4n) each."""
    people = make_people(np.random.default_rng(1), 500)
    rate = (people.needs * people.lives[:, :, None]).sum(axis=1)
    needed, other = people.knows[rate > 0], people.knows[rate == 0]
    assert needed.mean() - other.mean() > 5 * (np.sqrt(0.25 / len(needed)) + np.sqrt(0.25 / len(other)))
    assert ((rate > 0) & ~people.knows).any(axis=1).mean() > 0.9
