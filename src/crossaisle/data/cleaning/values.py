"""Rules on values that cannot be, and on prices of zero."""

from collections.abc import Sequence
from typing import ClassVar

import ibis
import ibis.expr.types as ir
from pydantic import Field

from crossaisle.data.cleaning.rule import Facts, rule
from crossaisle.data.moments import as_datetime

Caught = Sequence[tuple[ir.BooleanValue, ir.StringValue]]
_HOUR = 3_600_000_000


@rule
class ImpossibleValues:
    """Sets aside negative prices, a quantity of zero or below, and times in the future or before 1970."""

    name: ClassVar[str] = "impossible_values"
    is_fault: ClassVar[bool] = True
    on: bool = True
    hours_ahead: float = Field(default=0.0, ge=0, le=48, description="hours that a shop's clock may run ahead")

    def catches(self, rows: ir.Table, facts: Facts) -> Caught:
        """Conditions for the columns that the rows have."""
        caught: list[tuple[ir.BooleanValue, ir.StringValue]] = [
            (rows[name] < 0, ibis.literal(f"{name} ") + rows[name].cast("string"))
            for name in ("price", "cost")
            if name in rows.columns
        ]
        if facts.table.name != "events":
            return caught
        if "quantity" in rows.columns:
            caught.append((rows.quantity <= 0, ibis.literal("quantity ") + rows.quantity.cast("string")))
        latest = _time(facts.now + round(self.hours_ahead * _HOUR))
        moment = ibis.literal("timestamp ") + rows.timestamp.cast("string")
        caught.append(((rows.timestamp > latest) | (rows.timestamp < _time(0)), moment))
        return caught


@rule
class ZeroPrice:
    """Sets aside purchases and returns at a price of zero: gifts, write-offs, entries by hand."""

    name: ClassVar[str] = "zero_price"
    is_fault: ClassVar[bool] = True
    on: bool = False

    def catches(self, rows: ir.Table, facts: Facts) -> Caught:
        """Only where there is a price."""
        if facts.table.name != "events" or "price" not in rows.columns:
            return []
        is_trade = rows.event_type.isin(("purchase", "return"))
        return [((rows.price == 0) & is_trade, ibis.literal("price ") + rows.price.cast("string"))]


def _time(microseconds: int) -> ir.TimestampScalar:
    return ibis.literal(as_datetime(microseconds), type="timestamp('UTC')")
