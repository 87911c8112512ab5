"""Exact duplicates: rows of a file that repeat an earlier one in every column, and what tells rows apart."""

from typing import ClassVar

import ibis
import ibis.expr.types as ir

from crossaisle.data.cleaning.rule import rule
from crossaisle.data.tables import LINE

PART = "_part"
"""Number of the file that a row stood in."""


@rule
class ExactDuplicates:
    """Sets aside the later ones of equal rows; off, each is an event of its own."""

    name: ClassVar[str] = "exact_duplicates"
    is_fault: ClassVar[bool] = False
    on: bool = True


def content_hash(rows: ir.Table, names: list[str]) -> ir.StringValue:
    """128-bit hash in hexadecimal of a row's values in `names`, null and empty told apart.

    What is hashed is the values joined by unit separators, then their lengths, so that no two rows of different
    values give the same text.
    """
    texts = [_text(rows[name]) for name in sorted(names)]
    values = ibis.literal("\x1f").join([text.fill_null("") for text in texts])
    lengths = ibis.literal("\x1f").join([text.length().cast("string").fill_null("-") for text in texts])
    return (values + "\x1f" + lengths).hexdigest("md5")


def _text(value: ir.Value) -> ir.StringValue:
    if value.type().is_string():
        return value
    if value.type().is_nested():
        return value.cast("json").cast("string")
    return value.cast("string")


def repeats(rows: ir.Table) -> ir.Table:
    """Rows of event_id, PART and LINE that repeat the event_id of an earlier row."""
    ids = rows.select("event_id", PART, LINE)
    shared = ids.group_by("event_id").agg(n=ids.count()).filter(lambda t: t.n > 1)
    candidates = ids.semi_join(shared, "event_id")
    order = ibis.row_number().over(group_by=candidates.event_id, order_by=[candidates[PART], candidates[LINE]])
    return candidates.mutate(ordinal=order).filter(lambda t: t.ordinal > 0).drop("ordinal")


def ordinal_ids(rows: ir.Table) -> ir.Table:
    """PART, LINE and a new event_id for the later ones of equal rows of a file: the hash of the id and an ordinal."""
    ids = rows.select("event_id", PART, LINE)
    shared = ids.group_by("event_id").agg(n=ids.count()).filter(lambda t: t.n > 1)
    candidates = ids.semi_join(shared, "event_id")
    order = ibis.row_number().over(group_by=[candidates.event_id, candidates[PART]], order_by=candidates[LINE])
    later = candidates.mutate(ordinal=order).filter(lambda t: t.ordinal > 0)
    new = (later.event_id + "\x1f" + later.ordinal.cast("string")).hexdigest("md5")
    return later.select(PART, LINE, new_id=new)
