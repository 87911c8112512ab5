"""The table engine with its bounds on memory, and its failures said in words."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend
from ibis.formats.pyarrow import PyArrowData

from crossaisle.errors import CrossaisleError, InputError, StorageError


class Engine(Backend):  # type: ignore[misc]  # Ibis has no types
    """Ibis on DuckDB. Ibis 12 asks for batches by a name that DuckDB 2 no longer has; this asks by the one
    both have.
    """

    def to_pyarrow(self, expr: ir.Expr, /, *, params: Any = None, limit: Any = None, **_: Any) -> Any:
        """The answer to an expression: a table, a column or a value. Ibis would import pandas for it."""
        table = self.to_pyarrow_batches(expr, params=params, limit=limit).read_all()
        return expr.__pyarrow_result__(table, data_mapper=PyArrowData)

    def to_pyarrow_batches(
        self,
        expr: ir.Expr,
        /,
        *,
        params: Any = None,
        limit: Any = None,
        chunk_size: int = 1_000_000,
        **_: Any,
    ) -> "pa.RecordBatchReader":
        """Record batches of a table expression, of at most `chunk_size` rows."""
        table = expr.as_table()
        self._run_pre_execute_hooks(table)
        sql = self.compile(table, limit=limit, params=params)
        reader = self.con.sql(sql).to_arrow_reader(chunk_size)
        schema = table.schema().to_pyarrow()
        return pa.RecordBatchReader.from_batches(schema, (batch.cast(schema) for batch in reader))


def open_engine(spill: Path, memory_limit: str = "2GB", threads: int | None = None) -> Backend:
    """An engine in memory that spills to a folder when it needs more than `memory_limit`, such as "2GB"."""
    settings = {"memory_limit": memory_limit, "temp_directory": str(spill)}
    if threads is not None:
        settings["threads"] = str(threads)
    engine = Engine().connect(**settings)
    engine.settings["TimeZone"] = "UTC"
    engine.settings["enable_progress_bar"] = False
    return engine


def whole_seconds(time: ir.TimestampValue) -> ir.IntegerValue:
    """Seconds from 1970 to a time, its fraction of a second left out, which Ibis' own number would not hold."""
    return time.truncate("s").epoch_seconds()


@contextmanager
def failures_in_words(where: str) -> Iterator[None]:
    """Turn what the engine and the disk raise into errors that say what to do.

    Raises:
        StorageError: the disk is full, or memory does not suffice.
        InputError: a file cannot be read as what it should be.
    """
    try:
        yield
    except CrossaisleError:
        raise
    except OSError as error:
        raise _storage_error(error, where) from error
    except duckdb.Error as error:
        raise _engine_error(error, where) from error


def _storage_error(error: OSError, where: str) -> StorageError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _full(where)
    return StorageError(f"a file cannot be written or read: {error}", where, "Check the folder's permissions.")


def _engine_error(error: duckdb.Error, where: str) -> CrossaisleError:
    text = str(error)
    if "No space left" in text or "disk quota" in text.lower():
        return _full(where)
    first = text.split("\n", 1)[0]
    if isinstance(error, duckdb.OutOfMemoryException):
        return StorageError(
            f"memory does not suffice: {first}",
            where,
            "Raise memory_limit, or free space for temporary files.",
        )
    if isinstance(error, duckdb.IOException) and "GZIP" not in text:
        return StorageError(first, where, "Check the disk and the folder's permissions.")
    return InputError(first, where, "Check that the file is whole and in the format that its name says.")


def _full(where: str) -> StorageError:
    return StorageError(
        "the disk is full",
        where,
        "Free some space or choose another folder; the lake is as it was, so load again.",
    )
