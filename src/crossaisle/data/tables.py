"""The tables of a shop, each column said once: its name, its type, and whether a shop must give it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import pyarrow as pa

SOURCE, LINE, ROW = "_source", "_line", "_row"
"""Columns that go beside a row on its way to the lake: where it stood, and how."""

Kind = Literal["id", "text", "number", "time", "flag"]

ENGINE_TYPES: dict[Kind, dt.DataType] = {
    "id": dt.String(),
    "text": dt.String(),
    "number": dt.Float64(),
    "time": dt.Timestamp(timezone="UTC"),
    "flag": dt.Boolean(),
}
_ARROW_TYPES: dict[Kind, "pa.DataType"] = {
    "id": pa.string(),
    "text": pa.string(),
    "number": pa.float64(),
    "time": pa.timestamp("us", "UTC"),
    "flag": pa.bool_(),
}


@dataclass(frozen=True)
class Column:
    """A column of a table. An id is kept byte for byte; a text may be normalised."""

    name: str
    kind: Kind
    is_required: bool = False


@dataclass(frozen=True)
class Table:
    """A table: its columns, the key by which a newer row replaces an older, and whether own columns are
    kept.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    keeps_own_columns: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the known columns in order."""
        return tuple(column.name for column in self.columns)

    def arrow_schema(self) -> "pa.Schema":
        """Arrow schema of the known columns."""
        return pa.schema([(column.name, _ARROW_TYPES[column.kind]) for column in self.columns])


def _columns(*, required: str = "", **kinds: str) -> tuple[Column, ...]:
    must = required.split()
    kind_of = {name: kind for kind, names in kinds.items() for name in names.split()}
    ordered = [*must, *(name for name in kind_of if name not in must)]
    return tuple(Column(name, kind_of[name], name in must) for name in ordered)  # type: ignore[arg-type]


EVENTS = Table(
    "events",
    _columns(
        required="user_id item_id timestamp event_type",
        id="user_id item_id order_id session_id store_id recommendation_id event_id",
        text="event_type channel device query currency",
        time="timestamp",
        number="quantity price discount event_value",
    ),
    key=("event_id",),
    keeps_own_columns=False,
)
CATALOG = Table(
    "catalog",
    _columns(
        required="item_id",
        id="item_id",
        text="title category aisle brand description",
        number="price cost",
        time="launched_at",
        flag="is_sellable",
    ),
    key=("item_id",),
)
CUSTOMERS = Table("customers", _columns(required="user_id", id="user_id"), key=("user_id",))
IDENTITIES = Table(
    "identities",
    _columns(required="user_id alias kind", id="user_id alias", text="kind source"),
    key=("user_id", "alias", "kind"),
)
STOCK = Table(
    "stock",
    _columns(required="item_id quantity", id="item_id store_id", number="quantity", time="as_of"),
    key=("item_id", "store_id"),
)
PROMOTIONS = Table(
    "promotions",
    _columns(required="item_id start", id="item_id store_id", time="start end", text="kind", number="discount"),
)

TABLES = {table.name: table for table in (EVENTS, CATALOG, CUSTOMERS, IDENTITIES, STOCK, PROMOTIONS)}


def table_named(name: str) -> Table:
    """The known table of this name, or one that keeps whatever columns it is given."""
    return TABLES.get(name, Table(name, ()))


def with_all_columns(rows: ir.Table, table: Table) -> ir.Table:
    """Rows with a null for each of the table's columns that they lack."""
    lacking = [column for column in table.columns if column.name not in rows.columns]
    return rows.mutate(**{column.name: ibis.null(ENGINE_TYPES[column.kind]) for column in lacking})


def union_of(tables: Sequence[ir.Table]) -> ir.Table:
    """All rows, with every column that any table has, null where a table lacks it; of several types it becomes text."""
    kinds: dict[str, dt.DataType] = {}
    for one in tables:
        for name, kind in one.schema().items():
            kinds[name] = kind if kinds.get(name, kind) == kind else dt.String()
    whole = [
        one.mutate(**{name: ibis.null(kind) for name, kind in kinds.items() if name not in one.columns})
        .cast({name: kind for name, kind in kinds.items() if name in one.columns and one[name].type() != kind})
        .select(*kinds)
        for one in tables
    ]
    return ibis.union(whole[0], *whole[1:]) if whole[1:] else whole[0]
