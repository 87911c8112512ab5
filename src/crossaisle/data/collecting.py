"""Collecting: events that a shop's programs send one by one, checked and read as rows of the events table.

What a row shows by itself is refused here with its reason; what the shop's rules of cleaning say of it is said when it
goes to the lake.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from crossaisle.data.event_types import EVENT_TYPES, SEARCH
from crossaisle.data.mapping.known import EVENT_WORDS
from crossaisle.data.moments import DAY, SECOND, moment

MOST_BYTES = 512
"""Bytes of an id or a short text in UTF-8."""
AHEAD = DAY
"""How far a shop's clock may run before ours, microseconds."""

KNOWN = {**EVENT_WORDS, **{name: name for name in EVENT_TYPES}}


def _is_plain(text: str) -> str:
    if "\0" in text:
        raise ValueError("it holds a zero byte")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("it is not valid Unicode") from None
    return text


def _fits(text: str) -> str:
    n_bytes = len(_is_plain(text).encode())
    if n_bytes > MOST_BYTES:
        raise ValueError(f"it has {n_bytes} bytes, at most {MOST_BYTES} are taken")
    return text


NO_ZERO = r"^[^\x00]*$"
_NO_ZERO: dict[str, Any] = {"pattern": NO_ZERO}

Id = Annotated[str, Field(min_length=1, max_length=MOST_BYTES, json_schema_extra=_NO_ZERO), AfterValidator(_fits)]
"""An id: kept byte for byte."""
Text = Annotated[str, Field(max_length=MOST_BYTES, json_schema_extra=_NO_ZERO), AfterValidator(_fits)]
"""A short text."""
Plain = Annotated[str, Field(json_schema_extra=_NO_ZERO), AfterValidator(_is_plain)]
"""A text of any length that every database takes."""


def _as_whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = Annotated[int, BeforeValidator(_as_whole)]
"""A whole number, which JSON may write with a fraction of zero."""


class Event(BaseModel):
    """Something that somebody did."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    event_id: Id | None = Field(None, description="the same id again is the same event; made of the content if absent")
    user_id: Id = Field(description="who: a customer, or a visitor's cookie or device", examples=["17850"])
    item_id: Id | None = Field(None, description="on what; a search has query in its place", examples=["85123A"])
    timestamp: str | Whole = Field(
        description="ISO 8601, UTC where it names no zone; or seconds or milliseconds since 1970",
        examples=["2026-03-01T09:30:00Z"],
    )
    event_type: Annotated[str, Field(max_length=64)] = Field(
        description=f"one of {', '.join(EVENT_TYPES)}, or a word of Google Analytics 4 or schema.org for it",
        examples=["view"],
    )
    event_value: float | None = Field(None, description="the event's own value, such as a rating")
    quantity: float | None = Field(None, gt=0, description="units")
    price: float | None = Field(None, ge=0, description="paid, per unit")
    discount: float | None = Field(None, description="per unit")
    currency: Text | None = Field(None, description="of price and discount")
    order_id: Id | None = None
    session_id: Id | None = None
    channel: Text | None = Field(None, description="web, mobile, store, email, …")
    store_id: Id | None = None
    device: Text | None = None
    query: Text | None = Field(None, description="what was searched for")
    recommendation_id: Id | None = Field(None, description="the slate that the event answers")


@dataclass(frozen=True)
class Rejected:
    """An event that is not taken: its place in the request, and why."""

    index: int
    reason: str


@dataclass(frozen=True)
class Collected:
    """rows: of the events taken, by column, times in microseconds since 1970."""

    rows: list[dict[str, Any]]
    rejected: list[Rejected]


def collect(events: Sequence[Any], now: int) -> Collected:
    """Check each event by itself.

    Args:
        events: as they came, of any kind.
        now: microseconds since 1970.
    """
    rows: list[dict[str, Any]] = []
    rejected: list[Rejected] = []
    equals: Counter[str] = Counter()
    for index, one in enumerate(events):
        try:
            row = _row(_read(one), now)
        except ValidationError as error:
            rejected.append(Rejected(index, _reason(error)))
            continue
        except ValueError as error:
            rejected.append(Rejected(index, str(error)))
            continue
        if row["event_id"] is None:
            content = _content(row)
            equals[content] += 1
            row["event_id"] = content if equals[content] == 1 else _numbered(content, equals[content])
        row["received_at"] = now
        rows.append(row)
    return Collected(rows, rejected)


def _read(one: Any) -> Event:
    if isinstance(one, dict):  # the first wrong name is told before thousands of them are looked at
        wrong = next((name for name in one if name not in Event.model_fields), None)
        if wrong is not None:
            raise ValueError(f"{str(wrong)[:60]} is no column of an event; those are {', '.join(Event.model_fields)}")
    return Event.model_validate(one)


def _row(event: Event, now: int) -> dict[str, Any]:
    row = dict(event.__dict__)
    event_type = KNOWN.get(event.event_type) or KNOWN.get(event.event_type.strip().lower())
    if event_type is None:
        raise ValueError(f'event_type "{event.event_type}" is not known; it is one of {", ".join(EVENT_TYPES)}')
    if event.item_id is None and (event_type != EVENT_TYPES[SEARCH] or not event.query):
        raise ValueError("item_id is missing; only a search may have query in its place")
    row["event_type"] = event_type
    row["timestamp"] = _time(event.timestamp, now)
    return row


def _time(given: str | int, now: int) -> int:
    try:
        when = _microseconds(given)
    except (ValueError, OverflowError):
        shown = given[:40] if isinstance(given, str) else "a number of more than 64 bits"
        raise ValueError(f'timestamp "{shown}" is no time; write it as 2026-03-01T09:30:00Z') from None
    if when < 0:
        raise ValueError(f'timestamp "{str(given)[:40]}" lies before 1970')
    if when > now + AHEAD:
        ours = datetime.fromtimestamp(now // SECOND, UTC).isoformat()
        raise ValueError(f'timestamp "{str(given)[:40]}" lies more than a day in the future; it is {ours} here')
    return when


def _microseconds(given: str | int) -> int:
    if isinstance(given, str):
        return moment(datetime.fromisoformat(given))
    if given.bit_length() > 63:
        raise OverflowError
    return given * (SECOND if abs(given) < 100_000_000_000 else SECOND // 1000)


def _content(row: dict[str, Any]) -> str:
    """A hash of everything that was said of the event."""
    told = {name: value for name, value in row.items() if value is not None}
    return hashlib.blake2b(orjson.dumps(told, option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()


def _numbered(content: str, ordinal: int) -> str:
    return hashlib.blake2b(f"{content}\x1f{ordinal}".encode(), digest_size=16).hexdigest()


def _reason(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(step) for step in first["loc"] if step not in ("str", "int"))
    if not place:
        return "an event is an object such as {user_id, item_id, timestamp, event_type}"
    return f"{place}: {first['msg'].removeprefix('Value error, ')}"
