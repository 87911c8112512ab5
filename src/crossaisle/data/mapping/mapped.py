"""Mapping: a source's rows in the columns of a table, with the texts kept that numbers and times were read
from.
"""

import difflib
from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from crossaisle.data.cleaning.duplicates import content_hash
from crossaisle.data.cleaning.rule import TEXT
from crossaisle.data.event_types import EVENT_TYPES
from crossaisle.data.mapping.analytics import flattened, is_nested
from crossaisle.data.mapping.known import EVENT_WORDS, NAMES
from crossaisle.data.mapping.map import Map, Taken, Value
from crossaisle.data.mapping.reading import as_flag, as_id, as_number, as_time, in_microseconds, missing_if_empty
from crossaisle.data.tables import EVENTS, LINE, ROW, Column, Table
from crossaisle.errors import InputError


def mapped(rows: ir.Table, table: Table, shop: Map, where: str, extra: Mapping[str, Taken] | None = None) -> ir.Table:
    """Rows in the table's columns, as far as the source has them.

    Beside them: TEXT + name for what was read from text, ROW (the source's row as a struct), LINE if the
    source gave it, `event_id` for events always, and own columns where the table keeps them.

    Args:
        where: the file's name, for errors.
        extra: further columns to take along, as texts.

    Raises:
        InputError: the source lacks a column that the table requires, or one that the map names.
    """
    rows = in_microseconds(rows)
    own = [name for name in rows.columns if name != LINE]
    rows = rows.mutate(**{ROW: ibis.struct({name: rows[name] for name in own})})
    if table is EVENTS:
        rows = flattened(rows) if is_nested(rows) else rows
        rows = rows.mutate(_content=content_hash(rows, [name for name in rows.columns if name not in (LINE, ROW)]))
    ways = shop.of(table.name)
    found = _found(rows, table, ways, where)
    values = _values(rows, table, found, shop)
    if table is EVENTS:
        ids = values.get("event_id")
        values["event_id"] = rows["_content"] if ids is None else ibis.coalesce(ids, rows["_content"])
        values["_has_own_id"] = ibis.literal(False) if ids is None else ids.notnull()
    for name, taken in (extra or {}).items():
        values[name] = missing_if_empty(_column(rows, taken.column, where).cast("string"))
    if table.keeps_own_columns:
        values |= _own_columns(rows, table, ways, found, where)
    kept = {name: rows[name] for name in (ROW, LINE) if name in rows.columns}
    return rows.select(**values, **kept)


def _found(rows: ir.Table, table: Table, ways: Mapping[str, Value | Taken], where: str) -> dict[str, Value | Taken]:
    known = NAMES.get(table.name, {})
    found: dict[str, Value | Taken] = {}
    for column in table.columns:
        if column.name in ways:
            found[column.name] = ways[column.name]
            continue
        names = known.get(column.name, (column.name,))
        present = [name for name in (column.name, *names) if _has(rows, name)]
        if present:
            found[column.name] = Taken(column=present[0])
    lacking = [c.name for c in table.columns if c.is_required and c.name not in found]
    if "query" in found:
        lacking = [name for name in lacking if name != "item_id"]
    if lacking:
        raise _lacks(rows, table, lacking, {way.column for way in found.values() if isinstance(way, Taken)}, where)
    return found


def _values(rows: ir.Table, table: Table, found: Mapping[str, Value | Taken], shop: Map) -> dict[str, ir.Value]:
    values: dict[str, ir.Value] = {}
    for column in table.columns:
        if column.name not in found:
            continue
        way = found[column.name]
        if isinstance(way, Value):
            values |= _read(column, ibis.literal(str(way.value)), Taken(column=column.name))
            continue
        values |= _read(column, _column(rows, way.column, table.name), way)
    if table is EVENTS:
        if "user_pseudo_id" in rows.columns and "user_id" in rows.columns and "user_id" not in shop.of("events"):
            values["user_id"] = ibis.coalesce(values["user_id"], as_id(rows["user_pseudo_id"]))
        values["event_type"] = _event_type(values["event_type"])
        if "item_id" not in values:
            values["item_id"] = ibis.null("string")
    return values


