"""Looks for names of a person in everything that a folder or a database holds, with none of the product's own code.

Every file is looked through as it lies, and again as what it is when it is read: Parquet, gzip, zip, SQLite, JSON. A
needle of at least LONG bytes counts wherever it stands. A shorter one may stand in anything by chance, and counts only
where it is the whole of a value.
"""

import gzip
import io
import json
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq

LONG = 8
Found = list[tuple[str, bytes]]


def found(folder: Path, needles: Sequence[bytes]) -> Found:
    """Path and needle of every file below a folder that holds one, in its name, its bytes or what these stand for."""
    hits: Found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        content = path.read_bytes()
        for needle in needles:
            if _is_in([name.encode(), content], needle) or any(_is_in([one], needle) for one in _values(path, content)):
                hits.append((name, needle))
    return hits


def found_in_database(url: str, needles: Sequence[bytes]) -> Found:
    """Schema and table and needle of every table of a PostgreSQL database in which one stands."""
    import psycopg

    tables = (
        "SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) FROM information_schema.tables "
        "WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
    )
    hits: Found = []
    with psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://")) as connection:
        for (table,) in connection.execute(tables).fetchall():
            rows = connection.execute(f"SELECT * FROM {table}").fetchall()
            values = [_bytes(leaf) for row in rows for value in row for leaf in (value, *_leaves(value))]
            hits += [(table, needle) for needle in needles if _is_in(values, needle)]
    return hits


def _is_in(values: Iterable[bytes], needle: bytes) -> bool:
    if len(needle) < LONG:
        return any(value == needle for value in values)
    return any(needle in value for value in values)


def _values(path: Path, content: bytes) -> Iterator[bytes]:
    """What stands in a file when it is read as what it is."""
    if content[:4] == b"PAR1":
        yield from _of_parquet(content)
    elif content[:2] == b"\x1f\x8b":
        yield from _values(path, gzip.decompress(content)) if content else ()
        yield gzip.decompress(content)
    elif content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield archive.read(name)
                yield from _values(path, archive.read(name))
    elif content[:16] == b"SQLite format 3\0":
        yield from _of_sqlite(path)
    else:
        yield from _of_json(content)


def _of_parquet(content: bytes) -> Iterator[bytes]:
    file = pq.ParquetFile(io.BytesIO(content))
    for key, value in (file.metadata.metadata or {}).items():
        yield from (key, value)
    for group in range(file.metadata.num_row_groups):
        for column in range(file.metadata.num_columns):
            statistics = file.metadata.row_group(group).column(column).statistics
            if statistics is not None and statistics.has_min_max:
                yield from map(_bytes, (statistics.min, statistics.max))
    for batch in file.iter_batches(10_000):
        for column_values in batch.columns:
            yield from _of_column(column_values)


def _of_column(column: "pa.Array[Any]") -> Iterator[bytes]:
    if pa.types.is_dictionary(column.type):
        yield from _of_column(column.dictionary)
        return
    for value in column.unique().to_pylist() if not pa.types.is_nested(column.type) else column.to_pylist():
        yield _bytes(value)
        if isinstance(value, dict | list):
            yield from map(_bytes, _leaves(value))
        elif isinstance(value, str):
            yield from _of_json(value.encode())


def _of_sqlite(path: Path) -> Iterator[bytes]:
    """The tables; the bytes of the file, its journal and its log are looked through as any other's."""
    with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            for row in connection.execute(f'SELECT * FROM "{table}"'):
                for value in row:
                    yield _bytes(value)
                    yield from _of_json(_bytes(value))


def _of_json(content: bytes) -> Iterator[bytes]:
    """Names and values of one JSON document, or of one a line."""
    if content[:1] not in (b"{", b"[", b'"'):
        return
    try:
        yield from map(_bytes, _leaves(json.loads(content)))
    except ValueError:
        for line in content.splitlines():
            try:
                yield from map(_bytes, _leaves(json.loads(line)))
            except ValueError:
                continue


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield name
            yield from _leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one)
    else:
        yield value


def _bytes(value: Any) -> bytes:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    return str(value).encode("utf-8", "surrogatepass")
