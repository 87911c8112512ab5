"""Estimates of policies that were not live, by hand and against policies whose worth is known."""

import json
from dataclasses import replace

import numpy as np
import pytest

from crossaisle.errors import InputError
from crossaisle.evaluation.feedback.off_policy import (
    Choices,
    Estimate,
    Outcomes,
    policy_difference,
    policy_value,
)
from crossaisle.numerics.arrays import Doubles
from crossaisle.numerics.bootstrap import interval, ratio_of, resampled_means

from .logs import logged

WORTH = np.array([[0.1, 0.3, 0.2, 0.4], [0.5, 0.2, 0.1, 0.1], [0.05, 0.1, 0.6, 0.3]])
"""q(x, a): chance of a click in each of three contexts, equally frequent, on each of four items."""
LOGGING = np.array([[0.4, 0.3, 0.2, 0.1], [0.1, 0.2, 0.3, 0.4], [0.25, 0.25, 0.25, 0.25]])
TARGET = np.array([[0.1, 0.1, 0.1, 0.7], [0.8, 0.1, 0.1, 0.0], [0.0, 0.0, 1.0, 0.0]])
OTHER = np.array([[0.1, 0.1, 0.7, 0.1], [0.8, 0.1, 0.1, 0.0], [0.0, 0.0, 1.0, 0.0]])
WRONG = np.full((3, 4), 0.3)
"""An outcome model that knows nothing."""
N_SEEDS = 400


def choices_of(propensity: list[float], reward: list[float]) -> Choices:
    return Choices(np.array(propensity), np.array(reward, dtype=np.float64), np.arange(len(reward)))


class Draw:
    """Choices of the logging policy in random contexts."""

    def __init__(self, seed: int, n: int = 3000) -> None:
        rng = np.random.default_rng(seed)
        self.context = rng.integers(0, 3, n)
        self.action = (rng.random((n, 1)) > np.cumsum(LOGGING[self.context], axis=1)[:, :-1]).sum(axis=1)
        reward = (rng.random(n) < self.of(WORTH)).astype(np.float64)
        self.choices = Choices(self.of(LOGGING), reward, np.arange(n))

    def of(self, table: Doubles) -> Doubles:
        """What a table (context, item) says of each choice."""
        return np.asarray(table[self.context, self.action], dtype=np.float64)

    def expected(self, worth: Doubles, policy: Doubles) -> Outcomes:
        """What an outcome model says of the logged and of the policy's choice."""
        return Outcomes(self.of(worth), (policy * worth).sum(axis=1)[self.context])


def true_value(policy: Doubles) -> float:
    return float((policy * WORTH).sum(axis=1).mean())


def test_four_choices_by_hand() -> None:
    """w = π / p = 2, 0, 1, 2. IPS: (2·1 + 1·0 + 2·1) / 4 = 1; SNIPS: 4 / 5.

    Influence of SNIPS, w (r − .8) · 4 / 5: .32, 0, −.64, .32; error √(Σ² · 4/3) / 4 = √(.6144 · 4/3) / 4.
    """
    choices = choices_of([0.5, 0.25, 0.5, 0.1], [1, 1, 0, 1])
    found = policy_value(choices, np.array([1, 0, 0.5, 0.2]))
    assert found.ips.value == pytest.approx(1)
    assert found.snips.value == pytest.approx(0.8)
    assert found.snips.error == pytest.approx(np.sqrt(0.6144 * 4 / 3) / 4)
    assert found.snips.low == pytest.approx(0.8 - 1.959964 * found.snips.error)
    assert found.n_effective == pytest.approx(25 / 9)
    assert found.mean_weight == pytest.approx(5 / 4)
    assert found.top_share == pytest.approx(2 / 5)
    assert (found.n_choices, found.n_rewards) == (4, 2)
    assert found.doubly_robust is None


def test_doubly_robust_by_hand() -> None:
    """w = 2 and 0; .5 + 2 (1 − .4) = 1.7 and .3 + 0 = .3: mean 1."""
    outcomes = Outcomes(np.array([0.4, 0.9]), np.array([0.5, 0.3]))
    found = policy_value(choices_of([0.5, 0.5], [1, 1]), np.array([1, 0]), outcomes=outcomes)
    assert found.doubly_robust is not None
    assert found.doubly_robust.value == pytest.approx(1)


def test_clipping_by_hand() -> None:
    """w = 10 and 1, cut to 4 and 1: SNIPS 4/5, and 6 of 11 of the weight is gone."""
    found = policy_value(choices_of([0.1, 1], [1, 0]), np.array([1, 1]), clip=4)
    assert found.snips.value == pytest.approx(0.8)
    assert found.clipped_share == pytest.approx(6 / 11)
    assert "clipped" in found.limits


