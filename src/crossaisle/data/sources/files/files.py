"""The source of a shop's own files: CSV and other delimited text, Parquet, JSON-lines, each plain or in
gzip.
"""

import glob
import hashlib
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from ibis.backends.duckdb import Backend
from ibis.backends.sql.datatypes import DuckDBType
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from crossaisle.data.mapping import Map
from crossaisle.data.source import Part
from crossaisle.data.sources.files.delimited import delimited_part
from crossaisle.data.tables import LINE
from crossaisle.errors import InputError

Paths = tuple[str, ...]
_PARQUET, _JSON = (".parquet", ".pq"), (".jsonl", ".ndjson", ".json")


@dataclass(frozen=True, kw_only=True, config=ConfigDict(strict=True, extra="forbid"))
class Files:
    """Files by table; each entry is a path or a pattern such as `sales-*.csv`, several are read in their
    order.
    """

    events: Paths = Field(default=(), description="files of events")
    catalog: Paths = Field(default=(), description="files of the catalogue")
    customers: Paths = Field(default=(), description="files of customers")
    identities: Paths = Field(default=(), description="files of identities")
    stock: Paths = Field(default=(), description="files of stock")
    promotions: Paths = Field(default=(), description="files of promotions")
    map: Map = Map()

    def tables(self, engine: Backend, folder: Path) -> Mapping[str, tuple[Part, ...]]:
        """See Source.tables."""
        names = ("events", "catalog", "customers", "identities", "stock", "promotions")
        given = {name: getattr(self, name) for name in names if getattr(self, name)}
        if not given:
            raise InputError("no file is given", remedy="Name files with --events, --catalog and others.")
        parts: dict[str, tuple[Part, ...]] = {}
        number = 0
        for name, patterns in given.items():
            read = []
            for path in _paths(patterns):
                read.append(_part(engine, path, self.map, folder, number))
                number += 1
            parts[name] = tuple(read)
        return parts


def _paths(patterns: Paths) -> list[Path]:
    found: list[Path] = []
    for pattern in patterns:
        path = Path(pattern)
        if path.is_file():
            found.append(path)
            continue
        matches = [] if path.is_dir() else [Path(match) for match in sorted(glob.glob(pattern, recursive=True))]
        files = [match for match in matches if match.is_file()]
        if not files:
            what = "this is a folder" if path.is_dir() else "there is no such file"
            raise InputError(what, pattern, "Give the path of a file, or a pattern such as data/*.csv.")
        found += files
    return found


def _part(engine: Backend, path: Path, shop: Map, folder: Path, number: int) -> Part:
    try:
        if path.stat().st_size == 0:
            raise InputError("the file is empty", str(path), "Give a file with rows.")
    except OSError as error:
        raise InputError("the file cannot be read", str(path), f"{error.strerror}.") from None
    kind = _kind(path)
    if kind in _PARQUET:
        return parquet_part(engine, path)
    if kind in _JSON:
        return _json_part(engine, path, folder, number)
    return delimited_part(engine, path, shop.encoding, shop.delimiter, folder, number)


def _kind(path: Path) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    return suffixes[-2] if suffixes[-1:] == [".gz"] and len(suffixes) > 1 else (suffixes or [""])[-1]


def parquet_part(engine: Backend, path: Path, name: str | None = None) -> Part:
    """The rows of a Parquet file; line 1 is its first row.

    Raises:
        InputError: the file is no Parquet or was written by half.
    """
    try:
        table = engine.read_parquet(str(path), file_row_number=True)
    except Exception as error:
        raise InputError(
            f"this is no whole Parquet file: {first_line(error)}",
            str(path),
            "Write it again, or copy it again.",
        ) from None
    numbered = table.mutate(**{LINE: table.file_row_number + 1}).drop("file_row_number")
    return Part(name or path.name, numbered, signature=partial(signature, path))


def _json_part(engine: Backend, path: Path, folder: Path, number: int) -> Part:
    copy = folder / f"json-{number}.parquet"
    how: dict[str, Any] = {
        "format": "newline_delimited",
        "sample_size": -1,
        "maximum_object_size": 64_000_000,
    }
    try:
        kinds = engine.read_json(str(path), **how).schema()
        # A number too large for 64 bits is seen as a float: as text it stays exact.
        exact = {name: "VARCHAR" if kind.is_floating() else DuckDBType.to_string(kind) for name, kind in kinds.items()}
        engine.to_parquet(engine.read_json(str(path), columns=exact, format="newline_delimited"), copy)
    except Exception as error:
        raise InputError(
            f"this is not JSON, one object a line: {first_line(error)}",
            str(path),
            "Write each row as {…} on its own line.",
        ) from None
    return parquet_part(engine, copy, path.name)


def first_line(error: Exception) -> str:
    """The first line of an engine's message, without its kind."""
    text = str(error).split("\n", 1)[0]
    return text.split(": ", 1)[-1] if " Error: " in text else text


def signature(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
