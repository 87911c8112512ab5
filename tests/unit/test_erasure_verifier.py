"""The verifier of erasure finds what is planted, wherever and however it is written."""

import gzip
import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from safetensors.numpy import save_file

from erasure_verifier import found, found_in_database
from servers import PostgreSQL

NAME = "user-7f3a9c"
NEEDLE = NAME.encode()


def test_it_finds_nothing_where_nothing_is(tmp_path: Path) -> None:
    pq.write_table(pa.table({"user_id": ["user-7f3a9d"]}), tmp_path / "events.parquet", compression="zstd")
    (tmp_path / "a.json").write_text('{"user": "user-7f3a9d"}')
    assert found(tmp_path, [NEEDLE, b"7"]) == []


@pytest.mark.parametrize(
    "kind", ["bytes", "name", "text", "line", "gzip", "zip", "zip of gzip", "safetensors", "escaped"]
)
def test_it_finds_a_name_in_files_of_every_kind(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "below" / "that"
    folder.mkdir(parents=True)
    path = folder / "file"
    match kind:
        case "bytes":
            path.write_bytes(b"\x00\xff" + NEEDLE + b"\x80")
        case "name":
            (folder / f"{NAME}.txt").touch()
        case "text" | "line":
            path.write_text(f"{NAME} bought tea" if kind == "text" else f'{{"a": 1}}\n{{"user": "{NAME}"}}\n')
        case "gzip":
            path.write_bytes(gzip.compress(json.dumps({"user": NAME}).encode()))
        case "zip" | "zip of gzip":
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("one", NEEDLE * 3 if kind == "zip" else gzip.compress(NEEDLE * 3))
        case "safetensors":
            save_file({"users": np.frombuffer(NEEDLE, dtype=np.uint8)}, path)
        case "escaped":
            path.write_text('{"user": "user-7f3a\\u0039c"}')
    ((place, needle),) = found(tmp_path, [b"somebody else", NEEDLE])
    assert place.startswith("below/that/")
    assert needle == NEEDLE


@pytest.mark.parametrize("place", ["value", "nested", "inside a text", "dictionary", "metadata", "binary"])
def test_it_finds_a_name_in_parquet_though_it_is_compressed(tmp_path: Path, place: str) -> None:
    many = [f"user-{one:06}" for one in range(30_000)]
    table = {
        "value": pa.table({"n": range(30_001), "alias": [*many, NAME]}),
        "nested": pa.table({"row": [{"of": [{"user": NAME}]}] * 100}),
        "inside a text": pa.table({"row": [json.dumps({"user": NAME})] * 100}),
        "dictionary": pa.table({"user": pa.array([*many, NAME]).dictionary_encode()}),
        "metadata": pa.table({"n": [1]}).replace_schema_metadata({"made by": NAME}),
        "binary": pa.table({"bytes": [b"\x00" + NEEDLE] * 100}),
    }[place]
    pq.write_table(table, tmp_path / "a.parquet", compression="zstd", row_group_size=20_000, write_statistics=False)
    assert found(tmp_path, [NEEDLE]) == [("a.parquet", NEEDLE)]


def test_it_finds_a_name_that_stands_in_statistics_alone(tmp_path: Path) -> None:
    """As a file would hold it that was cut without its footer being made anew: here the least of a column."""
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"user": [NAME, "zoe"]}), path, compression="zstd")
    assert NEEDLE in path.read_bytes()
    assert found(tmp_path, [NEEDLE]) == [("a.parquet", NEEDLE)]


@pytest.mark.parametrize("state", ["there", "deleted", "in the log"])
def test_it_finds_a_name_in_sqlite_also_where_it_was_deleted(tmp_path: Path, state: str) -> None:
    path = tmp_path / "events.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA secure_delete = OFF")
        if state == "in the log":
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("CREATE TABLE events (user TEXT, row TEXT)")
        connection.commit()
        connection.execute("INSERT INTO events VALUES (?, '{}')", (NAME,))
        connection.commit()
        if state == "deleted":
            connection.execute("DELETE FROM events")
            connection.commit()
        hits = {place for place, _ in found(tmp_path, [NEEDLE])}
    assert hits == ({"events.db", "events.db-wal"} if state == "in the log" else {"events.db"})


def test_a_short_name_counts_only_as_a_whole_value(tmp_path: Path) -> None:
    for name, row in (("whole", {"user": "u7"}), ("part", {"user": "u77"}), ("number", {"n": 7})):
        (tmp_path / f"{name}.json").write_text(json.dumps(row))
        pq.write_table(pa.Table.from_pylist([row]), tmp_path / f"{name}.parquet")
    assert [place for place, _ in found(tmp_path, [b"u7"])] == ["whole.json", "whole.parquet"]
    assert [place for place, _ in found(tmp_path, [b"7"])] == ["number.json", "number.parquet"]


def test_it_finds_a_name_in_every_table_of_postgresql(postgres: PostgreSQL) -> None:
    import psycopg

    url = postgres.database("verified")
    with psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://")) as connection:
        connection.execute("CREATE TABLE texts (a text, n int)")
        connection.execute("CREATE TABLE bytes (a bytea)")
        connection.execute("CREATE SCHEMA own CREATE TABLE documents (a jsonb)")
        connection.execute("INSERT INTO texts VALUES ('user-7f3a9d', 7)")
        assert found_in_database(url, [NEEDLE]) == []
        connection.execute("INSERT INTO texts VALUES (%s, 8)", (NAME,))
        connection.execute("INSERT INTO bytes VALUES (%s)", (NEEDLE,))
        connection.execute("INSERT INTO own.documents VALUES (%s)", (json.dumps({"of": [{"user": NAME}]}),))
        connection.commit()
    assert found_in_database(url, [NEEDLE]) == [
        ("own.documents", NEEDLE),
        ("public.bytes", NEEDLE),
        ("public.texts", NEEDLE),
    ]
    assert found_in_database(url, [b"7"]) == [("public.texts", b"7")]