def test_intervals_cover_the_true_value_at_their_rate_and_errors_are_right() -> None:
    """Of 400 intervals at 95 %, five binomial standard errors (1.1 %) below are 89.6 %.

    The mean of 400 squared standard scores is 1 ± 5 √(2 / 400). With 3,000 choices and weights of at most 8, what a
    normal approximation lacks in two-sided coverage is of the order 1 / 3,000.
    """
    scores: dict[str, list[float]] = {"ips": [], "snips": [], "doubly_robust": []}
    covers = dict.fromkeys(scores, 0)
    for seed in range(N_SEEDS):
        draw = Draw(seed)
        found = policy_value(draw.choices, draw.of(TARGET), outcomes=draw.expected(WRONG, TARGET))
        for name in scores:
            one: Estimate = getattr(found, name)
            scores[name].append((one.value - true_value(TARGET)) / one.error)
            covers[name] += one.low <= true_value(TARGET) <= one.high
    for name, drawn in scores.items():
        assert covers[name] / N_SEEDS > 0.95 - 5 * np.sqrt(0.95 * 0.05 / N_SEEDS), name
        assert np.mean(np.square(drawn)) == pytest.approx(1, abs=5 * np.sqrt(2 / N_SEEDS)), name


def test_a_good_outcome_model_makes_the_doubly_robust_estimate_surer() -> None:
    """With the true q, only the noise of rewards is weighed and not q itself: Var(w (r − q)) < Var(w (r − μ))."""
    draw = Draw(0, 20_000)
    found = policy_value(draw.choices, draw.of(TARGET), outcomes=draw.expected(WORTH, TARGET))
    assert found.doubly_robust is not None
    assert found.doubly_robust.error < found.snips.error


def test_delta_method_agrees_with_the_bootstrap() -> None:
    """Half widths within 12 %: four standard errors of the distance of two quantiles of 1,000 draws."""
    draw = Draw(3)
    found = policy_value(draw.choices, draw.of(TARGET)).snips
    weight = draw.of(TARGET) / draw.of(LOGGING)
    columns = np.column_stack([weight * draw.choices.reward, weight])
    _, low, high = ratio_of(columns.mean(axis=0), resampled_means(columns, seed=0), 0, 1)
    assert (high - low) / 2 == pytest.approx((found.high - found.low) / 2, rel=0.12)


def test_choices_of_one_user_are_no_independent_witnesses() -> None:
    """Each of 300 users chose five times alike: as sure as 300 choices, √5 less than 1,500, but for (n − 1)."""
    draw = Draw(5, 300)
    one = draw.choices
    many = Choices(*(np.repeat(values, 5) for values in (one.propensity, one.reward, one.user)))
    target = np.repeat(draw.of(TARGET), 5)
    alike = policy_value(many, target).snips.error
    assert alike == pytest.approx(policy_value(one, draw.of(TARGET)).snips.error)
    as_strangers = policy_value(replace(many, user=np.arange(1500)), target).snips.error
    assert alike / as_strangers == pytest.approx(np.sqrt(5), rel=2e-3)


def test_difference_of_two_policies_covers_the_truth_and_is_surer_than_two_estimates_apart() -> None:
    """The policies differ in one of three contexts; bounds as for one policy."""
    truth, scores, ratios = true_value(TARGET) - true_value(OTHER), [], []
    for seed in range(N_SEEDS):
        draw = Draw(seed)
        first, second = draw.of(TARGET), draw.of(OTHER)
        found = policy_difference(draw.choices, first, second).snips
        apart = [policy_value(draw.choices, one).snips.error for one in (first, second)]
        scores.append((found.value - truth) / found.error)
        ratios.append(found.error / np.hypot(apart[0], apart[1]))
    assert np.mean(np.abs(scores) < 1.96) > 0.95 - 5 * np.sqrt(0.95 * 0.05 / N_SEEDS)
    assert np.mean(np.square(scores)) == pytest.approx(1, abs=5 * np.sqrt(2 / N_SEEDS))
    assert max(ratios) < 1


def test_difference_agrees_with_the_paired_bootstrap() -> None:
    draw = Draw(3)
    weights = [draw.of(policy) / draw.of(LOGGING) for policy in (TARGET, OTHER)]
    columns = np.column_stack([one for weight in weights for one in (weight * draw.choices.reward, weight)])
    drawn = resampled_means(columns, seed=0)
    low, high = interval((drawn[:, 0] / drawn[:, 1] - drawn[:, 2] / drawn[:, 3])[:, None])
    found = policy_difference(draw.choices, draw.of(TARGET), draw.of(OTHER)).snips
    assert (high[0] - low[0]) / 2 == pytest.approx((found.high - found.low) / 2, rel=0.12)


