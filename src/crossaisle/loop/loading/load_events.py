"""Loading events: what only shows when rows are compared with each other, the catalogue and the lake; then
writing.
"""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from crossaisle.data.cleaning import MENDED, REASON, RULE, Cleaning, matched_returns, reason_text
from crossaisle.data.cleaning.duplicates import PART, ordinal_ids, repeats
from crossaisle.data.tables import EVENTS, LINE, union_of
from crossaisle.loop.loading.load_report import TableReport
from crossaisle.loop.loading.staging import Staged
from crossaisle.stores.change import Change
from crossaisle.stores.engine import whole_seconds

ALREADY_THERE = "already_there"


@dataclass(frozen=True)
class Late:
    """Rows set aside late: PART, LINE, RULE, REASON; and those that the lake has already, with RULE
    ALREADY_THERE.
    """

    table: ir.Table | None
    counts: dict[str, int]

    @property
    def aside(self) -> ir.Table | None:
        """Those that go to quarantine."""
        return None if self.table is None else self.table.filter(self.table[RULE] != ALREADY_THERE)

    def all_counts(self, staged: Staged) -> dict[str, int]:
        """Rule → rows set aside, whenever it was."""
        counts = counts_by(staged.rows, RULE)
        counts |= {name: counts.get(name, 0) + n for name, n in self.counts.items() if name != ALREADY_THERE}
        if staged.n_unreadable:
            counts["unreadable_lines"] = staged.n_unreadable
        return dict(sorted(counts.items()))


def compare(change: Change, staged: Staged, cleaning: Cleaning) -> tuple[Staged, Late]:
    """Find rows on what is no goods, repeats, and events that the lake has; give equal events ids of their
    own.
    """
    late: list[ir.Table] = []
    counts: dict[str, int] = {}

    def set_aside(name: str, rows: ir.Table, reason: ir.StringValue) -> None:
        found, n_rows = change.hold(rows.select(PART, LINE, **{RULE: ibis.literal(name), REASON: reason}))
        counts[name] = counts.get(name, 0) + n_rows
        if n_rows:
            late.append(found)

    catalog = change.table("catalog")
    if cleaning.non_goods.asks_catalog and catalog is not None:
        found = _non_goods(staged.fair, catalog, cleaning)
        set_aside("non_goods", found, reason_text("non_goods", ibis.literal("item_id ") + found.item_id))
    if not cleaning.exact_duplicates.on:
        staged = _with_ordinals(change, staged)
    repeated = "exact_duplicates" if cleaning.exact_duplicates.on else ALREADY_THERE
    set_aside(repeated, repeats(without(staged.fair, late)), reason_text("exact_duplicates", ibis.literal("")))
    first, last = _span(staged)
    known = change.event_ids(first, last) if last else None
    if known is not None:
        set_aside(ALREADY_THERE, without(staged.fair, late).semi_join(known, "event_id"), ibis.literal(""))
    return staged, Late(union_of(late) if late else None, {name: n for name, n in counts.items() if n})


def _non_goods(rows: ir.Table, catalog: ir.Table, cleaning: Cleaning) -> ir.Table:
    wrong = cleaning.non_goods.in_catalog(catalog)
    rows = rows.filter(rows.item_id.notnull())
    if cleaning.non_goods.without_category:
        return rows.anti_join(catalog.filter(~wrong), "item_id")
    return rows.semi_join(catalog.filter(wrong), "item_id")


def without(rows: ir.Table, late: list[ir.Table]) -> ir.Table:
    """Rows that are not among those set aside late."""
    for one in late:
        rows = rows.anti_join(one, [PART, LINE])
    return rows


def _with_ordinals(change: Change, staged: Staged) -> Staged:
    generated = staged.fair.filter(~staged.fair["_has_own_id"])
    later, n_later = change.hold(ordinal_ids(generated))
    if not n_later:
        return staged
    rows = staged.rows
    joined = rows.left_join(later, [PART, LINE])
    event_id = ibis.coalesce(joined.new_id, joined.event_id)
    return Staged(joined.mutate(event_id=event_id).select(rows.columns), staged.parts)


def _span(staged: Staged) -> tuple[int, int]:
    times = staged.fair.timestamp
    ends = {"first": whole_seconds(times.min()), "last": whole_seconds(times.max())}
    found = staged.fair.aggregate(**ends).to_pyarrow()
    first, last = found["first"][0].as_py(), found["last"][0].as_py()
    return (0, 0) if last is None else (first * 1_000_000, last * 1_000_000 + 999_999)


def write(change: Change, staged: Staged, late: Late) -> TableReport:
    """Add the rows that are left to the lake, and say what became of all."""
    rows = without(staged.fair, [] if late.table is None else [late.table])
    n_returns = int(rows.filter(rows.event_type == "return").count().to_pyarrow().as_py())
    n_kept = change.add_events(rows, n_returns, staged.spans)
    return TableReport(
        EVENTS.name,
        read=staged.n_read,
        kept=n_kept,
        already_there=late.counts.get(ALREADY_THERE, 0),
        mended=counts_by(rows, MENDED),
        set_aside=late.all_counts(staged),
        returns=n_returns,
        matched_returns=_matched(change, rows) if n_returns else 0,
        off_catalog=_off_catalog(change, rows),
    )


def counts_by(rows: ir.Table, name: str) -> dict[str, int]:
    """Number of rows by the values of one column, those without a value left out."""
    counted = rows.filter(rows[name].notnull()).group_by(name).agg(n=ibis._.count()).order_by(name)
    return {one[name]: one["n"] for one in counted.to_pyarrow().to_pylist()}


def _matched(change: Change, rows: ir.Table) -> int:
    events = change.events()
    if events is None:
        return 0
    new = rows.filter(rows.event_type == "return").select("event_id")
    return int(matched_returns(events).semi_join(new, "event_id").count().to_pyarrow().as_py())


def _off_catalog(change: Change, rows: ir.Table) -> int:
    catalog = change.table("catalog")
    if catalog is None:
        return 0
    return int(rows.filter(rows.item_id.notnull()).anti_join(catalog, "item_id").count().to_pyarrow().as_py())
