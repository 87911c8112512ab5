"""Export: everything that the files hold of a person, as JSON, and nothing of anybody else."""

import json
import tracemalloc
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import ibis
import numpy as np
import pyarrow as pa

from crossaisle.data.mapping.user_columns import user_columns
from crossaisle.data.sources.files import Files
from crossaisle.data.tables import EVENTS, Table
from crossaisle.loop.export import Row, export
from crossaisle.privacy.erasable import Person
from crossaisle.stores.quarantine import Quarantine
from crossaisle.stores.quarantine_erasure import QuarantineErasure

from .shop import lake_of, loaded

ANN = Person(frozenset({"ann", "device-1"}), frozenset())


def exported(folder: Path) -> list[tuple[str, Row]]:
    lake = lake_of(folder)
    quarantine = QuarantineErasure(Quarantine(folder / "quarantine"), lake, user_columns())
    return list(export(ANN, lake, quarantine))


def test_events_customers_identities_and_rows_set_aside_are_told_as_they_are_kept(tmp_path: Path) -> None:
    """Returns are rows of their own, and do not take purchases away."""
    files = {
        "events": "user_id,item_id,timestamp,event_type,quantity\n"
        "ann,i1,2025-05-01T10:00:00.25,purchase,2\nann,i1,2025-05-03,return,2\nbob,i1,2025-05-02,view,\n"
        "device-1,i2,2025-06-01,view,\nann,,2025-06-02,view,\n",
        "customers": "user_id,plan\nann,gold\nbob,tin\n",
        "identities": "user_id,alias,kind\nann,device-1,cookie\nbob,device-2,cookie\n",
    }
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text)
    paths = tuple((str(tmp_path / f"{name}.csv"),) for name in files)
    loaded(tmp_path, Files(events=paths[0], customers=paths[1], identities=paths[2]))
    found = json.loads(json.dumps(exported(tmp_path)))
    events = [row for table, row in found if table == "events"]
    assert [(row["user_id"], row["timestamp"], row["event_type"], row["quantity"]) for row in events] == [
        ("ann", "2025-05-01T10:00:00.250000+00:00", "purchase", 2),
        ("ann", "2025-05-03T00:00:00+00:00", "return", 2),
        ("device-1", "2025-06-01T00:00:00+00:00", "view", None),
    ]
    assert all(row["event_id"] for row in events)
    rest = [(table, row) for table, row in found if table != "events"]
    assert [table for table, _ in rest] == ["customers", "identities", "quarantine"]
    assert rest[0][1] == {"user_id": "ann", "plan": "gold"}
    assert rest[1][1]["alias"] == "device-1"
    assert (rest[2][1]["rule"], json.loads(rest[2][1]["row"])["user_id"]) == ("missing_ids", "ann")


def test_values_of_whatever_kind_are_plain(tmp_path: Path) -> None:
    row = {
        "user_id": "ann",
        "born": date(2000, 1, 2),
        "seen": datetime(2025, 1, 2, 3, tzinfo=UTC),
        "limit": Decimal("1.50"),
        "share": float("nan"),
        "tags": [{"name": "a", "n": 1}],
        "photo": b"\x01\xff",
        "is_member": True,
    }
    lake = lake_of(tmp_path)
    with lake.change(threads=1) as change:
        change.put(Table("members", (), key=("user_id",)), ibis.memtable(pa.Table.from_pylist([row])))
    ((table, told),) = json.loads(json.dumps(exported(tmp_path), allow_nan=False))
    assert table == "members"
    assert told == {
        "user_id": "ann",
        "born": "2000-01-02",
        "seen": "2025-01-02T03:00:00+00:00",
        "limit": "1.50",
        "share": None,
        "tags": [{"name": "a", "n": 1}],
        "photo": "01ff",
        "is_member": True,
    }


def test_a_long_history_takes_no_more_memory_than_a_short_one(tmp_path: Path) -> None:
    """What Python holds at once: of 50,000 rows, each of which takes more than a kilobyte as a dictionary, less than
    what a quarter of them would take."""
    n = 50_000
    columns = {name: pa.nulls(n, field.type) for name, field in zip(EVENTS.names, EVENTS.arrow_schema(), strict=True)}
    columns |= {
        "event_id": pa.array(np.arange(n).astype(str)),
        "user_id": pa.array(["ann"] * n),
        "item_id": pa.array(["i"] * n),
        "event_type": pa.array(["view"] * n),
        "timestamp": pa.array(np.arange(n) + 1_700_000_000_000_000, pa.timestamp("us", "UTC")),
    }
    lake = lake_of(tmp_path)
    with lake.change(threads=1) as change:
        change.add_events(ibis.memtable(pa.table(columns)), 0)
    quarantine = QuarantineErasure(Quarantine(tmp_path / "quarantine"), lake, user_columns())
    tracemalloc.start()
    try:
        n_rows = sum(1 for _ in export(ANN, lake, quarantine))
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert n_rows == n
    assert most < n // 4 * 1000
