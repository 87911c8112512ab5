"""Reading one value: ids stay as they are, numbers and times become what they mean or null."""

from typing import cast

import ibis
import ibis.expr.types as ir

_ZONED_FINER = "TIMESTAMPTZ_NS"
_MISSING_WORDS = ("nan", "null", "none", "na", "n/a", "nat", "<na>")


@ibis.udf.scalar.builtin(name="try_strptime", signature=(("string", "string"), "timestamp(6)"))
def _by_format(text, form):  # type: ignore[no-untyped-def]  # the engine has the body
    """A time by its format, null where the text does not follow it."""


@ibis.udf.scalar.builtin(name="make_timestamptz", signature=(("int64",), "timestamp('UTC', 6)"))
def _at_microsecond(count):  # type: ignore[no-untyped-def]  # the engine has the body
    """The moment so many microseconds after 1970."""


def in_microseconds(rows: ir.Table) -> ir.Table:
    """Rows whose times of nanoseconds with a zone are of microseconds: Ibis does not know the finer type, by which
    DuckDB 2 reads them.
    """
    finer = [name for name, kind in rows.schema().items() if kind.is_unknown() and str(kind.raw_type) == _ZONED_FINER]
    return rows.mutate(**{name: rows[name].cast("timestamp('UTC', 6)") for name in finer})


def missing_if_empty(value: ir.Value) -> ir.StringValue:
    """The text, null if it is empty."""
    return cast(ir.StringValue, value.nullif("") if value.type().is_string() else value)


def as_id(value: ir.Value) -> ir.StringValue:
    """An id, byte for byte; a whole number, of any size, in digits."""
    kind = value.type()
    if kind.is_string():
        return missing_if_empty(value)
    if kind.is_floating():
        number = cast(ir.FloatingValue, value)
        whole = (number.abs() < 2.0**53) & (number % 1 == 0)
        digits = ibis.ifelse(whole, number.try_cast("int64"), ibis.null("int64")).cast("string")
        text = ibis.coalesce(digits, number.cast("string"))
        return ibis.ifelse(number.isnan(), ibis.null("string"), text)
    return value.cast("string")


def as_number(value: ir.Value, decimal: str = ".") -> ir.FloatingValue:
    """A number, null where it is none; infinity is none."""
    if value.type().is_string():
        text = cast(ir.StringValue, value)
        if decimal != ".":
            text = text.replace(".", "").replace(decimal, ".")
        number = cast(ir.FloatingValue, text.try_cast("float64"))
    else:
        number = cast(ir.FloatingValue, value.cast("float64"))
    return ibis.ifelse(number.abs() < float("inf"), number, ibis.null("float64"))


def as_flag(value: ir.Value) -> ir.BooleanValue:
    """Yes or no, null where it is neither."""
    return cast(ir.BooleanValue, value.try_cast("boolean") if value.type().is_string() else value.cast("boolean"))


def as_time(value: ir.Value, form: str | None = None) -> ir.TimestampValue:
    """A moment, null where it is none. Without a zone of its own it is in the engine's, which is set to the
    shop's.

    Whole numbers of 9 to 19 digits count from 1970: seconds, or milli-, micro- or nanoseconds by their
    length.
    """
    kind = value.type()
    if kind.is_string() and form:
        return cast(ir.TimestampValue, _by_format(value, form).cast("timestamp('UTC')"))
    if kind.is_string():
        text = cast(ir.StringValue, value)
        counted = ibis.ifelse(text.re_search(r"^\d{9,19}$"), text.try_cast("int64"), ibis.null("int64"))
        return cast(ir.TimestampValue, ibis.coalesce(text.try_cast("timestamp('UTC')"), _since_1970(counted)))
    if kind.is_numeric():
        return _since_1970(value.cast("int64"))
    return cast(ir.TimestampValue, value.cast("timestamp(6)").cast("timestamp('UTC')") if not _zoned(value) else value)


def _zoned(value: ir.Value) -> bool:
    kind = value.type()
    return bool(kind.is_timestamp() and kind.timezone)


def _since_1970(count: ir.IntegerValue) -> ir.TimestampValue:
    microseconds = ibis.cases(
        (count.abs() < 100_000_000_000, count * 1_000_000),
        (count.abs() < 100_000_000_000_000, count * 1_000),
        (count.abs() < 100_000_000_000_000_000, count),
        else_=count // 1_000,
    )
    return cast(ir.TimestampValue, _at_microsecond(microseconds).cast("timestamp('UTC')"))
