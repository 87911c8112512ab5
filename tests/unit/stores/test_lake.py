"""The lake: what it answers, and that a change is seen whole or not at all."""

import multiprocessing
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pytest

from crossaisle.data.tables import CATALOG, EVENTS, STOCK
from crossaisle.errors import BusyError, StorageError
from crossaisle.stores.lake import Lake
from crossaisle.stores.months import spans_of
from crossaisle.stores.snapshot import NAME


def events(*times: str) -> Any:
    """Views of item i by user u at the given times; ids are the times."""
    rows = [{"event_id": time, "user_id": "u", "item_id": "i", "event_type": "view"} for time in times]
    schema = EVENTS.arrow_schema()
    table = pa.Table.from_pylist(rows, schema)
    moments = pa.array(times).cast(pa.timestamp("us", "UTC"))
    return ibis.memtable(table.set_column(schema.get_field_index("timestamp"), schema.field("timestamp"), moments))


TIMES = ("2025-01-31T23:59:59Z", "2025-02-01T00:00:00Z", "2025-03-05T12:00:00Z")


def filled(folder: Path) -> Lake:
    lake = Lake(folder)
    with lake.change(threads=1) as change:
        change.add_events(events(*TIMES), 0)
    return lake


def test_a_lake_named_relative_to_the_current_folder_is_filled_and_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert filled(Path("shop/lake")).counts() == {"events": 3}
    assert Lake(tmp_path / "shop" / "lake").events().count().to_pyarrow().as_py() == 3


def test_events_are_kept_by_month_and_only_those_in_the_window_are_answered(tmp_path: Path) -> None:
    lake = filled(tmp_path)
    assert sorted(path.name for path in (tmp_path / "events").iterdir()) == [
        "month=2025-01",
        "month=2025-02",
        "month=2025-03",
    ]
    found = lake.events(since="2025-02-01", until="2025-03-05T12:00:00").to_pyarrow()
    assert found["event_id"].to_pylist() == [TIMES[1]]
    assert found.schema.field("timestamp").type.tz == "UTC"
    assert lake.counts() == {"events": 3}


def test_an_empty_lake_answers_with_no_events_and_no_tables(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    assert lake.events().count().to_pyarrow().as_py() == 0
    assert lake.table("catalog") is None
    assert lake.counts() == {}


def interrupted(lake: Lake) -> None:
    with lake.change(threads=1) as change:
        change.add_events(events("2025-04-01T00:00:00Z"), 0)
        raise KeyboardInterrupt


def test_a_change_that_fails_leaves_no_trace(tmp_path: Path) -> None:
    lake = filled(tmp_path)
    before = sorted(path for path in tmp_path.rglob("*") if path.name != ".lock")
    fingerprint = lake.fingerprint()
    with pytest.raises(KeyboardInterrupt):
        interrupted(lake)
    assert lake.fingerprint() == fingerprint
    assert sorted(path for path in tmp_path.rglob("*") if path.name != ".lock") == before


def test_a_reader_that_began_before_a_change_reads_to_its_end(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    for title in ("Tea", "Coffee"):
        with lake.change(threads=1) as change:
            change.put(CATALOG, ibis.memtable(pa.table({"item_id": ["i"], "title": [title]})))
        if title == "Tea":
            reader = lake.table("catalog")
    assert reader is not None
    assert reader.to_pyarrow()["title"].to_pylist() == ["Tea"]
    fresh = lake.table("catalog")
    assert fresh is not None
    assert fresh.to_pyarrow()["title"].to_pylist() == ["Coffee"]


def _hold(folder: Path, held: Any, done: Any) -> None:
    with Lake(folder).change(threads=1):
        held.set()
        done.wait(30)


def test_a_second_process_is_told_at_once_that_the_lake_is_busy(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    held, done = context.Event(), context.Event()
    process = context.Process(target=_hold, args=(tmp_path, held, done))
    process.start()
    try:
        assert held.wait(60)
        with pytest.raises(BusyError, match="another process"), Lake(tmp_path).change():
            pass
    finally:
        done.set()
        process.join(30)
    assert process.exitcode == 0


def test_a_lake_of_another_version_is_refused(tmp_path: Path) -> None:
    filled(tmp_path)
    path = tmp_path / NAME
    path.write_text(path.read_text().replace('"schema": 1', '"schema": 99'))
    with pytest.raises(StorageError, match="version 99"):
        Lake(tmp_path).counts()


def test_events_in_the_order_of_time_and_in_none_lie_in_the_same_months(tmp_path: Path) -> None:
    """Four blocks; in order each lies in one month or two, out of order each reaches over all."""
    ordered = [f"2024-{month:02d}-{day:02d}T00:00:00Z" for month in (11, 12) for day in range(1, 29)]
    lakes = []
    for name, times in (("in", ordered), ("out", ordered[::2] + ordered[1::2])):
        lake = Lake(tmp_path / name)
        with lake.change(threads=1) as change:
            change.engine.to_parquet(events(*times), change.staging / "rows.parquet")
            rows = change.engine.create_table("rows", change.engine.read_parquet(change.staging / "rows.parquet"))
            spans = spans_of(rows, "timestamp", n_rows=14)
            assert len(spans) == 4
            change.add_events(rows, 0, spans)
        lakes.append(lake)
    assert lakes[0].fingerprint() == lakes[1].fingerprint()
    assert [file.month for file in lakes[0].snapshot.files("events")] == ["2024-11", "2024-12"]


def test_a_part_of_the_key_that_rows_lack_is_empty_and_the_same_rows_again_change_nothing(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    for quantity, expected in ((3.0, (1, 0)), (3.0, (0, 1)), (4.0, (1, 0))):
        with lake.change() as change:
            told = ibis.memtable(pa.table({"item_id": ["a"], "quantity": [quantity]}))
            assert change.put(STOCK, told) == expected
    stock = lake.table("stock")
    assert stock is not None
    assert stock.to_pyarrow().to_pylist() == [{"item_id": "a", "quantity": 4.0, "store_id": ""}]
