"""How lives change in any week and at the shift."""

import numpy as np
import pandas as pd
import pytest

from simulated_shop import SimulatedShop
from simulated_shop.goods import turning
from simulated_shop.needs import OCCASION_NUMBER, OCCASIONS, STAGES
from simulated_shop.people import make_people
from simulated_shop.shift import INCOMING, LIFE_CHANGES, MOVING_WEEKS, OUTGOING, TURNING, Changes, turns

BARBECUE, COLDS, MOVING = (OCCASION_NUMBER[name] for name in ("barbecue", "colds", "moving house"))
NO_ONE = np.zeros(len(OCCASIONS), dtype=np.bool_)


def changes(shift_week: int | None, stage: str = "single", n: int = 1) -> Changes:
    """Of households whose barbecues give way to colds."""
    return Changes(9, np.full(n, STAGES.index(stage)), np.full(n, BARBECUE), np.full(n, COLDS), shift_week)


def test_one_occasion_gives_way_to_another_in_the_week_of_the_shift() -> None:
    lived = NO_ONE.copy()
    lived[BARBECUE] = True
    assert changes(4).after(0, 3, lived)[[BARBECUE, COLDS]].tolist() == [True, False]
    assert changes(4).after(0, 4, lived)[[BARBECUE, COLDS]].tolist() == [False, True]
    assert changes(None).after(0, 4, lived)[[BARBECUE, COLDS]].tolist() == [True, False]


def test_turns_lead_from_what_is_lived_and_going_to_what_is_coming_and_not_yet_lived() -> None:
    lives = make_people(np.random.default_rng(1), 1000).lives
    ending, beginning = turns(np.random.default_rng(2), lives)
    turned = np.flatnonzero(ending >= 0)
    np.testing.assert_array_equal(turned, np.flatnonzero(beginning >= 0))
    assert lives[turned, ending[turned]].all()
    assert not lives[turned, beginning[turned]].any()
    assert {OCCASIONS[one].name for one in ending[turned]} == set(OUTGOING)
    assert {OCCASIONS[one].name for one in beginning[turned]} == set(INCOMING)


def test_share_of_those_who_may_turns() -> None:
    """Five standard errors of a share of n."""
    lives = make_people(np.random.default_rng(1), 2000).lives
    going, coming = ([OCCASION_NUMBER[name] for name in names] for names in (OUTGOING, INCOMING))
    n = (lives[:, going].any(axis=1) & ~lives[:, coming].all(axis=1)).sum()
    n_turned = (turns(np.random.default_rng(2), lives)[0] >= 0).sum()
    assert n_turned / n == pytest.approx(TURNING, abs=5 * np.sqrt(TURNING * (1 - TURNING) / n))


def test_lives_change_as_often_as_said_and_only_couples_and_young_families_have_a_baby() -> None:
    """Five standard errors of a share of 20,000 household-weeks."""
    found = {}
    for stage in ("single", "couple"):
        lives = changes(None, stage, 400)
        begun = np.array([lives.after(one, week, NO_ONE) for one in range(400) for week in range(50)])
        error = np.sqrt(LIFE_CHANGES * (1 - LIFE_CHANGES) / len(begun))
        assert begun.any(axis=1).mean() == pytest.approx(LIFE_CHANGES, abs=5 * error)
        found[stage] = {OCCASIONS[one].name for one in np.flatnonzero(begun.any(axis=0))}
    assert found == {"single": {"dog", "cat", "moving house"}, "couple": {"dog", "cat", "moving house", "baby"}}


def test_moving_house_is_over_after_some_weeks() -> None:
    lives = changes(None, n=400)
    moves = [(one, week) for one in range(400) for week in range(20) if lives.after(one, week, NO_ONE)[MOVING]]
    assert moves
    for household, week in moves:
        lived = NO_ONE
        spent = []
        for later in range(week, week + MOVING_WEEKS + 1):
            lived = lives.after(household, later, lived)
            spent.append(bool(lived[MOVING]))
        assert spent == [True] * MOVING_WEEKS + [False]


def spend(shift_week: int | None, n_households: int, n_weeks: int) -> pd.DataFrame:
    """Purchases of a shop that shows nothing: week, household, category, amount."""
    shop = SimulatedShop(3, n_households, weeks_of_history=2, shift_week=shift_week, history_slate=0)
    rows = [
        (week, visit.household, int(shop.goods.category[shop.goods.numbers[event["item_id"]]]), event)
        for week in range(n_weeks)
        for visit in shop.visits(week)
        for event in shop.respond(visit, (), None)
        if event["event_type"] == "purchase"
    ]
    frame = pd.DataFrame([row[:3] for row in rows], columns=["week", "household", "category"])
    return frame.assign(amount=[row[3]["price"] * row[3]["quantity"] for row in rows])


def test_shift_changes_what_sells_and_nothing_before_it() -> None:
    """The same households in the same shop with and without it: differences of their spending after the shift have a
    mean that is more than four standard errors above 0 for what is coming, below 0 for what is going.
    """
    n_households, shift_week = 250, 2
    shifted, still = spend(shift_week, n_households, 9), spend(None, n_households, 9)
    before, same = (one[one["week"] < shift_week].reset_index(drop=True) for one in (shifted, still))
    pd.testing.assert_frame_equal(before, same)
    for names, sign in ((INCOMING, 1), (OUTGOING, -1)):
        is_meant = turning(names) & ~turning(OUTGOING if names == INCOMING else INCOMING)
        amounts = [
            one[(one["week"] >= shift_week) & is_meant[one["category"]]].groupby("household")["amount"].sum()
            for one in (shifted, still)
        ]
        with_shift, without = (one.reindex(range(n_households), fill_value=0.0) for one in amounts)
        change = sign * (with_shift - without)
        assert change.mean() > 4 * change.std() / np.sqrt(n_households)