def _read(column: Column, value: ir.Value, way: Taken) -> dict[str, ir.Value]:
    if value.type().is_string() and way.values:
        value = _words(value, way.values)
    if column.kind == "id":
        return {column.name: as_id(value)}
    if column.kind == "text":
        return {column.name: missing_if_empty(value.cast("string"))}
    text = {TEXT + column.name: missing_if_empty(value)} if value.type().is_string() else {}
    if column.kind == "time":
        return {column.name: as_time(value, way.format), **text}
    if column.kind == "flag":
        return {column.name: as_flag(value), **text}
    return {column.name: as_number(value, way.decimal), **text}


def _event_type(written: ir.StringValue) -> ir.StringValue:
    """Our word for an event type; most are written so already, and are not looked at twice.

    The plain word is written in two ways, and looked up in a map: an engine that sees one expression twice
    computes it for every row.
    """
    as_known = written.cases(*((known, known) for known in EVENT_TYPES), else_=ibis.null("string"))
    translated = ibis.map(list(EVENT_WORDS), list(EVENT_WORDS.values()))[written.strip().lower()]
    return ibis.coalesce(as_known, translated, written.lower().strip())


def _words(value: ir.StringValue, words: Mapping[str, str]) -> ir.StringValue:
    return value.cases(*words.items(), else_=value)


def _own_columns(
    rows: ir.Table,
    table: Table,
    ways: Mapping[str, Value | Taken],
    found: Mapping[str, Value | Taken],
    where: str,
) -> dict[str, ir.Value]:
    own: dict[str, ir.Value] = {}
    for name, way in ways.items():
        if name not in table.names:
            own[name] = ibis.literal(way.value) if isinstance(way, Value) else _column(rows, way.column, where)
    taken = {way.column.split(".")[0] for way in found.values() if isinstance(way, Taken)}
    taken |= {way.column for way in ways.values() if isinstance(way, Taken)}
    for name in rows.columns:
        if name not in taken and name not in own and name not in table.names and not name.startswith("_"):
            own[name] = missing_if_empty(rows[name]) if rows[name].type().is_string() else rows[name]
    return own


def _has(rows: ir.Table, path: str) -> bool:
    if path in rows.columns:
        return not (rows[path].type().is_struct() or rows[path].type().is_array())
    head, _, rest = path.partition(".")
    if not rest or head not in rows.columns or not rows[head].type().is_struct():
        return False
    return rest in rows[head].type().names


def _column(rows: ir.Table, path: str, where: str) -> ir.Value:
    if path in rows.columns:
        return rows[path]
    head, _, rest = path.partition(".")
    if rest and head in rows.columns and rows[head].type().is_struct() and rest in rows[head].type().names:
        return rows[head][rest]
    columns = [name for name in rows.columns if not name.startswith("_")]
    raise InputError(
        f'there is no column "{path}", which the map names; it has {_listed(columns)}',
        where,
        _closest(path, columns) or "Correct the map.",
    )


def _lacks(rows: ir.Table, table: Table, lacking: list[str], used: set[str], where: str) -> InputError:
    columns = [name for name in rows.columns if not name.startswith("_")]
    wanted = _listed(lacking)
    what = f"{table.name} need the column {wanted}, and there is only {_listed(columns)}"
    free = [name for name in columns if name not in used]
    hints = " ".join(hint for hint in (_closest(name, free) for name in lacking) if hint)
    example = f'[columns.{table.name}] {lacking[0]} = "its name in your file"'
    remedy = f"{hints} Name it in a map given by --columns: {example}.".strip()
    if len(columns) == 1 and any(mark in columns[0] for mark in ";\t|,"):
        remedy = f'There is one column only: set delimiter = "…" in the map if it is not what was found. {remedy}'
    return InputError(what, where, remedy)


def _closest(name: str, columns: list[str]) -> str:
    plain = {column.lower().replace("_", "").replace(" ", ""): column for column in columns}
    near = difflib.get_close_matches(name.replace("_", ""), list(plain), n=2, cutoff=0.5)
    return f"Closest to {name}: {_listed([plain[one] for one in near])}." if near else ""


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:20])
    return f"{shown}, … ({len(names)} columns)" if len(names) > 20 else shown or "nothing"
