"""The source of tables that a Python program already holds: pandas, polars, Arrow or Ibis."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.backends.duckdb import Backend
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from crossaisle.data.mapping import Map
from crossaisle.data.source import Part
from crossaisle.data.tables import LINE
from crossaisle.errors import InputError


@dataclass(frozen=True, kw_only=True, config=ConfigDict(strict=True, extra="forbid", arbitrary_types_allowed=True))
class Frames:
    """Frames by table. Lines are rows, counted from 1."""

    events: Any = Field(default=None, description="events")
    catalog: Any = Field(default=None, description="the catalogue")
    customers: Any = Field(default=None, description="customers")
    identities: Any = Field(default=None, description="identities")
    stock: Any = Field(default=None, description="stock")
    promotions: Any = Field(default=None, description="promotions")
    map: Map = Map()

    def tables(self, engine: Backend, folder: Path) -> Mapping[str, tuple[Part, ...]]:
        """See Source.tables."""
        names = ("events", "catalog", "customers", "identities", "stock", "promotions")
        given = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        if not given:
            raise InputError("no frame is given", remedy="Give events, a catalogue or another table.")
        return {name: (_part(engine, name, frame, folder / f"frame-{name}.parquet"),) for name, frame in given.items()}


def _part(engine: Backend, name: str, frame: Any, path: Path) -> Part:
    batches = _batches(name, frame)
    with pq.ParquetWriter(path, batches.schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
    rows = engine.read_parquet(str(path), file_row_number=True)
    return Part(f"frame {name}", rows.mutate(**{LINE: rows.file_row_number + 1}).drop("file_row_number"))


def _batches(name: str, frame: Any) -> "pa.RecordBatchReader":
    if isinstance(frame, ir.Table):
        # in one piece: Ibis 12 asks DuckDB for batches by a name that DuckDB 2 no longer has
        frame = frame.to_pyarrow()
    if type(frame).__module__.split(".")[0] == "pandas":
        frame = pa.Table.from_pandas(frame, preserve_index=False)
    if isinstance(frame, pa.RecordBatchReader):
        return frame
    if isinstance(frame, pa.Table):
        return frame.to_reader(2**17)
    if hasattr(frame, "to_arrow"):
        return frame.to_arrow().to_reader(2**17)
    if hasattr(frame, "__arrow_c_stream__"):
        return pa.RecordBatchReader.from_stream(frame)
    raise InputError(
        f"{type(frame).__name__} is no table", f"frame {name}", "Give a pandas, polars, Arrow or Ibis table."
    )
