"""Reading delimited text: finding delimiter and header, and the true line of every row."""

import codecs
import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.backends.duckdb import Backend

from crossaisle.data.cleaning import REASON
from crossaisle.data.source import Part, Unreadable
from crossaisle.data.tables import LINE, ROW
from crossaisle.errors import InputError

_DELIMITERS = (",", ";", "\t", "|")
_BLOCK = 2**20


@dataclass(frozen=True)
class Dialect:
    """How one file is written."""

    delimiter: str
    encoding: str
    columns: tuple[str, ...]


def delimited_part(
    engine: Backend, path: Path, encoding: str, delimiter: str | None, folder: Path, number: int
) -> Part:
    """The rows of one file, all columns as text.

    Args:
        folder: where a copy in UTF-8 goes if the file is in another encoding, and what the engine must be
            told.
        number: of this file in this load.

    Raises:
        InputError: the file is empty, not in `encoding`, or its header names a column twice.
    """
    dialect = _dialect(path, encoding, delimiter)
    rejects = f"rejects_{number}"
    readable = path if _is_utf8(encoding) else _copy_in_utf8(path, encoding, folder / f"utf8-{number}.csv")
    table = engine.read_csv(
        str(readable),
        columns=dict.fromkeys(dialect.columns, "VARCHAR"),
        auto_detect=False,
        header=True,
        delim=dialect.delimiter,
        quote='"',
        escape='"',
        compression="gzip" if readable.suffix == ".gz" else "none",
        store_rejects=True,
        rejects_table=rejects,
        rejects_scan=f"{rejects}_scan",
    )
    reading = _Reading(engine, path, readable, dialect, rejects, folder)
    return Part(
        path.name,
        table,
        first_line=2,
        unreadable=reading.unreadable,
        lines=reading.lines,
        signature=reading.signature,
    )


def _dialect(path: Path, encoding: str, delimiter: str | None) -> Dialect:
    head = _head(path)
    if not head.strip():
        raise InputError("the file is empty", str(path), "Give a file with a line of column names and rows below it.")
    text = _decoded(head, encoding, path)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter or _found_delimiter(text))
    columns = tuple(name.strip() for name in next(reader))
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise InputError(f"the header names {', '.join(twice)} twice", f"{path}, line 1", "Rename one of them.")
    return Dialect(delimiter or _found_delimiter(text), encoding, columns)


def _head(path: Path) -> bytes:
    try:
        with _opened(path) as file:
            return file.read(_BLOCK)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise InputError("this is no whole gzip file", str(path), "Compress it again, or copy it again.") from None


def _found_delimiter(text: str) -> str:
    header = text.split("\n", 1)[0]
    return max(_DELIMITERS, key=header.count)


def _decoded(head: bytes, encoding: str, path: Path) -> str:
    try:
        return head.decode(encoding).lstrip("\ufeff")
    except UnicodeDecodeError as error:
        if error.end >= len(head) - 4 and len(head) == _BLOCK:
            return head[: error.start].decode(encoding).lstrip("\ufeff")
        raise wrong_encoding(path, head.count(b"\n", 0, error.start) + 1, encoding) from None
    except LookupError:
        raise InputError(
            f'there is no encoding "{encoding}"', str(path), "Write one such as utf-8 or latin-1."
        ) from None


def _is_utf8(encoding: str) -> bool:
    return codecs.lookup(encoding).name == "utf-8"


def _copy_in_utf8(path: Path, encoding: str, target: Path) -> Path:
    decode = codecs.getincrementaldecoder(encoding)()
    line = 1
    with _opened(path) as source, target.open("w", encoding="utf-8", newline="") as copy:
        while block := source.read(_BLOCK):
            try:
                copy.write(decode.decode(block))
            except UnicodeDecodeError as error:
                raise wrong_encoding(path, line + block.count(b"\n", 0, error.start), encoding) from None
            line += block.count(b"\n")
    return target


