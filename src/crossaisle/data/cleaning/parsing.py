"""Rules on what could not be read as what its column holds."""

from collections.abc import Sequence
from typing import ClassVar

import ibis
import ibis.expr.types as ir

from crossaisle.data.cleaning.rule import TEXT, Facts, rule, texts_of
from crossaisle.data.event_types import EVENT_TYPES


def _quoted(name: str, text: ir.StringValue) -> ir.StringValue:
    return ibis.literal(f'{name} "') + text + ibis.literal('"')


@rule
class UnparsableTime:
    """Sets aside rows whose time is missing though required, or is no time."""

    name: ClassVar[str] = "unparsable_time"
    is_fault: ClassVar[bool] = True
    on: bool = True

    def catches(self, rows: ir.Table, facts: Facts) -> Sequence[tuple[ir.BooleanValue, ir.StringValue]]:
        """Conditions for each time read from text, and for each required time."""
        caught = [
            (value.isnull() & text.notnull(), _quoted(name, text))
            for name, value, text in texts_of(rows, ("time",), facts.table)
        ]
        required = [c.name for c in facts.table.columns if c.kind == "time" and c.is_required]
        caught += [(rows[name].isnull(), ibis.literal(f'{name} ""')) for name in required if name in rows.columns]
        return caught


@rule
class UnparsableNumber:
    """Sets aside rows with a number or a flag that is none."""

    name: ClassVar[str] = "unparsable_number"
    is_fault: ClassVar[bool] = True
    on: bool = True

    def catches(self, rows: ir.Table, facts: Facts) -> Sequence[tuple[ir.BooleanValue, ir.StringValue]]:
        """One condition for each number read from text."""
        return [
            (value.isnull() & text.notnull(), _quoted(name, text))
            for name, value, text in texts_of(rows, ("number", "flag"), facts.table)
        ]


def is_unknown(event_type: ir.StringValue) -> ir.BooleanValue:
    """Whether a type is none of ours; asked one type after the other, as most events are of the first few."""
    return event_type.cases(*((known, False) for known in EVENT_TYPES), else_=True)


@rule
class UnknownEventTypes:
    """Sets aside events of a type that is not known."""

    name: ClassVar[str] = "unknown_event_type"
    is_fault: ClassVar[bool] = True
    on: bool = True

    def catches(self, rows: ir.Table, facts: Facts) -> Sequence[tuple[ir.BooleanValue, ir.StringValue]]:
        """A missing type is unknown too."""
        if facts.table.name != "events":
            return []
        text = rows[TEXT + "event_type"] if TEXT + "event_type" in rows.columns else rows.event_type
        return [(is_unknown(rows.event_type), _quoted("event_type", text.fill_null("")))]


OTHER_ACTIVITY = [
    "page_view",
    "session_start",
    "first_visit",
    "user_engagement",
    "scroll",
    "first_open",
    "app_open",
    "screen_view",
    "click_link",
    "file_download",
    "form_start",
    "form_submit",
    "video_start",
    "video_progress",
    "video_complete",
    "login",
    "sign_up",
    "begin_checkout",
    "add_payment_info",
    "add_shipping_info",
    "view_cart",
    "share",
    "generate_lead",
]
"""Events that a web shop's analytics also record, which say nothing about an item."""


@rule
class OtherActivity:
    """Sets aside events that analytics record beside what people do with items, such as `page_view`."""

    name: ClassVar[str] = "other_activity"
    is_fault: ClassVar[bool] = False
    on: bool = True

    def catches(self, rows: ir.Table, facts: Facts) -> Sequence[tuple[ir.BooleanValue, ir.StringValue]]:
        """By the name of the event."""
        if facts.table.name != "events":
            return []
        known = [(word, False) for word in EVENT_TYPES]
        is_other = rows.event_type.cases(*known, *((word, True) for word in OTHER_ACTIVITY), else_=False)
        return [(is_other, rows.event_type)]
