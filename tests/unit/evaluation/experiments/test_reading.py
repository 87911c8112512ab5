"""Reading an experiment: figures, verdicts, and answers where little is known."""

import json
import math
from collections.abc import Sequence

import numpy as np
import pytest

from crossaisle.errors import UsageError
from crossaisle.evaluation.experiments.cuped import adjust
from crossaisle.evaluation.experiments.intervals import compare, sample_of
from crossaisle.evaluation.experiments.reading import METRICS, PLANNED_UNITS, VERDICTS, Reading, Units, read
from crossaisle.numerics.arrays import Doubles
from crossaisle.words import LANGUAGES, Language, say

from .chances import at_most

ARMS, EVEN = ("control", "new"), (1, 1)
NAN = float("nan")


def units_of(arm: Sequence[int], outcome: Sequence[float] | Doubles, **covariates: Doubles) -> Units:
    """Units with the same outcome in every metric."""
    values = np.asarray(outcome, dtype=np.float64)
    return Units(np.array(arm, dtype=np.int8), dict.fromkeys(METRICS, values), covariates)


def split(n: int, *outcomes: float) -> Units:
    """n units in each arm, of whom this share converted."""
    buyers = [round(n * share) for share in outcomes]
    values = np.concatenate([np.repeat([1.0, 0], [count, n - count]) for count in buyers])
    return units_of(np.repeat(range(len(outcomes)), n).tolist(), values)


def read_back(reading: Reading) -> dict[str, object]:
    """The reading as strict JSON gives it back."""
    found: dict[str, object] = json.loads(json.dumps(reading.to_dict(), allow_nan=False))
    return found


def test_figures_by_hand() -> None:
    """Control: 1 of 4 bought, for 8 in all; new: 2 of 4, for 12. Conversion .25 and .5, revenue 2 and 3 per unit."""
    arm = np.repeat([0, 1], 4).astype(np.int8)
    units = Units(
        arm,
        {
            "conversion": np.array([1.0, 0, 0, 0, 1, 1, 0, 0]),
            "revenue": np.array([8.0, 0, 0, 0, 5, 7, 0, 0]),
            "repeat_visit_rate": np.array([0.0, 1, NAN, NAN, 1, 1, 1, NAN]),
        },
    )
    control, new = read(units, ARMS, EVEN).arms
    assert (control.name, control.n, new.name, new.n) == ("control", 4, "new", 4)
    assert [control.metrics[metric].mean for metric in METRICS] == [0.25, 2, 0.5]
    assert [new.metrics[metric].mean for metric in METRICS] == [0.5, 3, 1]
    assert [(control.metrics[metric].n, new.metrics[metric].n) for metric in METRICS] == [(4, 4), (4, 4), (2, 3)]
    difference = new.metrics["revenue"].difference
    assert difference is not None
    assert (difference.value, difference.relative) == (1, 0.5)
    assert difference == compare(
        sample_of(units.outcomes["revenue"][4:]), sample_of(units.outcomes["revenue"][:4]), 0.05, PLANNED_UNITS
    )
    assert control.metrics["revenue"].difference is None
    assert new.metrics["revenue"].adjusted is None


def test_several_arms_share_alpha_and_their_part_of_the_plan() -> None:
    """Three arms of weights 2, 1, 1: intervals at .05 / 2, and a pair has three quarters of the planned units."""
    rng = np.random.default_rng(0)
    units = units_of(rng.choice(3, 400, p=(0.5, 0.25, 0.25)).tolist(), rng.normal(5, 1, 400))
    reading = read(units, ("control", "a", "b"), (2, 1, 1), 0.05, planned_units=800)
    control, _, b = (sample_of(units.outcomes["revenue"][units.arm == arm]) for arm in range(3))
    assert reading.arms[2].metrics["revenue"].difference == compare(b, control, 0.025, 600)


