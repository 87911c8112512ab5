"""What every slate of every person keeps, whatever they did, asked for and wished."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossaisle.data.dataset import Dataset
from crossaisle.data.event_types import EVENT_TYPES
from crossaisle.data.focus import Focus
from crossaisle.data.moments import DAY
from crossaisle.data.training import Training
from crossaisle.models.recommenders.ease import EASE
from crossaisle.slates.live.interest import MINUTE, Session
from crossaisle.slates.live.live_slate import LiveSlate
from crossaisle.slates.live.live_slates import LiveSlates
from crossaisle.slates.live.options import LiveOptions
from crossaisle.slates.live.person import Person
from crossaisle.slates.live.standing import make_standing
from crossaisle.slates.options import Apart, Group, ShopRules, SlateOptions
from crossaisle.slates.path import SlatePath

KNOBS: list[dict[str, Any]] = [
    {},
    {"max_per_category": 2},
    {"diversity": 0.4, "calibration": 0.4},
    {"price_band": "filter", "price_width": 1.5},
    {"price_band": "penalty", "max_per_category": 1},
    {"repeats": False, "rules": ShopRules(never=Group(items=("i003",)))},
    {
        "rules": ShopRules(
            not_together=(Apart(one=Group(categories=("category 1",)), other=Group(categories=("category 2",))),)
        )
    },
]


@pytest.fixture(scope="module")
def services(small_shop: Dataset) -> list[LiveSlates]:
    """One for each of the knobs, every other with lists made beforehand."""
    fitted = EASE(l2=20.0).fit(Training(small_shop))
    found = []
    for at, knobs in enumerate(KNOBS):
        options = SlateOptions(**knobs)
        path, lists = SlatePath.of(fitted, small_shop, options), LiveOptions(standing_users=30, standing_items=6)
        standing = make_standing(path, small_shop.span()[1], lists) if at % 2 else None
        neighbours = fitted.neighbours(8)
        found.append(LiveSlates.of(small_shop, neighbours, LiveOptions(candidates=12), options, standing))
    return found


minutes_ago = st.sampled_from([-60, 0, 1, 30, 120, 1440, 20 * 1440, 200 * 1440])
events = st.lists(st.tuples(st.integers(0, 39), st.integers(0, len(EVENT_TYPES) - 1), minutes_ago), max_size=12)
foci = st.sampled_from(["all", "explore", "new-categories", "category=category 3"])


@settings(max_examples=300)
@given(
    at=st.integers(0, len(KNOBS) - 1),
    users=st.lists(st.integers(-1, 59), max_size=2),
    told=events,
    focus=foci,
    k=st.integers(1, 45),
    wishes=st.dictionaries(st.integers(0, 7), st.sampled_from([0.0, 0.5, 2.0]), max_size=2),
    off=st.sets(st.integers(0, 39), max_size=30),
)
def test_every_slate_keeps_its_promises(
    services: list[LiveSlates],
    small_shop: Dataset,
    at: int,
    users: list[int],
    told: list[tuple[int, int, int]],
    focus: str,
    k: int,
    wishes: dict[int, float],
    off: set[int],
) -> None:
    """Nothing twice, nothing that may not be shown, full if there is enough, and the same again."""
    live, now = services[at], small_shop.span()[1] + DAY
    recent = live.recent()
    for item, kind, ago in told:
        recent.add(item, kind, now - ago * MINUTE)
    person = Person.of(live.histories, users, [recent], wishes)
    for item in off:
        live.catalogue.set_stock(item, 0)
    slate = live.slate(person, Focus.parse(focus), k, now)
    again = live.slate(person, Focus.parse(focus), k, now)
    for item in off:
        live.catalogue.set_stock(item, None)
    session = live.interest.session(person.recent, wishes, now)
    may = allowed(small_shop, person, session, focus, wishes, KNOBS[at].get("repeats", True)) - off
    if "rules" in KNOBS[at] and KNOBS[at]["rules"].never.items:
        may -= {3}
    picks = slate.items.tolist()
    assert len(set(picks)) == len(picks) <= k
    assert set(picks) <= may
    if set(KNOBS[at]) <= {"diversity", "calibration", "repeats"}:
        assert len(picks) == min(k, len(may))
        assert (np.diff(slate.scores) <= 0).all() or "diversity" in KNOBS[at]
    if at in (1, 4):
        most = KNOBS[at]["max_per_category"]
        assert max((picks_of(picks, category) for category in range(8)), default=0) <= most
        assert (
            len(picks) == k or sum(min(most, picks_of(sorted(may), one)) for one in range(8)) == len(picks) or at == 4
        )
    if at == 6:
        assert not (picks_of(picks, 1) and picks_of(picks, 2))
    assert_causes_are_the_persons(slate, person, session)
    assert again.items.tolist() == picks
    np.testing.assert_array_equal(again.scores, slate.scores)
    np.testing.assert_array_equal(again.causes, slate.causes)


def picks_of(items: list[int], category: int) -> int:
    """How many of the items are of a category; item i is of category i mod 8."""
    return sum(item % 8 == category for item in items)


def allowed(
    shop: Dataset, person: Person, session: Session, focus: str, wishes: dict[int, float], repeats: bool
) -> set[int]:
    """What may be shown as the rules say it, item by item; every item of the shop is established."""
    bought = {*person.bought.tolist(), *session.bought}
    known = {item % 8 for item in bought}
    may = set(range(shop.n_items)) - set(session.gone)
    may -= {item for item in may if wishes.get(item % 8, 1.0) == 0}
    if focus == "new-categories":
        return {item for item in may if item % 8 not in known}
    if focus.startswith("category"):
        may = {item for item in may if item % 8 == 3}
    return may - bought if focus == "explore" or not repeats else may


def assert_causes_are_the_persons(slate: LiveSlate, person: Person, session: Session) -> None:
    """Causes are what the person bought or did something with, strongest first, never the pick, never twice."""
    own = {*person.bought.tolist(), *session.weights}
    for item, causes, amounts in zip(slate.items.tolist(), slate.causes.tolist(), slate.amounts.tolist(), strict=True):
        told = [cause for cause in causes if cause >= 0]
        assert set(told) <= own
        assert item not in told
        assert len(set(told)) == len(told)
        assert amounts == sorted(amounts, reverse=True)
        assert all((amount > 0) == (cause >= 0) for cause, amount in zip(causes, amounts, strict=True))
    if not session.weights:
        assert (slate.amounts.sum(axis=1) <= slate.scores * 1.0001 + 1e-6).all()
