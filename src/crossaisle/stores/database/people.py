"""What is kept of people beside their events: other ids of theirs, consents, interests they corrected."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from crossaisle.stores.database.connection import Database
from crossaisle.stores.database.event_log import Change, note
from crossaisle.stores.database.schema import (
    changes,
    consents,
    events,
    exposures,
    identities,
    interests,
    slates,
)

OF_A_PERSON = {
    "events": (events, "user_id"),
    "identities": (identities, "user_id"),
    "identities as another's": (identities, "alias"),
    "consents": (consents, "user_id"),
    "interests": (interests, "user_id"),
    "slates": (slates, "user_id"),
    "exposures": (exposures, "user_id"),
    "changes": (changes, "subject"),
}
"""Where a person's ids stand: name → table and column."""


class People:
    """Reads and writes what is kept of people; every change is noted for all workers in the same transaction."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def join(self, user_id: str, aliases: Sequence[tuple[str, str]], now: int) -> None:
        """Say that a customer acted under other ids too. aliases: (alias, kind) such as a cookie."""
        with self.database.writing() as connection:
            for alias, kind in aliases:
                _put(
                    self.database, connection, identities, {"user_id": user_id, "alias": alias}, kind=kind, made_at=now
                )
                note(connection, Change("identity", user_id, {"alias": alias, "kind": kind}, now))

    def identities(self, user_id: str | None = None) -> list[dict[str, Any]]:
        """All links, or those of one customer."""
        return self._rows(identities, user_id)

    def consent(self, user_id: str, granted: Mapping[str, bool], source: str, now: int) -> None:
        """Keep what a person allows or refuses, by purpose."""
        with self.database.writing() as connection:
            for purpose, is_granted in granted.items():
                place = {"user_id": user_id, "purpose": purpose}
                told = {"is_granted": is_granted, "source": source, "made_at": now}
                _put(self.database, connection, consents, place, **told)
            note(connection, Change("consent", user_id, dict(granted), now))

    def consents(self, user_id: str | None = None) -> list[dict[str, Any]]:
        """What people, or one of them, said."""
        return self._rows(consents, user_id)

    def correct(self, user_id: str, weights: Mapping[str, float], now: int) -> None:
        """Keep the interests that a person corrected: category → weight, 1 takes a correction back."""
        with self.database.writing() as connection:
            for category, weight in weights.items():
                place = {"user_id": user_id, "category": category}
                if weight == 1:
                    connection.execute(interests.delete().where(_is(interests, place)))
                else:
                    _put(self.database, connection, interests, place, weight=weight, made_at=now)
            note(connection, Change("interests", user_id, dict(weights), now))

    def interests(self, user_id: str | None = None) -> list[dict[str, Any]]:
        """What people, or one of them, corrected."""
        return self._rows(interests, user_id)

    def ids_of(self, user_id: str) -> list[str]:
        """The ids of a person: the one given, the customer it belongs to, and all others of that customer.

        An alias of several customers, such as a shared device, leads to none of them.
        """
        with self.database.reading() as connection:
            owners = connection.execute(sa.select(identities.c.user_id).where(identities.c.alias == user_id)).scalars()
            found = list(owners)
            customer = found[0] if len(found) == 1 else user_id
            chosen = sa.select(identities.c.alias).where(identities.c.user_id == customer)
            aliases = list(connection.execute(chosen).scalars())
        return list(dict.fromkeys([customer, user_id, *aliases]))

    def _rows(self, table: sa.Table, user_id: str | None) -> list[dict[str, Any]]:
        chosen = sa.select(table) if user_id is None else sa.select(table).where(table.c.user_id == user_id)
        with self.database.reading() as connection:
            return [dict(row) for row in connection.execute(chosen).mappings()]


def _is(table: sa.Table, place: Mapping[str, str]) -> sa.ColumnElement[bool]:
    return sa.and_(*(table.c[name] == value for name, value in place.items()))


def _put(database: Database, connection: Connection, table: sa.Table, place: Mapping[str, str], **values: Any) -> None:
    """A row at its place, in place of the one that was there."""
    insert: Any = sqlite.insert if database.is_sqlite else postgresql.insert
    written = insert(table).values(**place, **values)
    connection.execute(written.on_conflict_do_update(index_elements=list(place), set_=values))
