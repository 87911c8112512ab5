"""Reading an experiment: what each arm did, how it differs from control, and what that allows to say."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

import numpy as np

from crossaisle.errors import UsageError
from crossaisle.evaluation.experiments.cuped import Adjusted, adjust
from crossaisle.evaluation.experiments.intervals import Difference, Sample, compare, sample_of
from crossaisle.evaluation.experiments.ratio_check import RatioCheck, check_ratio
from crossaisle.numerics.arrays import Codes, Doubles

METRICS = CONVERSION, REVENUE, REPEAT_VISIT_RATE = ("conversion", "revenue", "repeat_visit_rate")
"""Of the units exposed: the share who bought after their exposure; what they spent after it, per unit; the share with a
visit on a later day than the exposure's. More is better in each."""
VERDICTS = MISMATCH, BETTER, WORSE, OPEN, NO_VARIATION, TOO_FEW = (
    "mismatch",
    "better",
    "worse",
    "open",
    "no_variation",
    "too_few",
)
"""Units are not split as planned; an arm is better or worse than control; not decided; outcomes do not vary within the
arms; an arm has fewer than two units whose outcome is known."""
PLANNED_UNITS = 10_000


@dataclass(frozen=True)
class Units:
    """Everybody who was exposed in an experiment, each once, with what they did.

    An outcome is to be final once it is handed in: counted over the same time after each unit's exposure, NaN while
    that time is not over. Else units that came late count as having done less, and the always-valid intervals lose
    their promise.

    Args:
        arm: int8 (n,), number of the arm; 0 is control.
        outcomes: metric → float64 (n,), NaN where not known; such a unit is left out of that metric.
        covariates: metric → float64 (n,), what was known of each unit before its exposure, NaN where nothing was.
            Every outcome is adjusted by all of them.
    """

    arm: Codes
    outcomes: Mapping[str, Doubles]
    covariates: Mapping[str, Doubles] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for kind, columns in (("outcomes", self.outcomes), ("covariates", self.covariates)):
            for name, values in columns.items():
                place = f"{kind}, {name}"
                if len(values) != len(self.arm):
                    what = f"{len(values)} values for {len(self.arm)} units"
                    raise UsageError(what, place, "Give one value for each unit, NaN where none is known.")
                if np.isinf(values).any():
                    raise UsageError("a value is infinite", place, "Give NaN where none is known.")


@dataclass(frozen=True)
class MetricReading:
    """A metric of an arm.

    Args:
        n: units whose outcome is known.
        mean: over them, NaN of none. adjusted_mean: by CUPED, None without covariates.
        difference: to control, None for control itself. adjusted: the same by CUPED, None without covariates.
        verdict: one of `VERDICTS`, by the always-valid interval, the adjusted one where there is one; empty for
            control.
    """

    n: int
    mean: float
    adjusted_mean: float | None
    difference: Difference | None
    adjusted: Difference | None
    verdict: str


@dataclass(frozen=True)
class ArmReading:
    """An arm: n exposed units, and metric → what it measured."""

    name: str
    n: int
    metrics: Mapping[str, MetricReading]


