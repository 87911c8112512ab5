"""Experiments: started once, stopped once, told to all workers; and who saw which arm first."""

import json
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from crossaisle.errors import StorageError, UsageError
from crossaisle.stores.database.connection import Database
from crossaisle.stores.database.event_log import CHUNK, EventLog
from crossaisle.stores.database.experiments import Arm, Experiment, Experiments, Exposure, Run
from crossaisle.stores.database.schema import changes
from crossaisle.stores.database.schema import experiments as table

NOW = 1_772_357_400_000_000


def experiment(name: str = "e1", **values: Any) -> Experiment:
    return Experiment(
        **{"experiment_id": name, "arms": {"control": {}, "new": {"model": 7}}, "weights": (1, 1), **values}
    )


def noted(database: Database) -> list[tuple[str, str, Any, int]]:
    return [(one.kind, one.subject, one.body, one.made_at) for one in EventLog(database).changes_since(0)]


def test_an_experiment_runs_until_it_is_stopped_and_every_worker_learns_of_both(database: Database) -> None:
    experiments = Experiments(database)
    first, other = experiment("later"), experiment("earlier")
    experiments.start(first, NOW + 1)
    experiments.start(other, NOW)
    assert experiments.running() == experiments.all() == [Run(other, NOW), Run(first, NOW + 1)]
    experiments.stop("earlier", NOW + 2)
    assert experiments.running() == [Run(first, NOW + 1)]
    assert experiments.all() == [Run(other, NOW, NOW + 2), Run(first, NOW + 1)]
    assert noted(database) == [
        ("experiment", "later", {"is_running": True}, NOW + 1),
        ("experiment", "earlier", {"is_running": True}, NOW),
        ("experiment", "earlier", {"is_running": False}, NOW + 2),
    ]


def test_an_id_is_used_once_even_when_its_experiment_ended(database: Database) -> None:
    experiments = Experiments(database)
    experiments.start(experiment(purpose="the first"), NOW)
    for moment in (NOW + 1, NOW + 3):
        with pytest.raises(UsageError, match='"e1" already'):
            experiments.start(experiment(purpose="another"), moment)
        if moment == NOW + 1:
            experiments.stop("e1", NOW + 2)
    assert experiments.all() == [Run(experiment(purpose="the first"), NOW, NOW + 2)]
    assert len(noted(database)) == 2


def test_what_does_not_run_cannot_be_stopped(database: Database) -> None:
    experiments = Experiments(database)
    experiments.start(experiment(), NOW)
    experiments.stop("e1", NOW + 1)
    for name in ("e1", "none"):
        with pytest.raises(UsageError, match=f'"{name}" is running'):
            experiments.stop(name, NOW + 2)
    assert experiments.all() == [Run(experiment(), NOW, NOW + 1)]
    assert len(noted(database)) == 2


names = st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z")
arms = st.builds(
    Arm,
    model=st.just("live") | st.integers(1, 10**6),
    focus=st.none() | st.sampled_from(["all", "explore", "new-categories", "category=茶"]),
)


