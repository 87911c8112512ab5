"""Experiments that run or ran, and who saw which arm first.

Which arm somebody is in is computed, not kept (see evaluation.experiments.assignment); who was shown it is a fact of
its own, and only those count when an experiment is read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass as plain
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from pydantic import AfterValidator, ConfigDict, Field, Strict, TypeAdapter, ValidationError, model_validator
from pydantic.dataclasses import dataclass

from crossaisle.data.collecting import Id, Text
from crossaisle.data.focus import Focus
from crossaisle.errors import StorageError, UnknownError, UsageError, fault_of
from crossaisle.stores.database.connection import Database
from crossaisle.stores.database.event_log import CHUNK, Change, note
from crossaisle.stores.database.inserting import insert_new
from crossaisle.stores.database.schema import experiments, exposures

KIND = "experiment"
"""Of the changes that tell every worker; the subject is the experiment's id."""

Name = Annotated[Id, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
"""What may stand in a URL, in the name of a file and in a column's title as it is."""


def _focus(text: str) -> str:
    try:
        return str(Focus.parse(text))
    except UsageError as error:
        raise ValueError(str(error)) from None


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid", allow_inf_nan=False))
class Arm:
    """What one arm is served; None leaves what was asked for.

    Its fields are strict one by one: a strict class would not be read off a dict.
    """

    model: Annotated[
        Annotated[int, Strict(), Field(ge=1)] | Literal["live", "none"],
        Field(description="a published model's version, whichever is live, or none: what most people bought"),
    ] = "live"
    focus: Annotated[
        Annotated[str, Strict(), AfterValidator(_focus)] | None,
        Field(description="all, explore, new-categories or category=NAME"),
    ] = None


@dataclass(frozen=True, kw_only=True, config=ConfigDict(strict=True, extra="forbid", allow_inf_nan=False))
class Experiment:
    """What is compared with what, on how much of the traffic, and why. It does not change once it runs."""

    experiment_id: Name
    arms: Annotated[
        dict[Name, Arm],
        Field(min_length=2, description="what each arm is served; the first is the control"),
    ]
    weights: Annotated[
        tuple[Annotated[float, Field(gt=0, le=1_000_000)], ...],
        Field(description="how many units each arm has, in the order of the arms; only ratios count"),
    ]
    share: Annotated[float, Field(gt=0, le=1, description="of the traffic that takes part")] = 1.0
    purpose: Annotated[Text, Field(description="what is to be learned")] = ""
    metric: Annotated[
        Literal["conversion", "revenue", "repeat_visit_rate"], Field(description="what the verdict is about")
    ] = "conversion"
    days: Annotated[
        float, Field(gt=0, le=365, description="how long after first seeing an arm what somebody does counts")
    ] = 7.0
    planned_units: Annotated[
        int, Field(ge=10, description="people planned in all arms, at which intervals are tightest")
    ] = 10_000

    @model_validator(mode="after")
    def _has_a_weight_for_each_arm(self) -> "Experiment":
        if len(self.weights) != len(self.arms):
            raise ValueError(f"there are {len(self.weights)} weights for {len(self.arms)} arms")
        return self


@plain(frozen=True)
class Run:
    """An experiment that runs or ran. started_at, stopped_at: microseconds since 1970."""

    experiment: Experiment
    started_at: int
    stopped_at: int | None = None


@plain(frozen=True, slots=True)
class Exposure:
    """Who saw which arm, by its place from 0, and when first."""

    user_id: str
    arm: int
    first_at: int


@plain(frozen=True)
class _Kept:
    """How an experiment lies in the database."""

    version: Literal[1]
    experiment: Experiment


_KEPT = TypeAdapter(_Kept)


class Experiments:
    """The experiments of a shop and their exposures; starts and stops are noted for all workers."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def start(self, experiment: Experiment, now: int) -> None:
        """Let an experiment run.

        Raises:
            UsageError: the id is taken; one of an experiment that ended is never used again.
        """
        name, body = experiment.experiment_id, _KEPT.dump_json(_Kept(1, experiment)).decode()
        with self.database.writing() as connection:
            if connection.execute(sa.select(experiments).where(experiments.c.experiment_id == name)).first():
                raise UsageError(f'there is an experiment "{name}" already', remedy="Give this one another id.")
            connection.execute(experiments.insert().values(experiment_id=name, body=body, started_at=now))
            note(connection, Change(KIND, name, {"is_running": True}, now))

    def stop(self, experiment_id: str, now: int) -> None:
        """Let an experiment end; its exposures stay.

        Raises:
            UsageError: none of this id runs.
        """
        with self.database.writing() as connection:
            chosen = (experiments.c.experiment_id == experiment_id) & experiments.c.stopped_at.is_(None)
            if connection.execute(experiments.update().where(chosen).values(stopped_at=now)).rowcount == 0:
                what = f'no experiment "{experiment_id}" is running'
                raise UsageError(what, remedy="List them with: crossaisle experiments list.")
            note(connection, Change(KIND, experiment_id, {"is_running": False}, now))

    def all(self) -> list[Run]:
        """Every experiment, the oldest first.

        Raises:
            StorageError: a newer program wrote one.
        """
        return self._runs(sa.true())

    def running(self) -> list[Run]:
        """Experiments that were not stopped, the oldest first; raises as `all`."""
        return self._runs(experiments.c.stopped_at.is_(None))

    def expose(self, rows: Sequence[tuple[str, str, int, int]]) -> None:
        """Keep who saw an arm: (experiment_id, user_id, arm, moment). Whoever saw one before keeps the first."""
        named = [
            {"experiment_id": experiment_id, "user_id": user_id, "arm": arm, "first_at": moment}
            for experiment_id, user_id, arm, moment in rows
        ]
        if named:
            with self.database.writing() as connection:
                insert_new(connection, exposures, named)

    def exposures(self, experiment_id: str) -> Iterator[Exposure]:
        """All exposures of an experiment by user_id, read in chunks."""
        found, after = self._exposed(experiment_id, sa.true()), exposures.c.user_id
        while found:
            yield from found
            found = self._exposed(experiment_id, after > found[-1].user_id)

    def counts(self, experiment_id: str) -> dict[int, int]:
        """Arm → units that saw it, for every arm of the experiment.

        Raises:
            UnknownError: there is no such experiment.
            StorageError: a newer program wrote it.
        """
        run = self.one(experiment_id)
        chosen = (
            sa.select(exposures.c.arm, sa.func.count())
            .where(exposures.c.experiment_id == experiment_id)
            .group_by(exposures.c.arm)
        )
        with self.database.reading() as connection:
            seen = {int(arm): int(n_units) for arm, n_units in connection.execute(chosen)}
        return dict.fromkeys(range(len(run.experiment.arms)), 0) | seen

    def one(self, experiment_id: str) -> Run:
        """An experiment that runs or ran.

        Raises:
            UnknownError: there is none.
            StorageError: a newer program wrote it.
        """
        found = self._runs(experiments.c.experiment_id == experiment_id)
        if not found:
            remedy = "List them with: crossaisle experiments list."
            raise UnknownError(f'there is no experiment "{experiment_id}"', remedy=remedy)
        return found[0]

    def _runs(self, condition: sa.ColumnElement[bool]) -> list[Run]:
        chosen = sa.select(experiments).where(condition).order_by(experiments.c.started_at, experiments.c.experiment_id)
        with self.database.reading() as connection:
            return [self._run(row) for row in connection.execute(chosen)]

    def _run(self, row: Any) -> Run:
        try:
            kept = _KEPT.validate_json(row.body)
        except ValidationError as error:
            what = f'experiment "{row.experiment_id}" cannot be read: {fault_of(error)}'
            remedy = "Use the version of Crossaisle that wrote it."
            raise StorageError(what, self.database.where, remedy) from None
        return Run(kept.experiment, row.started_at, row.stopped_at)

    def _exposed(self, experiment_id: str, condition: sa.ColumnElement[bool]) -> list[Exposure]:
        chosen = (
            sa.select(exposures.c.user_id, exposures.c.arm, exposures.c.first_at)
            .where(exposures.c.experiment_id == experiment_id, condition)
            .order_by(exposures.c.user_id)
            .limit(CHUNK)
        )
        with self.database.reading() as connection:
            return [Exposure(*row) for row in connection.execute(chosen)]
