"""Writing events to one Parquet file a month: month by month where they lie in time's order, else all at
once.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow.parquet as pq
from ibis.backends.duckdb import Backend

from crossaisle.stores.engine import whole_seconds

WRITTEN: dict[str, str | int] = {"compression": "zstd", "compression_level": 1, "dictionary_size_limit": 10_000}
"""How all files of the lake are written; no dictionary is tried for ids, of which most are different."""

BLOCK = 122_880
"""Rows that the engine keeps together, with their least and greatest values, and skips together."""

Span = tuple[datetime, datetime]


def spans_of(rows: ir.Table, column: str, n_rows: int = BLOCK) -> list[Span]:
    """First and last second of a column in each block of `n_rows` rows of a table that lies in the engine."""
    first, last = whole_seconds(rows[column].min()), whole_seconds(rows[column].max())
    blocks = rows.group_by(block=rows.rowid() // n_rows).agg(first=first, last=last)
    found = blocks.filter(blocks.last.notnull()).to_pyarrow()
    ends = ([datetime.fromtimestamp(one, UTC) for one in found[name].to_pylist()] for name in ("first", "last"))
    return list(zip(*ends, strict=True))


def write_months(engine: Backend, rows: ir.Table, folder: Path, spans: list[Span]) -> list[Path]:
    """Files `month=YYYY-MM/*.parquet` of the rows.

    Args:
        spans: of the blocks that the rows are read from. If few of them reach over several months, each
            month is read by itself, which skips the other blocks and is faster than to part all rows at once.
    """
    months = list(_months(min(first for first, _ in spans), max(last for _, last in spans))) if spans else []
    touched = sum(len(list(_months(first, last))) for first, last in spans)
    if months and touched <= 2 * len(spans) + len(months):
        return [path for start, end in months if (path := _write_month(engine, rows, folder, start, end))]
    month = rows.timestamp.strftime("%Y-%m")
    engine.to_parquet(rows.mutate(month=month), folder, partition_by="month", **WRITTEN)
    return sorted(folder.glob("month=*/*.parquet"))


def _write_month(engine: Backend, rows: ir.Table, folder: Path, start: datetime, end: datetime) -> Path | None:
    path = folder / f"month={start:%Y-%m}" / "events.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    since, until = (ibis.literal(moment, type="timestamp('UTC')") for moment in (start, end))
    chosen = rows.filter((rows.timestamp >= since) & (rows.timestamp < until))
    engine.to_parquet(chosen, path, **WRITTEN)
    return path if pq.read_metadata(path).num_rows else None


def _months(first: datetime, last: datetime) -> Iterator[Span]:
    """Start and end of every month from that of `first` to that of `last`."""
    start = datetime(first.year, first.month, 1, tzinfo=UTC)
    while start <= last:
        end = datetime(start.year + start.month // 12, start.month % 12 + 1, 1, tzinfo=UTC)
        yield start, end
        start = end