def test_adjusted_figures_use_every_covariate_of_units_whose_outcome_is_known() -> None:
    rng = np.random.default_rng(1)
    n = 300
    arm, past, visits = rng.integers(0, 2, n).astype(np.int8), rng.normal(10, 3, n), rng.poisson(4, n).astype(float)
    revenue = past + 0.5 * visits + rng.normal(size=n)
    past[:20], revenue[-30:] = NAN, NAN
    units = Units(arm, {"conversion": np.ones(n), "revenue": revenue}, {"revenue": past, "repeat_visit_rate": visits})
    reading = read(units, ARMS, EVEN)
    is_known = ~np.isnan(revenue)
    theirs = adjust(revenue[is_known], arm[is_known], np.column_stack([past, visits])[is_known], 2)
    new = reading.arms[1].metrics["revenue"]
    assert new.adjusted == compare(theirs.samples[1], theirs.samples[0], 0.05, PLANNED_UNITS, theirs.shared)
    assert new.adjusted_mean == theirs.samples[1].mean
    assert reading.arms[0].metrics["revenue"].adjusted_mean == theirs.samples[0].mean
    assert reading.variance_reduction == {"conversion": 0, "revenue": theirs.variance_reduction}
    assert new.difference is not None
    assert new.adjusted is not None
    assert new.adjusted.always.high - new.adjusted.always.low < new.difference.always.high - new.difference.always.low


@pytest.mark.parametrize(
    ("shares", "verdict", "decided"),
    [
        ((0.1, 0.2), "better", "b"),
        ((0.2, 0.1), "worse", "b"),
        ((0.1, 0.101), "open", ""),
        ((0.1, 0.05, 0.2, 0.3), "better", "d"),
        ((0.2, 0.1, 0.2, 0.05), "worse", "d"),
        ((0, 0), "no_variation", ""),
        ((1, 1, 0.999), "open", ""),
    ],
)
def test_verdict_on_the_primary_metric(shares: tuple[float, ...], verdict: str, decided: str) -> None:
    reading = read(split(2000, *shares), "abcd"[: len(shares)], [1] * len(shares))
    assert (reading.verdict, reading.decided) == (verdict, decided)


def test_verdict_is_about_the_metric_chosen() -> None:
    plain = split(2000, 0.1, 0.2)
    units = Units(plain.arm, {"conversion": plain.outcomes["conversion"], "revenue": 1 - plain.outcomes["conversion"]})
    assert read(units, ARMS, EVEN).verdict == "better"
    assert read(units, ARMS, EVEN, primary="revenue").verdict == "worse"
    assert read(units, ARMS, EVEN).arms[1].metrics["revenue"].verdict == "worse"


def test_verdict_follows_the_always_valid_interval() -> None:
    """.10 against .12 of 3,000 each: z = 2.48 convinces at one look, p = .013, but not at any."""
    reading = read(split(3000, 0.1, 0.12), ARMS, EVEN)
    difference = reading.arms[1].metrics["conversion"].difference
    assert difference is not None
    assert difference.fixed.low > 0 > difference.always.low
    assert reading.verdict == "open"


def test_verdict_follows_the_adjusted_interval() -> None:
    rng = np.random.default_rng(2)
    arm, past = np.repeat([0, 1], 500), rng.normal(0, 10, 1000)
    revenue = past + rng.normal(size=1000) + arm
    assert read(units_of(arm.tolist(), revenue), ARMS, EVEN).verdict == "open"
    assert read(units_of(arm.tolist(), revenue, revenue=past), ARMS, EVEN).verdict == "better"


def test_broken_split_is_the_verdict_before_all_others() -> None:
    rng = np.random.default_rng(3)
    arm = (rng.random(4000) < 0.6).astype(int)
    reading = read(units_of(arm.tolist(), arm + rng.normal(size=4000)), ARMS, EVEN)
    assert (reading.verdict, reading.decided) == ("mismatch", "")
    assert reading.arms[1].metrics["conversion"].verdict == "better"


@pytest.mark.parametrize(
    ("arm", "outcome", "verdict"),
    [
        ([], [], "too_few"),
        ([0, 0, 0], [0, 1, 0], "too_few"),
        ([0, 0, 0, 1], [0, 1, 0, 1], "too_few"),
        ([1], [1], "too_few"),
        ([0, 0, 1, 1], [NAN] * 4, "too_few"),
        ([0, 0, 1, 1], [NAN, NAN, 1, 2], "too_few"),
        ([0, 0, 1, 1], [1, 1, 1, 1], "no_variation"),
        ([0, 0, 1, 1], [0, 0, 1, 1], "no_variation"),
        ([0, 0, 1, 1], [0, 1, 1, 1], "open"),
    ],
)
@pytest.mark.parametrize("covariate", [None, 0.0, 1.0, NAN])
def test_little_data_has_a_clear_answer(
    arm: list[int], outcome: list[float], verdict: str, covariate: float | None
) -> None:
    past: dict[str, Doubles] = {}
    if covariate is not None:
        past["revenue"] = np.arange(len(arm)) % 2 * np.float64(covariate)
    reading = read(units_of(arm, outcome, **past), ARMS, EVEN)
    assert reading.verdict == verdict
    assert [one.n for one in reading.arms] == [arm.count(0), arm.count(1)]
    difference = reading.arms[1].metrics["conversion"].difference
    assert difference is not None
    assert difference.always.low <= 0 <= difference.always.high
    assert read_back(reading)["verdict"] == verdict


