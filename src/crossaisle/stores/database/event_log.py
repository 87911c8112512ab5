"""The event log: what people did, durable before it is answered, once whatever is sent again."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from crossaisle.stores.database.connection import Database
from crossaisle.stores.database.inserting import insert_new
from crossaisle.stores.database.schema import answers, changes, events

Row = Mapping[str, Any]
"""An event by column names of the events table, times in microseconds since 1970."""

COLUMNS = tuple(column.name for column in events.columns if column.name != "number")
"""Every row that is appended has all of them."""

CHUNK = 10_000
"""Rows read at once."""


@dataclass(frozen=True)
class Batch:
    """Events of one request.

    Args:
        rows: with all of COLUMNS.
        key: the request's Idempotency-Key, empty for none; body_hash: of what it came with.
        answer: what is answered, kept beside the key.
    """

    rows: Sequence[Row]
    key: str = ""
    body_hash: str = ""
    answer: str = ""


@dataclass(frozen=True)
class Change:
    """Something other than an event that every worker has to know.

    Args:
        kind: item, user, identity, consent, interests, erasure or experiment. subject: an id of an item, a user or an
            experiment.
    """

    kind: str
    subject: str
    body: Mapping[str, Any]
    made_at: int
    number: int = 0


class EventLog:
    """Append and read. Numbers are given in the order of commits, so a reader that asks for those after the last it saw
    misses none."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def append(self, batches: Sequence[Batch]) -> list[str | None]:
        """Write the batches in one transaction; what is to be answered to each.

        An event whose id is there already is left as it is. A batch whose key came before is answered as it was then,
        None if its body was another.

        Raises:
            UnavailableError: the database does not answer for now; nothing was written.
        """
        with self.database.writing() as connection:
            told: list[str | None] = []
            rows: list[Row] = []
            for batch in batches:
                is_new, answer = _answered(connection, batch)
                told.append(answer)
                rows += batch.rows if is_new else ()
            if rows:
                insert_new(connection, events, rows)
            return told

    def since(self, number: int, limit: int = CHUNK) -> list[Row]:
        """Events with greater numbers, in their order, at most `limit`; each with its `number`."""
        return self._after(number, limit, sa.true())

    def seen_since(self, number: int, limit: int = CHUNK) -> list[Any]:
        """As `since`, but number, user_id, item_id, event_type, timestamp and query alone."""
        names = ("number", "user_id", "item_id", "event_type", "timestamp", "query")
        chosen = sa.select(*(events.c[name] for name in names)).where(events.c.number > number)
        with self.database.reading() as connection:
            return list(connection.execute(chosen.order_by(events.c.number).limit(limit)))

    def of_users(self, user_ids: Sequence[str]) -> Iterator[Row]:
        """All events of these ids, in the order of their numbers."""
        number, found = 0, self._after(0, CHUNK, events.c.user_id.in_(list(user_ids)))
        while found:
            yield from found
            number = found[-1]["number"]
            found = self._after(number, CHUNK, events.c.user_id.in_(list(user_ids)))

    def _after(self, number: int, limit: int, condition: sa.ColumnElement[bool]) -> list[Row]:
        chosen = sa.select(events).where(events.c.number > number, condition).order_by(events.c.number).limit(limit)
        with self.database.reading() as connection:
            return [dict(row) for row in connection.execute(chosen).mappings()]

    def last(self) -> int:
        """The greatest number, 0 where there is none."""
        with self.database.reading() as connection:
            return int(connection.execute(sa.select(sa.func.coalesce(sa.func.max(events.c.number), 0))).scalar_one())

    def count(self) -> int:
        """Events that lie in the log."""
        with self.database.reading() as connection:
            return int(connection.execute(sa.select(sa.func.count()).select_from(events)).scalar_one())

    def drop_until(self, number: int) -> None:
        """Take events out up to a number: they lie somewhere else now."""
        with self.database.writing() as connection:
            connection.execute(events.delete().where(events.c.number <= number))

    def forget_answers(self, before: int) -> None:
        """Take answers out that were given before a moment: their keys may be used again."""
        with self.database.writing() as connection:
            connection.execute(answers.delete().where(answers.c.made_at < before))

    def note(self, change: Change) -> None:
        """Write down a change."""
        with self.database.writing() as connection:
            note(connection, change)

    def changes_since(self, number: int, limit: int = CHUNK) -> list[Change]:
        """Changes with greater numbers, in their order, at most `limit`."""
        chosen = sa.select(changes).where(changes.c.number > number).order_by(changes.c.number).limit(limit)
        with self.database.reading() as connection:
            return [
                Change(row.kind, row.subject, json.loads(row.body), row.made_at, row.number)
                for row in connection.execute(chosen)
            ]

    def drop_changes(self, kinds: Sequence[str], until: int) -> None:
        """Take changes of these kinds out, up to a number."""
        with self.database.writing() as connection:
            chosen = changes.c.kind.in_(list(kinds)) & (changes.c.number <= until)
            connection.execute(changes.delete().where(chosen))


def note(connection: Connection, change: Change) -> None:
    """Write down a change within a transaction."""
    body = json.dumps(change.body, ensure_ascii=False, separators=(",", ":"))
    values = {"kind": change.kind, "subject": change.subject, "body": body, "made_at": change.made_at}
    connection.execute(changes.insert().values(**values))


def _answered(connection: Connection, batch: Batch) -> tuple[bool, str | None]:
    """Whether the batch is new, in which case its answer is kept; and its answer, None where the key contradicts."""
    if not batch.key:
        return True, batch.answer
    row = connection.execute(sa.select(answers).where(answers.c.idempotency_key == batch.key)).one_or_none()
    if row is not None:
        return False, str(row.answer) if row.body_hash == batch.body_hash else None
    made_at = max((row["received_at"] for row in batch.rows), default=0)
    kept = {"idempotency_key": batch.key, "body_hash": batch.body_hash, "answer": batch.answer, "made_at": made_at}
    connection.execute(answers.insert().values(**kept))
    return True, batch.answer