def wrong_encoding(path: Path, line: int, encoding: str) -> InputError:
    """The error of a file that is not written in the encoding."""
    return InputError(
        f"the text is not in {encoding}",
        f"{path}, line {line}",
        'Save the file as UTF-8, or name its encoding in the map: encoding = "latin-1".',
    )


def _opened(path: Path) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path, "rb")) if path.suffix == ".gz" else path.open("rb")


@dataclass(frozen=True)
class _Reading:
    """What is known of a file after the engine has read it."""

    engine: Backend
    path: Path
    readable: Path
    dialect: Dialect
    rejects: str
    folder: Path

    def unreadable(self) -> Unreadable:
        """Lines with too few or too many fields, or broken quotes.

        Raises:
            InputError: a line is not in the file's encoding.
        """
        found = self.engine.table(self.rejects)
        wrong = found.filter(
            found.error_type.cast("string").contains("ENCODING") | found.error_message.contains("unicode")
        )
        first = wrong.aggregate(line=wrong.line.min()).to_pyarrow()["line"][0].as_py()
        if first is not None:
            raise wrong_encoding(self.path, first, self.dialect.encoding)
        each = found.group_by(position=found.line_byte_position).agg(
            **{REASON: found.error_message.min(), ROW: found.csv_line.min().strip()}
        )
        n_rows = int(each.count().to_pyarrow().as_py())
        if not n_rows:
            return Unreadable()
        ordered = each.select("position").order_by("position")
        positions = self.engine.to_pyarrow_batches(ordered, chunk_size=65_536)
        ascending = (position for batch in positions for position in batch.column(0).to_pylist())
        lines = self._written(("position", LINE), self._numbered(ascending))
        return Unreadable(n_rows, each.join(lines, "position").select(LINE, REASON, ROW))

    def lines(self, n_rows: int) -> ir.Table | None:
        """See Part.lines: breaks in the counting of one line a row, found by reading the file a second
        time.
        """
        if self._n_lines() == n_rows + 1:
            return None
        return self._written(("row", LINE), self._breaks())

    def signature(self) -> str:
        """SHA-256 of the file's bytes."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def _written(self, names: tuple[str, str], pairs: Iterator[tuple[int, int]]) -> ir.Table:
        schema = pa.schema([(name, pa.int64()) for name in names])
        path = self.folder / f"{self.rejects}-{names[0]}.parquet"
        with pq.ParquetWriter(path, schema) as writer:
            for batch in _batches(pairs):
                first, second = zip(*batch, strict=True)
                writer.write_table(pa.table({names[0]: first, names[1]: second}, schema))
        return self.engine.read_parquet(path)

    def _n_lines(self) -> int:
        count, last = 0, b"\n"
        with _opened(self.readable) as file:
            while block := file.read(_BLOCK):
                count += block.count(b"\n")
                last = block[-1:]
        return count + (last != b"\n")

    def _numbered(self, positions: Iterator[int]) -> Iterator[tuple[int, int]]:
        """(position, line) of bytes at ascending positions."""
        line, at = 1, 0
        with _opened(self.readable) as file:
            for position in positions:
                while at <= position:
                    block = file.read(min(_BLOCK, position + 1 - at))
                    if not block:
                        break
                    at += len(block)
                    line += block.count(b"\n")
                yield position, line

    def _breaks(self) -> Iterator[tuple[int, int]]:
        """(row, line) of rows that do not stand one line below the row before."""
        with _opened(self.readable) as raw, io.TextIOWrapper(raw, "utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=self.dialect.delimiter)
            next(reader)
            row, expected, start = 0, 2, reader.line_num + 1
            for fields in reader:
                if len(fields) == len(self.dialect.columns):
                    if start != expected:
                        yield row, start
                    row, expected = row + 1, start + 1
                start = reader.line_num + 1


def _batches(pairs: Iterator[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    batch: list[tuple[int, int]] = []
    for pair in pairs:
        batch.append(pair)
        if len(batch) == 65_536:
            yield batch
            batch = []
    yield batch or [(-1, 1)]
