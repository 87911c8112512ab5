"""Loading what is known about items, customers and the rest: one row for a key, a newer one in place of an
older.
"""

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from crossaisle.data.cleaning import REASON, RULE, Cleaning, Facts, reason_text
from crossaisle.data.cleaning.duplicates import PART
from crossaisle.data.mapping import Map, Taken, mapped
from crossaisle.data.mapping.normalising import with_plain_texts
from crossaisle.data.source import Part
from crossaisle.data.tables import CATALOG, LINE, Table
from crossaisle.loop.loading.load_events import counts_by
from crossaisle.loop.loading.load_report import TableReport
from crossaisle.loop.loading.staging import Staged, aside, stage
from crossaisle.stores.change import Change
from crossaisle.stores.quarantine import QuarantinedLoad

FROM_EVENTS = "_catalog_"
"""Prefix of the catalogue's columns on events that carry them."""


def load_table(
    change: Change,
    parts: tuple[Part, ...],
    table: Table,
    shop: Map,
    facts: Facts,
    quarantined: QuarantinedLoad,
) -> TableReport:
    """Load all parts of a table."""
    if not table.key:
        return _load_keyless(change, parts, table, shop, facts, quarantined)
    staged = stage(change, parts, table, shop, facts)
    late, n_late = _replaced(change, staged, table)
    rows = staged.fair if late is None else staged.fair.anti_join(late, [PART, LINE])
    set_aside = counts_by(staged.rows, RULE) | ({"repeated_key": n_late} if n_late else {})
    if staged.n_unreadable:
        set_aside["unreadable_lines"] = staged.n_unreadable
    if set_aside:
        quarantined.write(change.engine, table.name, aside(staged, table, late))
    report = TableReport(table.name, read=staged.n_read, set_aside=set_aside)
    return put(change, table, rows.drop([name for name in rows.columns if name.startswith("_")]), shop, report)


def put(change: Change, table: Table, rows: ir.Table, shop: Map, report: TableReport) -> TableReport:
    """Bring a table's texts to one form and put its rows in the lake."""
    mended: dict[str, int] = {}
    if table is CATALOG:
        texts = [c.name for c in CATALOG.columns if c.kind == "text" and c.name in rows.columns]
        texts += [
            n for n in rows.columns if n not in CATALOG.names and rows[n].type().is_string() and not n.endswith("_id")
        ]
        rows = with_plain_texts(rows, texts, shop.normalising, change.engine, change.staging)
        rows, mended = _marked(rows, shop.cleaning)
    kept, there = change.put(table, rows)
    return TableReport(
        table.name,
        report.read,
        kept,
        there,
        mended,
        report.set_aside,
        faults_of(report.set_aside, shop.cleaning),
    )


def faults_of(set_aside: Mapping[str, int], cleaning: Cleaning) -> int:
    """How many of the rows set aside count as bad."""
    harmless = {rule.name for rule in cleaning.rules if not rule.is_fault} | {
        "exact_duplicates",
        "repeated_key",
    }
    return sum(n for name, n in set_aside.items() if name not in harmless)


def _marked(rows: ir.Table, cleaning: Cleaning) -> tuple[ir.Table, dict[str, int]]:
    if not cleaning.non_goods.on:
        return rows, {}
    wrong = cleaning.non_goods.in_catalog(rows)
    n_wrong = int(rows.filter(wrong).count().to_pyarrow().as_py())
    if not n_wrong:
        return rows, {}
    given = rows.is_sellable if "is_sellable" in rows.columns else ibis.null("boolean")
    return rows.mutate(is_sellable=ibis.ifelse(wrong, False, given)), {"non_goods": n_wrong}


def _replaced(change: Change, staged: Staged, table: Table) -> tuple[ir.Table | None, int]:
    key = [name for name in table.key if name in staged.rows.columns]
    rows = staged.fair.select(*key, PART, LINE)
    shared = rows.group_by(key).agg(n=rows.count()).filter(lambda t: t.n > 1)
    candidates = rows.semi_join(shared, key)
    latest = ibis.window(group_by=key, order_by=[candidates[PART].desc(), candidates[LINE].desc()])
    older = candidates.mutate(place=ibis.row_number().over(latest)).filter(lambda t: t.place > 0)
    reason = reason_text("repeated_key", ibis.literal(", ".join(key)))
    found, n_rows = change.hold(older.select(PART, LINE, **{RULE: ibis.literal("repeated_key"), REASON: reason}))
    return (found, n_rows) if n_rows else (None, 0)


def _load_keyless(
    change: Change,
    parts: tuple[Part, ...],
    table: Table,
    shop: Map,
    facts: Facts,
    quarantined: QuarantinedLoad,
) -> TableReport:
    read = kept = there = 0
    set_aside: dict[str, int] = {}
    for part in parts:
        if part.is_clean:
            rows = mapped(part.table, table, shop, part.name)
            rows = rows.drop([name for name in rows.columns if name.startswith("_")])
            new, old = change.add_once(table.name, rows, part.signature() or part.name)
            read, kept, there = read + new + old, kept + new, there + old
            continue
        staged = stage(change, (part,), table, shop, facts)
        rows = staged.fair.drop([name for name in staged.rows.columns if name.startswith("_")])
        new, old = change.add_once(table.name, rows, part.signature() or change.content(rows))
        read, kept, there = read + staged.n_read, kept + new, there + old
        counts = counts_by(staged.rows, RULE) | (
            {"unreadable_lines": staged.n_unreadable} if staged.n_unreadable else {}
        )
        if counts:
            quarantined.write(change.engine, f"{table.name}-{part.name}", aside(staged, table, None))
        set_aside = {name: set_aside.get(name, 0) + counts.get(name, 0) for name in {*set_aside, *counts}}
    return TableReport(table.name, read, kept, there, set_aside=set_aside, faults=faults_of(set_aside, shop.cleaning))


def catalog_columns(shop: Map) -> dict[str, Taken]:
    """The catalogue's columns that events carry, by FROM_EVENTS + name."""
    if not shop.has_catalog_in_events:
        return {}
    ways = {name: way for name, way in shop.of("catalog").items() if isinstance(way, Taken) and name != "item_id"}
    return {FROM_EVENTS + name: way for name, way in ways.items()}


def catalog_of(events: Staged) -> ir.Table:
    """One row an item: of several values of a column the most frequent, of equals the first by bytes."""
    rows = events.fair.filter(events.fair.item_id.notnull())
    catalog = rows.select("item_id").distinct()
    for name in [name for name in rows.columns if name.startswith(FROM_EVENTS)]:
        counted = rows.filter(rows[name].notnull()).group_by("item_id", name).agg(n=ibis._.count())
        order = ibis.window(group_by="item_id", order_by=[counted.n.desc(), counted[name]])
        best = counted.mutate(place=ibis.row_number().over(order)).filter(lambda t: t.place == 0)
        chosen = best.select("item_id", **{name.removeprefix(FROM_EVENTS): best[name]})
        catalog = catalog.left_join(chosen, "item_id").drop("item_id_right")
    return catalog
