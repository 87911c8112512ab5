"""Exact duplicates: rows of a file that repeat an earlier one in every column, and what tells rows apart."""

from inspect import Parameter, Signature
from typing import ClassVar, cast

import ibis
import ibis.expr.types as ir

from crossaisle.data.cleaning.ids import n_bytes
from crossaisle.data.cleaning.rule import rule
from crossaisle.data.tables import LINE

_SEPARATOR, _NULL = "\x1f", "\x1e"

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

    What is hashed is the values joined by a separator, a null as a mark; where a value holds the separator
    or is the mark, the lengths follow. So no two rows of different values give the same text.
    """
    texts = [_text(rows[name]) for name in sorted(names)]
    values = [text.fill_null(_NULL) for text in texts]
    lengths = [n_bytes(text).cast("string").fill_null("-") for text in texts]
    is_plain = ibis.and_(*(~(text.contains(_SEPARATOR) | (text == _NULL)).fill_null(False) for text in texts))
    joined = ibis.ifelse(is_plain, _joined(_SEPARATOR, values), _joined(_SEPARATOR, values + lengths))
    return joined.hexdigest("md5")


def _joined(separator: str, texts: list[ir.StringValue]) -> ir.StringValue:
    """Texts with a separator between, in one step of the engine; none may be null."""

    def concat_ws():  # type: ignore[no-untyped-def]  # the engine has the body, for any number of texts
        """The engine's own."""

    names = [f"text_{place}" for place in range(len(texts) + 1)]
    places = [Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, annotation=str) for name in names]
    concat_ws.__signature__ = Signature(places, return_annotation=str)  # type: ignore[attr-defined]  # read by Ibis
    concat_ws.__annotations__ = dict.fromkeys((*names, "return"), str)
    return cast(ir.StringValue, ibis.udf.scalar.builtin(concat_ws)(separator, *texts))


def _text(value: ir.Value) -> ir.StringValue:
    if value.type().is_string():
        return value
    if value.type().is_nested():
        return value.cast("json").cast("string")
    return value.cast("string")


def repeats(rows: ir.Table) -> ir.Table:
    """Rows of event_id, PART and LINE that repeat the event_id of an earlier row."""
    candidates = _shared_ids(rows)
    order = ibis.row_number().over(group_by=candidates.event_id, order_by=[candidates[PART], candidates[LINE]])
    return candidates.mutate(ordinal=order).filter(lambda t: t.ordinal > 0).drop("ordinal")


def ordinal_ids(rows: ir.Table) -> ir.Table:
    """PART, LINE and a new event_id for the later ones of equal rows of a file: the hash of the id and an
    ordinal.
    """
    candidates = _shared_ids(rows)
    order = ibis.row_number().over(group_by=[candidates.event_id, candidates[PART]], order_by=candidates[LINE])
    later = candidates.mutate(ordinal=order).filter(lambda t: t.ordinal > 0)
    new = (later.event_id + "\x1f" + later.ordinal.cast("string")).hexdigest("md5")
    return later.select(PART, LINE, new_id=new)


def _shared_ids(rows: ir.Table) -> ir.Table:
    """event_id, PART and LINE of rows that may share their id with another: a short hash of it is shared."""
    ids = rows.select("event_id", PART, LINE).view()
    ids = ids.mutate(short=ids.event_id.hash())
    shared = ids.group_by("short").agg(n=ids.count()).filter(lambda t: t.n > 1)
    return ids.semi_join(shared, "short").drop("short")
