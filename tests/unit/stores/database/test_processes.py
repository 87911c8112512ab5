"""Several processes on one database lose nothing and are never told to come again."""

import multiprocessing
import sqlite3
from contextlib import closing
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from crossaisle.errors import UnavailableError
from crossaisle.stores.database.connection import Database
from crossaisle.stores.database.event_log import Change, EventLog
from crossaisle.stores.database.experiments import Experiments
from crossaisle.stores.database.keys import Keys
from crossaisle.stores.database.people import People
from crossaisle.stores.database.schema import migrate
from crossaisle.stores.database.slate_log import Shown, SlateLog

NOW = 1_772_357_400_000_000
N_ROUNDS = 50


def write(url: str, name: str, begin: Barrier) -> None:
    """What one process writes."""
    database = Database(url)
    keys, people, slates, experiments = Keys(database), People(database), SlateLog(database), Experiments(database)
    begin.wait(60)
    for number in range(N_ROUNDS):
        mine = f"{name}{number}"
        keys.create(["events"], mine, NOW)
        people.consent(mine, {"email": True}, name, NOW)
        people.consent("both", {mine: True}, name, NOW)
        slates.write([Shown(mine, mine, NOW, 1, "all", [("a", 1.0)]), Shown(f"both{number}", name, NOW, 1, "all", [])])
        experiments.expose([("e", mine, 0, NOW), ("e", f"both{number}", 0, NOW)])
    database.close()


def test_what_two_processes_write_at_once_is_all_there(database: Database, database_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    begin = context.Barrier(2)
    processes = [context.Process(target=write, args=(database_url, name, begin)) for name in "xy"]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0, 0]

    mine = sorted(f"{name}{number}" for name in "xy" for number in range(N_ROUNDS))
    both = [f"both{number}" for number in range(N_ROUNDS)]
    assert sorted(key.note for key in Keys(database).all()) == mine
    assert sorted(row["user_id"] for row in People(database).consents() if row["user_id"] != "both") == mine
    assert sorted(row["purpose"] for row in People(database).consents("both")) == mine
    assert sorted(one.recommendation_id for one in SlateLog(database).since(0)) == sorted(mine + both)
    assert sorted(one.user_id for one in Experiments(database).exposures("e")) == sorted(mine + both)
    changes = EventLog(database).changes_since(0)
    assert sorted(one.subject for one in changes) == sorted(mine + ["both"] * len(mine))
    for name in "xy":  # each process wrote its own in order
        written = [one.subject for one in changes if one.subject.startswith(name)]
        assert written == [f"{name}{number}" for number in range(N_ROUNDS)]


def test_who_waits_in_vain_for_another_process_on_sqlite_is_told_and_may_ask_again(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'events.db'}", wait=0.3)
    migrate(database)
    log = EventLog(database)
    with closing(sqlite3.connect(tmp_path / "events.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(UnavailableError, match="locked"):
            log.note(Change("item", "tea", {}, NOW))
        other.execute("COMMIT")
    log.note(Change("item", "tea", {}, NOW))
    assert len(log.changes_since(0)) == 1
    with database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == 300
    database.close()
