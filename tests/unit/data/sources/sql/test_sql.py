"""History read from databases: SQLite and a real PostgreSQL server."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from crossaisle.data.cleaning import Cleaning
from crossaisle.data.mapping import Map, Value
from crossaisle.data.moments import moment
from crossaisle.data.reading import read_tables
from crossaisle.data.sources.frames import Frames
from crossaisle.data.sources.sql import SQL
from crossaisle.data.sources.sql.database import BATCH
from crossaisle.data.tables import LINE
from crossaisle.errors import InputError, UsageError
from servers import PostgreSQL

from .databases import execute, insert, lake_of, loaded, read, state

EVENTS = "CREATE TABLE sales (user_id {id}, item_id {id}, timestamp TIMESTAMP, event_type TEXT, price NUMERIC(10, 2))"


def rows(folder: Path) -> list[dict[str, Any]]:
    """Events of the lake without their ids, in an order of their own."""
    table = lake_of(folder).events().drop("event_id").to_pyarrow()
    names = ("user_id", "item_id", "timestamp", "order_id")
    return sorted(table.to_pylist(), key=lambda row: [row[name] for name in names])


@pytest.fixture
def shop_url(database_url: str, frames: tuple[pd.DataFrame, ...]) -> str:
    """A database that holds the small shop as `sales` and `products`."""
    insert(database_url, sales=frames[0], products=frames[1])
    return database_url


def test_a_shop_in_a_database_is_the_same_shop_as_in_frames(
    shop_url: str, frames: tuple[pd.DataFrame, ...], tmp_path: Path
) -> None:
    report = loaded(tmp_path / "sql", SQL(url=shop_url, events="SELECT * FROM sales", catalog="products"))
    loaded(tmp_path / "frames", Frames(events=frames[0], catalog=frames[1]))
    assert report.table("events").kept == len(frames[0])
    assert rows(tmp_path / "sql") == rows(tmp_path / "frames")
    assert lake_of(tmp_path / "sql").counts() == lake_of(tmp_path / "frames").counts()
    titles = lake_of(tmp_path / "sql").table("catalog")
    assert titles is not None
    assert sorted(titles.to_pyarrow()["title"].to_pylist()) == sorted(frames[1]["title"])


def test_the_same_query_loaded_again_changes_nothing_and_more_is_appended(
    shop_url: str, frames: tuple[pd.DataFrame, ...], tmp_path: Path
) -> None:
    promotions = pd.DataFrame({"item_id": ["i001", "i002"], "start": ["2017-01-01", "2017-02-01"]})
    insert(shop_url, actions=promotions, shelf=pd.DataFrame({"item_id": ["i001"], "store_id": ["s"], "quantity": [3]}))
    source = SQL(url=shop_url, events="sales", catalog="products", promotions="actions", stock="shelf")
    loaded(tmp_path, source)
    before = state(tmp_path)
    again = loaded(tmp_path, source)
    assert [one.kept for one in again.tables] == [0] * 4
    assert [one.already_there for one in again.tables] == [one.read for one in again.tables]
    assert state(tmp_path) == before
    insert(shop_url, sales=frames[0].head(1).assign(user_id="new"))
    assert loaded(tmp_path, source).table("events").kept == 1


def test_rows_keep_their_ids_when_later_rows_change_what_a_column_holds(database_url: str, tmp_path: Path) -> None:
    """At first all prices are whole, and there is no note; then one has a fraction, and one row has a note."""
    execute(
        database_url,
        "CREATE TABLE s (user_id INTEGER, item_id TEXT, timestamp TEXT, event_type TEXT, price NUMERIC, note TEXT)",
        "INSERT INTO s VALUES (1, 'a', '2024-01-01', 'purchase', 5, NULL), (2, 'b', '2024-01-02', 'purchase', 7, NULL)",
    )
    source = SQL(url=database_url, events="s")
    assert loaded(tmp_path, source).table("events").kept == 2
    execute(database_url, "INSERT INTO s VALUES (3, 'c', '2024-01-03', 'purchase', 2.5, 'cheap')")
    events = loaded(tmp_path, source).table("events")
    assert (events.kept, events.already_there) == (1, 2)
    assert sorted(one["price"] for one in rows(tmp_path)) == [2.5, 5.0, 7.0]


def test_integer_ids_stay_digits_and_rows_without_one_go_to_quarantine_with_their_line(
    database_url: str, tmp_path: Path
) -> None:
    execute(
        database_url,
        EVENTS.format(id="INTEGER"),
        "INSERT INTO sales VALUES (17850, 1, '2024-01-01 10:00:00', 'purchase', 2.5)",
        "INSERT INTO sales VALUES (NULL, 2, '2024-01-02 10:00:00', 'purchase', 2.5)",
        "INSERT INTO sales VALUES (17851, NULL, '2024-01-03 10:00:00', 'purchase', 2.5)",
        "INSERT INTO sales VALUES (17852, 4, '2024-01-04 10:00:00', 'purchase', -1)",
        "INSERT INTO sales VALUES (17853, 5, '2024-01-05 10:00:00', 'purchase', 3)",
    )
    shop = Map(columns={"events": {"channel": Value(value="web")}}, cleaning=Cleaning(max_bad_share=0.8))
    source = SQL(url=database_url, events="SELECT * FROM sales ORDER BY timestamp", map=shop)
    report = loaded(tmp_path, source)
    assert [(one["user_id"], one["item_id"], one["channel"]) for one in rows(tmp_path)] == [
        ("17850", "1", "web"),
        ("17853", "5", "web"),
    ]
    (file,) = Path(report.quarantine).iterdir()
    aside = sorted(pq.read_table(file).to_pylist(), key=lambda one: int(one["line"]))
    rules = [(2, "missing_ids"), (3, "missing_ids"), (4, "impossible_values")]
    assert [(one["line"], one["rule"]) for one in aside] == rules
    name = "events.db events" if database_url.startswith("sqlite") else "shop events"
    assert {one["source"] for one in aside} == {name}


def test_a_column_without_values_in_the_first_batch_is_what_the_later_ones_say(
    database_url: str, tmp_path: Path
) -> None:
    """The first batch is full of nulls; the note comes right after it, and a number in the row after that."""
    execute(
        database_url,
        "CREATE TABLE s (user_id INTEGER, note TEXT, size NUMERIC)",
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {BATCH + 2}) "
        f"INSERT INTO s SELECT i, CASE WHEN i = {BATCH + 1} THEN 'first' END, "
        f"CASE WHEN i > {BATCH + 1} THEN 1.5 END FROM n",
    )
    found = read(SQL(url=database_url, customers="SELECT * FROM s ORDER BY user_id"), tmp_path / "out", "customers")
    assert [str(kind) for kind in found.schema.types] == ["int64", "string", "double", "int64"]
    assert found["note"].to_pylist() == [None] * BATCH + ["first", None]
    assert found["size"].to_pylist() == [None] * (BATCH + 1) + [1.5]
    assert found[LINE].to_pylist() == list(range(1, BATCH + 3))


def test_what_postgresql_declares_is_read_as_such(postgres: PostgreSQL, tmp_path: Path) -> None:
    url = postgres.database("types")
    columns: list[tuple[str, str, Any, str]] = [
        ("small", "'7'::smallint", 7, "int64"),
        ("big", "9223372036854775807", 2**63 - 1, "int64"),
        ("huge", "98765432109876543210::numeric", "98765432109876543210", "string"),
        ("price", "2.50::numeric(10, 2)", 2.5, "double"),
        ("real", "0.1::real", 0.1, "double"),
        ("double", "0.1::double precision", 0.1, "double"),
        ("flag", "true", True, "bool"),
        ("day", "date '2024-02-29'", date(2024, 2, 29), "date32[day]"),
        ("time", "timestamp '2024-02-29 10:00:00.123456'", datetime(2024, 2, 29, 10, 0, 0, 123456), "timestamp[us]"),
        ("moment", "timestamptz '2024-07-01 10:00+08'", datetime(2024, 7, 1, 2, tzinfo=UTC), "timestamp[us, tz=UTC]"),
        ("uuid", "'00000000-0000-0000-0000-000000000007'::uuid", "00000000-0000-0000-0000-000000000007", "string"),
        ("json", """'{"a": [1, "茶"]}'::json""", '{"a": [1, "茶"]}', "string"),
        ("jsonb", """'["x", null, 2.5]'::jsonb""", '["x", null, 2.5]', "string"),
        ("scalar", """'"x"'::jsonb""", "x", "string"),
        ("list", "ARRAY['x', 'y']", '["x", "y"]', "string"),
        ("word", "'a'::varchar(5)", "a", "string"),
        ("padded", "'a'::char(3)", "a  ", "string"),
        ("clock", "time '09:30'", "09:30:00", "string"),
        ("percent", "'100% :x {} %s'", "100% :x {} %s", "string"),
    ]
    listed = ", ".join(f'{written} AS "{name}"' for name, written, _, _ in columns)
    execute(url, f"CREATE TABLE one AS SELECT {listed}", "INSERT INTO one DEFAULT VALUES")
    kinds = [kind for *_, kind in columns]
    for table, source in (("events", SQL(url=url, events="one")), ("customers", SQL(url=url, customers="one"))):
        found = read(source, tmp_path / table, table)
        assert [str(kind) for kind in found.schema.types[:-1]] == kinds
        assert found.drop([LINE]).to_pydict() == {name: [value, None] for name, _, value, _ in columns}
    empty = read(SQL(url=url, customers="SELECT * FROM one LIMIT 0"), tmp_path / "empty", "customers")
    assert (empty.num_rows, [str(kind) for kind in empty.schema.types[:-1]]) == (0, kinds)


def test_moments_of_an_hour_that_a_zone_has_twice_are_told_apart(postgres: PostgreSQL, tmp_path: Path) -> None:
    url = postgres.database("zones") + "&options=-c%20TimeZone%3DEurope/Berlin"
    query = "SELECT * FROM (VALUES (timestamptz '2024-10-27 00:30Z'), (timestamptz '2024-10-27 01:30Z')) v(at)"
    found = read(SQL(url=url, customers=query), tmp_path / "out", "customers")
    assert found["at"].to_pylist() == [datetime(2024, 10, 27, hour, 30, tzinfo=UTC) for hour in (0, 1)]


def test_what_sqlite_holds_is_known_by_its_values(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    execute(
        url,
        "CREATE TABLE s (n INTEGER, r REAL, mixed NUMERIC, day TEXT, any)",
        "INSERT INTO s VALUES (1, 5, 5, '2024-02-29', 1), (NULL, 2.5, 2.5, NULL, 'x')",
        "INSERT INTO s VALUES (2, NULL, NULL, '2024-03-01', 17850.0)",
    )
    found = read(SQL(url=url, customers="s"), tmp_path / "out", "customers")
    assert found.drop([LINE]).to_pydict() == {
        "n": [1, None, 2],
        "r": [5.0, 2.5, None],
        "mixed": [5.0, 2.5, None],
        "day": ["2024-02-29", None, "2024-03-01"],
        "any": ["1", "x", "17850"],
    }


def test_times_without_a_zone_are_in_the_shop_s(database_url: str) -> None:
    execute(
        database_url,
        EVENTS.format(id="TEXT"),
        "INSERT INTO sales VALUES ('u', 'i', '2024-07-01 12:00:00', 'purchase', 1)",
    )
    source = SQL(url=database_url, events="sales", map=Map(timezone="Asia/Shanghai"))
    times = read_tables(source, moment("2026-01-01"))["events"]["timestamp"].to_pylist()
    assert times == [datetime(2024, 7, 1, 4, tzinfo=UTC)]


def test_bytes_are_refused_with_their_column_and_the_way_out(database_url: str, tmp_path: Path) -> None:
    kind, literal = ("BLOB", "x'00'") if database_url.startswith("sqlite") else ("BYTEA", r"'\x00'")
    execute(database_url, f"CREATE TABLE s (item_id TEXT, photo {kind})", f"INSERT INTO s VALUES ('i', {literal})")
    with pytest.raises(InputError, match=r'query of catalog "s": column photo holds bytes\. Leave it out of the query'):
        loaded(tmp_path, SQL(url=database_url, catalog="s"))


def test_two_columns_of_one_name_and_an_answer_without_rows_are_named(shop_url: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"two columns are named item_id.*with AS"):
        loaded(tmp_path, SQL(url=shop_url, catalog="SELECT a.item_id, b.item_id FROM products a, products b"))
    with pytest.raises(InputError, match=r"there is no row\. Check the conditions"):
        loaded(tmp_path, SQL(url=shop_url, events="SELECT * FROM sales WHERE price < 0"))


def test_rows_come_in_batches_and_what_is_read_is_told(database_url: str, tmp_path: Path) -> None:
    """100,000 rows are twelve batches of 8,192 and a rest."""
    execute(
        database_url,
        EVENTS.format(id="INTEGER"),
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) "
        "INSERT INTO sales SELECT i % 997, i % 613, '2024-01-01 00:00:00', 'purchase', i % 40 / 4.0 FROM n",
    )
    told: list[tuple[str, float]] = []
    report = loaded(tmp_path, SQL(url=database_url, events="sales"), lambda stage, done: told.append((stage, done)))
    assert report.table("events").read == 100_000
    fetched = [stage.partition("rows=")[2] for stage, _ in told if stage.startswith("load.stage.fetch events:")]
    assert [int(one.replace(",", "")) for one in fetched] == [*range(BATCH, 100_000, BATCH), 100_000]
    assert ("load.stage.fetch events", 1.0) in told
    assert len(rows(tmp_path)) == report.table("events").kept


def test_all_tables_are_of_one_moment(database_url: str, tmp_path: Path) -> None:
    """Somebody sells the last item and takes it out of the catalogue between the two queries."""
    if database_url.startswith("sqlite"):
        execute(database_url, "PRAGMA journal_mode = WAL")
    execute(
        database_url,
        EVENTS.format(id="TEXT"),
        "CREATE TABLE products (item_id TEXT)",
        "INSERT INTO products VALUES ('last')",
        "INSERT INTO sales VALUES ('u', 'last', '2024-01-01 10:00:00', 'view', 1)",
    )

    def sell(stage: str, done: float) -> None:
        if (stage, done) == ("load.stage.fetch events", 1.0):
            execute(database_url, "DELETE FROM products", "INSERT INTO sales SELECT * FROM sales")

    source = SQL(url=database_url, events="sales", catalog="products")
    report = loaded(tmp_path / "first", source, sell)
    assert (report.table("events").read, report.table("catalog").kept) == (1, 1)
    report = loaded(tmp_path / "second", source)
    assert (report.table("events").read, report.table("catalog").kept) == (2, 0)


def test_the_url_comes_from_the_environment_that_is_handed_in(shop_url: str, tmp_path: Path) -> None:
    source = SQL(url_variable="SHOP_DATABASE", events="sales")
    assert loaded(tmp_path, source.within({"SHOP_DATABASE": shop_url})).table("events").kept > 0
    for environment in ({}, {"SHOP_DATABASE": ""}):
        with pytest.raises(UsageError, match=r"url_variable: SHOP_DATABASE is not set\. Set the environment variable"):
            source.within(environment)
    with pytest.raises(UsageError, match="both given"):
        SQL(url=shop_url, url_variable="SHOP_DATABASE", events="sales").within({})
    with pytest.raises(InputError, match="the environment was not asked for SHOP_DATABASE"):
        loaded(tmp_path, source)
    assert SQL(url=shop_url, events="sales").within({}) == SQL(url=shop_url, events="sales")


def test_a_source_without_database_or_query_says_what_is_missing(shop_url: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no database is named"):
        loaded(tmp_path, SQL(events="sales"))
    with pytest.raises(InputError, match="no query is given"):
        loaded(tmp_path, SQL(url=shop_url))
