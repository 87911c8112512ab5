"""What is learnt from answers: freed of places, beyond scores, fading with age."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from crossaisle.errors import InputError
from crossaisle.evaluation.feedback.learned import FeedbackRates, feedback_rates
from crossaisle.evaluation.feedback.logged import Logged
from crossaisle.evaluation.feedback.position_bias import Examination
from crossaisle.numerics.arrays import AnyArray

from .logs import N_APPEALS, appeal, logged, shares_of, simulated

HALF = Examination(np.array([1, 0.5]), np.ones(2), np.ones(2), 100, "harvesting")
"""A second place that is looked at half as often."""


def shown(cells: Sequence[tuple[int, int, float, int, int]]) -> Logged:
    """A log of cells (item, rank, score, times shown, times clicked)."""
    rows = [(item, rank, score, at < n_clicked) for item, rank, score, n, n_clicked in cells for at in range(n)]
    item, rank, score, clicked = (np.array(one) for one in zip(*rows, strict=True))
    return logged(len(rows), item=item, rank=rank, score=score, is_clicked=clicked)


def learnt(log: Logged, n_items: int, category: list[int] | None = None) -> FeedbackRates:
    return feedback_rates(log, HALF, np.array(category or [0] * n_items), np.zeros(len(log)))


def test_one_item_by_hand() -> None:
    """Shown 6 times at rank 1 and 8 at rank 2, an exposure of 10; 3 and 2 clicks, a rate of .5; as expected, lift 0."""
    found = learnt(shown([(0, 1, 1, 6, 3), (0, 2, 1, 8, 2)]), 1)
    assert found.exposure.tolist() == [10]
    np.testing.assert_allclose(found.clicks.rate, [0.5], rtol=1e-6)
    np.testing.assert_allclose(found.lift, [0], atol=1e-6)


def test_an_item_is_not_blamed_for_its_place() -> None:
    """Clicked 400 and 200 times of 1,000 at ranks that are looked at always and half the time: equal rates of .4."""
    found = learnt(shown([(0, 1, 1, 1000, 400), (1, 2, 1, 1000, 200)]), 2)
    np.testing.assert_allclose(found.clicks.rate, [0.4, 0.4], rtol=1e-6)
    np.testing.assert_allclose(found.lift, [0, 0], atol=1e-6)


def test_what_scores_foretell_is_no_lift() -> None:
    """Ten items, each a decile of scores with clicks of its own: rates differ as expected, and no item is lifted."""
    found = learnt(shown([(one, 1, one, 1000, 50 + 20 * one) for one in range(10)]), 10)
    assert (np.diff(found.clicks.rate) > 0).all()
    np.testing.assert_allclose(found.lift, np.zeros(10), atol=1e-6)


def test_lift_by_hand_is_the_log_of_answers_over_those_expected_of_the_score() -> None:
    """Of two items of one score, 10,000 times each, one is clicked 3,000 times and one 1,000: 2,000 were expected.

    log 1.5 and log .5, but for the prior, which is worth 1 / variance of the ratios (.25) = 4 clicks in 2,000.
    """
    found = learnt(shown([(0, 1, 1, 10_000, 3000), (1, 1, 1, 10_000, 1000)]), 2)
    np.testing.assert_allclose(found.lift, np.log([1.5, 0.5]), atol=0.01)


def test_lift_is_clipped() -> None:
    log = shown([(0, 1, 1, 10_000, 3000), (1, 1, 1, 10_000, 1000)])
    found = feedback_rates(log, HALF, np.zeros(2, dtype=np.int64), np.zeros(len(log)), clip=0.2)
    np.testing.assert_allclose(found.lift, [0.2, -0.2], rtol=1e-6)


def test_few_answers_lift_less_than_many() -> None:
    """Items 0 and 1 are both clicked twice as often as the twenty others of the same score, item 1 on 5 occasions."""
    rng = np.random.default_rng(0)
    others = [(one, 1, 1, 1000, int(200 * factor)) for one, factor in enumerate(rng.gamma(8, 1 / 8, 20), start=2)]
    found = learnt(shown([(0, 1, 1, 1000, 400), (1, 1, 1, 5, 2), *others]), 22)
    assert found.lift[0] > found.lift[1] > 0


def test_an_item_never_shown_is_lifted_as_its_category_is() -> None:
    """Category 0 does better than its scores say and category 1 worse; item 2 of each kind was never shown."""
    rng = np.random.default_rng(1)
    cells = [(one, 1, 1, 1000, int((300 if one < 10 else 100) * rng.uniform(0.8, 1.2))) for one in range(20)]
    found = learnt(shown(cells), 23, [0] * 10 + [1] * 10 + [0, 1, -1])
    assert found.lift[20] > 0.3
    assert found.lift[21] < -0.3
    assert found.lift[21] < found.lift[22] < found.lift[20]
    assert found.exposure[20:].tolist() == [0, 0, 0]


def test_each_kind_of_answer_has_its_own_rates() -> None:
    log = replace(
        shown([(0, 1, 1, 100, 40)]),
        is_bought=np.arange(100) < 10,
        is_dismissed=np.arange(100) >= 95,
    )
    found = learnt(log, 1)
    for rates, rate in ((found.clicks, 0.4), (found.purchases, 0.1), (found.dismissals, 0.05)):
        np.testing.assert_allclose(rates.rate, [rate], rtol=1e-5)


def test_an_entry_counts_half_after_a_half_life() -> None:
    """Ages 0, 7 and 14 days with a half-life of 7: 1 + 1/2 + 1/4."""
    log = shown([(0, 1, 1, 3, 3)])
    found = feedback_rates(log, HALF, np.zeros(1, dtype=np.int64), np.array([0, 7, 14]), half_life=7)
    np.testing.assert_allclose(found.exposure, [1.75])


def test_a_shift_of_taste_is_followed_with_a_half_life() -> None:
    """Items 0 and 1 change roles 30 days ago, after 60 days; the other eight stay as they are, some better, some worse.

    All in all item 0 was clicked 60 · 30 + 30 · 10 = 2,100 times and item 1 60 · 10 + 30 · 30 = 1,500 of 9,000; of
    those 30 days, the days before weigh 2^−3 with a half-life of 10 days.
    """
    cells, ages = [], []
    for day in range(90):
        roles = (10, 30) if day < 30 else (30, 10)
        for item, n_clicks in enumerate((*roles, 5, 15, 20, 25, 12, 18, 22, 28)):
            cells.append((item, 1, 1, 100, n_clicks))
            ages += [day] * 100
    log, category = shown(cells), np.zeros(10, dtype=np.int64)
    unfaded = feedback_rates(log, HALF, category, np.array(ages)).lift
    followed = feedback_rates(log, HALF, category, np.array(ages), half_life=10).lift
    assert unfaded[0] > unfaded[1]
    assert followed[1] > 0 > followed[0]


def test_lifts_mend_scores_that_do_not_know_how_items_differ() -> None:
    """Half of the items of every score are clicked half as often as they score, half of them one and a half times.

    Lifts of items shown often are within five standard errors of log(factor / mean factor), 1 / √clicks each, and of
    what 20 scores in ten deciles blur: two neighbours differ by a factor of 20^(1/19), 17 %, each by half of that.
    """
    shares = shares_of("power 1", 5)
    log = simulated(shares, 40_000)
    rng = np.random.default_rng(0)
    is_good = rng.random(len(log)) < 0.5
    chance = appeal(log.item) * np.where(is_good, 1.5, 0.5) * shares[log.rank - 1]
    item = np.where(is_good, log.item, log.item + N_APPEALS).astype(np.int32)
    log = replace(log, item=item, is_clicked=rng.random(len(log)) < chance)
    places = Examination(shares, shares, shares, 1, "intervention")
    found = feedback_rates(log, places, np.zeros(2 * N_APPEALS, dtype=np.int64), np.zeros(len(log)))
    n_clicks = np.bincount(log.item, log.is_clicked, 2 * N_APPEALS)
    truth = np.log(np.repeat([1.5, 0.5], N_APPEALS))
    is_often = n_clicks > 100
    assert is_often.sum() > N_APPEALS
    off = np.abs(found.lift - truth)[is_often]
    assert (off < 5 / np.sqrt(n_clicks[is_often]) + np.log(20) / 19).all()


def test_items_without_a_score_are_held_to_their_own_kind() -> None:
    """A fallback's items have no score and few clicks; they are as expected, and so are those with scores."""
    found = learnt(shown([(0, 1, 1, 1000, 400), (1, 1, np.nan, 1000, 100)]), 2)
    np.testing.assert_allclose(found.lift, [0, 0], atol=1e-6)


