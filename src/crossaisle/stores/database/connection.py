"""The database of the running shop: SQLite beside the lake by default, PostgreSQL for several machines.

SQLite keeps a write-ahead log and syncs it at every commit, so that what was answered is on the disk. Deleted rows are
overwritten, as erasure wants it.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.engine import Connection, Engine, make_url

from crossaisle.errors import SettingsError, StorageError, UnavailableError

KINDS = ("sqlite", "postgresql")
WAIT = 5.0
"""Seconds that a statement waits for a lock or a slow server before it is given up."""

_TURN = 0.02
"""Seconds that SQLite waits for another process before it begins to wait anew."""

_CACHE, _PAGES = 32_768, 2048
"""KiB of pages that a connection to SQLite keeps, and pages of 4 KiB after which its log goes into the file. Indices of
ids are touched all over: with the usual 2 MB and 1000, pages are read and written again for nearly every event. With
many more pages the log goes into the file seldom, but whoever writes then waits long."""

_LOCK = 7_340_033
"""Whoever appends on PostgreSQL holds this lock, so that numbers are committed in their order."""


class Database:
    """A database by its URL; connections are made when they are needed and made anew when they break.

    Args:
        url: `sqlite:///…/events.db` or `postgresql+psycopg://…`.
        wait: seconds, see WAIT.

    Raises:
        SettingsError: the URL cannot be used, or its driver is not installed.
    """

    def __init__(self, url: str, wait: float = WAIT) -> None:
        self.engine = _engine(url, wait)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._writing = _engine(url, wait, _TURN) if self.is_sqlite else self.engine
        self.where = self.engine.url.render_as_string(hide_password=True)
        # SQLite lets those who wait for a lock try again at random, and the unlucky one gives up
        self._n_turns = max(1, round(wait / _TURN))
        self._turn: AbstractContextManager[object] = threading.Lock() if self.is_sqlite else nullcontext()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for statements that change nothing.

        Raises:
            UnavailableError: the database does not answer for now.
        """
        with self._in_words(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is the only one to write: durable when the block ends well, else as if it never was.

        Raises:
            UnavailableError: the database does not answer for now, or its disk is full.
        """
        with self._in_words(), self._turn, self._writing.connect() as connection:
            if self.is_sqlite:
                self._begin(connection)
            else:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            try:
                yield connection
                connection.commit()
            except BaseException:
                connection.rollback()
                raise

    @contextmanager
    def upkeep(self) -> Iterator[Connection]:
        """A connection in no transaction, for work on whole tables that takes its time; each statement stands alone.

        On SQLite nothing else of this process writes meanwhile.

        Raises:
            UnavailableError: the database does not answer for now, or its disk is full.
        """
        with self._in_words(), self._turn, self.engine.connect() as connection:
            if not self.is_sqlite:
                connection.execution_options(isolation_level="AUTOCOMMIT")
                connection.detach()  # its settings must not outlast it in the pool
                connection.exec_driver_sql("SET statement_timeout = 0")
            yield connection

    def close(self) -> None:
        """Let all connections go."""
        self.engine.dispose()
        self._writing.dispose()

    def _begin(self, connection: Connection) -> None:
        """Begin to write on SQLite.

        SQLite asks ever more seldom whether another process has ended, at last every tenth of a second, in which one
        that writes without a pause is always in the midst of it. Who begins to wait anew asks often: connections that
        write wait for _TURN.
        """
        for turn in range(self._n_turns):
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                return
            except exc.OperationalError as error:
                if not _is_busy(error) or turn + 1 == self._n_turns:
                    raise

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except (exc.OperationalError, exc.InterfaceError, exc.InternalError, exc.TimeoutError) as error:
            raise self._unavailable(error) from error
        except exc.DBAPIError as error:
            if error.connection_invalidated:
                raise self._unavailable(error) from error
            raise StorageError(f"the database refuses: {_first_line(error)}", self.where) from error

    def _unavailable(self, error: Exception) -> UnavailableError:
        told = _first_line(error)
        if "full" in told or "No space left" in told:
            return UnavailableError("the disk of the database is full", self.where, "Free some space; then ask again.")
        return UnavailableError(f"the database does not answer: {told}", self.where, "Ask again in a moment.")


def _engine(url: str, wait: float, turn: float | None = None) -> Engine:
    """turn: seconds that a statement on SQLite waits in place of `wait` once its connection is made."""
    try:
        parsed = make_url(url)
        kind = parsed.get_backend_name()
        if kind not in KINDS:
            raise SettingsError(f"{kind} is no database for events", "database.url", "Use sqlite or postgresql.")
        if kind == "postgresql" and "+" not in parsed.drivername:
            parsed = parsed.set(drivername="postgresql+psycopg")
        if kind == "sqlite":
            return _sqlite(parsed, wait, turn)
        return _postgresql(parsed, wait)
    except exc.ArgumentError:
        example = "Write it as postgresql://user:password@host/name or sqlite:///events.db."
        raise SettingsError("this is no URL of a database", "database.url", example) from None
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"the driver {error.name} is not installed", "database.url", "Install crossaisle[postgresql]."
        ) from None


def _sqlite(url: sa.URL, wait: float, turn: float | None) -> Engine:
    engine = sa.create_engine(url, connect_args={"timeout": wait, "check_same_thread": False, "isolation_level": None})

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: Any) -> None:
        if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            connection.execute("PRAGMA journal_mode=WAL")  # it stays in the file
        tuned = (f"cache_size={-_CACHE}", f"wal_autocheckpoint={_PAGES}")
        for pragma in ("synchronous=FULL", "secure_delete=ON", "foreign_keys=ON", *tuned):
            connection.execute(f"PRAGMA {pragma}")
        if turn is not None:
            connection.execute(f"PRAGMA busy_timeout={int(turn * 1000)}")

    return engine


def _postgresql(url: sa.URL, wait: float) -> Engine:
    milliseconds = int(wait * 1000)
    limits = f"-c statement_timeout={milliseconds} -c lock_timeout={milliseconds} -c TimeZone=UTC"
    return sa.create_engine(
        url,
        pool_pre_ping=True,
        pool_timeout=wait,
        connect_args={"connect_timeout": max(1, round(wait)), "options": limits, "application_name": "crossaisle"},
    )


def _is_busy(error: exc.OperationalError) -> bool:
    cause = error.orig
    return isinstance(cause, sqlite3.Error) and cause.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


def _first_line(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    return str(cause).strip().split("\n", 1)[0]
