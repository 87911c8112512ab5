"""The quarantine: rows that cleaning took out, one folder a load, each row with its place, the rule and the
reason.
"""

import os
from pathlib import Path

import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from crossaisle.data.moments import as_datetime


class Quarantine:
    """A folder with one folder for each load, named by its moment, and in it one Parquet file for each table.

    Its columns: source, line (int64), table, rule, reason, row (JSON).
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    def begin(self, now: int) -> "QuarantinedLoad":
        """A place for the rows of a load that starts at `now` (microseconds since 1970)."""
        name = as_datetime(now).strftime("%Y-%m-%dT%H-%M-%S")
        ordinal = 1
        while (self.folder / _numbered(name, ordinal)).exists():
            ordinal += 1
        return QuarantinedLoad(self.folder / _numbered(name, ordinal))

    def loads(self) -> list[Path]:
        """Folders of loads that set rows aside, the earliest first."""
        return sorted(path for path in self.folder.glob("*") if path.is_dir() and not path.name.startswith("."))


class QuarantinedLoad:
    """The rows that one load sets aside; its folder appears with the first of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, engine: Backend, table: str, rows: ir.Table) -> None:
        """Write a table's rows: source, line, table, rule, reason, row."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{table}.parquet"
        fresh = self.folder / f".{table}.new"
        engine.to_parquet(rows, fresh, compression="zstd")
        os.replace(fresh, path)


def _numbered(name: str, ordinal: int) -> str:
    return name if ordinal == 1 else f"{name}-{ordinal}"
