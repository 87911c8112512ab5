"""Trying things out: experiments of the running shop, from the start to the verdict."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError

from crossaisle.data.moments import as_text
from crossaisle.errors import UsageError, fault_of
from crossaisle.evaluation.experiments import Reading
from crossaisle.loop.experiments import Read, read_experiment
from crossaisle.privacy.consent import Purpose
from crossaisle.shop.shop import Shop
from crossaisle.shop.stores import Stores
from crossaisle.stores.database.experiments import Experiment, Run

_EXPERIMENT = TypeAdapter(Experiment)


class Trying:
    """What is done with experiments. clock: microseconds since 1970."""

    def __init__(self, shop: Shop, stores: Stores, clock: Callable[[], int] = lambda: time.time_ns() // 1000) -> None:
        self._shop, self._stores, self._clock = shop, stores, clock

    def start(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """Start an experiment from plain values.

        Raises:
            UsageError: it cannot be, its id is taken, or it names a model that is not published.
        """
        try:
            experiment = _EXPERIMENT.validate_json(orjson.dumps(told))
        except ValidationError as error:
            raise UsageError(fault_of(error), "experiment", "See Experiments on the page of the shop online.") from None
        known = self._shop.registry.versions()
        for name, arm in experiment.arms.items():
            if isinstance(arm.model, int) and arm.model not in known:
                there = ", ".join(map(str, known)) or "none"
                raise UsageError(f"there is no model {arm.model}", f"arm {name}", f"Published versions: {there}.")
        self._stores.experiments.start(experiment, self._clock())
        return described(self._stores.experiments.one(experiment.experiment_id))

    def stop(self, experiment_id: str) -> dict[str, Any]:
        """End an experiment.

        Raises:
            UsageError: none of this id runs.
        """
        self._stores.experiments.stop(experiment_id, self._clock())
        return described(self._stores.experiments.one(experiment_id))

    def all(self) -> list[dict[str, Any]]:
        """Every experiment, the oldest first."""
        return [described(run) for run in self._stores.experiments.all()]

    def read(self, experiment_id: str) -> Reading:
        """What an experiment says so far.

        Raises:
            UnknownError: there is none.
        """
        shop = self._shop.again()
        refused = [
            row["user_id"]
            for row in self._stores.people.consents()
            if row["purpose"] == Purpose.ANALYTICS and not row["is_granted"]
        ]
        source = Read(shop.events_with, self._stores.log)
        return read_experiment(self._stores.experiments, experiment_id, source, self._clock(), refused)


def described(run: Run) -> dict[str, Any]:
    """An experiment in plain values."""
    told: dict[str, Any] = _EXPERIMENT.dump_python(run.experiment, mode="json")
    stopped = None if run.stopped_at is None else as_text(run.stopped_at)
    return {**told, "started_at": as_text(run.started_at), "stopped_at": stopped}
