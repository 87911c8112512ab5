"""Taking rows out of the lake for good, as one change: a file that holds some of them is written anew without them,
one that holds nothing else goes, the others stay as they are.
"""

from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow.parquet as pq

from crossaisle.data.moments import as_datetime
from crossaisle.data.tables import IDENTITIES
from crossaisle.stores.change import Change
from crossaisle.stores.months import WRITTEN
from crossaisle.stores.snapshot import LakeFile, Snapshot


def remove_people(change: Change, ids: Collection[str]) -> int:
    """Take out every row of these people, of all tables; how many rows went."""
    removed = 0
    for table, files in change.before.tables.items():
        for file in files:
            columns = person_columns(table, change.rows_of(file))
            if columns:
                removed += _remove(change, table, file, partial(is_of, ids, columns))
    return removed


def remove_events_before(change: Change, moment: int) -> int:
    """Take out events before a moment (microseconds since 1970); how many went."""
    end = ibis.literal(as_datetime(moment), type="timestamp('UTC')")
    early = [file for file in change.before.files("events") if file.first < moment]
    return sum(_remove(change, "events", file, lambda rows: rows.timestamp < end) for file in early)


def person_columns(table: str, rows: ir.Table) -> tuple[str, ...]:
    """Columns of a table that hold ids of people: what is called an alias elsewhere may be anything's."""
    names = ("user_id", "alias") if table == IDENTITIES.name else ("user_id",)
    return tuple(name for name in names if name in rows.columns)


def is_of(ids: Collection[str], columns: Collection[str], rows: ir.Table) -> ir.BooleanValue:
    """Whether one of the columns is one of the ids."""
    texts = [rows[name].cast("string") for name in columns]
    return ibis.or_(*(text.isin(sorted(ids)).fill_null(False) for text in texts))


def n_rows(rows: ir.Table) -> int:
    """How many there are."""
    return int(rows.count().to_pyarrow().as_py())


def _remove(change: Change, table: str, file: LakeFile, chosen: Callable[[ir.Table], ir.BooleanValue]) -> int:
    """Put a file without the chosen rows in the place of one."""
    # readers that began before would read the rows on: the old files go at once
    change.kept = Snapshot()
    rows = change.rows_of(file)
    is_gone = chosen(rows)
    gone = rows.filter(is_gone)
    n_gone = n_rows(gone)
    if not n_gone:
        return 0
    if table == "events":
        change.snapshot = change.snapshot.with_returns(-n_rows(gone.filter(gone.event_type == "return")))
    fresh = () if n_gone == file.rows else (_written(change, table, file, rows.filter(~is_gone)),)
    files = change.snapshot.files(table)
    place = files.index(file)
    change.snapshot = change.snapshot.with_files(table, (*files[:place], *fresh, *files[place + 1 :]))
    return n_gone


def _written(change: Change, table: str, old: LakeFile, rows: ir.Table) -> LakeFile:
    place, name = change.staging / old.path, table if table != "events" else "part"
    place.parent.mkdir(parents=True, exist_ok=True)
    change.engine.to_parquet(rows, place, **WRITTEN)
    if table == "events":
        about = change.measured([place])[0][1]
    else:
        fresh = change.engine.read_parquet(str(place))
        about = LakeFile("", pq.read_metadata(place).num_rows, change.content(fresh))
    return change.moved(place, Path(old.path).parent.as_posix(), about, name)