@st.composite
def any_experiment(draw: st.DrawFn) -> Experiment:
    made = draw(st.dictionaries(names, arms, min_size=2, max_size=4))
    text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=100)
    return Experiment(
        experiment_id=draw(names),
        arms=made,
        weights=tuple(draw(st.floats(1e-6, 1e6)) for _ in made),
        share=draw(st.floats(0, 1, exclude_min=True)),
        purpose=draw(text),
    )


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=any_experiment())
def test_an_experiment_comes_back_as_it_was_with_its_arms_in_order(database: Database, made: Experiment) -> None:
    with database.writing() as connection:
        connection.execute(table.delete())
        connection.execute(changes.delete())
    Experiments(database).start(made, NOW)
    found = Experiments(database).running()
    assert found == [Run(made, NOW)]
    assert list(found[0].experiment.arms) == list(made.arms)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"experiment_id": "with space"}, "experiment_id"),
        ({"experiment_id": "line\n"}, "experiment_id"),
        ({"experiment_id": ".."}, "experiment_id"),
        ({"experiment_id": "a/b"}, "experiment_id"),
        ({"experiment_id": "a" * 101}, "experiment_id"),
        ({"experiment_id": "茶"}, "experiment_id"),
        ({"arms": {"control": {}}, "weights": (1,)}, "at least 2"),
        ({"arms": {"control": {}, "a b": {}}}, "arms"),
        ({"arms": {"control": {}, "b": {"model": 0}}}, "model"),
        ({"arms": {"control": {}, "b": {"model": "7"}}}, "model"),
        ({"arms": {"control": {}, "b": {"model": True}}}, "model"),
        ({"arms": {"control": {}, "b": {"focus": "everything"}}}, "not a focus"),
        ({"arms": {"control": {}, "b": {"diversity": 0.5}}}, "diversity"),
        ({"arms": {"control": {}, "b": {"colour": "red"}}}, "colour"),
        ({"weights": (1,)}, "1 weights for 2 arms"),
        ({"weights": (1, 0)}, "weights"),
        ({"weights": (1, float("nan"))}, "weights"),
        ({"weights": (1, float("inf"))}, "weights"),
        ({"share": 0.0}, "share"),
        ({"share": 1.01}, "share"),
        ({"share": "0.5"}, "share"),
        ({"purpose": "a zero \0 byte"}, "purpose"),
        ({"purpose": "é" * 257}, "purpose"),
        ({"end": NOW}, "end"),
    ],
)
def test_an_experiment_that_could_not_run_is_refused(values: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        experiment(**({"name": values["experiment_id"]} if "experiment_id" in values else values))


def test_an_experiment_of_a_newer_program_is_told_of(database: Database) -> None:
    Experiments(database).start(experiment(), NOW)
    with database.writing() as connection:
        kept = json.loads(connection.execute(sa.select(table.c.body)).scalar_one())
        assert kept["version"] == 1
        connection.execute(table.update().values(body=json.dumps({**kept, "version": 2})))
    with pytest.raises(StorageError, match='"e1" cannot be read: version'):
        Experiments(database).running()


def test_the_first_exposure_counts_and_later_ones_leave_it_as_it_is(database: Database) -> None:
    experiments = Experiments(database)
    experiments.start(experiment(), NOW)
    experiments.expose([])
    experiments.expose([("e1", "anna", 0, NOW), ("e1", "ben", 1, NOW), ("e1", "anna", 1, NOW - 9)])
    experiments.expose([("e1", "ben", 0, NOW + 1), ("e1", "carla", 1, NOW + 1), ("e2", "anna", 1, NOW + 1)])
    assert list(experiments.exposures("e1")) == [
        Exposure("anna", 0, NOW),
        Exposure("ben", 1, NOW),
        Exposure("carla", 1, NOW + 1),
    ]
    assert list(experiments.exposures("e2")) == [Exposure("anna", 1, NOW + 1)]
    assert experiments.counts("e1") == {0: 1, 1: 2}


def test_more_exposures_than_are_read_at_once_come_once_each_in_order(database: Database) -> None:
    experiments = Experiments(database)
    experiments.start(experiment(), NOW)
    users = [f"u{number:05}" for number in range(CHUNK + 5)]
    experiments.expose([("e1", user_id, number % 2, NOW) for number, user_id in enumerate(reversed(users))])
    assert [one.user_id for one in experiments.exposures("e1")] == users
    assert experiments.counts("e1") == {0: CHUNK // 2 + 3, 1: CHUNK // 2 + 2}


def test_an_arm_that_nobody_saw_counts_none_and_an_unknown_experiment_is_told(database: Database) -> None:
    experiments = Experiments(database)
    experiments.start(experiment(arms={"a": {}, "b": {}, "c": {}}, weights=(1, 1, 1)), NOW)
    experiments.expose([("e1", "anna", 1, NOW)])
    assert experiments.counts("e1") == {0: 0, 1: 1, 2: 0}
    with pytest.raises(UsageError, match='no experiment "e2"'):
        experiments.counts("e2")
