"""The rule on money in a currency that has no stated rate."""

from collections.abc import Sequence
from typing import ClassVar

import ibis
import ibis.expr.types as ir

from crossaisle.data.cleaning.rule import Facts, rule

HAS_RATE = "_has_rate"
"""Column set by normalising: whether the row's currency could be turned into the shop's."""


@rule
class UnknownCurrency:
    """Sets aside rows in a currency for which no rate is stated."""

    name: ClassVar[str] = "unknown_currency"
    is_fault: ClassVar[bool] = True
    on: bool = True

    def catches(self, rows: ir.Table, facts: Facts) -> Sequence[tuple[ir.BooleanValue, ir.StringValue]]:
        """Only where normalising turns currencies."""
        if HAS_RATE not in rows.columns:
            return []
        return [(~rows[HAS_RATE], ibis.literal("currency ") + rows.currency.fill_null("?"))]
