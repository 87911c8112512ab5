"""No byte of an erased id is left in the files of the database, looked for from outside."""

import random
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from crossaisle.data.collecting import collect
from crossaisle.errors import StorageError, UnavailableError
from crossaisle.stores.database.connection import Database
from crossaisle.stores.database.erasure import erase, scrub, traces
from crossaisle.stores.database.event_log import Batch, EventLog
from crossaisle.stores.database.experiments import Experiments
from crossaisle.stores.database.people import People
from crossaisle.stores.database.schema import migrate, tables
from crossaisle.stores.database.slate_log import Shown, SlateLog
from servers import PostgreSQL

NOW = 1_772_357_400_000_000
MARK = "gone!"
"""Begins every id that will be erased, so that half an id is found too."""


def busy_shop(database: Database, seed: int, n_rounds: int = 60) -> list[str]:
    """Rows of many people that come, change and go, so that pages split and merge; ids that are to be erased."""
    rng = random.Random(seed)
    gone = [f"{MARK}{number}-{rng.random():.17f}" for number in range(40)]
    ids = [f"user-{number}-{rng.random():.17f}" for number in range(300)] + gone
    log, people, slates, experiments = EventLog(database), People(database), SlateLog(database), Experiments(database)
    for step in range(n_rounds):
        views = [
            {
                "user_id": rng.choice(ids),
                "item_id": f"i{rng.randrange(99)}",
                "timestamp": NOW // 1_000_000 - rng.randrange(1_000_000),
                "event_type": "view",
                "query": "x" * rng.randrange(200),
            }
            for _ in range(60)
        ]
        log.append([Batch(collect(views, NOW).rows, key=f"k{step}", answer=f'user "{rng.choice(gone)}"')])
        for user_id in rng.sample(ids, 4):
            people.consent(user_id, {rng.choice("abc"): rng.random() < 0.5}, "s" * rng.randrange(90), NOW)
            people.correct(user_id, {rng.choice("abc"): rng.choice([0.0, 1.0, 2.0])}, NOW)
            people.join(user_id, [(rng.choice(ids), "cookie" * rng.randrange(1, 9))], NOW)
        moment = NOW + step
        slates.write(
            [
                Shown(f"{rng.random()}", rng.choice(ids), moment, 1, "all", [("i1", rng.random())] * rng.randrange(20))
                for _ in range(40)
            ]
        )
        experiments.expose([(rng.choice("ab"), rng.choice(ids), rng.randrange(2), NOW) for _ in range(40)])
        if step % 10 == 9:
            log.drop_until(log.last() - 900)
            slates.drop_before(moment - 12)
            log.drop_changes(["consent"], log.changes_since(0)[-40].number)
    return gone


def marked(files: Iterable[Path]) -> dict[str, int]:
    """How often erased ids, or their beginnings, stand in files; only those where they do."""
    counted = {path.name: path.read_bytes().count(MARK.encode()) for path in files if path.is_file()}
    return {name: n_found for name, n_found in counted.items() if n_found}


@pytest.mark.parametrize("seed", range(2))
def test_no_byte_of_an_erased_id_is_in_the_files_of_sqlite(tmp_path: Path, seed: int) -> None:
    database = Database(f"sqlite:///{tmp_path / 'events.db'}")
    migrate(database)
    gone = busy_shop(database, seed)
    assert {"events.db", "events.db-wal"} <= set(marked(tmp_path.iterdir()))
    erase(database, gone)
    assert traces(database, gone) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"events.db", "events.db-wal", "events.db-shm"}
    assert marked(tmp_path.iterdir()) == {}
    with database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
    database.close()


def test_copies_that_rows_left_behind_when_their_pages_split_are_gone_too(tmp_path: Path) -> None:
    rng = random.Random(0)
    ids = [f"{rng.random()}{MARK if number % 2 else 'kept'}" for number in range(20_000)]
    database = Database(f"sqlite:///{tmp_path / 'events.db'}")
    migrate(database)
    Experiments(database).expose([("e", user_id, 0, NOW) for user_id in ids])
    assert erase(database, ids[1::2])["exposures"] == 10_000
    assert marked(tmp_path.iterdir()) == {}
    assert [one.user_id for one in Experiments(database).exposures("e")] == sorted(ids[0::2])
    database.close()


