"""Many rows at once: a statement for each portion of them, so that the driver lets other threads run between portions,
not between rows."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect

MOST_VALUES = 900
"""Values of one statement; SQLite of any build takes as many."""


def insert_new(connection: Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, all of the same two columns or more; what is there already, by any unique column, stays as it is."""
    if not rows:
        return
    names = tuple(rows[0])
    portion = max(1, MOST_VALUES // len(names))
    values = itemgetter(*names)
    for start in range(0, len(rows), portion):
        some = rows[start : start + portion]
        statement = _statement(connection.dialect, table, names, len(some))
        told: Iterable[Any] = chain.from_iterable(map(values, some))
        connection.exec_driver_sql(statement, tuple(told))


@lru_cache(maxsize=256)
def _statement(dialect: Dialect, table: sa.Table, names: tuple[str, ...], n_rows: int) -> str:
    """Of so many rows. All that is put into it are names of the schema; what rows say is bound."""
    quoted = dialect.identifier_preparer.quote
    mark = "?" if dialect.paramstyle == "qmark" else "%s"
    row = f"({', '.join([mark] * len(names))})"
    columns = ", ".join(map(quoted, names))
    into = f"INSERT INTO {quoted(table.name)} ({columns})"
    return f"{into} VALUES {', '.join([row] * n_rows)} ON CONFLICT DO NOTHING"
