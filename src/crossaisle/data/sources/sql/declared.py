"""Kinds of columns as PostgreSQL declares them with an answer, by the numbers of its types (its catalogue pg_type.dat).

What is not listed here is known by its values.
"""

from collections.abc import Sequence
from typing import Any

from crossaisle.data.sources.sql.columns import Kind

_NUMERIC = 1700
_KINDS: dict[int, Kind] = {
    16: "flag",
    20: "long",  # bigint
    21: "integer",
    23: "integer",
    26: "integer",  # oid
    700: "number",
    701: "number",
    1082: "date",
    1114: "time",
    1184: "moment",
    **dict.fromkeys((18, 19, 25, 1042, 1043, 2950), "text"),  # characters and UUID
    **dict.fromkeys((114, 3802), "text"),  # JSON
    **dict.fromkeys((1083, 1266, 1186), "text"),  # times of a day, intervals
}


def declared_kind(described: Sequence[Any]) -> Kind | None:
    """The kind of a column by its entry in a cursor's description; None where values must tell.

    A numeric with places after the point is a number; without, it may be an id of any length.
    """
    number, scale = described[1], described[5]
    if number == _NUMERIC:
        return "number" if scale else None
    return _KINDS.get(number)
