"""A change of the lake under way: new files beside the live ones, seen by nobody until the snapshot names
them.
"""

import os
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow.parquet as pq

from crossaisle.data.tables import EVENTS, Table, union_of, with_all_columns
from crossaisle.stores.engine import open_engine, whole_seconds
from crossaisle.stores.months import WRITTEN, Span, write_months
from crossaisle.stores.snapshot import LakeFile, Snapshot

STAGING = ".staging"
"""Folder below the lake's for what a change writes on its way."""


class Change:
    """What a change has gathered so far.

    Attributes:
        before: the snapshot that it started from. snapshot: the one that it will leave.
        kept: whose files stay although the snapshot that it leaves lacks them: readers that began before read on.
        engine: to be used for its tables. staging: a folder that is gone when it ends.
    """

    def __init__(self, folder: Path, before: Snapshot, memory_limit: str, threads: int | None) -> None:
        self.folder = folder
        self.before = self.snapshot = self.kept = before
        self.staging = folder / STAGING
        self.staging.mkdir(parents=True)
        self.engine = open_engine(self.staging / "spill", memory_limit, threads)
        self._n_files = self._n_held = 0

    def close(self) -> None:
        """Let the engine go."""
        self.engine.disconnect()

    def hold(self, rows: ir.Table) -> tuple[ir.Table, int]:
        """Rows computed once, which lie in the engine until the change ends, and how many they are."""
        self._n_held += 1
        held = self.engine.create_table(f"held-{self._n_held}", rows)
        return held, int(held.count().to_pyarrow().as_py())

    def event_ids(self, first: int, last: int) -> ir.Table | None:
        """event_id of the live events in the months from `first` to `last` (microseconds since 1970)."""
        files = [file for file in self.before.files("events") if file.last >= first and file.first <= last]
        return self._read(files).select("event_id") if files else None

    def events(self) -> ir.Table | None:
        """All events, those of this change too; None if there are none."""
        files = self.snapshot.files("events")
        return with_all_columns(self._read(list(files)), EVENTS) if files else None

    def table(self, name: str) -> ir.Table | None:
        """A table as this change has it so far, None if there is none."""
        files = self.snapshot.files(name)
        return self._read(list(files)) if files else None

    def rows_of(self, file: LakeFile) -> ir.Table:
        """The rows of one live file."""
        return self._read([file])

    def add_events(self, rows: ir.Table, n_returns: int, spans: list[Span] | None = None) -> int:
        """Add events, whose ids the lake does not have yet, to their months; the number added.

        Args:
            spans: of the blocks that the rows are read from, as far as they are known; see write_months.
        """
        rows = rows.select([name for name in EVENTS.names if name in rows.columns])
        files = write_months(self.engine, rows, self.staging / "months", spans or [])
        added = self.measured(files) if files else []
        moved = tuple(self.moved(path, f"events/{path.parent.name}", about) for path, about in added)
        files_now = self.snapshot.files("events") + moved
        self.snapshot = self.snapshot.with_files("events", files_now).with_returns(n_returns)
        return sum(file.rows for file in moved)

    def put(self, table: Table, rows: ir.Table) -> tuple[int, int]:
        """Put rows in place of those with the same key; columns that the new rows lack keep their old values.

        A part of the key that the rows lack, such as the store of a shop's only stock, is empty.

        Returns:
            How many rows are new or changed, and how many were there already.
        """
        rows = rows.mutate(**{name: ibis.literal("") for name in table.key if name not in rows.columns})
        old = self.table(table.name)
        merged = rows if old is None else _merged(old, rows, list(table.key))
        path = self.staging / f"{table.name}.parquet"
        self.engine.to_parquet(merged.order_by(list(table.key)), path, **WRITTEN)
        fresh = self.engine.read_parquet(str(path))
        content = _content(fresh)
        n_given = int(rows.count().to_pyarrow().as_py())
        if old is not None and [file.content for file in self.before.files(table.name)] == [content]:
            return 0, n_given
        n_same = 0 if old is None else int(_common(old, rows).count().to_pyarrow().as_py())
        n_rows = pq.read_metadata(path).num_rows
        file = self.moved(path, "tables", LakeFile("", n_rows, content), name=table.name)
        self.snapshot = self.snapshot.with_files(table.name, (file,))
        return n_given - n_same, n_same

    def add_once(self, name: str, rows: ir.Table, signature: str) -> tuple[int, int]:
        """Add the rows of a source to a table without a key, unless that source was added before.

        Returns:
            How many rows are new, and how many were there already.
        """
        signature = f"{name} {signature}"
        if signature in self.snapshot.signatures:
            return 0, int(rows.count().to_pyarrow().as_py())
        path = self.staging / f"{name}.parquet"
        self.engine.to_parquet(rows, path, **WRITTEN)
        n_rows = pq.read_metadata(path).num_rows
        file = self.moved(path, "tables", LakeFile("", n_rows, _short(signature)), name=name)
        self.snapshot = self.snapshot.with_files(name, (*self.snapshot.files(name), file)).with_signature(signature)
        return n_rows, 0

    def content(self, rows: ir.Table) -> str:
        """A text that is the same for the same rows, in whatever order."""
        return _content(rows)

    def _read(self, files: list[LakeFile]) -> ir.Table:
        paths = [str(self.folder / file.path) for file in files]
        return self.engine.read_parquet(paths, union_by_name=len(paths) > 1, hive_partitioning=False)

    def measured(self, files: list[Path]) -> list[tuple[Path, LakeFile]]:
        """What the snapshot is to say of files of events, none empty, each in a folder `month=YYYY-MM`."""
        places = {file: Path(os.path.abspath(file)) for file in files}  # the engine names files by their whole path
        rows = self.engine.read_parquet(list(places.values()), filename=True, hive_partitioning=False)
        measured = rows.group_by("filename").agg(
            rows=rows.count(),
            content=rows.event_id.hash().bit_xor(),
            first=whole_seconds(rows.timestamp.min()),
            last=whole_seconds(rows.timestamp.max()),
        )
        found = {Path(one["filename"]): one for one in measured.to_pyarrow().to_pylist()}
        return [
            (
                path,
                LakeFile(
                    path="",
                    rows=found[place]["rows"],
                    content=f"{found[place]['content'] % 2**64:x}",
                    month=path.parent.name.removeprefix("month="),
                    first=found[place]["first"] * 1_000_000,
                    last=found[place]["last"] * 1_000_000 + 999_999,
                ),
            )
            for path, place in places.items()
        ]

    def moved(self, path: Path, place: str, about: LakeFile, name: str = "part") -> LakeFile:
        """A file of the staging folder moved to a place below the lake's, under a name of its own."""
        self._n_files += 1
        target = self.folder / place / f"{name}-{self.before.version + 1:06d}-{self._n_files:04d}.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        with path.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(path, target)
        return about.at(target.relative_to(self.folder).as_posix())


def _merged(old: ir.Table, new: ir.Table, key: list[str]) -> ir.Table:
    only_old = [name for name in old.columns if name not in new.columns]
    if only_old:
        names = new.columns
        new = new.left_join(old.select(*key, *only_old), key).select(*names, *only_old)
    rest = old.anti_join(new, key)
    return union_of([new, rest])


def _common(old: ir.Table, new: ir.Table) -> ir.Table:
    names = [name for name in new.columns if name in old.columns]
    same_type = all(old[name].type() == new[name].type() for name in names)
    if not same_type or len(names) < len(new.columns):
        return new.limit(0)
    return new.select(names).intersect(old.select(names))


def _content(rows: ir.Table) -> str:
    whole = ibis.struct({name: rows[name] for name in sorted(rows.columns)})
    found = rows.aggregate(content=whole.hash().bit_xor()).to_pyarrow()["content"][0].as_py()
    return f"{(found or 0) % 2**64:x}"


def _short(text: str) -> str:
    return text.rsplit(" ", 1)[-1][:16]