def test_doubly_robust_difference_is_that_of_its_estimates() -> None:
    draw = Draw(1)
    outcomes = draw.expected(WORTH, TARGET), draw.expected(WORTH, OTHER)
    found = policy_difference(draw.choices, draw.of(TARGET), draw.of(OTHER), outcomes=outcomes)
    first, second = (
        policy_value(draw.choices, draw.of(policy), outcomes=expected).doubly_robust
        for policy, expected in zip((TARGET, OTHER), outcomes, strict=True)
    )
    assert found.doubly_robust is not None
    assert first is not None
    assert second is not None
    assert found.doubly_robust.value == pytest.approx(first.value - second.value)


def test_a_sound_log_has_no_limits() -> None:
    draw = Draw(0)
    assert policy_value(draw.choices, draw.of(TARGET)).limits == ()


def test_each_limit_is_named() -> None:
    draw = Draw(0)
    sound, target = draw.choices, draw.of(TARGET)
    few = replace(sound, reward=sound.reward * (np.cumsum(sound.reward) <= 20))
    assert policy_value(few, target).limits == ("few_rewards",)
    narrow = np.where(np.arange(3000) < 150, 20 * sound.propensity, 0).clip(0, 1)
    assert "few_effective" in policy_value(sound, narrow).limits
    halved = replace(sound, propensity=sound.propensity / 2)
    assert policy_value(halved, target).limits == ("wrong_propensities",)
    assert policy_value(sound, target, clip=2).limits == ("clipped",)


def test_choices_that_the_log_could_not_make_are_no_overlap() -> None:
    """By a logged probability of 0, or since weights that should have the mean 1 lack what was never shown."""
    draw = Draw(0)
    impossible = replace(draw.choices, propensity=np.where(draw.action == 3, 0, draw.of(LOGGING)))
    assert "no_overlap" in policy_value(impossible, draw.of(TARGET)).limits
    without = np.array([[0.5, 0.3, 0.2, 0.0], [0.8, 0.1, 0.1, 0.0], [0.0, 0.0, 1.0, 0.0]])
    assert policy_value(impossible, draw.of(without)).limits == ()
    unseen = np.where(draw.action == 3, 0, draw.of(TARGET))
    assert policy_value(draw.choices, unseen).limits == ("no_overlap",)


def test_nothing_logged_is_said_and_goes_to_json() -> None:
    found = policy_value(choices_of([], []), np.zeros(0), outcomes=Outcomes(np.zeros(0), np.zeros(0)))
    assert found.limits == ("nothing_logged",)
    plain = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert plain["snips"] == {"value": None, "error": None, "low": None, "high": None}
    assert plain["limits"] == ["nothing_logged"]
    difference = policy_difference(choices_of([], []), np.zeros(0), np.zeros(0))
    assert json.loads(json.dumps(difference.to_dict(), allow_nan=False))["snips"]["value"] is None


def test_a_policy_that_chose_nothing_of_the_log_has_no_value() -> None:
    found = policy_value(choices_of([0.5] * 4, [1, 0, 1, 0]), np.zeros(4))
    assert np.isnan(found.snips.value)
    assert found.n_effective == 0
    assert {"no_overlap", "few_effective", "few_rewards"} <= set(found.limits)
    assert found.to_dict()["top_share"] is None


def test_one_user_gives_a_value_without_an_interval() -> None:
    found = policy_value(replace(choices_of([0.5, 0.5], [1, 0]), user=np.zeros(2)), np.array([0.5, 0.5]))
    assert found.snips.value == 0.5
    assert np.isnan(found.snips.error)


def test_choices_are_the_explored_places_of_a_log() -> None:
    log = logged(4, user=[1, 2, 3, 4], propensity=[1, 0.5, 0.25, 1], is_explored=[False, True, True, False])
    found = Choices.explored(log, np.array([9.0, 1.0, 2.0, 9.0]))
    assert found.propensity.tolist() == [0.5, 0.25]
    assert found.reward.tolist() == [1, 2]
    assert found.user.tolist() == [2, 3]


def test_arrays_that_do_not_fit_are_refused_by_name() -> None:
    choices = choices_of([0.5, 0.5], [1, 0])
    with pytest.raises(InputError, match=r"target: its shape is \(3,\), not \(2,\)"):
        policy_value(choices, np.zeros(3))
    with pytest.raises(InputError, match="target: a probability lies outside"):
        policy_value(choices, np.array([2, 0]))
    with pytest.raises(InputError, match="wanted: its shape"):
        policy_value(choices, np.zeros(2), outcomes=Outcomes(np.zeros(2), np.zeros(1)))
    with pytest.raises(InputError, match="clip: weights cannot be cut"):
        policy_value(choices, np.zeros(2), clip=0)
    with pytest.raises(InputError, match="reward: a reward is not a number"):
        choices_of([0.5], [np.nan])
    with pytest.raises(InputError, match="propensity: its shape is"):
        Choices(np.zeros((1, 1)), np.zeros(1), np.zeros(1))
