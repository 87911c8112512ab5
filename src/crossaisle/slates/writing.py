"""Slates into a Parquet file, batch by batch; the file appears whole or not at all."""

from collections.abc import Iterable
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from crossaisle.errors import StorageError


def write_parquet(tables: "Iterable[pa.Table]", path: Path) -> int:
    """Write tables of equal columns, at least one, to `path`; the number of rows.

    Raises:
        StorageError: the folder is missing, cannot be written, or the disk is full.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        n_rows = _written(tables, part)
        part.replace(path)
    except OSError as error:
        raise StorageError(
            f"cannot write slates: {error.strerror or error}",
            str(path),
            "Choose a folder that exists and has room.",
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return n_rows


def _written(tables: "Iterable[pa.Table]", path: Path) -> int:
    n_rows = 0
    several = iter(tables)
    first = next(several)
    with pq.ParquetWriter(path, first.schema) as writer:
        for table in chain([first], several):
            writer.write_table(table)
            n_rows += len(table)
    return n_rows
