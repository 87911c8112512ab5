"""The lake: a shop's clean tables as Parquet, events by month. What a snapshot does not list does not
exist.
"""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import ClassVar

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from filelock import FileLock, Timeout
from ibis.backends.duckdb import Backend

from crossaisle.data.cleaning import net_returns
from crossaisle.data.dataset import Ids
from crossaisle.data.dataset.events import distinct
from crossaisle.data.moments import FOREVER, as_datetime, moment
from crossaisle.data.tables import EVENTS, with_all_columns
from crossaisle.errors import BusyError
from crossaisle.privacy.erasable import Person
from crossaisle.stores.change import STAGING, Change
from crossaisle.stores.engine import failures_in_words, open_engine
from crossaisle.stores.removal import is_of, n_rows, person_columns, remove_events_before, remove_people
from crossaisle.stores.snapshot import LakeFile, Snapshot, read_snapshot, write_snapshot

SPILLED = ".spill-"
"""Folder for what an engine that reads has no memory for; the numbers of its process and thread follow."""


class Lake:
    """A folder of Parquet files, read at once by many and changed by one at a time.

    Args:
        folder: it is made on the first change.
        memory_limit: of the engine that reads it.
    """

    name: ClassVar[str] = "lake"

    def __init__(self, folder: str | Path, memory_limit: str = "2GB") -> None:
        self.folder = Path(folder)
        self._memory_limit = memory_limit
        self._engines = threading.local()

    @property
    def snapshot(self) -> Snapshot:
        """What is alive now."""
        return read_snapshot(self.folder)

    def events(self, since: str | date | datetime | int = 0, until: str | date | datetime | int = FOREVER) -> ir.Table:
        """Events in [since, until), purchases reduced by the returns that came before `until`; in no order.

        Args:
            since, until: dates, times or microseconds since 1970.

        Raises:
            StorageError: a file of the lake is gone or broken.
        """
        start, end = moment(since), moment(until)
        snapshot = self.snapshot
        earliest = 0 if snapshot.n_returns else start
        files = [file for file in snapshot.files("events") if file.first < end and file.last >= earliest]
        rows = with_all_columns(self._read(files), EVENTS) if files else _no_events()
        last = max((file.last for file in files), default=0)
        if last >= end:
            rows = rows.filter(rows.timestamp < _time(end))
        if snapshot.n_returns:
            rows = net_returns(rows)
        if min((file.first for file in files), default=0) < start:
            rows = rows.filter(rows.timestamp >= _time(start))
        return rows

    def table(self, name: str) -> ir.Table | None:
        """A table by its name, None if the lake has none."""
        files = self.snapshot.files(name)
        if name == "events":
            return self.events()
        return self._read(list(files)) if files else None

    def users(self) -> Ids:
        """Everybody with an event of their own or under another id of theirs."""
        tables = [self.snapshot.files(name) for name in ("events", "identities")]
        return Ids.of(*(distinct(self._read(list(files)), "user_id").values for files in tables if files))

    def fingerprint(self) -> str:
        """SHA-256 of what the lake holds: equal for equal data, in whatever portions it was loaded."""
        return self.snapshot.fingerprint()

    def counts(self) -> dict[str, int]:
        """Rows of each table, returns as rows of their own."""
        snapshot = self.snapshot
        return {name: snapshot.rows(name) for name in sorted(snapshot.tables)}

    def rows_of(self, person: Person) -> Iterator[tuple[str, "pa.RecordBatch"]]:
        """Table and rows, all columns as they are kept, of everything on a person, in batches of a bounded size."""
        for table, rows in self._of(person):
            with failures_in_words(str(self.folder)):
                yield from ((table, batch) for batch in self._engine.to_pyarrow_batches(rows, chunk_size=2_000))

    def traces(self, person: Person) -> int:
        """See Erasable.traces: rows of which user or alias is the person, by value."""
        with failures_in_words(str(self.folder)):
            return sum(n_rows(rows) for _, rows in self._of(person))

    def forget(self, person: Person) -> int:
        """See Erasable.forget: the person's rows of all tables that know users, in one change.

        Files without the person stay as they are. The old ones of the others go at once: a reader that began before
        fails if it comes to them too late, and reads well when it begins again.
        """
        self._sweep_spilled()
        with self.change(self._memory_limit) as change:
            return remove_people(change, person.ids)

    def drop_before(self, end: str | date | datetime | int) -> int:
        """Take out events before a moment, in one change; how many went. Readers: see `forget`.

        A return that lies after the moment stays, though its purchase went.

        Raises:
            BusyError: another process changes the lake.
            StorageError: the disk is full or cannot be written.
        """
        with self.change(self._memory_limit) as change:
            return remove_events_before(change, moment(end))

    @contextmanager
    def change(self, memory_limit: str = "2GB", threads: int | None = None) -> Iterator[Change]:
        """Hold the lake alone and change it: all of the change is seen when the block ends well, else
        nothing.

        Raises:
            BusyError: another process changes the lake.
            StorageError: the disk is full or cannot be written.
        """
        with failures_in_words(str(self.folder)), self.held():
            _sweep(self.folder, self.snapshot)
            change = Change(self.folder, self.snapshot, memory_limit, threads)
            try:
                yield change
                if change.snapshot != self.snapshot:
                    write_snapshot(self.folder, replace(change.snapshot, version=self.snapshot.version + 1))
            finally:
                change.close()
                _sweep(self.folder, self.snapshot, keep=change.kept)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lake alone: nothing is loaded meanwhile.

        Raises:
            BusyError: another process changes the lake.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.folder / ".lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise BusyError(
                "another process is changing the lake",
                str(self.folder),
                "Wait until it has ended, then try again.",
            ) from None
        try:
            yield
        finally:
            lock.release()

    @property
    def _engine(self) -> Backend:
        """Every thread's own: an engine refuses whoever asks it while another does."""
        found: Backend | None = getattr(self._engines, "own", None)
        if found is None:
            spill = self.folder / f"{SPILLED}{os.getpid()}-{threading.get_ident()}"
            found = self._engines.own = open_engine(spill, self._memory_limit)
        return found

    def _of(self, person: Person) -> Iterator[tuple[str, ir.Table]]:
        for table, files in self.snapshot.tables.items():
            for file in files:
                rows = self._read([file])
                if columns := person_columns(table, rows):
                    yield table, rows.filter(is_of(person.ids, columns, rows))

    def _sweep_spilled(self) -> None:
        """Remove what readers that were killed left behind."""
        for path in self.folder.glob(f"{SPILLED}*"):
            if not _is_alive(path.name.removeprefix(SPILLED).partition("-")[0]):
                shutil.rmtree(path, ignore_errors=True)

    def _read(self, files: list[LakeFile]) -> ir.Table:
        with failures_in_words(str(self.folder)):
            paths = [str(self.folder / file.path) for file in files]
            return self._engine.read_parquet(paths, union_by_name=len(paths) > 1, hive_partitioning=False)


def _time(microseconds: int) -> ir.TimestampScalar:
    return ibis.literal(as_datetime(microseconds), type="timestamp('UTC')")


def _no_events() -> ir.Table:
    return ibis.memtable(EVENTS.arrow_schema().empty_table())


def _is_alive(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True


def _sweep(folder: Path, alive: Snapshot, keep: Snapshot | None = None) -> None:
    """Remove what an interrupted change left behind: files that no snapshot lists, and the staging folder."""
    shutil.rmtree(folder / STAGING, ignore_errors=True)
    listed = {file.path for one in (alive, keep or alive) for files in one.tables.values() for file in files}
    for path in [*folder.glob("events/month=*/*.parquet"), *folder.glob("tables/*.parquet")]:
        if path.relative_to(folder).as_posix() not in listed:
            path.unlink(missing_ok=True)
    for month in folder.glob("events/month=*"):
        if not any(month.iterdir()):
            month.rmdir()
