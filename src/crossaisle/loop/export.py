"""Export: everything that the files hold of a person, row by row, in plain values for JSON."""

import math
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from crossaisle.privacy.erasable import Person
from crossaisle.stores.lake import Lake
from crossaisle.stores.quarantine_erasure import QuarantineErasure

Row = dict[str, Any]


def export(person: Person, lake: Lake, quarantine: QuarantineErasure) -> Iterator[tuple[str, Row]]:
    """Table and row, one at a time, so that a long history needs no more memory than a short one.

    Tables are those of the lake that know users (events with all columns and returns as rows of their own, customers,
    identities, own tables), then `quarantine`: rows that were set aside, with the reason. Times are ISO 8601 in UTC;
    what JSON has no value for, such as NaN, is null.

    Raises:
        StorageError: a file cannot be read.
    """
    for table, batch in lake.rows_of(person):
        for row in batch.to_pylist():
            yield table, _plain(row)
    for row in quarantine.rows_of(person):
        yield "quarantine", _plain(row)


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {str(name): _plain(one) for name, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case date() | datetime() | time():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case Decimal():
            return str(value) if value.is_finite() else None
        case bytes():
            return value.hex()
        case _:
            return str(value)
