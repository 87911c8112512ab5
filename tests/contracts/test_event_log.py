"""What every event log keeps: SQLite and PostgreSQL alike."""

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from time import sleep
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossaisle.data.collecting import collect
from crossaisle.errors import SettingsError, StorageError, UnavailableError
from crossaisle.stores.database.connection import Database
from crossaisle.stores.database.event_log import Batch, Change, EventLog
from crossaisle.stores.database.schema import events, migrate, schema, tables
from crossaisle.stores.database.writer import Answer, Writer

NOW = 1_772_357_400_000_000


@pytest.fixture
def log(database_url: str) -> Iterator[EventLog]:
    database = Database(database_url)
    migrate(database)
    yield EventLog(database)
    database.close()


def rows(*sent: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows of what a shop sends, each a view of u1 unless it says otherwise."""
    view = {"user_id": "u1", "timestamp": "2026-03-01T09:00:00Z", "event_type": "view"}
    collected = collect([{**view, **one} for one in sent], NOW)
    assert not collected.rejected
    return collected.rows


def test_what_was_appended_is_read_in_order_with_every_column(log: EventLog) -> None:
    sent = rows(
        {"item_id": "a", "price": 1.5, "quantity": 2, "order_id": "o", "channel": "web", "store_id": "s"},
        {"query": "Tee, grün 茶", "event_type": "search", "session_id": "x", "device": "phone", "event_value": 4.0},
    )
    log.append([Batch(sent)])
    found = log.since(0)
    assert [{name: value for name, value in row.items() if name != "number"} for row in found] == sent
    assert [row["number"] for row in found] == sorted(row["number"] for row in found)
    assert log.since(found[0]["number"]) == found[1:]
    assert log.last() == found[-1]["number"]


def test_an_event_sent_again_is_there_once(log: EventLog) -> None:
    sent = rows({"item_id": "a", "event_id": "e1"}, {"item_id": "b"})
    log.append([Batch(sent)])
    log.append([Batch(sent), Batch(sent[:1])])
    assert log.count() == 2


def test_same_user_and_item_at_another_time_is_another_event(log: EventLog) -> None:
    log.append([Batch(rows({"item_id": "a"}, {"item_id": "a", "timestamp": "2026-03-01T09:00:01Z"}))])
    assert log.count() == 2


def test_equal_rows_of_one_request_are_two_events_and_sent_again_still_two(log: EventLog) -> None:
    for _ in range(2):
        log.append([Batch(rows({"item_id": "a"}, {"item_id": "a"}))])
    assert log.count() == 2


def test_a_key_that_came_before_is_answered_as_then_and_writes_nothing(log: EventLog) -> None:
    first = Batch(rows({"item_id": "a"}), key="k", body_hash="h", answer="one")
    assert log.append([first]) == ["one"]
    assert log.append([Batch(rows({"item_id": "b"}), key="k", body_hash="h", answer="two")]) == ["one"]
    assert log.append([Batch(rows({"item_id": "b"}), key="k", body_hash="other", answer="two")]) == [None]
    assert [row["item_id"] for row in log.since(0)] == ["a"]
    log.forget_answers(NOW + 1)
    assert log.append([Batch(rows({"item_id": "b"}), key="k", body_hash="other", answer="two")]) == ["two"]


def test_two_batches_with_one_key_in_one_transaction_are_one(log: EventLog) -> None:
    batch = Batch(rows({"item_id": "a"}), key="k", body_hash="h", answer="one")
    assert log.append([batch, batch]) == ["one", "one"]
    assert log.count() == 1


def test_events_up_to_a_number_can_be_dropped_and_numbers_are_never_given_again(log: EventLog) -> None:
    log.append([Batch(rows({"item_id": "a"}, {"item_id": "b"}))])
    last = log.last()
    log.drop_until(last)
    assert log.count() == 0
    log.append([Batch(rows({"item_id": "c"}))])
    assert log.last() > last


def test_all_events_of_some_users_are_found(log: EventLog) -> None:
    log.append([Batch(rows({"item_id": "a"}, {"item_id": "b", "user_id": "u2"}, {"item_id": "c", "user_id": "u3"}))])
    assert [row["item_id"] for row in log.of_users(["u1", "u3"])] == ["a", "c"]


def test_changes_are_read_in_order_and_dropped_by_kind(log: EventLog) -> None:
    for number, kind in enumerate(("item", "consent", "item")):
        log.note(Change(kind, f"s{number}", {"é": number}, NOW))
    found = log.changes_since(0)
    assert [(one.kind, one.subject, one.body) for one in found] == [
        ("item", "s0", {"é": 0}),
        ("consent", "s1", {"é": 1}),
        ("item", "s2", {"é": 2}),
    ]
    log.drop_changes(["item"], found[1].number)
    assert [one.subject for one in log.changes_since(0)] == ["s1", "s2"]


def test_many_writers_at_once_lose_and_double_nothing_and_a_reader_misses_none(log: EventLog) -> None:
    seen: list[str] = []
    is_done = threading.Event()

    def read() -> None:
        number = 0
        while True:
            is_last = is_done.is_set()
            for row in log.since(number):
                number = row["number"]
                seen.append(row["item_id"])
            if is_last:
                return

    reader = threading.Thread(target=read)
    reader.start()
    with ThreadPoolExecutor(6) as pool:
        batches = [Batch(rows(*({"item_id": f"{part}-{one}"} for one in range(5)))) for part in range(60)]
        written = [pool.submit(log.append, [batch]) for batch in batches]
        assert [future.result() for future in written] == [[""]] * 60
    is_done.set()
    reader.join()
    assert sorted(seen) == sorted(f"{part}-{one}" for part in range(60) for one in range(5))


def asked(writer: Writer, batch: Batch) -> "Future[Answer]":
    """A batch's answer, when it comes."""
    future: Future[Answer] = Future()
    writer.append(batch, future.set_result)
    return future


def test_a_writer_answers_each_request_when_its_events_are_durable(log: EventLog) -> None:
    counted: list[int] = []
    writer = Writer(log, appended=counted.append)
    futures = [asked(writer, Batch(rows({"item_id": f"i{one}"}), answer=str(one))) for one in range(50)]
    assert [future.result(10) for future in futures] == [str(one) for one in range(50)]
    assert log.count() == sum(counted) == 50
    writer.close()
    with pytest.raises(UnavailableError):
        asked(writer, Batch(rows({"item_id": "late"})))


def test_what_the_database_refuses_does_not_take_what_others_sent(log: EventLog) -> None:
    writer = Writer(log)
    wrong = [{**rows({"item_id": "a"})[0], "user_id": None}]
    with log.database.writing():  # both wait, so that they are written together
        batches = [asked(writer, Batch(rows({"item_id": "x"})))]
        batches += [asked(writer, Batch(wrong)), asked(writer, Batch(rows({"item_id": "b"}), answer="fine"))]
    assert batches[2].result(10) == "fine"
    assert isinstance(batches[1].result(10), StorageError)
    writer.close()
    assert sorted(row["item_id"] for row in log.since(0)) == ["b", "x"]


def test_more_than_may_wait_is_turned_away(log: EventLog) -> None:
    writer = Writer(log, capacity=3)
    with log.database.writing():
        first = asked(writer, Batch(rows({"item_id": "a"})))
        while writer.n_waiting:
            sleep(0.01)
        for item in "bcc":
            asked(writer, Batch(rows({"item_id": item})))
        with pytest.raises(UnavailableError, match="waiting"):
            asked(writer, Batch(rows({"item_id": "d"})))
    assert first.result(10) == ""
    writer.close()


def test_migrating_again_changes_nothing_and_an_older_database_goes_step_by_step(database_url: str) -> None:
    database = Database(database_url)
    assert migrate(database) == 0
    assert migrate(database) == 1
    done: list[int] = []
    steps = (lambda connection: done.append(1), lambda connection: done.append(2))
    assert migrate(database, steps) == 1
    assert done == [1, 2]
    assert migrate(database, steps) == 3
    with pytest.raises(StorageError, match="version 3"):
        migrate(database)
    database.close()


def test_a_step_that_fails_leaves_the_database_as_it_was(database_url: str) -> None:
    database = Database(database_url)
    migrate(database)

    def broken(connection: sa.Connection) -> None:
        connection.execute(sa.text("ALTER TABLE events ADD COLUMN colour TEXT"))
        connection.execute(sa.text("SELECT nothing FROM nowhere"))

    with pytest.raises((StorageError, UnavailableError)):
        migrate(database, (broken,))
    with database.reading() as connection:
        assert connection.execute(sa.select(schema.c.version)).scalar_one() == 1
        assert "colour" not in [one["name"] for one in sa.inspect(connection).get_columns("events")]
    assert {table.name for table in tables.sorted_tables} <= set(sa.inspect(database.engine).get_table_names())
    database.close()


texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=20)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(user=texts, item=texts, query=texts, value=st.floats(allow_nan=False, allow_infinity=False))
def test_ids_and_texts_come_back_byte_for_byte(log: EventLog, user: str, item: str, query: str, value: float) -> None:
    with log.database.writing() as connection:
        connection.execute(events.delete())
    sent = rows({"user_id": user, "item_id": item, "query": query, "event_value": value})
    log.append([Batch(sent)])
    found = next(log.of_users([user]))
    assert (found["user_id"], found["item_id"], found["query"], found["event_value"]) == (user, item, query, value)


def test_a_database_that_is_not_there_is_told_without_its_password() -> None:
    database = Database("postgresql://shop:secret-word@127.0.0.1:1/none", wait=1)
    with pytest.raises(UnavailableError) as told, database.reading():
        pass
    assert "secret-word" not in str(told.value)
    assert "127.0.0.1" in str(told.value)


@pytest.mark.parametrize("url", ["nonsense", "mysql://x/y"])
def test_a_url_that_cannot_be_used_is_told(url: str) -> None:
    with pytest.raises(SettingsError):
        Database(url)


def test_sqlite_syncs_every_commit_and_overwrites_what_is_deleted(tmp_path: Any) -> None:
    database = Database(f"sqlite:///{tmp_path / 'events.db'}")
    with database.reading() as connection:
        asked = ("journal_mode", "synchronous", "secure_delete")
        assert [connection.exec_driver_sql(f"PRAGMA {one}").scalar_one() for one in asked] == ["wal", 2, 1]
    database.close()
    assert sqlite3.connect(tmp_path / "events.db").execute("PRAGMA integrity_check").fetchone() == ("ok",)
