"""Reading an experiment: what those who saw an arm did afterwards, and what they had done before."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from crossaisle.data.moments import DAY, as_datetime
from crossaisle.data.tables import EVENTS
from crossaisle.evaluation.experiments import Reading, Units, read
from crossaisle.evaluation.experiments.reading import CONVERSION, REPEAT_VISIT_RATE, REVENUE
from crossaisle.numerics.arrays import Doubles
from crossaisle.stores.database.event_log import EventLog
from crossaisle.stores.database.experiments import Experiments, Exposure

NOT_A_VISIT = ("impression", "return")
"""Event types that somebody need not be there for."""


@dataclass(frozen=True)
class Read:
    """What is read of events: those of the lake, by customers, and those of the log that are not there yet."""

    events: Callable[["pa.Table"], ir.Table]
    log: EventLog


def read_experiment(
    experiments: Experiments, experiment_id: str, source: Read, now: int, excluded: Iterable[str] = ()
) -> Reading:
    """Read an experiment at `now`, microseconds since 1970.

    What counts is what somebody did within the experiment's days after first seeing an arm; those for whom these days
    are not over count among the exposed alone. Covariates are the same figures of as many days before.

    Args:
        excluded: ids of those who do not want to be counted.

    Raises:
        UnknownError: there is no such experiment.
    """
    run = experiments.one(experiment_id)
    experiment = run.experiment
    left_out = set(excluded)
    shown = [one for one in experiments.exposures(experiment_id) if one.user_id not in left_out]
    end = run.stopped_at or now
    units = _units(shown, source, round(experiment.days * DAY), max(now, end))
    return read(
        units,
        list(experiment.arms),
        experiment.weights,
        planned_units=experiment.planned_units,
        primary=experiment.metric,
    )


def _units(shown: list[Exposure], source: Read, length: int, now: int) -> Units:
    arm = np.array([one.arm for one in shown], dtype=np.int8)
    if not shown:
        nothing = np.empty(0)
        return Units(arm, dict.fromkeys((CONVERSION, REVENUE, REPEAT_VISIT_RATE), nothing))
    first = np.array([one.first_at for one in shown], dtype=np.int64)
    after, before = _done(shown, first, source, length)
    is_over = first + length <= now
    outcomes = {name: np.where(is_over, values, np.nan) for name, values in after.items()}
    return Units(arm, outcomes, before)


def _done(
    shown: list[Exposure], first: "np.ndarray[tuple[int], np.dtype[np.int64]]", source: Read, length: int
) -> tuple[dict[str, Doubles], dict[str, Doubles]]:
    """Metric → float64 (n,), after each exposure and before it."""
    rows = list(_logged(source.log))
    names = ("user_id", "timestamp", "event_type", "price", "quantity")
    fresh = pa.Table.from_pylist(rows, schema=pa.schema([EVENTS.arrow_schema().field(name) for name in names]))
    times = pa.array(first, pa.timestamp("us", "UTC"))
    numbers = pa.array(np.arange(len(shown)))
    told = ibis.memtable(pa.table({"user_id": [one.user_id for one in shown], "first": times, "unit": numbers}))
    events = source.events(fresh)
    joined = told.inner_join(events, "user_id")
    span = ibis.interval(microseconds=length)
    is_after = (joined.timestamp > joined["first"]) & (joined.timestamp <= joined["first"] + span)
    is_before = (joined.timestamp <= joined["first"]) & (joined.timestamp > joined["first"] - span)
    bought = joined.event_type == "purchase"
    spent = ibis.ifelse(bought, joined.price.fill_null(0) * joined.quantity.fill_null(1), 0.0)
    is_visit = ~joined.event_type.isin(NOT_A_VISIT) & (joined.timestamp.date() != joined["first"].date())
    counted = joined.group_by("unit").agg(
        bought_after=(bought & is_after).max().cast("float64"),
        spent_after=ibis.ifelse(is_after, spent, 0.0).sum(),
        came_after=(is_visit & is_after).max().cast("float64"),
        bought_before=(bought & is_before).max().cast("float64"),
        spent_before=ibis.ifelse(is_before, spent, 0.0).sum(),
        came_before=(is_visit & is_before).max().cast("float64"),
    )
    found = counted.to_pyarrow()
    units = found["unit"].to_numpy()

    def column(name: str) -> Doubles:
        values = np.zeros(len(shown))
        values[units] = found[name].to_numpy()
        return values

    metrics = {CONVERSION: "bought", REVENUE: "spent", REPEAT_VISIT_RATE: "came"}
    after = {metric: column(f"{name}_after") for metric, name in metrics.items()}
    before = {metric: column(f"{name}_before") for metric, name in metrics.items()}
    return after, {metric: values for metric, values in before.items() if values.any()}


def _logged(log: EventLog) -> Iterable[dict[str, object]]:
    """Events of the log as rows of the lake."""
    number = 0
    while rows := log.since(number):
        number = rows[-1]["number"]
        for row in rows:
            kept = {name: row[name] for name in ("user_id", "event_type", "price", "quantity")}
            yield {**kept, "timestamp": as_datetime(row["timestamp"])}
