"""Rules on ids: they must be there, and short enough for every store."""

from collections.abc import Sequence
from typing import ClassVar

import ibis
import ibis.expr.types as ir
from pydantic import Field

from crossaisle.data.cleaning.rule import Facts, rule


@ibis.udf.scalar.builtin(name="strlen")  # type: ignore[untyped-decorator]  # Ibis has no types
def n_bytes(text: str) -> int:  # type: ignore[empty-body]  # the engine has the body
    """Number of bytes of a text in UTF-8."""


@rule
class MissingIds:
    """Sets aside rows without an id that their table requires; a search has its query in place of an item."""

    name: ClassVar[str] = "missing_ids"
    is_fault: ClassVar[bool] = True
    on: bool = True

    def catches(self, rows: ir.Table, facts: Facts) -> Sequence[tuple[ir.BooleanValue, ir.StringValue]]:
        """One condition for each required id."""
        required = [c.name for c in facts.table.columns if c.is_required and c.kind == "id"]
        required += [name for name in facts.table.key if name not in required and name != "event_id"]
        caught = []
        for name in required:
            if name not in rows.columns:
                continue
            is_missing: ir.BooleanValue = rows[name].isnull()
            if name == "item_id" and "query" in rows.columns:
                is_missing = is_missing & ((rows.event_type != "search") | rows.query.isnull()).fill_null(True)
            if name in ("store_id", "kind"):
                continue
            caught.append((is_missing, ibis.literal(name)))
        return caught


@rule
class LongIds:
    """Sets aside rows with an id over `max_bytes` bytes in UTF-8."""

    name: ClassVar[str] = "long_ids"
    is_fault: ClassVar[bool] = True
    on: bool = True
    max_bytes: int = Field(default=512, ge=1, le=512, description="bytes that an id may have")

    def catches(self, rows: ir.Table, facts: Facts) -> Sequence[tuple[ir.BooleanValue, ir.StringValue]]:
        """One condition for each id column; an event id only if it is the source's own."""
        given = [c.name for c in facts.table.columns if c.kind == "id" and c.name in rows.columns]
        names = [name for name in given if name != "event_id" or facts.has_event_ids]
        return [
            (
                n_bytes(rows[name]) > self.max_bytes,
                ibis.literal(f"{name} has ") + n_bytes(rows[name]).cast("string"),
            )
            for name in names
        ]
