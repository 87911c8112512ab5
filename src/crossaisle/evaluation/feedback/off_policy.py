"""What a policy would earn at the explored place, told from slates that another policy filled.

Inverse propensity scores (Horvitz and Thompson 1952), self-normalised ones (Swaminathan and Joachims 2015, "The
Self-Normalized Estimator for Counterfactual Learning") and the doubly robust estimate (Dudík, Langford and Li 2011,
"Doubly Robust Policy Evaluation and Learning"). Standard errors are those of the mean of influence values, summed by
user, since one user's choices are alike; for the self-normalised ratio that is the delta method.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.stats import norm

from crossaisle.evaluation.feedback.logged import Logged, require, require_chances
from crossaisle.numerics.arrays import AnyArray, Doubles

LEAST_EFFECTIVE = 200.0
"""Effective sample size below which the normal interval is not to be believed."""
LEAST_REWARDS = 30
"""Choices with a reward and a weight below which it is not."""
LARGEST_GAP = 0.05
"""By how much the mean weight may differ from 1, beyond three standard errors."""
_LARGEST_PART = 0.01
_Z = float(norm.ppf(0.975))


@dataclass(frozen=True)
class Choices:
    """What was drawn at random, one entry a choice.

    Args:
        propensity: probability with which the logging policy chose it, float64 (n,).
        reward: clicks, purchases or currency, float64 (n,).
        user: number of the user, (n,).
    """

    propensity: Doubles
    reward: Doubles
    user: AnyArray

    def __post_init__(self) -> None:
        for name, values in (("propensity", self.propensity), ("reward", self.reward), ("user", self.user)):
            require(values.shape == (len(self),), f"its shape is {values.shape}, not ({len(self)},)", name)
        require_chances(self.propensity, "propensity")
        require(bool(np.isfinite(self.reward).all()), "a reward is not a number", "reward")

    def __len__(self) -> int:
        return int(self.propensity.size)

    @classmethod
    def explored(cls, logged: Logged, reward: AnyArray) -> "Choices":
        """The explored places of a log, in its order.

        Args:
            reward: of each logged entry (n,).
        """
        require(reward.shape == (len(logged),), f"its shape is {reward.shape}, not ({len(logged)},)", "reward")
        chosen = logged.is_explored
        return cls(logged.propensity[chosen].astype(np.float64), reward[chosen].astype(np.float64), logged.user[chosen])


@dataclass(frozen=True)
class Outcomes:
    """What a model expects, currency or share as the rewards.

    Args:
        chosen: of the logged choice, float64 (n,).
        wanted: of the new policy, Σ_a π(a|x) q(x, a), float64 (n,).
    """

    chosen: Doubles
    wanted: Doubles


@dataclass(frozen=True)
class Estimate:
    """A value with its standard error and 95 % interval; NaN where nothing tells it."""

    value: float
    error: float
    low: float
    high: float


@dataclass(frozen=True)
class PolicyValue:
    """Mean reward of a choice under the new policy.

    Args:
        ips, snips, doubly_robust: estimates; the last one where an outcome model was handed in.
        n_choices, n_rewards: logged choices; those that the new policy may make and that brought a reward.
        n_effective: (Σw)² / Σw², the number of equally weighing choices that tell as much.
        mean_weight: near 1 where the log holds all that the new policy may choose.
        top_share: part of all weight on the 1 % heaviest choices.
        clipped_share: part of all weight cut off by clipping.
        limits: reasons not to trust it, keys of texts `feedback.limit.…`.
    """

    ips: Estimate
    snips: Estimate
    doubly_robust: Estimate | None
    n_choices: int
    n_rewards: int
    n_effective: float
    mean_weight: float
    top_share: float
    clipped_share: float
    limits: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, None for what is not known."""
        return _plain(asdict(self))


