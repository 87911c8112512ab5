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

OF_NOBODY = ("item", "experiment")
"""Kinds of changes whose subject is no person: an item may have the id that a customer has too."""


def rows_of(database: Database, name: str, ids: Sequence[str]) -> sa.ColumnElement[bool]:
    """Which rows of a table of OF_A_PERSON are of these ids, or quote one."""
    table, column = OF_A_PERSON[name]
    stated = table.c[column].in_(ids)
    if table is not changes:
        return stated
    # a case, since PostgreSQL may else read bodies of other kinds, some of which it refuses
    alias = sa.case((changes.c.kind == "identity", _json(database, changes.c.body)["alias"].as_string()))
    return changes.c.kind.not_in(OF_NOBODY) & (stated | alias.in_(ids))


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
        """The ids of a person: the customer, the id that was given, and all others of that customer.

        An alias may have aliases of its own, as an earlier account has. What several customers share, such as a
        device, leads to none of them and is no id of theirs.
        """
        with self.database.reading() as connection:
            customer, passed = user_id, {user_id}
            while (owner := _only_owner(connection, customer)) and owner not in passed:
                customer = owner
                passed.add(owner)
            aliases = connection.execute(_ids_below(customer)).scalars().all()
        return list(dict.fromkeys([customer, user_id, *sorted(aliases)]))

    def _rows(self, table: sa.Table, user_id: str | None) -> list[dict[str, Any]]:
        chosen = sa.select(table).order_by(*table.primary_key)
        if user_id is not None:
            chosen = chosen.where(table.c.user_id == user_id)
        with self.database.reading() as connection:
            return [dict(row) for row in connection.execute(chosen).mappings()]


def _only_owner(connection: Connection, alias: str) -> str | None:
    """The customer of an alias, None if it has none or several."""
    stated = (identities.c.alias == alias) & (identities.c.user_id != alias)
    owners = connection.execute(sa.select(identities.c.user_id).where(stated).limit(2)).scalars().all()
    return str(owners[0]) if len(owners) == 1 else None


def _ids_below(customer: str) -> sa.Select[str]:
    """A customer, its aliases that are nobody else's, theirs, and so on."""
    other = identities.alias()
    is_shared = sa.exists().where(
        other.c.alias == identities.c.alias,
        other.c.user_id != identities.c.user_id,
        other.c.user_id != other.c.alias,
    )
    person = sa.select(sa.literal(customer, sa.Text).label("id")).cte("person", recursive=True)
    below = sa.select(identities.c.alias).join(person, identities.c.user_id == person.c.id).where(~is_shared)
    return sa.select(person.union(below).c.id)


def _json(database: Database, column: sa.ColumnElement[str]) -> sa.ColumnElement[Any]:
    """A column of JSON, kept as text, as something to look into."""
    return sa.type_coerce(column, sa.JSON) if database.is_sqlite else sa.cast(column, sa.JSON)


def _is(table: sa.Table, place: Mapping[str, str]) -> sa.ColumnElement[bool]:
    return sa.and_(*(table.c[name] == value for name, value in place.items()))


def _put(database: Database, connection: Connection, table: sa.Table, place: Mapping[str, str], **values: Any) -> None:
    """A row at its place, in place of the one that was there."""
    insert: Any = sqlite.insert if database.is_sqlite else postgresql.insert
    written = insert(table).values(**place, **values)
    connection.execute(written.on_conflict_do_update(index_elements=list(place), set_=values))
