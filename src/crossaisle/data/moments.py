"""Moments and spans as people type them, turned into microseconds since 1970 in UTC."""

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from crossaisle.errors import UsageError

SECOND = 1_000_000
DAY = 86_400 * SECOND
FOREVER = 2**62
"""Later than any event: the end of data that has no end."""

_LAST = 253_402_300_799 * SECOND
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_SPAN = re.compile(r"(\d+)\s*(d|w|h)?")
_UNITS = {"d": DAY, "w": 7 * DAY, "h": 3600 * SECOND, None: DAY}


def moment(when: str | date | datetime | int, zone: str = "UTC") -> int:
    """Microseconds since 1970 of an ISO date or time; one that names no zone is in `zone`.

    Raises:
        UsageError: the text is no ISO date or time.
    """
    if isinstance(when, int):
        return when
    if isinstance(when, str):
        when = _parsed(when)
    if not isinstance(when, datetime):
        when = datetime.combine(when, time.min)
    placed = when if when.tzinfo else when.replace(tzinfo=ZoneInfo(zone))
    since = placed.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds


def _parsed(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f'"{text}" is not a date', remedy='Write it as 2017-11-01 or "2017-11-01T09:30".') from None


def span(text: str | int) -> int:
    """Microseconds of a span such as `60d`, `8w` or `36h`; a bare number is days.

    Raises:
        UsageError: the text is no span, or it is zero.
    """
    found = _SPAN.fullmatch(str(text).strip())
    if not found or int(found[1]) == 0:
        raise UsageError(f'"{text}" is not a span of time', remedy="Write it as 60d, 8w or 36h.")
    return int(found[1]) * _UNITS[found[2]]


def seconds(text: str) -> float:
    """Seconds of a duration such as `90s`, `30m` or `2h`.

    Raises:
        UsageError: the text is no duration, or it is zero.
    """
    number, unit = text.strip()[:-1], text.strip()[-1:]
    if not number.isdecimal() or int(number) == 0 or unit not in _SECONDS:
        raise UsageError(f'"{text}" is not a duration', remedy="Write it as 90s, 30m or 2h.")
    return float(int(number) * _SECONDS[unit])


def as_datetime(microseconds: int) -> datetime:
    """The moment as a datetime in UTC, the last one that there is for any later."""
    if microseconds > _LAST:
        return datetime.max.replace(tzinfo=UTC)
    return datetime.fromtimestamp(microseconds // SECOND, UTC).replace(microsecond=microseconds % SECOND)


def as_text(microseconds: int) -> str:
    """The moment in ISO form: a date at midnight, else a time."""
    when = as_datetime(microseconds)
    return when.date().isoformat() if when.time() == time.min else when.isoformat()
