"""What goes wrong with a database: it is told in words, without a password, nothing is changed on either side."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from crossaisle.data.sources.sql import SQL
from crossaisle.data.sources.sql.database import BATCH
from crossaisle.errors import InputError, ServiceError, UsageError
from servers import PostgreSQL, postgresql

from .databases import connected, execute, insert, loaded, state, value

PASSWORD = "h%26unt er2"
"""As it stands in a URL; two of its signs are in percent form or not as they should be."""


@pytest.fixture
def shop_url(database_url: str, frames: tuple[pd.DataFrame, ...]) -> str:
    """A database that holds the small shop as `sales` and `products`."""
    insert(database_url, sales=frames[0], products=frames[1])
    return database_url


def test_a_table_that_is_not_there_is_named_with_database_query_and_remedy(shop_url: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        loaded(tmp_path, SQL(url=shop_url, events="SELECT user_id\nFROM  slaes"))
    place = shop_url if shop_url.startswith("sqlite") else "postgresql+psycopg://shop@/shop"
    said = "no such table: slaes" if shop_url.startswith("sqlite") else 'relation "slaes" does not exist'
    wanted = f'{place}, query of events "SELECT user_id FROM slaes": {said}. Correct the query; it may only read.'
    assert str(error.value) == wanted


WRITES = [
    "DROP TABLE sales",
    "DELETE FROM sales",
    "SELECT 1; DROP TABLE sales",
    "SELECT 1; COMMIT; DROP TABLE sales; COMMIT",
    "WITH gone AS (SELECT 1) DELETE FROM sales",
    "WITH gone AS (DELETE FROM sales RETURNING *) SELECT * FROM gone",
    "PRAGMA query_only = OFF",
    "SET TRANSACTION READ WRITE",
]


@pytest.mark.parametrize("statement", WRITES)
def test_a_statement_that_is_no_query_does_nothing_and_is_refused(
    shop_url: str, tmp_path: Path, statement: str, frames: tuple[pd.DataFrame, ...]
) -> None:
    before = value(shop_url, "SELECT count(*) FROM sales")
    with pytest.raises(InputError, match=r"Give one SELECT|it may only read"):
        loaded(tmp_path, SQL(url=shop_url, events=statement, catalog="products"))
    assert value(shop_url, "SELECT count(*) FROM sales") == before == len(frames[0])
    assert not list((tmp_path / "lake").rglob("*.parquet"))


def test_a_function_that_writes_is_stopped_by_the_transaction(postgres: PostgreSQL, tmp_path: Path) -> None:
    url = postgres.database("functions")
    execute(
        url,
        "CREATE TABLE sales (item_id TEXT)",
        "INSERT INTO sales VALUES ('i')",
        "CREATE FUNCTION wipe() RETURNS text LANGUAGE sql AS $$ DELETE FROM sales RETURNING item_id $$",
        "CREATE SEQUENCE numbers",
    )
    for call in ("wipe()", "nextval('numbers')", "set_config('transaction_read_only', 'off', false)"):
        with pytest.raises(InputError, match="Correct the query; it may only read"):
            loaded(tmp_path, SQL(url=url, catalog=f"SELECT {call} AS item_id"))
    assert value(url, "SELECT count(*) FROM sales") == 1


@pytest.fixture
def server() -> Iterator[PostgreSQL]:
    """A server of one test, which may stop it."""
    with postgresql() as running:
        yield running


def test_a_wrong_password_is_told_and_not_shown(server: PostgreSQL, tmp_path: Path) -> None:
    execute(server.url(), "CREATE ROLE clerk LOGIN PASSWORD 'right'")
    rules = server.folder / "data" / "pg_hba.conf"
    rules.write_text("local all clerk scram-sha-256\nlocal all all trust\n", encoding="utf-8")
    server.stop()
    server.start()
    place = f"/postgres?host={server.folder}"
    for url in (f"postgresql://clerk:{PASSWORD}@{place}", f"postgresql://clerk@{place}&password={PASSWORD}"):
        with pytest.raises(ServiceError, match='password authentication failed for user "clerk"') as error:
            loaded(tmp_path, SQL(url=url, events="sales"))
        for told in (str(error.value), repr(error.value), repr(SQL(url=url, events="sales"))):
            assert "unt" not in told
    assert "clerk" in str(error.value)


def test_a_server_that_does_not_answer_is_told(server: PostgreSQL, tmp_path: Path) -> None:
    server.stop()
    try:
        with pytest.raises(ServiceError, match=r"connection .*Check that it runs, and host"):
            loaded(tmp_path, SQL(url=server.url(), events="sales"))
    finally:
        server.start()


def test_a_server_killed_in_the_middle_leaves_the_lake_as_it_was(
    server: PostgreSQL, frames: tuple[pd.DataFrame, ...], tmp_path: Path
) -> None:
    """The second batch is no longer there to be fetched."""
    url = server.database("shop")
    insert(url, sales=frames[0])
    source = SQL(url=url, events="SELECT a.* FROM sales a, generate_series(1, 100)")
    loaded(tmp_path, SQL(url=url, events="sales"))
    before = state(tmp_path)
    told: list[str] = []

    def kill(stage: str, done: float) -> None:
        told.append(stage)
        if "rows=" in stage:
            server.stop("immediate")

    with pytest.raises(ServiceError, match=r"the connection broke: .*Nothing was loaded\. Load again"):
        loaded(tmp_path, source, kill)
    assert [stage for stage in told if "rows=" in stage] == [f"load.stage.fetch events: rows={BATCH:,}"]
    assert state(tmp_path) == before
    assert not (tmp_path / "lake" / ".staging").exists()
    server.start()
    assert loaded(tmp_path, source).table("events").already_there == len(frames[0])


def test_a_file_that_is_no_database_and_options_that_no_driver_knows_are_told(
    postgres: PostgreSQL, tmp_path: Path
) -> None:
    (tmp_path / "shop.db").write_text("user_id,item_id\n" * 100)
    with pytest.raises(InputError, match="file is not a database"):
        loaded(tmp_path, SQL(url=f"sqlite:///{tmp_path / 'shop.db'}", events="sales"))
    with pytest.raises(ServiceError, match='invalid connection option "colour"'):
        loaded(tmp_path, SQL(url=f"{postgres.url()}&colour=red", events="sales"))


def test_text_that_is_not_in_the_encoding_is_told(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    execute(url, "CREATE TABLE s (item_id TEXT)", "INSERT INTO s VALUES (CAST(x'ff' AS TEXT))")
    with pytest.raises(InputError, match=r"UTF-8.*Correct the query"):
        loaded(tmp_path, SQL(url=url, catalog="s"))


def test_a_missing_driver_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(UsageError, match=r"pip install 'crossaisle\[postgresql\]'"):
        loaded(tmp_path, SQL(url="postgresql://shop@host/sales", events="sales"))


PEAK = """
import resource, sys
from pathlib import Path
from crossaisle.data.sources.sql import SQL
from crossaisle.stores.engine import open_engine

url, n_rows, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
folder.mkdir()
source = SQL(url=url, events=f"SELECT * FROM wide WHERE number <= {n_rows}")
source.tables(open_engine(folder / "spill", threads=1), folder)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_holds_batches_not_tables(database_url: str, tmp_path: Path) -> None:
    """90,000 rows of 2,048 letters more are 184 MB more; what is held is a few batches of 17 MB."""
    with connected(database_url) as connection:
        connection.exec_driver_sql("CREATE TABLE wide (number INTEGER, text TEXT)")
        connection.exec_driver_sql(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) "
            f"INSERT INTO wide SELECT i, '{'letters ' * 255}' || (10000000 + i) FROM n"
        )

    def peak(n_rows: int) -> int:
        command = [sys.executable, "-c", PEAK, database_url, str(n_rows), str(tmp_path / str(n_rows))]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return int(done.stdout) * (1 if sys.platform == "darwin" else 1024)

    assert peak(100_000) - peak(10_000) < 90 * 10**6
