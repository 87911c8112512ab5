"""Loading into the lake of a folder, and what is in it then, for tests of loading."""

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from crossaisle.data.mapping import Map
from crossaisle.data.moments import moment
from crossaisle.loop.loading.load import LoadOptions, load
from crossaisle.loop.loading.load_report import LoadReport
from crossaisle.stores.lake import Lake
from crossaisle.stores.quarantine import Quarantine

NOW = moment("2026-01-01")


def loaded(folder: Path, source: Any, shop: Map | None = None) -> LoadReport:
    """Load a source into the lake of a folder."""
    options = LoadOptions(map=shop, threads=1)
    return load(source, lake_of(folder), Quarantine(folder / "quarantine"), options, NOW, lambda stage, done: None)


def lake_of(folder: Path) -> Lake:
    return Lake(folder / "lake")


def rows_of(folder: Path) -> list[dict[str, Any]]:
    events = lake_of(folder).events()
    return sorted(events.to_pyarrow().to_pylist(), key=lambda row: (row["user_id"], row["item_id"], row["timestamp"]))


def quarantined(report: LoadReport, table: str = "events") -> list[dict[str, Any]]:
    return sorted(pq.read_table(Path(report.quarantine) / f"{table}.parquet").to_pylist(), key=lambda row: row["line"])
