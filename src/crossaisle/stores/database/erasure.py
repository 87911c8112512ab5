"""Taking a person out of the database: rows in every table, and the bytes that deleted rows leave in files."""

from collections.abc import Iterable

import sqlalchemy as sa

from crossaisle.stores.database.connection import Database
from crossaisle.stores.database.people import OF_A_PERSON
from crossaisle.stores.database.schema import answers


def erase(database: Database, ids: Iterable[str]) -> dict[str, int]:
    """Take all rows of these ids out; table → rows that went. Done twice it takes nothing more.

    Answers to earlier requests hold what was rejected, which may quote an id, so all of them go.
    """
    wanted = list(ids)
    with database.writing() as connection:
        gone = {
            name: int(connection.execute(table.delete().where(table.c[column].in_(wanted))).rowcount)
            for name, (table, column) in OF_A_PERSON.items()
        }
        connection.execute(answers.delete())
    scrub(database)
    return gone


def traces(database: Database, ids: Iterable[str]) -> int:
    """Rows of these ids that are left."""
    wanted = list(ids)
    with database.reading() as connection:
        counted = [
            connection.execute(sa.select(sa.func.count()).where(table.c[column].in_(wanted))).scalar_one()
            for table, column in OF_A_PERSON.values()
        ]
    return sum(counted)


def scrub(database: Database) -> None:
    """Leave no bytes of deleted rows in the tables' files.

    SQLite overwrites deleted rows and their pages; what the write-ahead log still holds goes with a checkpoint that
    cuts it. PostgreSQL writes the tables anew; its own write-ahead log ends by itself, see the page on privacy.
    """
    if database.is_sqlite:
        with database.writing():
            pass  # whoever writes has ended
        with database.reading() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return
    names = sorted({table.name for table, _ in OF_A_PERSON.values()} | {answers.name})
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("SET statement_timeout = 0")
        for name in names:
            connection.exec_driver_sql(f'VACUUM (FULL) "{name}"')
