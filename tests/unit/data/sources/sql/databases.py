"""Filling databases, and reading and loading them, for tests of the source."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import sqlalchemy
from sqlalchemy.engine import Connection

from crossaisle.data.moments import moment
from crossaisle.data.sources.sql import SQL
from crossaisle.data.tables import LINE
from crossaisle.data.training import Progress, silent
from crossaisle.loop.loading.load import LoadOptions, load
from crossaisle.loop.loading.load_report import LoadReport
from crossaisle.stores.engine import open_engine
from crossaisle.stores.lake import Lake
from crossaisle.stores.quarantine import Quarantine

NOW = moment("2026-01-01")


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """A connection that may write, committed when the block ends."""
    engine = sqlalchemy.create_engine(url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def execute(url: str, *statements: str) -> None:
    """Run statements in one transaction."""
    with connected(url) as connection:
        for statement in statements:
            connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def insert(url: str, **frames: pd.DataFrame) -> None:
    """Add frames to the tables of their names."""
    with connected(url) as connection:
        for name, frame in frames.items():
            frame.to_sql(name, connection, index=False, if_exists="append", method="multi", chunksize=50)


def value(url: str, query: str) -> Any:
    """The one value that a query gives."""
    with connected(url) as connection:
        return connection.exec_driver_sql(query).scalar_one()


def read(source: SQL, folder: Path, table: str = "events") -> "pa.Table":
    """A table as the source hands it to the engine, with LINE, in the order of lines."""
    folder.mkdir(exist_ok=True)
    engine = open_engine(folder / "spill", threads=1)
    try:
        (part,) = source.tables(engine, folder)[table]
        found: pa.Table = part.table.order_by(LINE).to_pyarrow()
        return found
    finally:
        engine.disconnect()


def loaded(folder: Path, source: Any, progress: Progress = silent) -> LoadReport:
    """Load into the lake of a folder."""
    quarantine = Quarantine(folder / "quarantine")
    return load(source, lake_of(folder), quarantine, LoadOptions(threads=1), NOW, progress)


def lake_of(folder: Path) -> Lake:
    return Lake(folder / "lake")


def state(folder: Path) -> tuple[Any, ...]:
    """What the lake of a folder holds, and the files that hold it."""
    files = sorted(path.name for path in (folder / "lake").rglob("*.parquet"))
    return lake_of(folder).fingerprint(), lake_of(folder).counts(), files
