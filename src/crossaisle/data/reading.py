"""Reading: a part's rows mapped, normalised and judged; and frames read so, straight into memory."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend

from crossaisle.data.cleaning import MENDED, REASON, RULE, Facts, judged, net_returns
from crossaisle.data.cleaning.duplicates import PART, repeats
from crossaisle.data.mapping import Map, Taken, mapped
from crossaisle.data.mapping.normalising import in_one_currency, in_one_unit, with_folded_ids
from crossaisle.data.source import Part, Source
from crossaisle.data.tables import EVENTS, LINE, ROW, Table, table_named, with_all_columns
from crossaisle.errors import InputError

_PROVENANCE = (RULE, REASON, ROW, MENDED)


def read_part(part: Part, table: Table, shop: Map, facts: Facts, extra: Mapping[str, Taken] | None = None) -> ir.Table:
    """The part's rows in those of the table's columns that it has, with RULE, REASON, ROW and MENDED.

    Raises:
        InputError: the part lacks a column.
    """
    rows = mapped(part.table, table, shop, part.name, extra)
    rows = in_one_currency(in_one_unit(rows, shop.normalising), shop.normalising)
    ids = [column.name for column in table.columns if column.kind == "id" and column.name in rows.columns]
    rows = with_folded_ids(rows, [name for name in ids if name != "event_id"], shop.normalising)
    facts = replace(facts, has_event_ids="event_id" in part.table.columns or "event_id" in shop.of(table.name))
    rows = judged(rows, shop.cleaning.mends, shop.cleaning.rules, facts)
    own = [name for name in rows.columns if not name.startswith("_") and name not in table.names]
    beside = [name for name in (LINE, "_has_own_id", *(extra or {})) if name in rows.columns]
    known = [name for name in table.names if name in rows.columns]
    return rows.select(*known, *own, *beside, *_PROVENANCE)


def read_tables(source: Source, now: int) -> dict[str, "pa.Table"]:
    """A source's tables in memory, cleaned by the rules that look at one row, repeats left out, returns netted.

    Raises:
        InputError: a column is missing, or too many rows are bad.
    """
    with TemporaryDirectory() as folder:
        engine = ibis.duckdb.connect(temp_directory=folder)
        try:
            engine.settings["TimeZone"] = source.map.timezone
            parts = source.tables(engine, Path(folder))
            return {name: _tidy(engine, parts[name][0], table_named(name), source.map, now) for name in parts}
        finally:
            engine.disconnect()


def _tidy(engine: Backend, part: Part, table: Table, shop: Map, now: int) -> "pa.Table":
    judged_rows = engine.create_table(f"judged-{table.name}", read_part(part, table, shop, Facts(table, now)))
    rows = judged_rows.mutate(**{PART: ibis.literal(0)})
    if table is EVENTS:
        rows = with_all_columns(rows, table)
    fair = rows.filter(rows[RULE].isnull())
    counted: Any = rows.aggregate(n=rows.count(), bad=rows[RULE].notnull().sum(), why=rows[REASON].min()).to_pyarrow()
    n_rows, n_bad, why = (counted[name][0].as_py() for name in ("n", "bad", "why"))
    if not n_rows:
        raise InputError("there is no row", part.name, "Give a frame with rows.")
    if n_bad > shop.cleaning.max_bad_share * n_rows:
        raise InputError(f"{n_bad:,} of {n_rows:,} rows are bad; one of them: {why}", part.name, "Mend the frame.")
    if table is EVENTS and shop.cleaning.exact_duplicates.on:
        fair = fair.anti_join(repeats(fair), [PART, LINE])
    if table is EVENTS:
        fair = net_returns(fair)
    return fair.drop([name for name in fair.columns if name.startswith("_")]).to_pyarrow()
