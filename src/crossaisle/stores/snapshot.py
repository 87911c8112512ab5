"""The snapshot of a lake: which files are alive. One small file, replaced whole or not at all."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from crossaisle.errors import StorageError

SCHEMA = 1
"""Version of the snapshot's form."""

NAME = "snapshot.json"


@dataclass(frozen=True)
class LakeFile:
    """A live Parquet file.

    Args:
        path: below the lake's folder, with forward slashes.
        rows: how many it holds.
        content: a text that is the same for the same rows.
        month: of events, such as 2017-01.
        first, last: times of events in microseconds since 1970.
    """

    path: str
    rows: int
    content: str
    month: str = ""
    first: int = 0
    last: int = 0

    def at(self, path: str) -> "LakeFile":
        """The same file, lying at `path`."""
        return replace(self, path=path)


@dataclass(frozen=True)
class Snapshot:
    """All live files by table, and what was loaded already.

    Args:
        version: counts the changes.
        n_returns: return events in the lake.
        signatures: of the sources of tables without a key, which are loaded once.
    """

    version: int = 0
    n_returns: int = 0
    tables: dict[str, tuple[LakeFile, ...]] = field(default_factory=dict)
    signatures: tuple[str, ...] = ()

    def files(self, table: str) -> tuple[LakeFile, ...]:
        """Live files of a table."""
        return self.tables.get(table, ())

    def rows(self, table: str) -> int:
        """Number of rows of a table."""
        return sum(file.rows for file in self.files(table))

    def with_files(self, table: str, files: tuple[LakeFile, ...]) -> "Snapshot":
        """The same with other files for one table."""
        return replace(self, tables={**self.tables, table: files})

    def with_signature(self, signature: str) -> "Snapshot":
        """The same, with one more source that was loaded."""
        return replace(self, signatures=(*self.signatures, signature))

    def with_returns(self, n_returns: int) -> "Snapshot":
        """The same, with more return events."""
        return replace(self, n_returns=self.n_returns + n_returns)

    def fingerprint(self) -> str:
        """SHA-256 of what the rows are: equal for equal data, however it came."""
        digest = hashlib.sha256()
        for table in sorted(self.tables):
            months: dict[str, list[int]] = {}
            for file in self.tables[table]:
                content = int(file.content, 16)
                total = months.setdefault(file.month, [0, 0])
                total[0] += file.rows
                total[1] ^= content
            for month, (rows, content) in sorted(months.items()):
                digest.update(f"{table}\x1f{month}\x1f{rows}\x1f{content:x}\x1e".encode())
        return digest.hexdigest()


def read_snapshot(folder: Path) -> Snapshot:
    """The snapshot of a lake; an empty one where there is none yet.

    Raises:
        StorageError: it cannot be read, or a newer version wrote it.
    """
    path = folder / NAME
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Snapshot()
    except (OSError, ValueError) as error:
        raise StorageError(
            f"the lake's snapshot cannot be read: {error}", str(path), "Restore it from a copy."
        ) from None
    if written.get("schema") != SCHEMA:
        raise StorageError(
            f"the lake is of version {written.get('schema')}",
            str(path),
            "Use the version of Crossaisle that wrote it.",
        )
    return _from(written)


def write_snapshot(folder: Path, snapshot: Snapshot) -> None:
    """Replace the snapshot; whoever reads sees the old one or the new one."""
    path = folder / NAME
    fresh = folder / f"{NAME}.new"
    with fresh.open("w", encoding="utf-8") as file:
        json.dump({"schema": SCHEMA, **asdict(snapshot)}, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)


def _from(written: dict[str, Any]) -> Snapshot:
    tables = {name: tuple(LakeFile(**file) for file in files) for name, files in written["tables"].items()}
    return Snapshot(written["version"], written["n_returns"], tables, tuple(written["signatures"]))
