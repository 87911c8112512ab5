"""Sample-ratio mismatch by hand, against scipy, and how often it alarms without a cause."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, chisquare

from crossaisle.errors import UsageError
from crossaisle.evaluation.experiments.ratio_check import ALARM, check_ratio

from .chances import at_least, at_most


def test_split_by_hand() -> None:
    """60 and 40 where 50 and 50 were planned: 100/50 + 100/50 = 4 with one degree of freedom, p = .0455."""
    found = check_ratio((60, 40), (1, 1))
    assert (found.counts, found.expected) == ((60, 40), (50, 50))
    assert found.p_value == pytest.approx(0.0455, abs=1e-4)
    assert not found.is_alarm


def test_sequential_test_by_hand() -> None:
    """Two units in the first of two arms: the prior of 500 and 500 foretold 500/1000 · 501/1001, the plan 1/4."""
    assert check_ratio((2, 0), (1, 1)).always_valid_p_value == pytest.approx(0.25 * 1000 * 1001 / (500 * 501))


@given(st.lists(st.integers(0, 10_000), min_size=2, max_size=6).filter(any), st.data())
def test_p_value_is_scipys(counts: list[int], data: st.DataObject) -> None:
    weights = data.draw(st.lists(st.floats(0.1, 10), min_size=len(counts), max_size=len(counts)))
    expected = np.array(weights) / sum(weights) * sum(counts)
    assert check_ratio(counts, weights).p_value == pytest.approx(chisquare(counts, expected, sum_check=False).pvalue)


def test_a_mismatch_alarms() -> None:
    """Of 21,000 units 500 fewer than planned in one arm: 250²/10500 · 2 = 11.9, p = .00056; at 300 fewer p = .038."""
    assert check_ratio((10_750, 10_250), (1, 1)).is_alarm
    assert not check_ratio((10_650, 10_350), (1, 1)).is_alarm


def test_one_look_alarms_without_a_cause_as_often_as_promised() -> None:
    """Summed over all splits of 1,000 units. Counts are whole, so the first that alarms bounds how near it comes."""
    splits = np.arange(1001)
    alarms = np.array([check_ratio((split, 1000 - split), (1, 1)).is_alarm for split in splits.tolist()])
    chances = binom.pmf(splits, 1000, 0.5)
    assert chances[alarms].sum() == pytest.approx(ALARM, abs=2 * chances[alarms].max())


def test_daily_looks_of_the_sequential_test_keep_its_promise_and_those_of_the_other_do_not() -> None:
    """At p < .05 over 40 looks of 100 units each; ten looks of any such test already miss 19 % of the time."""
    rng, runs = np.random.default_rng(0), 500
    always, once = 0, 0
    for _ in range(runs):
        counts = rng.multinomial(100, (0.5, 0.3, 0.2), 40).cumsum(axis=0)
        checks = [check_ratio(row, (5, 3, 2)) for row in counts]
        always += any(check.always_valid_p_value < 0.05 for check in checks)
        once += any(check.p_value < 0.05 for check in checks)
    assert always <= at_most(runs, 0.05)
    assert once >= at_least(runs, 0.19)


def test_sequential_test_finds_a_lasting_mismatch() -> None:
    """Its logarithm grows as n times the divergence of .52 from .5, .0008, less about half the log of n: 40,000."""
    assert check_ratio((20_800, 19_200), (1, 1)).always_valid_p_value < ALARM


def test_arm_that_expects_hardly_anybody_does_not_alarm_by_two_units() -> None:
    """Two of 100 units at a weight of a thousandth: p = .0047 by the binomial, though chi-square says 2e-9."""
    found = check_ratio((98, 2), (0.999, 0.001))
    assert found.p_value < ALARM
    assert not found.is_alarm


@pytest.mark.parametrize(("counts", "is_alarm"), [((50, 50, 0), False), ((50, 50, 1), True)])
def test_arm_of_weight_zero_is_to_have_nobody(counts: tuple[int, ...], is_alarm: bool) -> None:
    assert check_ratio(counts, (1, 1, 0)).is_alarm == is_alarm


@pytest.mark.parametrize("counts", [(0, 0), (1, 0), (0, 1)])
def test_nobody_and_one_are_no_alarm(counts: tuple[int, int]) -> None:
    found = check_ratio(counts, (1, 1))
    assert not found.is_alarm
    assert found.always_valid_p_value == 1


@pytest.mark.parametrize("weights", [(1,), (0, 0), (1, -1), (1, float("nan"))])
def test_weights_that_plan_nothing_are_refused(weights: tuple[float, ...]) -> None:
    with pytest.raises(UsageError, match="weights of 2 arms"):
        check_ratio((10, 10), weights)