def test_json_has_everything_and_null_for_what_is_not_known() -> None:
    plain = read_back(read(split(2000, 0, 0.2), ARMS, EVEN))
    assert plain["verdict"] == "better"
    assert plain["ratio"] == {
        "counts": [2000, 2000],
        "expected": [2000, 2000],
        "p_value": 1,
        "always_valid_p_value": 1,
        "is_alarm": False,
    }
    new = read(split(2000, 0, 0.2), ARMS, EVEN).to_dict()["arms"][1]["metrics"]["conversion"]
    assert new["mean"] == 0.2
    assert new["difference"]["relative"] is None
    assert new["difference"]["always"]["relative_low"] is None
    assert new["difference"]["always"]["low"] > 0


def test_looking_daily_at_arms_that_are_alike_decides_at_most_as_often_as_alpha() -> None:
    """Three arms, revenue adjusted by the past, ten looks: verdicts of better and worse together."""
    rng, runs, wrong = np.random.default_rng(4), 200, 0
    for _ in range(runs):
        arm, past = rng.integers(0, 3, 1500).astype(np.int8), rng.gamma(0.3, 30, 1500)
        revenue = np.where(rng.random(1500) < 0.4, past, 0) + rng.exponential(2, 1500)
        looks = [
            Units(arm[:size], {"revenue": revenue[:size]}, {"revenue": past[:size]}) for size in range(150, 1501, 150)
        ]
        readings = [
            read(units, ("control", "a", "b"), (1, 1, 1), 0.05, planned_units=1000, primary="revenue")
            for units in looks
        ]
        wrong += any(reading.verdict in {"better", "worse"} for reading in readings)
    assert wrong <= at_most(runs, 0.05)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_verdict_and_metric_has_its_words(language: Language) -> None:
    facts = {"arm": "B", "control": "A", "metric": "conversion", "p_value": "0.0001"}
    texts = [say(f"experiments.verdict.{verdict}", language, **facts) for verdict in VERDICTS]
    texts += [say(f"experiments.{kind}.{metric}", language) for kind in ("metric", "meaning") for metric in METRICS]
    assert len(set(texts)) == len(VERDICTS) + 2 * len(METRICS)


@pytest.mark.parametrize(
    ("arms", "weights", "what"),
    [
        (("control",), (1,), "the arms are"),
        (("a", "a"), (1, 1), "the arms are"),
        (ARMS, (1, 1, 1), "weights of 2 arms"),
    ],
)
def test_arms_that_fit_nothing_are_refused(arms: tuple[str, ...], weights: tuple[float, ...], what: str) -> None:
    with pytest.raises(UsageError, match=what):
        read(split(10, 0.5, 0.5), arms, weights)


def test_options_outside_their_range_are_refused() -> None:
    units = split(10, 0.5, 0.5)
    with pytest.raises(UsageError, match="alpha is 0"):
        read(units, ARMS, EVEN, 0)
    with pytest.raises(UsageError, match="planned number of units is 0"):
        read(units, ARMS, EVEN, planned_units=0)
    with pytest.raises(UsageError, match="primary metric clicks is not among conversion, revenue"):
        read(units, ARMS, EVEN, primary="clicks")


def test_units_that_fit_nothing_are_refused() -> None:
    with pytest.raises(UsageError, match="arms of units go from 0 to 2"):
        read(units_of([0, 1, 2], [0, 0, 0]), ARMS, EVEN)
    with pytest.raises(UsageError, match="outcomes, conversion: 2 values for 3 units"):
        units_of([0, 1, 1], [0, 0])
    with pytest.raises(UsageError, match="covariates, revenue: a value is infinite"):
        units_of([0, 1], [0, 0], revenue=np.array([1, math.inf]))
