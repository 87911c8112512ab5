"""Values as drivers give them, as typed columns. A column is of the kind that its database declares; where it does not,
of the narrowest kind that holds all of its values, so far as they are read.
"""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import reduce
from typing import Any, Literal
from uuid import UUID

import pyarrow as pa

from crossaisle.errors import InputError

Kind = Literal["nothing", "flag", "integer", "long", "number", "date", "time", "moment", "text"]
"""`long` is a whole number that a float may not hold exactly; `time` has no zone, `moment` has one."""

_ARROW: dict[Kind, "pa.DataType"] = {
    "nothing": pa.string(),
    "flag": pa.bool_(),
    "integer": pa.int64(),
    "long": pa.int64(),
    "number": pa.float64(),
    "date": pa.date32(),
    "time": pa.timestamp("us"),
    "moment": pa.timestamp("us", "UTC"),
    "text": pa.string(),
}
_TYPES = (bool, int, float, Decimal, datetime, date, str, UUID, dict, list, time, timedelta)
_EXACT = 2**53


class Columns:
    """The columns of an answer while its batches are read.

    Args:
        declared: the kind of each, None where values must tell.
        where: for errors.
        is_steady: whether a value must look the same whatever stands in the other rows: then whole numbers and
            fractions in one column, and decimals, are text.
    """

    def __init__(
        self, names: Sequence[str], declared: Sequence[Kind | None], where: str, is_steady: bool = False
    ) -> None:
        self.names, self._declared, self._where = names, declared, where
        self._is_steady = is_steady
        self.kinds: list[Kind] = [kind or "nothing" for kind in declared]

    @property
    def schema(self) -> "pa.Schema":
        """As the columns are now."""
        return pa.schema([(name, _ARROW[kind]) for name, kind in zip(self.names, self.kinds, strict=True)])

    def batch(self, rows: Sequence[Sequence[Any]]) -> "pa.RecordBatch":
        """Rows as a batch of the schema, which they may widen.

        Raises:
            InputError: a value is of a type that no table holds.
        """
        arrays = []
        for place, values in enumerate(zip(*rows, strict=True)):
            if self._declared[place] is None:
                found = self._kinds_of(values, self.names[place])
                self.kinds[place] = reduce(self._common, found, self.kinds[place])
            arrays.append(_array(values, self.kinds[place]))
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)

    def widened(self, batch: "pa.RecordBatch") -> "pa.RecordBatch":
        """An earlier batch in the schema as it is now."""
        schema = self.schema
        arrays = [
            column if column.type == field.type else _array(column.to_pylist(), kind)
            for column, field, kind in zip(batch.columns, schema, self.kinds, strict=True)
        ]
        return pa.RecordBatch.from_arrays(arrays, schema=schema)

    def _kinds_of(self, values: Sequence[Any], name: str) -> set[Kind]:
        """The kinds that the values of an undeclared column are of."""
        kinds: set[Kind] = set()
        for given in set(map(type, values)) - {type(None)}:
            known = next((one for one in _TYPES if issubclass(given, one)), None)
            if known is None:
                raise self._refused(given, name)
            kinds |= self._kinds_of_type(known, [value for value in values if type(value) is given])
        return kinds

    def _kinds_of_type(self, known: type[Any], values: Sequence[Any]) -> set[Kind]:
        if known is bool:
            return {"flag"}
        if known is int:
            return {_whole(min(values)), _whole(max(values))}
        if known is float:
            return {"number"}
        if known is Decimal:
            return {"text"} if self._is_steady else {_kind_of_decimal(value) for value in values}
        if known is datetime:
            return {"time" if value.utcoffset() is None else "moment" for value in values}
        return {"date"} if known is date else {"text"}

    def _common(self, one: Kind, other: Kind) -> Kind:
        """The narrowest kind that holds both."""
        pair = {one, other}
        if len(pair) == 1:
            return one
        if "nothing" in pair:
            return other if one == "nothing" else one
        if pair == {"integer", "long"}:
            return "long"
        return "number" if pair == {"integer", "number"} and not self._is_steady else "text"

    def _refused(self, given: type[Any], name: str) -> InputError:
        if issubclass(given, bytes | bytearray | memoryview):
            what = f"column {name} holds bytes"
        else:
            what = f"column {name} holds values of the type {given.__name__}"
        return InputError(what, self._where, "Leave it out of the query, or turn it into text there.")


def _whole(value: int) -> Kind:
    if abs(value) <= _EXACT:
        return "integer"
    return "long" if -(2**63) <= value < 2**63 else "text"


def _kind_of_decimal(value: Decimal) -> Kind:
    exponent = value.as_tuple().exponent
    return _whole(int(value)) if isinstance(exponent, int) and exponent >= 0 else "number"


def _array(values: Sequence[Any], kind: Kind) -> "pa.Array[Any]":
    read = _READ.get(kind)
    if read is not None and not set(map(type, values)) <= _PLAIN[kind]:
        values = [None if value is None else read(value) for value in values]
    return pa.array(values, _ARROW[kind])


def _text(value: Any) -> str | None:
    """A value in letters: the same ones, of whichever kind it was held before."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _digits(Decimal(repr(value)))
    if isinstance(value, Decimal):
        return _digits(value)
    if isinstance(value, datetime) and value.utcoffset() is not None:
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else str(value)


def _digits(value: Decimal) -> str | None:
    """A number in plain digits, without zeros at the end of a fraction: of 17850.00 "17850"."""
    if not value.is_finite():
        return None if value.is_nan() else str(float(value))
    written = format(value, "f")
    written = written.rstrip("0").rstrip(".") if "." in written else written
    return "0" if written == "-0" else written


_READ: dict[Kind, Callable[[Any], Any]] = {
    "integer": int,
    "long": int,
    "number": float,
    "text": _text,
}
"""How a value is brought to a kind that its own type is not."""

_NONE = type(None)
_PLAIN: dict[Kind, set[type[Any]]] = {
    "integer": {int, _NONE},
    "long": {int, _NONE},
    "number": {float, _NONE},
    "text": {str, _NONE},
}
"""Types that Arrow takes for a kind as they are."""
