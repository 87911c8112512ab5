"""Rules on lines that are no trade in goods: tests, postage, fees, coupons, fuel."""

from collections.abc import Sequence
from typing import ClassVar

import ibis
import ibis.expr.types as ir
from pydantic import Field

from crossaisle.data.cleaning.patterns import Patterns, either
from crossaisle.data.cleaning.rule import Facts, rule

Caught = Sequence[tuple[ir.BooleanValue, ir.StringValue]]


@rule
class TestLines:
    """Sets aside events whose user or item id matches a pattern that the shop uses for tests."""

    __test__: ClassVar[bool] = False
    name: ClassVar[str] = "test_lines"
    is_fault: ClassVar[bool] = False
    on: bool = True
    user_ids: Patterns = Field(default=(), description="regular expressions of users that are tests")
    item_ids: Patterns = Field(default=(), description="regular expressions of items that are tests")

    def catches(self, rows: ir.Table, facts: Facts) -> Caught:
        """One condition for each pattern list that is set."""
        if facts.table.name != "events":
            return []
        return _matching(rows, "user_id", self.user_ids) + _matching(rows, "item_id", self.item_ids)


@rule
class NonGoods:
    """Sets aside events on what is not sold as goods, by item id and by the catalogue's category.

    In the catalogue such items stay, marked as not sellable, so that later loads still know them.
    """

    name: ClassVar[str] = "non_goods"
    is_fault: ClassVar[bool] = False
    on: bool = True
    item_ids: Patterns = Field(default=(), description="regular expressions of item ids")
    categories: tuple[str, ...] = Field(default=(), description="names of categories")
    without_category: bool = Field(
        default=False, description="whether items of no category, or of no catalogue, are none"
    )

    def catches(self, rows: ir.Table, facts: Facts) -> Caught:
        """By item id; the catalogue is asked when its rows are known."""
        return _matching(rows, "item_id", self.item_ids) if facts.table.name == "events" else []

    @property
    def asks_catalog(self) -> bool:
        """Whether the rule needs the catalogue."""
        return self.on and bool(self.categories or self.without_category)

    def in_catalog(self, catalog: ir.Table) -> ir.BooleanValue:
        """Which rows of a catalogue are no goods."""
        wrong = ibis.literal(False)
        if self.item_ids:
            wrong = wrong | catalog.item_id.re_search(either(self.item_ids))
        if "category" in catalog.columns:
            if self.categories:
                wrong = wrong | catalog.category.isin(self.categories).fill_null(False)
            if self.without_category:
                wrong = wrong | catalog.category.isnull()
        return wrong


def _matching(rows: ir.Table, name: str, patterns: Patterns) -> list[tuple[ir.BooleanValue, ir.StringValue]]:
    if not patterns:
        return []
    return [(rows[name].re_search(either(patterns)), ibis.literal(f"{name} ") + rows[name])]
