"""Taking a person out of the database: rows in every table, and the bytes that deleted rows leave in files."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from time import sleep
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crossaisle.errors import StorageError, UnavailableError
from crossaisle.privacy.erasable import Person
from crossaisle.stores.database.connection import WAIT, Database
from crossaisle.stores.database.people import OF_A_PERSON, rows_of
from crossaisle.stores.database.schema import answers

PORTION = 500
"""Ids of one statement: databases limit how many values one may have."""
PAUSE = 0.05
"""Seconds between two looks at who still reads what was deleted."""

_HOLDERS = sa.text("""
    SELECT count(*) FROM (
        SELECT unnest(ARRAY[backend_xid, backend_xmin]) AS held FROM pg_stat_activity
        WHERE pid <> pg_backend_pid() AND (datid IS NULL OR datname = current_database())
        UNION ALL SELECT transaction FROM pg_prepared_xacts WHERE database = current_database()
        UNION ALL SELECT xmin FROM pg_replication_slots
    ) AS holders WHERE age(held) > age(CAST(:ours AS xid))
""")
_OURS = sa.text("SELECT CAST(CAST(pg_current_xact_id() AS xid) AS text)")
_IS_OWNER = sa.text("SELECT pg_has_role(datdba, 'USAGE') FROM pg_database WHERE datname = current_database()")


@dataclass(frozen=True)
class DatabaseErasure:
    """The database as something that erasure can ask; see privacy.erasable.Erasable."""

    database: Database

    name: ClassVar[str] = "database"

    def forget(self, person: Person) -> int:
        """See Erasable.forget."""
        return sum(erase(self.database, person.ids).values())

    def traces(self, person: Person) -> int:
        """See Erasable.traces."""
        return traces(self.database, person.ids)


def erase(database: Database, ids: Iterable[str]) -> dict[str, int]:
    """Take all rows of these ids out, and their bytes; table → rows that went. Done twice it takes nothing more.

    Answers to earlier requests hold what was rejected, which may quote an id, so all of them go.

    Raises:
        UnavailableError, StorageError: as `scrub`. The rows may be out already; asked again, it does the rest.
    """
    portions = list(_portions(ids))
    with database.writing() as connection:
        gone = {
            name: sum(
                int(connection.execute(table.delete().where(rows_of(database, name, portion))).rowcount)
                for portion in portions
            )
            for name, (table, _) in OF_A_PERSON.items()
        }
        connection.execute(answers.delete())
    scrub(database)
    return gone


def traces(database: Database, ids: Iterable[str]) -> int:
    """Rows of these ids that are left."""
    portions = list(_portions(ids))
    with database.reading() as connection:
        counted = [
            connection.execute(
                sa.select(sa.func.count()).select_from(table).where(rows_of(database, name, portion))
            ).scalar_one()
            for name, (table, _) in OF_A_PERSON.items()
            for portion in portions
        ]
    return sum(counted)


def scrub(database: Database, wait: float = WAIT) -> None:
    """Leave no bytes of deleted rows in the tables' files.

    Args:
        wait: seconds for those who still read what was deleted.

    Raises:
        UnavailableError: somebody still reads or writes, or the disk is full; to be asked again.
        StorageError: the user of the database may not rewrite all that quotes the rows.
    """
    with database.upkeep() as connection:
        if database.is_sqlite:
            _scrub_sqlite(connection, database.where)
        else:
            _scrub_postgresql(connection, database.where, wait)


def _scrub_sqlite(connection: Connection, where: str) -> None:
    """Rewrite the file, cut the write-ahead log.

    SQLite overwrites what it deletes, but rows that once moved to a neighbouring page stay as copies in the gap that
    they left, which only a rewritten file is free of.
    """
    connection.exec_driver_sql("VACUUM")
    is_busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
    if is_busy:
        raise _still_read(where)


def _scrub_postgresql(connection: Connection, where: str, wait: float) -> None:
    """Rewrite the tables, and the statistics that the planner took of their values.

    The former files go with the next checkpoint, the server's own write-ahead log ends by itself: see the page on
    privacy.
    """
    if not connection.execute(_IS_OWNER).scalar_one():
        remedy = "Let the user in database.url own the database: ALTER DATABASE … OWNER TO …"
        raise StorageError("statistics that may quote erased ids can be rewritten by its owner alone", where, remedy)
    _outlive(connection, where, wait)
    for table in ({table.name: table for table, _ in OF_A_PERSON.values()} | {answers.name: answers}).values():
        # of a table that is empty now the statistics would stay; those of a column go when it is given a type
        typed = (f'ALTER "{column.name}" TYPE text' for column in table.columns if isinstance(column.type, sa.Text))
        connection.exec_driver_sql(f'ALTER TABLE "{table.name}" {", ".join(typed)}')
        connection.exec_driver_sql(f'VACUUM (FULL, ANALYZE) "{table.name}"')
    _outlive(connection, where, wait)
    connection.exec_driver_sql("VACUUM (FULL) pg_catalog.pg_statistic")


def _outlive(connection: Connection, where: str, wait: float) -> None:
    """Return when nobody sees what was deleted before: until then a rewritten table would keep it."""
    ours = connection.execute(_OURS).scalar_one()
    for _ in range(max(1, round(wait / PAUSE))):
        if connection.execute(_HOLDERS, {"ours": ours}).scalar_one() == 0:
            return
        sleep(PAUSE)
    raise _still_read(where)


def _still_read(where: str) -> UnavailableError:
    return UnavailableError("others still read what was deleted", where, "Ask again when they have ended.")


def _portions(ids: Iterable[str]) -> Iterator[Sequence[str]]:
    wanted = list(dict.fromkeys(ids))
    return (wanted[start : start + PORTION] for start in range(0, len(wanted), PORTION))