@dataclass(frozen=True)
class PolicyDifference:
    """Mean reward of the first policy less that of the second on the same choices, and what limits either."""

    snips: Estimate
    doubly_robust: Estimate | None
    limits: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, None for what is not known."""
        return _plain(asdict(self))


@dataclass(frozen=True)
class _Weighed:
    """Weights w = π / p of choices, cut at a clip, and what each estimate is the mean of."""

    choices: Choices
    target: Doubles
    weight: Doubles
    whole: Doubles
    outcomes: Outcomes | None

    @classmethod
    def of(cls, choices: Choices, target: AnyArray, outcomes: Outcomes | None, clip: float | None) -> "_Weighed":
        n = len(choices)
        expected = () if outcomes is None else (("chosen", outcomes.chosen), ("wanted", outcomes.wanted))
        for name, values in (("target", target), *expected):
            require(values.shape == (n,), f"its shape is {values.shape}, not ({n},)", name)
        require_chances(target, "target")
        require(clip is None or clip > 0, "weights cannot be cut at 0 or below", "clip", "Choose a clip above 0.")
        whole = np.divide(target, choices.propensity, out=np.zeros(n), where=choices.propensity > 0)
        weight = whole if clip is None else np.minimum(whole, clip)
        return cls(choices, target.astype(np.float64), weight, whole, outcomes)

    def ips(self) -> tuple[float, Doubles]:
        return _mean(self.weight * self.choices.reward)

    def snips(self) -> tuple[float, Doubles]:
        total, reward = float(self.weight.sum()), self.choices.reward
        if total == 0:
            return float("nan"), np.full(len(reward), np.nan)
        value = float(self.weight @ reward) / total
        return value, self.weight * (reward - value) * (len(reward) / total)

    def doubly_robust(self) -> tuple[float, Doubles] | None:
        if self.outcomes is None:
            return None
        return _mean(self.outcomes.wanted + self.weight * (self.choices.reward - self.outcomes.chosen))

    def estimate(self, of: tuple[float, Doubles]) -> Estimate:
        """Of a mean and its influence values."""
        value, influence = of
        by_user = np.bincount(np.unique(self.choices.user, return_inverse=True)[1], influence)
        n_users = len(by_user)
        if n_users < 2:
            return Estimate(value, *(float("nan"),) * 3)
        error = float(np.sqrt((by_user**2).sum() * n_users / (n_users - 1))) / len(influence)
        return Estimate(value, error, value - _Z * error, value + _Z * error)

    @property
    def n_effective(self) -> float:
        squares = float((self.weight**2).sum())
        return float(self.weight.sum()) ** 2 / squares if squares else 0.0

    @property
    def n_rewards(self) -> int:
        return int(((self.weight > 0) & (self.choices.reward != 0)).sum())

    def limits(self) -> tuple[str, ...]:
        """Reasons not to trust any estimate."""
        if not len(self.choices):
            return ("nothing_logged",)
        mean = self.estimate(_mean(self.whole))
        slack = 3 * mean.error + LARGEST_GAP
        is_unlogged = bool(((self.choices.propensity == 0) & (self.target > 0)).any())
        found = {
            "no_overlap": is_unlogged or mean.value + slack < 1,
            "wrong_propensities": mean.value - slack > 1,
            "few_effective": self.n_effective < LEAST_EFFECTIVE,
            "few_rewards": self.n_rewards < LEAST_REWARDS,
            "clipped": bool((self.weight < self.whole).any()),
        }
        return tuple(key for key, is_so in found.items() if is_so)


def policy_value(
    choices: Choices, target: AnyArray, *, outcomes: Outcomes | None = None, clip: float | None = None
) -> PolicyValue:
    """Estimates of the mean reward of a choice under a policy that was not live.

    Args:
        target: π(a|x), the probability with which the new policy makes the logged choice in the logged context, (n,);
            of the same choice that the propensity is of, so with its rank where that was drawn too.
        outcomes: what a model expects that has not learnt from these choices.
        clip: the largest weight; None cuts none.
    """
    weighed = _Weighed.of(choices, target, outcomes, clip)
    whole, robust = float(weighed.whole.sum()), weighed.doubly_robust()
    n_top = int(np.ceil(len(choices) * _LARGEST_PART))
    total = float(weighed.weight.sum())
    top = float(np.partition(weighed.weight, len(choices) - n_top)[len(choices) - n_top :].sum()) if n_top else 0.0
    return PolicyValue(
        ips=weighed.estimate(weighed.ips()),
        snips=weighed.estimate(weighed.snips()),
        doubly_robust=None if robust is None else weighed.estimate(robust),
        n_choices=len(choices),
        n_rewards=weighed.n_rewards,
        n_effective=weighed.n_effective,
        mean_weight=whole / len(choices) if len(choices) else float("nan"),
        top_share=top / total if total else float("nan"),
        clipped_share=1 - total / whole if whole else 0.0,
        limits=weighed.limits(),
    )


def policy_difference(
    choices: Choices,
    first: AnyArray,
    second: AnyArray,
    *,
    outcomes: tuple[Outcomes, Outcomes] | None = None,
    clip: float | None = None,
) -> PolicyDifference:
    """How much more the first policy earns a choice than the second, with what both share cancelled.

    Args:
        first, second: probabilities as `target` of `policy_value`, (n,).
        outcomes: of the first and of the second.
    """
    of_first, of_second = outcomes or (None, None)
    one, other = _Weighed.of(choices, first, of_first, clip), _Weighed.of(choices, second, of_second, clip)
    robust, other_robust = one.doubly_robust(), other.doubly_robust()
    return PolicyDifference(
        snips=one.estimate(_less(one.snips(), other.snips())),
        doubly_robust=one.estimate(_less(robust, other_robust)) if robust and other_robust else None,
        limits=tuple(dict.fromkeys(one.limits() + other.limits())),
    )


def _mean(values: Doubles) -> tuple[float, Doubles]:
    value = float(values.mean()) if len(values) else float("nan")
    return value, values - value


def _less(one: tuple[float, Doubles], other: tuple[float, Doubles]) -> tuple[float, Doubles]:
    return one[0] - other[0], one[1] - other[1]


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {key: _plain(value) if isinstance(value, dict) else _plain_value(value) for key, value in values.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return None if isinstance(value, float) and np.isnan(value) else value
