"""Returns: told by a negative quantity or a cancelled order when rows come in, netted against purchases when
read.
"""

from typing import Any, ClassVar

import ibis
import ibis.expr.types as ir
from pydantic import Field

from crossaisle.data.cleaning.patterns import Patterns, either
from crossaisle.data.cleaning.rule import Facts, rule


@rule
class NegativeQuantity:
    """Mends a purchase of a negative quantity: it is a return of that quantity."""

    name: ClassVar[str] = "negative_quantity"
    on: bool = True

    def mends(self, rows: ir.Table, facts: Facts) -> tuple[ir.BooleanValue, dict[str, ir.Value]] | None:
        """Only where there is a quantity."""
        if facts.table.name != "events" or "quantity" not in rows.columns:
            return None
        condition = rows.event_type.isin(("purchase", "return")) & (rows.quantity < 0)
        return condition, {"event_type": ibis.literal("return"), "quantity": -rows.quantity}


@rule
class Cancellations:
    """Mends a purchase whose order id matches a pattern of cancelled orders: it is a return."""

    name: ClassVar[str] = "cancellations"
    on: bool = True
    order_ids: Patterns = Field(default=(), description="regular expressions of cancelled orders' ids")

    def mends(self, rows: ir.Table, facts: Facts) -> tuple[ir.BooleanValue, dict[str, ir.Value]] | None:
        """Only where a pattern is set."""
        if facts.table.name != "events" or not self.order_ids or "order_id" not in rows.columns:
            return None
        values: dict[str, ir.Value] = {"event_type": ibis.literal("return")}
        if "quantity" in rows.columns:
            values["quantity"] = rows.quantity.abs()
        return (rows.event_type == "purchase") & rows.order_id.re_search(either(self.order_ids)), values


def net_returns(events: ir.Table) -> ir.Table:
    """Events with purchases reduced by what was returned later.

    A return takes its quantity from the latest earlier purchases of the same user and item, those of its own
    order first; purchases wholly taken back vanish, returns stay. A missing quantity is 1. At one moment,
    purchases come before returns. An event counts only if it is in `events`: give only those before a cut,
    and nothing later shows.
    """
    matched = _matched(events)
    reduced = matched.filter((matched.event_type == "purchase") & (matched.left < matched.units))
    reduced = reduced.select(reduced_id=reduced.event_id, left=reduced.left)
    joined = events.left_join(reduced, events.event_id == reduced.reduced_id)
    kept = joined.filter(joined.reduced_id.isnull() | (joined.left > 0))
    return kept.mutate(quantity=ibis.coalesce(kept.left, kept.quantity)).select(events.columns)


def matched_returns(events: ir.Table) -> ir.Table:
    """Ids (event_id) of the returns that found a purchase to take from, in whole or in part."""
    matched = _matched(events)
    return matched.filter((matched.event_type == "return") & (matched.left < matched.units)).select("event_id")


def _matched(events: ir.Table) -> ir.Table:
    """Purchases and returns of pairs that have a return: event_id, event_type, units, and left: units
    unmatched.
    """
    trades = events.filter(events.event_type.isin(("purchase", "return"))).select(
        "event_id", "event_type", "user_id", "item_id", "timestamp", "quantity", "order_id"
    )
    returned = trades.filter(trades.event_type == "return").select("user_id", "item_id").distinct()
    trades = trades.semi_join(returned, ["user_id", "item_id"])
    trades = trades.mutate(units=trades.quantity.fill_null(1.0), left=trades.quantity.fill_null(1.0))
    trades = _taken(trades, ["user_id", "item_id", "order_id"], only=trades.order_id.notnull())
    trades = _taken(trades, ["user_id", "item_id"], only=ibis.literal(True))
    return trades.select("event_id", "event_type", "units", "left")


def _taken(trades: ir.Table, group: list[str], only: ir.BooleanValue) -> ir.Table:
    """One round of taking, last in first out, within groups: reduces `left` of purchases and of returns
    alike.

    Purchases stack units and returns take them off the top, never below the floor. With S the running sum of
    units (purchases +, returns −), the height is H = S − min(0, running minimum of S). A purchase that
    raised the height from h to h + q still holds clamp(min of all later heights − h, 0, q); a return of r
    that lowered it by d is left with r − d.
    """
    moved = ibis.ifelse(only, trades.left, 0.0)
    is_return = trades.event_type == "return"
    rows = trades.mutate(_moved=moved, _step=ibis.ifelse(is_return, -moved, moved), _late=is_return)
    rows = rows.mutate(_sum=rows._step.sum().over(_ordered(rows, group, preceding=None, following=0)))
    rows = rows.mutate(_floor=ibis.least(rows._sum.min().over(_ordered(rows, group, preceding=None, following=0)), 0.0))
    rows = rows.mutate(_height=rows._sum - rows._floor)
    rows = rows.mutate(
        _lowest=rows._height.min().over(_ordered(rows, group, preceding=0, following=None)),
        _before=rows._height.lag(1).over(_ordered(rows, group)).fill_null(0.0),
    )
    held = ibis.greatest(ibis.least(rows._lowest - rows._before, rows._moved), 0.0)
    unmet = rows._moved - (rows._before - rows._height)
    left = ibis.ifelse(rows._late, unmet, held) + (rows.left - rows._moved)
    return rows.mutate(left=left).select(trades.columns)


def _ordered(rows: ir.Table, group: list[str], **frame: int | None) -> Any:
    """Within a group by time; at one moment purchases first, then the smaller."""
    order = [rows.timestamp, rows._late, rows.units, rows.event_id]
    return ibis.window(group_by=group, order_by=order, **frame)