@dataclass(frozen=True)
class Reading:
    """What an experiment says so far.

    Args:
        arms: control first.
        ratio: whether units were split as planned.
        primary: the metric that the verdict is about.
        verdict: one of `VERDICTS`: `mismatch` before all others, since then no figure can be trusted; `better` if any
            arm is better than control, `worse` if any is worse and none better.
        decided: name of the arm that a verdict of better or worse is about, the most extreme one; else empty.
        alpha: the probability that any arm's interval of a metric misses; each arm's is alpha / (n_arms − 1)
            (Bonferroni).
        planned_units: of all arms together.
        variance_reduction: metric → by which share CUPED lowered the variance within arms; empty without covariates.
    """

    arms: tuple[ArmReading, ...]
    ratio: RatioCheck
    primary: str
    verdict: str
    decided: str
    alpha: float
    planned_units: int
    variance_reduction: Mapping[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; what is not known and the ends of unbounded intervals become null."""
        plain: dict[str, Any] = _plain(self)
        return plain


def read(
    units: Units,
    arms: Sequence[str],
    weights: Sequence[float],
    alpha: float = 0.05,
    *,
    planned_units: int = PLANNED_UNITS,
    primary: str = CONVERSION,
) -> Reading:
    """Read an experiment.

    Args:
        arms: names, control first, at least two.
        weights: the planned weight of each arm.
        alpha: in (0, 1).
        planned_units: of all arms together, at which the always-valid intervals are tightest; set it before the start
            and leave it.
        primary: the metric that the verdict is about, chosen before the start.

    Raises:
        UsageError: arms, weights or options do not fit each other or the units.
    """
    _check(units, arms, alpha, planned_units, primary)
    ratio = check_ratio(np.bincount(units.arm, minlength=len(arms)), weights)
    planned = [max(1.0, planned_units * (weights[0] + weight) / sum(weights)) for weight in weights]
    columns: dict[str, list[MetricReading]] = {}
    reductions: dict[str, float] = {}
    for name, outcome in units.outcomes.items():
        plain, adjusted = _samples(outcome, units, len(arms))
        columns[name] = _measured(plain, adjusted, alpha / (len(arms) - 1), planned)
        if adjusted:
            reductions[name] = adjusted.variance_reduction
    read_arms = tuple(
        ArmReading(name, ratio.counts[one], {metric: column[one] for metric, column in columns.items()})
        for one, name in enumerate(arms)
    )
    verdict, decided = (MISMATCH, "") if ratio.is_alarm else _verdict(read_arms[1:], primary)
    return Reading(read_arms, ratio, primary, verdict, decided, alpha, planned_units, reductions)


def _check(units: Units, arms: Sequence[str], alpha: float, planned_units: int, primary: str) -> None:
    where = "experiment"
    if len(arms) < 2 or len(set(arms)) < len(arms):
        raise UsageError(f"the arms are {list(arms)}", where, "Give at least two different names, control first.")
    if len(units.arm) and not 0 <= units.arm.min() <= units.arm.max() < len(arms):
        what = f"arms of units go from {units.arm.min()} to {units.arm.max()}"
        raise UsageError(what, where, f"Number them from 0 to {len(arms) - 1}.")
    if not 0 < alpha < 1:
        raise UsageError(f"alpha is {alpha}", where, "Give a number between 0 and 1, such as 0.05.")
    if planned_units < 1:
        raise UsageError(f"the planned number of units is {planned_units}", where, "Give a number above 0.")
    if primary not in units.outcomes:
        what = f"the primary metric {primary} is not among {', '.join(units.outcomes) or 'no outcomes'}"
        raise UsageError(what, where, "Choose one of the outcomes.")


def _samples(outcome: Doubles, units: Units, n_arms: int) -> tuple[tuple[Sample, ...], Adjusted | None]:
    """Each arm's sample of those whose outcome is known, and the adjusted ones where there are covariates."""
    is_known = ~np.isnan(outcome)
    values, arm = outcome[is_known], units.arm[is_known]
    plain = tuple(sample_of(values[arm == one]) for one in range(n_arms))
    if not units.covariates:
        return plain, None
    covariates = np.stack([column[is_known] for column in units.covariates.values()], axis=1)
    return plain, adjust(values, arm, covariates, n_arms)


def _measured(
    plain: Sequence[Sample], adjusted: Adjusted | None, alpha: float, planned: Sequence[float]
) -> list[MetricReading]:
    """One metric of all arms."""
    means = [one.mean for one in adjusted.samples] if adjusted else [None] * len(plain)
    found = [MetricReading(plain[0].n, plain[0].mean, means[0], None, None, "")]
    for one in range(1, len(plain)):
        difference, closer = compare(plain[one], plain[0], alpha, planned[one]), None
        verdict = _word(difference, plain[one], plain[0])
        if adjusted:
            pair = adjusted.samples[one], adjusted.samples[0]
            closer = compare(*pair, alpha, planned[one], adjusted.shared)
            verdict = _word(closer, *pair)
        found.append(MetricReading(plain[one].n, plain[one].mean, means[one], difference, closer, verdict))
    return found


def _word(difference: Difference, arm: Sample, control: Sample) -> str:
    if min(arm.n, control.n) < 2:
        return TOO_FEW
    if arm.variance + control.variance == 0:
        return NO_VARIATION
    if difference.always.low > 0:
        return BETTER
    return WORSE if difference.always.high < 0 else OPEN


def _verdict(treated: Sequence[ArmReading], primary: str) -> tuple[str, str]:
    """The verdict over all arms, and the arm it is about."""

    def value(arm: ArmReading) -> float:
        measured = arm.metrics[primary]
        difference = measured.adjusted or measured.difference
        return difference.value if difference else math.nan

    by_word = {word: [arm for arm in treated if arm.metrics[primary].verdict == word] for word in VERDICTS}
    if by_word[BETTER]:
        return BETTER, max(by_word[BETTER], key=value).name
    if by_word[WORSE]:
        return WORSE, min(by_word[WORSE], key=value).name
    return next(word for word in (OPEN, NO_VARIATION, TOO_FEW) if by_word[word]), ""


def _plain(value: Any) -> Any:
    """Dataclasses, mappings and sequences of plain values as JSON has them."""
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
