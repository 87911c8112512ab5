"""Rows on their way to disk: batches become one Parquet file, though kinds of columns widen while they come."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from crossaisle.data.sources.sql.columns import Columns

_AGAIN = 8192
"""Rows of a piece that are read back at once."""


def spooled(
    batches: Iterable[Sequence[Sequence[Any]]], columns: Columns, path: Path, told: Callable[[int], None]
) -> int:
    """Write all rows to the file `path`; their number.

    Args:
        told: the number of rows so far, after each batch.
    """
    pieces = _Pieces(path)
    n_rows = 0
    try:
        for rows in batches:
            pieces.add(columns.batch(rows))
            n_rows += len(rows)
            told(n_rows)
    finally:
        pieces.close()
    _joined(pieces.paths, columns, path)
    return n_rows


class _Pieces:
    """Files in the order of their rows; where the schema of batches changes, another one begins."""

    def __init__(self, path: Path) -> None:
        self.paths: list[Path] = []
        self._path = path
        self._writer: pq.ParquetWriter | None = None

    def add(self, batch: "pa.RecordBatch") -> None:
        if self._writer is None or self._writer.schema != batch.schema:
            self.close()
            self.paths.append(self._path.with_suffix(f".{len(self.paths)}.parquet"))
            self._writer = pq.ParquetWriter(self.paths[-1], batch.schema)
        self._writer.write_batch(batch)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def _joined(pieces: list[Path], columns: Columns, path: Path) -> None:
    """One file of all pieces in the last schema."""
    if len(pieces) == 1:
        pieces[0].replace(path)
        return
    with pq.ParquetWriter(path, columns.schema) as writer:
        for piece in pieces:
            with pq.ParquetFile(piece) as file:
                for batch in file.iter_batches(_AGAIN):
                    writer.write_batch(columns.widened(batch))
            piece.unlink()
