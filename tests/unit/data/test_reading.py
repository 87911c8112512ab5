"""Reading frames: the same rows whatever library holds them, and times at the instant that they name."""

from collections.abc import Callable
from datetime import timedelta, timezone
from itertools import product
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crossaisle.data.dataset import Dataset
from crossaisle.data.mapping import Map
from crossaisle.data.moments import FOREVER
from crossaisle.data.reading import read_tables
from crossaisle.data.sources.files import Files

MICROSECONDS = [1_483_228_800_123_456, 1_496_275_200_000_000, 1_509_580_799_999_999]
"""2017-01-01 00:00 and a little, 2017-06-01, and the last of 2017-11-01, in UTC."""


def table(zone: str | None, unit: str = "ns") -> pa.Table:
    """One purchase of each of three users."""
    counts = [one * 1000 for one in MICROSECONDS] if unit == "ns" else MICROSECONDS
    return pa.table(
        {
            "user_id": ["a", "b", "c"],
            "item_id": ["x", "y", "z"],
            "timestamp": pa.array(counts, pa.timestamp(unit, zone)),
            "event_type": ["purchase"] * 3,
        }
    )


AS: dict[str, Callable[[pa.Table], Any]] = {
    "arrow": lambda rows: rows,
    "batches of arrow": lambda rows: rows.to_reader(),
    "pandas": lambda rows: rows.to_pandas(),
    "pandas over arrow": lambda rows: rows.to_pandas(types_mapper=pd.ArrowDtype),
    "polars": pl.from_arrow,
    "ibis": ibis.memtable,
}


ZONES = (None, "UTC", "Asia/Shanghai", "America/New_York")
KINDS_AND_ZONES = [*product(AS, (*ZONES, "+05:30"))]
KINDS_AND_ZONES.remove(("polars", "+05:30"))
"""All but what there is not: polars knows zones by name alone."""


@pytest.mark.parametrize(("kind", "zone"), KINDS_AND_ZONES)
def test_times_of_nanoseconds_are_read_at_their_instant_in_any_zone(kind: str, zone: str | None) -> None:
    read = Dataset.from_frames(AS[kind](table(zone)))
    assert read.events.time.tolist() == MICROSECONDS


@pytest.mark.parametrize("kind", AS)
def test_the_unit_of_times_changes_nothing(kind: str) -> None:
    fine, coarse = (Dataset.from_frames(AS[kind](table("Asia/Shanghai", unit))) for unit in ("ns", "us"))
    assert fine.events.time.tolist() == coarse.events.time.tolist() == MICROSECONDS
    assert fine.index == coarse.index


def test_a_missing_time_of_nanoseconds_is_a_bad_row_and_an_own_column_of_them_is_kept() -> None:
    zoned = pa.array([0, 10**9, None], pa.timestamp("ns", "UTC"))
    catalog = pa.table({"item_id": ["x", "y", "z"], "first_seen": zoned, "launched_at": zoned})
    read = Dataset.from_frames(table("UTC"), catalog)
    assert read.catalogue.columns["first_seen"].cast(pa.int64()).to_pylist() == [0, 10**6, None]
    assert read.catalogue.launched.tolist()[:2] == [0, 10**6]


def test_a_parquet_file_of_such_times_is_read_too(tmp_path: Path) -> None:
    """As pandas writes it by default."""
    pq.write_table(table("Asia/Shanghai"), tmp_path / "events.parquet")
    files = Files(events=(str(tmp_path / "events.parquet"),), map=Map(timezone="Europe/Berlin"))
    times = read_tables(files, FOREVER)["events"]["timestamp"]
    assert times.cast(pa.int64()).to_pylist() == MICROSECONDS


def test_python_s_own_times_with_a_zone_are_read() -> None:
    east = timezone(timedelta(hours=8))
    frame = table("UTC").to_pandas().assign(timestamp=lambda rows: rows.timestamp.dt.tz_convert(east))
    assert Dataset.from_frames(frame).events.time.tolist() == MICROSECONDS
