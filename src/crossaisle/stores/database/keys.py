"""API keys: made once, shown once, kept as hashes.

A key is 32 random bytes, so one round of SHA-256 keeps it: there is no word to guess.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from crossaisle.errors import UsageError
from crossaisle.stores.database.connection import Database
from crossaisle.stores.database.schema import keys

SCOPES = ("events", "recommend", "manage", "privacy")
PREFIX = "cak_"


@dataclass(frozen=True)
class Key:
    """What is known of a key. made_at, revoked_at: microseconds since 1970."""

    key_id: str
    scopes: tuple[str, ...]
    note: str
    made_at: int
    revoked_at: int | None = None


def hashed(key: str) -> str:
    """What is kept of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


class Keys:
    """The keys of a shop."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def create(self, scopes: Sequence[str], note: str, now: int) -> tuple[str, Key]:
        """A new key, which nobody can show again, and what is known of it.

        Raises:
            UsageError: a scope does not exist, or none is given.
        """
        wrong = [scope for scope in scopes if scope not in SCOPES]
        if wrong or not scopes:
            what = f'there is no scope "{wrong[0]}"' if wrong else "no scope is given"
            raise UsageError(what, "--scopes", f"Choose of {', '.join(SCOPES)}.")
        key = PREFIX + secrets.token_urlsafe(32)
        kept = tuple(scope for scope in SCOPES if scope in scopes)
        made = Key(secrets.token_hex(4), kept, note, now)
        with self.database.writing() as connection:
            values = {"key_id": made.key_id, "hash": hashed(key), "scopes": " ".join(kept), "note": note}
            connection.execute(keys.insert().values(**values, made_at=now))
        return key, made

    def all(self) -> list[Key]:
        """All keys, revoked ones too, the oldest first."""
        with self.database.reading() as connection:
            return [_key(row) for row in connection.execute(sa.select(keys).order_by(keys.c.made_at, keys.c.key_id))]

    def valid(self) -> dict[str, Key]:
        """Hash → key of those that are not revoked."""
        with self.database.reading() as connection:
            rows = connection.execute(sa.select(keys).where(keys.c.revoked_at.is_(None)))
            return {row.hash: _key(row) for row in rows}

    def revoke(self, key_id: str, now: int) -> None:
        """Let a key open nothing any more.

        Raises:
            UsageError: there is no such key, or it is revoked.
        """
        with self.database.writing() as connection:
            chosen = (keys.c.key_id == key_id) & keys.c.revoked_at.is_(None)
            if connection.execute(keys.update().where(chosen).values(revoked_at=now)).rowcount == 0:
                raise UsageError(f'there is no valid key "{key_id}"', remedy="List them with: crossaisle keys list.")


def _key(row: sa.Row[tuple[object, ...]]) -> Key:
    found = row._mapping
    return Key(found["key_id"], tuple(found["scopes"].split()), found["note"], found["made_at"], found["revoked_at"])
