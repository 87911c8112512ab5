"""Staging: rows as they came are read once, mapped, normalised and judged, and lie in the engine for the steps
after, on disk as far as its memory does not hold them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from crossaisle.data.cleaning import REASON, RULE, Facts, reason_text
from crossaisle.data.cleaning.duplicates import PART
from crossaisle.data.mapping import Map, Taken
from crossaisle.data.reading import read_part
from crossaisle.data.source import Part, Unreadable
from crossaisle.data.tables import EVENTS, LINE, ROW, SOURCE, Table, union_of
from crossaisle.stores.change import Change
from crossaisle.stores.engine import failures_in_words
from crossaisle.stores.months import Span, spans_of


@dataclass(frozen=True)
class StagedPart:
    """One part after reading: its number among the parts, and how many rows it had.

    `spans`: first and last time of each block of rows that they lie in.
    """

    number: int
    part: Part
    n_rows: int
    unreadable: Unreadable
    spans: list[Span]


@dataclass(frozen=True)
class Staged:
    """Judged rows of a table, with PART, LINE, SOURCE, RULE, REASON, ROW and MENDED."""

    rows: ir.Table
    parts: tuple[StagedPart, ...]

    @property
    def n_read(self) -> int:
        """Rows and unreadable lines."""
        return sum(one.n_rows + one.unreadable.rows for one in self.parts)

    @property
    def n_unreadable(self) -> int:
        """Lines that hold no row."""
        return sum(one.unreadable.rows for one in self.parts)

    @property
    def spans(self) -> list[Span]:
        """First and last time of each block of rows of all parts."""
        return [span for one in self.parts for span in one.spans]

    @property
    def fair(self) -> ir.Table:
        """Rows that no rule has set aside so far."""
        return self.rows.filter(self.rows[RULE].isnull())


def stage(
    change: Change,
    parts: Sequence[Part],
    table: Table,
    shop: Map,
    facts: Facts,
    extra: Mapping[str, Taken] | None = None,
) -> Staged:
    """Read every part once, keeping the order of its rows.

    Args:
        extra: further columns to take along.

    Raises:
        InputError: a part cannot be read, or lacks a column.
    """
    tables, staged = [], []
    for number, part in enumerate(parts):
        change.engine.settings["TimeZone"] = shop.timezone
        with failures_in_words(part.name):
            rows, n_rows = change.hold(read_part(part, table, shop, facts, extra))
            unreadable = part.unreadable()
        change.engine.settings["TimeZone"] = "UTC"
        spans = spans_of(rows, "timestamp") if table is EVENTS else []
        staged.append(StagedPart(number, part, n_rows, unreadable, spans))
        tables.append(_placed(rows, number, part))
    return Staged(union_of(tables), tuple(staged))


def _placed(rows: ir.Table, number: int, part: Part) -> ir.Table:
    beside = {PART: ibis.literal(number), SOURCE: ibis.literal(part.name)}
    if LINE not in rows.columns:
        beside[LINE] = rows.rowid() + part.first_line
    return rows.mutate(**beside)


def aside(staged: Staged, table: Table, late: ir.Table | None) -> ir.Table:
    """Rows for the quarantine: source, line, table, rule, reason, row.

    Args:
        late: PART, LINE, RULE and REASON of rows set aside by comparing rows with each other or with other
            tables.
    """
    judged_rows = staged.rows.filter(staged.rows[RULE].notnull())
    tables = [judged_rows.select(PART, SOURCE, LINE, RULE, REASON, ROW)]
    if late is not None:
        names = [name for name in staged.rows.columns if not name.startswith("_")]
        found = staged.rows.drop(RULE, REASON, ROW).join(late, [PART, LINE])
        row = ibis.struct({name: found[name] for name in names}).cast("json").cast("string")
        found = found.select(PART, SOURCE, LINE, RULE, REASON, **{ROW: row})
        tables.append(found)
    rows = union_of(tables)
    placed = [_with_true_lines(rows, one) for one in staged.parts]
    placed += [_unreadable(one) for one in staged.parts if one.unreadable.table is not None]
    whole = union_of(placed)
    return whole.select(
        source=whole[SOURCE],
        line=whole[LINE],
        table=ibis.literal(table.name),
        rule=whole[RULE],
        reason=whole[REASON],
        row=whole[ROW],
    )


_ASIDE = (SOURCE, LINE, RULE, REASON, ROW)


def _with_true_lines(rows: ir.Table, staged: StagedPart) -> ir.Table:
    rows = rows.filter(rows[PART] == staged.number)
    breaks = staged.part.lines(staged.n_rows)
    if breaks is None:
        return rows.select(_ASIDE)
    rows = rows.mutate(row_number=rows[LINE] - staged.part.first_line)
    breaks = breaks.select(break_row=breaks.row, break_line=breaks[LINE])
    joined = rows.asof_join(breaks, rows.row_number >= breaks.break_row)
    line = ibis.coalesce(joined.break_line + joined.row_number - joined.break_row, joined[LINE])
    return joined.mutate(**{LINE: line}).select(_ASIDE)


def _unreadable(staged: StagedPart) -> ir.Table:
    table = staged.unreadable.table
    assert table is not None
    rule = "unreadable_lines"
    return table.mutate(
        **{
            SOURCE: ibis.literal(staged.part.name),
            RULE: ibis.literal(rule),
            REASON: reason_text(rule, table[REASON]),
        }
    ).select(_ASIDE)
