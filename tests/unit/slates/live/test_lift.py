"""Lifts: what people answered to items moves their scores, each by a factor."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from crossaisle.numerics.arrays import Floats
from crossaisle.slates.live.live_slates import LiveSlates
from crossaisle.slates.live.options import LiveOptions
from crossaisle.slates.live.standing import Standing
from crossaisle.slates.options import SlateOptions

from ..shop import ANN, A, B, E, G, shop
from .shops import TABLE, asked, causes, neighbours_of, person_of, said


def live_of(lift: list[float] | None, standing: Standing | None = None, power: float = 1) -> LiveSlates:
    told = None if lift is None else np.array(lift, dtype=np.float32)
    knobs, near = SlateOptions(min_purchases=0), neighbours_of(TABLE)
    return LiveSlates.of(shop(), near, LiveOptions(lift=power), knobs, standing, lift=told)


def lifts(**of_items: float) -> list[float]:
    return [of_items.get(letter, 0.0) for letter in "abcdefgh"]


def test_a_score_is_multiplied_by_the_exponential_of_its_lift() -> None:
    plain = said(asked(live_of(None), person_of(live_of(None), [ANN]), "explore"))
    live = live_of(lifts(e=np.log(3), b=np.log(0.5)))
    lifted = said(asked(live, person_of(live, [ANN]), "explore"))
    assert lifted[E] == pytest.approx(3 * plain[E], abs=1e-4)
    assert lifted[B] == pytest.approx(0.5 * plain[B], abs=1e-4)
    assert lifted[G] == plain[G]
    assert list(lifted) == sorted(lifted, key=lambda item: -lifted[item])


def test_the_option_is_the_power_of_the_lift() -> None:
    for power, factor in ((0, 1), (0.5, 2), (2, 16)):
        live = live_of(lifts(e=np.log(4)), power=power)
        plain = said(asked(live_of(None), person_of(live_of(None), [ANN]), "explore"))
        lifted = said(asked(live, person_of(live, [ANN]), "explore"))
        assert lifted[E] == pytest.approx(factor * plain[E], abs=1e-3)


def test_lists_made_beforehand_are_reordered() -> None:
    items = np.full((1, 3, 4), -1, dtype=np.int32)
    items[0, 1] = [B, E, G, 3]
    standing = Standing(np.array([0, -1, -1], dtype=np.int32), items)
    plain, lifted = live_of(None, standing), live_of(lifts(g=1.0), standing)
    assert list(said(asked(plain, person_of(plain, [ANN]), "explore", k=3))) == [B, E, G]
    assert next(iter(said(asked(lifted, person_of(lifted, [ANN]), "explore", k=3)))) == G


def test_causes_stay_parts_of_the_score() -> None:
    live = live_of(lifts(e=np.log(2)))
    slate = asked(live, person_of(live, [ANN], [(A, "view", 1)]), "explore")
    scores = said(slate)
    assert sum(amount for _, amount, _ in causes(slate)[E]) == pytest.approx(scores[E], abs=1e-3)


@given(arrays(np.float32, 8, elements=st.floats(-1.5, 1.5, width=32)))
def test_lifts_put_nothing_into_a_whole_slate_and_take_nothing_out(lift: Floats) -> None:
    plain, lifted = live_of(None), live_of(lift.tolist())
    one, other = (asked(live, person_of(live, [ANN]), "explore") for live in (plain, lifted))
    assert sorted(one.items.tolist()) == sorted(other.items.tolist())
    assert one.n_filled == other.n_filled
