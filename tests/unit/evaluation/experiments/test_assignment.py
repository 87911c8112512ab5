"""Assignment by hash: stable, in proportion, and independent between experiments."""

from hashlib import blake2b

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from crossaisle.errors import UsageError
from crossaisle.evaluation.experiments.assignment import ARM, arm_of, assign, takes_part, uniform

from .chances import CHANCE, at_least, at_most

N = 20_000
IDS = [f"user-{number}" for number in range(N)]
PINNED = [0, None, 1, 2, 2, None, 0, 2, 2, None, 1, None]
"""Arms of user-0 to user-11 of home-page at weights 1, 1, 2 and a share of 0.8: a change would move running ones."""


def association(first: list[int], second: list[int]) -> float:
    """Chi-square statistic of a table of two by two."""
    table = np.zeros((2, 2))
    np.add.at(table, (first, second), 1)
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
    return float((np.square(table - expected) / expected).sum())


def test_number_of_a_unit_worked_out_by_hand() -> None:
    """The ids, each after its length in eight bytes; the first 53 of 64 bits as a fraction."""
    content = b"\0\0\0\0\0\0\0\x05trial" + b"\0\0\0\0\0\0\0\x03\xc3\xa9a"
    digest = blake2b(content, digest_size=8, person=b"arm").digest()
    assert uniform(ARM, "trial", "éa") == (int.from_bytes(digest, "big") >> 11) / 2**53


def test_units_keep_the_arms_they_have_in_running_experiments() -> None:
    arms = [assign("home-page", f"user-{number}", (1, 1, 2), 0.8) for number in range(12)]
    assert arms == PINNED


def test_ids_are_joined_without_ambiguity() -> None:
    assert uniform(ARM, "ab", "c") != uniform(ARM, "a", "bc")
    assert uniform(ARM, "a\0", "b") != uniform(ARM, "a", "\0b")


def test_arms_get_units_in_proportion_to_weights() -> None:
    arms = [arm_of("e", unit, (1, 5, 0, 2)) for unit in IDS]
    assert arms.count(2) == 0
    for arm, weight in ((0, 1), (1, 5), (3, 2)):
        assert at_least(N, weight / 8) <= arms.count(arm) <= at_most(N, weight / 8)


def test_share_of_traffic_takes_part() -> None:
    assert at_least(N, 0.3) <= sum(takes_part("e", unit, 0.3) for unit in IDS) <= at_most(N, 0.3)
    assert not any(takes_part("e", unit, 0) for unit in IDS[:1000])
    assert all(takes_part("e", unit, 1) for unit in IDS[:1000])


@given(st.text(), st.text(), st.lists(st.floats(0.01, 100), min_size=1, max_size=5), st.floats(0, 1), st.floats(0, 1))
def test_raising_the_share_moves_nobody_between_arms(
    experiment: str, unit: str, weights: list[float], one: float, other: float
) -> None:
    before, after = (assign(experiment, unit, weights, share) for share in sorted((one, other)))
    assert before is None or before == after


@given(st.text(), st.lists(st.sampled_from([0.0, 1e-300, 0.5, 3.0, 1e300]), min_size=1, max_size=6).filter(any))
def test_arm_without_weight_has_no_units(unit: str, weights: list[float]) -> None:
    assert weights[arm_of("e", unit, weights)] > 0


@given(st.text(), st.integers(-3, 3))
def test_only_ratios_of_weights_count(unit: str, power: int) -> None:
    assert arm_of("e", unit, (1, 2, 3)) == arm_of("e", unit, [weight * 2.0**power for weight in (1, 2, 3)])


def test_assignments_of_two_experiments_are_independent() -> None:
    first, second = ([arm_of(name, unit, (1, 1)) for unit in IDS] for name in ("first", "second"))
    assert association(first, second) < chi2.ppf(1 - CHANCE, 1)


def test_arm_is_independent_of_taking_part() -> None:
    taking = [int(takes_part("e", unit, 0.5)) for unit in IDS]
    assert association(taking, [arm_of("e", unit, (1, 1)) for unit in IDS]) < chi2.ppf(1 - CHANCE, 1)


@pytest.mark.parametrize("weights", [(), (0, 0), (1, -1, 1), (1, float("nan")), (1, float("inf"))])
def test_weights_that_split_nothing_are_refused(weights: tuple[float, ...]) -> None:
    with pytest.raises(UsageError, match="home-page: weights of arms"):
        arm_of("home-page", "u", weights)


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_share_outside_its_range_is_refused(share: float) -> None:
    with pytest.raises(UsageError, match="share of traffic"):
        assign("home-page", "u", (1, 1), share)
