"""Erasure: every row of a person goes, and nobody else's."""

from typing import Any

import sqlalchemy as sa

from crossaisle.data.collecting import collect
from crossaisle.stores.database.connection import Database
from crossaisle.stores.database.erasure import erase, traces
from crossaisle.stores.database.event_log import Batch, Change, EventLog
from crossaisle.stores.database.experiments import Arm, Experiment, Experiments
from crossaisle.stores.database.people import OF_A_PERSON, People
from crossaisle.stores.database.schema import answers, tables
from crossaisle.stores.database.slate_log import Shown, SlateLog

NOW = 1_772_357_400_000_000


def live(database: Database, user_id: str, alias: str) -> None:
    """Let a person leave something in every table that may hold one."""
    view = {"user_id": user_id, "item_id": "tea", "timestamp": NOW // 1_000_000, "event_type": "view"}
    rows = collect([view, {**view, "user_id": alias}], NOW).rows
    EventLog(database).append([Batch(rows, key=f"key of {user_id}", answer=f'no user "{user_id}"')])
    people = People(database)
    people.join(user_id, [(alias, "cookie")], NOW)
    people.consent(user_id, {"email": True}, "till", NOW)
    people.correct(user_id, {"tea": 2.0}, NOW)
    SlateLog(database).write([Shown(f"slate of {user_id}", user_id, NOW, 1, "all", [("tea", 1.0)])])
    Experiments(database).expose([("e1", user_id, 1, NOW), ("e1", alias, 1, NOW)])


def content(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    with database.reading() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key))]
            for table in tables.sorted_tables
        }


def test_a_person_is_taken_out_of_every_table_and_nobody_else_is(database: Database) -> None:
    Experiments(database).start(Experiment(experiment_id="e1", arms={"a": Arm(), "b": Arm()}, weights=(1, 1)), NOW)
    live(database, "ben", "cookie of ben")
    before = content(database)
    live(database, "anna", "cookie of anna")
    assert {name for name, rows in content(database).items() if any("anna" in str(row) for row in rows)} == {
        *(table.name for table, _ in OF_A_PERSON.values()),
        "answers",
    }
    assert traces(database, ["anna", "cookie of anna"]) == 12
    gone = erase(database, ["anna", "cookie of anna"])
    assert gone == {
        "events": 2,
        "identities": 1,
        "identities as another's": 0,
        "consents": 1,
        "interests": 1,
        "slates": 1,
        "exposures": 2,
        "changes": 3,
    }
    assert content(database) == {**before, "answers": []}
    assert traces(database, ["anna", "cookie of anna"]) == 0
    assert Experiments(database).counts("e1") == {0: 0, 1: 2}


def test_erasing_again_takes_nothing_more(database: Database) -> None:
    live(database, "anna", "cookie")
    erase(database, ["anna", "cookie"])
    before = content(database)
    assert set(erase(database, ["anna", "cookie", "anna"]).values()) == {0}
    assert content(database) == before


def test_a_change_that_quotes_an_alias_goes_with_the_alias(database: Database) -> None:
    people = People(database)
    people.join("anna", [("tablet", "device"), ("phone", "device")], NOW)
    people.join("ben", [("tablet", "device")], NOW)
    assert traces(database, ["tablet"]) == 4
    assert erase(database, ["tablet"])["changes"] == 2
    assert traces(database, ["tablet"]) == 0
    assert [(one.subject, one.body["alias"]) for one in EventLog(database).changes_since(0)] == [("anna", "phone")]


def test_an_item_or_experiment_of_the_same_id_keeps_its_changes(database: Database) -> None:
    log = EventLog(database)
    for kind in ("item", "experiment", "user", "consent"):
        log.note(Change(kind, "17850", {"title": "a zero \0 byte", "alias": "17850"}, NOW))
    assert erase(database, ["17850"])["changes"] == 2
    assert [one.kind for one in log.changes_since(0)] == ["item", "experiment"]
    assert traces(database, ["17850"]) == 0


def test_nobody_is_erased_where_no_id_is_given(database: Database) -> None:
    live(database, "anna", "cookie")
    before = content(database)
    assert set(erase(database, []).values()) == {0}
    assert content(database) == {**before, "answers": []}
    assert traces(database, []) == 0


def test_more_people_than_a_statement_takes_values_are_erased_at_once(database: Database) -> None:
    for user_id in ("u0", "u69999", "v"):
        live(database, user_id, f"cookie of {user_id}")
    gone = erase(database, (f"u{number}" for number in range(70_000)))
    assert gone["consents"] == 2
    assert [row["user_id"] for row in People(database).consents()] == ["v"]


def test_numbers_of_erased_events_are_never_given_again(database: Database) -> None:
    live(database, "anna", "cookie")
    last = EventLog(database).last()
    erase(database, ["anna", "cookie"])
    live(database, "ben", "other cookie")
    assert EventLog(database).since(0)[0]["number"] > last


def test_answers_are_forgotten_since_they_may_quote_an_id(database: Database) -> None:
    live(database, "anna", "cookie")
    erase(database, ["somebody else"])
    with database.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(answers)).scalar_one() == 0