def test_a_reader_of_sqlite_who_still_sees_what_was_deleted_is_waited_for_then_told(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'events.db'}", wait=0.2)
    migrate(database)
    gone = busy_shop(database, 0, 3)
    with database.engine.connect() as reader:
        reader.exec_driver_sql("BEGIN")
        reader.exec_driver_sql("SELECT count(*) FROM events")
        with pytest.raises(UnavailableError, match="still read"):
            erase(database, gone)
    assert marked(tmp_path.iterdir())
    erase(database, gone)
    assert marked(tmp_path.iterdir()) == {}
    database.close()


def heap(server: PostgreSQL, database: Database) -> list[Path]:
    """Files of the tables and indexes of a database, after what was written or dropped has reached the disk."""
    with database.reading() as connection:
        connection.exec_driver_sql("CHECKPOINT")
        number = connection.exec_driver_sql("SELECT oid FROM pg_database WHERE datname = current_database()")
        return list((server.folder / "data" / "base" / str(number.scalar_one())).iterdir())


def tables_that_quote(database: Database) -> set[str]:
    """Every table of the database, the server's own too, with a row in which an erased id stands."""
    named = "SELECT schemaname, tablename FROM pg_tables"
    with database.reading() as connection:
        return {
            table
            for schema, table in connection.exec_driver_sql(named).all()
            if connection.execute(
                sa.text(f'SELECT count(*) FROM "{schema}"."{table}" AS row WHERE CAST(row AS text) LIKE :like'),
                {"like": f"%{MARK}%"},
            ).scalar_one()
        }


@pytest.fixture
def shop(postgres: PostgreSQL) -> Iterator[Database]:
    database = Database(postgres.database("shop"))
    migrate(database)
    yield database
    database.close()


def test_no_byte_of_an_erased_id_is_in_the_tables_statistics_and_files_of_postgresql(
    postgres: PostgreSQL, shop: Database
) -> None:
    gone = busy_shop(shop, 0)
    with shop.writing() as connection:
        connection.exec_driver_sql("ANALYZE")
    quoting = {table.name for table in tables.sorted_tables} - {"schema", "keys", "pools", "experiments"}
    assert tables_that_quote(shop) == {*quoting, "pg_statistic"}
    assert len(marked(heap(postgres, shop))) > len(quoting)
    erase(shop, gone)
    assert traces(shop, gone) == 0
    assert tables_that_quote(shop) == set()
    assert marked(heap(postgres, shop)) == {}


def test_a_reader_of_postgresql_who_still_sees_what_was_deleted_is_waited_for_then_told(
    postgres: PostgreSQL, shop: Database
) -> None:
    gone = busy_shop(shop, 0, 3)
    with shop.engine.connect().execution_options(isolation_level="REPEATABLE READ") as reader:
        reader.exec_driver_sql("SELECT 1 FROM schema")  # it sees all tables as they are now, and locks this one alone
        with shop.writing() as connection:
            connection.execute(sa.text("DELETE FROM events"))
        with pytest.raises(UnavailableError, match="still read"):
            scrub(shop, wait=0.2)
    erase(shop, gone)
    assert marked(heap(postgres, shop)) == {}


def test_only_who_owns_a_postgresql_database_can_erase_what_its_statistics_quote(
    postgres: PostgreSQL, shop: Database
) -> None:
    with shop.writing() as connection:
        connection.exec_driver_sql("DROP ROLE IF EXISTS clerk")
        connection.exec_driver_sql("CREATE ROLE clerk LOGIN")
    clerk = Database(make_url(postgres.url("shop")).set(username="clerk").render_as_string(hide_password=False))
    with pytest.raises(StorageError, match="owner"):
        scrub(clerk)
    with shop.upkeep() as connection:
        connection.exec_driver_sql("ALTER DATABASE shop OWNER TO clerk")
        for table in tables.sorted_tables:
            connection.exec_driver_sql(f'ALTER TABLE "{table.name}" OWNER TO clerk')
    scrub(clerk)
    clerk.close()


def test_no_later_statement_is_without_a_limit_of_time_after_scrubbing(shop: Database) -> None:
    scrub(shop)
    for _ in range(3):
        with shop.reading() as connection:
            assert connection.exec_driver_sql("SHOW statement_timeout").scalar_one() == "5s"
            assert connection.exec_driver_sql("SHOW transaction_isolation").scalar_one() == "read committed"
            assert not connection.connection.driver_connection.autocommit  # type: ignore[union-attr]
