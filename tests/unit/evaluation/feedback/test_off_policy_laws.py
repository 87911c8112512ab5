"""What holds of estimates of policies whatever was logged."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossaisle.evaluation.feedback.off_policy import Choices, policy_difference, policy_value

LISTS = st.lists(
    st.tuples(st.floats(0.01, 1), st.floats(0, 1), st.floats(-100, 100)),
    min_size=2,
    max_size=40,
).filter(lambda rows: sum(target for _, target, _ in rows) > 1e-3)


@given(LISTS)
def test_self_normalised_value_lies_among_the_rewards(rows: list[tuple[float, float, float]]) -> None:
    propensity, target, reward = np.array(rows).T
    value = policy_value(Choices(propensity, reward, np.arange(len(rows))), target).snips.value
    assert reward[target > 0].min() - 1e-9 <= value <= reward[target > 0].max() + 1e-9


@given(LISTS, st.floats(-50, 50))
def test_a_constant_added_to_rewards_moves_the_value_by_it_and_not_its_error(
    rows: list[tuple[float, float, float]], constant: float
) -> None:
    propensity, target, reward = np.array(rows).T
    user = np.arange(len(rows))
    before, after = (policy_value(Choices(propensity, one, user), target).snips for one in (reward, reward + constant))
    assert after.value == pytest.approx(before.value + constant, abs=1e-8)
    assert after.error == pytest.approx(before.error, abs=1e-7)


@given(LISTS, st.floats(0.1, 1))
def test_a_common_factor_of_propensities_leaves_the_self_normalised_value(
    rows: list[tuple[float, float, float]], factor: float
) -> None:
    propensity, target, reward = np.array(rows).T
    user = np.arange(len(rows))
    one, other = (
        policy_value(Choices(chances, reward, user), target).snips for chances in (propensity, factor * propensity)
    )
    assert other.value == pytest.approx(one.value, abs=1e-8)


@given(LISTS)
def test_difference_changes_sign_with_the_order_and_is_nothing_for_the_same_policy(
    rows: list[tuple[float, float, float]],
) -> None:
    propensity, target, reward = np.array(rows).T
    choices, other = Choices(propensity, reward, np.arange(len(rows))), np.ones(len(rows))
    forth, back = policy_difference(choices, target, other).snips, policy_difference(choices, other, target).snips
    assert forth.value == pytest.approx(-back.value)
    assert forth.error == pytest.approx(back.error)
    same = policy_difference(choices, target, target).snips
    assert (same.value, same.error) == (0, 0)
