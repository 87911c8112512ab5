"""The rule socket: which rows a rule sets aside or mends; and the one pass that asks all rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypeVar, cast, dataclass_transform

import ibis
import ibis.expr.types as ir
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass as options_dataclass

from crossaisle.data.tables import ROW, Table
from crossaisle.words import say

RULE, REASON, MENDED = "_rule", "_reason", "_mended"
"""Columns that a judged row has: the first rule that set it aside (or null), why, and the rule that mended
it.
"""

TEXT = "_text_"
"""Prefix of a column with the text that a number, a time or a flag was read from; null where that was
empty.
"""

C = TypeVar("C")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(Field,))
def rule(cls: type[C]) -> type[C]:
    """Make a class of annotated options a frozen, strict rule."""
    decorate: Any = options_dataclass(frozen=True, kw_only=True, config=ConfigDict(strict=True, extra="forbid"))
    return cast(type[C], decorate(cls))


@dataclass(frozen=True)
class Facts:
    """What a rule may know beside the rows.

    Args:
        now: the moment of loading in microseconds since 1970.
        has_event_ids: whether the source gives event ids of its own.
    """

    table: Table
    now: int
    has_event_ids: bool = False


class Rule(Protocol):
    """A rule that sets rows aside.

    `is_fault` says whether its rows count towards the share of bad rows at which a load stops.
    """

    name: ClassVar[str]
    is_fault: ClassVar[bool]

    @property
    def on(self) -> bool:
        """Whether the rule is asked."""
        ...

    def catches(self, rows: ir.Table, facts: Facts) -> Sequence[tuple[ir.BooleanValue, ir.StringValue]]:
        """Conditions under which a row goes, each with what the reason names; none if the rows lack the
        columns.
        """
        ...


class Mend(Protocol):
    """A rule that mends rows: where its condition holds, columns get new values."""

    name: ClassVar[str]

    @property
    def on(self) -> bool:
        """Whether the rule is asked."""
        ...

    def mends(self, rows: ir.Table, facts: Facts) -> tuple[ir.BooleanValue, dict[str, ir.Value]] | None:
        """The condition and the new values; None if the rows lack the columns."""
        ...


def judged(rows: ir.Table, mends: Sequence[Mend], rules: Sequence[Rule], facts: Facts) -> ir.Table:
    """Rows with MENDED, RULE and REASON. The first rule that fires has the row.

    Args:
        rows: mapped rows, with ROW: the row as it stood, as a struct; it becomes JSON where a rule fires.
    """
    rows = rows.mutate(**{MENDED: ibis.null("string")})
    for mend in mends:
        rows = _mended(rows, mend, facts)
    fired = [
        (condition, one.name, reason_text(one.name, named))
        for one in rules
        if one.on
        for condition, named in one.catches(rows, facts)
    ]
    if not fired:
        return rows.mutate(**{RULE: ibis.null("string"), REASON: ibis.null("string"), ROW: ibis.null("string")})
    first = ibis.cases(*[(condition, number) for number, (condition, _, _) in enumerate(fired)])
    rows = rows.mutate(_fired=first)
    name = ibis.cases(*[(rows._fired == number, name) for number, (_, name, _) in enumerate(fired)])
    reason = ibis.cases(*[(rows._fired == number, reason) for number, (_, _, reason) in enumerate(fired)])
    nothing = ibis.null("string")
    aside = {RULE: name, REASON: reason, ROW: rows[ROW].cast("json").cast("string")}
    return rows.mutate(
        **{column: ibis.ifelse(rows._fired.isnull(), nothing, value) for column, value in aside.items()}
    ).drop("_fired")


def _mended(rows: ir.Table, mend: Mend, facts: Facts) -> ir.Table:
    found = mend.mends(rows, facts) if mend.on else None
    if found is None:
        return rows
    condition, values = found
    changed: dict[str, Any] = {name: ibis.ifelse(condition, value, rows[name]) for name, value in values.items()}
    changed[MENDED] = ibis.ifelse(condition, ibis.literal(mend.name), rows[MENDED])
    return rows.mutate(**changed)


def reason_text(name: str, named: ir.StringValue) -> ir.StringValue:
    """The reason that a rule gives, as a text of what it names in each row."""
    before, _, after = say(f"set_aside.{name}.reason", "en", value="\0").partition("\0")
    return ibis.literal(before) + named.fill_null("") + ibis.literal(after)


def texts_of(rows: ir.Table, kinds: Sequence[str], table: Table) -> list[tuple[str, ir.Value, ir.StringValue]]:
    """(name, read value, text it was read from) of the table's columns of these kinds that were read from
    text.
    """
    names = [column.name for column in table.columns if column.kind in kinds]
    return [(name, rows[name], rows[TEXT + name]) for name in names if TEXT + name in rows.columns]
