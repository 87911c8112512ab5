"""A database as history is read from it: one connection, one transaction that may only read, rows in batches, and
failures in words.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection, CursorResult
from sqlalchemy.exc import SQLAlchemyError

from crossaisle.data.sources.sql.address import Address, first_line
from crossaisle.data.sources.sql.columns import Kind
from crossaisle.data.sources.sql.declared import declared_kind
from crossaisle.data.sources.sql.query import statement_of
from crossaisle.errors import CrossaisleError, InputError, ServiceError

BATCH = 8192
"""Rows that are fetched at once."""

_FAILURES = (SQLAlchemyError, ValueError, TypeError, OSError)
"""What SQLAlchemy and drivers raise, those too that tell of a value or an address in Python's own errors."""


@dataclass(frozen=True)
class Answer:
    """The rows that a query gives.

    Args:
        declared: the kind of each column, None where the database does not say.
        batches: of at most BATCH rows, to be read once and in order.
        where: database and query, for errors.
    """

    names: tuple[str, ...]
    declared: tuple[Kind | None, ...]
    batches: Iterator[Sequence[Sequence[Any]]]
    where: str


@dataclass(frozen=True)
class Database:
    """An open connection that only reads."""

    address: Address
    connection: Connection

    @contextmanager
    def answer(self, table: str, query: str) -> Iterator[Answer]:
        """What a query, or the table of a name, gives for one of the shop's tables, while the block runs.

        Raises:
            InputError: it is no query, or the database refuses it.
            ServiceError: the connection broke.
        """
        where = f'{self.address}, query of {table} "{_shortened(query)}"'
        quote = self.connection.dialect.identifier_preparer.quote
        statement = statement_of(query, quote, where)
        with self._in_words(where):
            # percent signs are the query's own: no parameters are sent
            options = {"yield_per": BATCH, "no_parameters": True}
            result = self.connection.exec_driver_sql(statement, execution_options=options)
        with closing(result):
            names = tuple(map(str, result.keys())) if result.returns_rows else ()
            _check_names(names, where)
            yield Answer(names, self._declared(result, len(names)), self._batches(result, where), where)

    def _declared(self, result: "CursorResult[Any]", n_columns: int) -> tuple[Kind | None, ...]:
        cursor = result.cursor
        if cursor is None or self.connection.dialect.name != "postgresql":
            return (None,) * n_columns
        return tuple(map(declared_kind, cursor.description))

    def _batches(self, result: "CursorResult[Any]", where: str) -> Iterator[Sequence[Sequence[Any]]]:
        while True:
            with self._in_words(where):
                rows = result.fetchmany(BATCH)
            if not rows:
                return
            yield rows

    @contextmanager
    def _in_words(self, where: str) -> Iterator[None]:
        try:
            yield
        except CrossaisleError:
            raise
        except _FAILURES as error:
            said = self.address.hidden(first_line(error))
            if getattr(error, "connection_invalidated", False):
                raise ServiceError(f"the connection broke: {said}", where, "Nothing was loaded. Load again.") from None
            raise InputError(said, where, "Correct the query; it may only read.") from None


@contextmanager
def opened(address: Address) -> Iterator[Database]:
    """A database while the block runs.

    Raises:
        UsageError: its driver is not installed.
        ServiceError: it cannot be reached, or lets nobody in by this name and password.
    """
    engine = address.engine()
    try:
        with _refusals_in_words(address):
            connection = engine.connect()
        with connection:
            with _refusals_in_words(address):
                _only_read(connection)
            yield Database(address, connection)
    finally:
        engine.dispose()


@contextmanager
def _refusals_in_words(address: Address) -> Iterator[None]:
    try:
        yield
    except _FAILURES as error:
        remedy = "Check that it runs, and host, user and password in the URL."
        raise ServiceError(address.hidden(first_line(error)), str(address), remedy) from None


def _only_read(connection: Connection) -> None:
    """Let the transaction see one moment of the database and change nothing, where the database has such."""
    if connection.dialect.name == "postgresql":
        connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA query_only = ON")
        connection.exec_driver_sql("BEGIN")


def _check_names(names: tuple[str, ...], where: str) -> None:
    if not names:
        raise InputError("it gives no rows", where, "Give one SELECT, or the name of a table.")
    # the table engine does not tell upper from lower case in names
    folded = [name.casefold() for name in names]
    twice = sorted({name for name in names if folded.count(name.casefold()) > 1})
    if twice:
        raise InputError(f"two columns are named {', '.join(twice)}", where, "Name one of them anew, with AS.")
    if "" in names:
        raise InputError("a column has no name", where, "Name it, with AS.")


def _shortened(query: str) -> str:
    line = " ".join(query.split())
    return line if len(line) <= 160 else f"{line[:159]}…"