@pytest.mark.parametrize("log", [logged(0), logged(50)], ids=["nothing logged", "no answer"])
def test_without_answers_nothing_is_lifted(log: Logged) -> None:
    found = learnt(log, 3, [0, 1, -1])
    for rates in (found.clicks, found.purchases, found.dismissals):
        assert rates.rate.tolist() == [0, 0, 0]
        assert rates.lift.tolist() == [0, 0, 0]
    assert found.exposure.tolist() == [len(log), 0, 0]


def test_restored_rates_are_the_same() -> None:
    found = learnt(shown([(0, 1, 1, 100, 40), (1, 1, 1, 100, 10)]), 2)
    state: dict[str, AnyArray] = found.state()
    restored = FeedbackRates.restore(state)
    assert {name: (values.dtype, values.shape) for name, values in state.items()} == {
        name: (np.dtype(np.float32), (2,))
        for name in (
            "exposure",
            *(f"{kind}/{part}" for kind in ("clicks", "purchases", "dismissals") for part in ("rate", "lift")),
        )
    }
    for name, values in restored.state().items():
        np.testing.assert_array_equal(values, state[name])


def test_what_does_not_fit_is_refused_by_name() -> None:
    log, category = logged(2, item=[0, 3]), np.zeros(4, dtype=np.int64)
    with pytest.raises(InputError, match="age: its shape is"):
        feedback_rates(log, HALF, category, np.zeros(1))
    with pytest.raises(InputError, match="age: an entry lies in the future"):
        feedback_rates(log, HALF, category, np.array([0, -1]))
    with pytest.raises(InputError, match="category: an item has no category entry"):
        feedback_rates(log, HALF, category[:3], np.zeros(2))
    with pytest.raises(InputError, match="half_life: it must be above 0 days"):
        feedback_rates(log, HALF, category, np.zeros(2), half_life=0)
