"""API keys: what opens, what is kept, what is refused."""

from base64 import urlsafe_b64decode

import pytest
import sqlalchemy as sa

from crossaisle.errors import UsageError
from crossaisle.stores.database.connection import Database
from crossaisle.stores.database.keys import PREFIX, Key, Keys, hashed
from crossaisle.stores.database.schema import keys as table

NOW = 1_772_357_400_000_000


def test_what_is_kept_of_a_key_is_its_sha_256() -> None:
    # printf cak_abc | sha256sum
    assert hashed("cak_abc") == "65919952fe521c44efbe69299cb55cc8bdd7f382cc83e02bac6d15760eecf249"


def test_a_key_opens_by_its_hash_and_lies_nowhere_itself(database: Database) -> None:
    keys = Keys(database)
    key, made = keys.create(["events"], "the web shop, 网店", NOW)
    assert keys.valid() == {hashed(key): made}
    assert made == Key(made.key_id, ("events",), "the web shop, 网店", NOW)
    with database.reading() as connection:
        row = connection.execute(sa.select(table)).one()
    assert not any(key.removeprefix(PREFIX) in str(value) for value in row)


def test_keys_are_thirty_two_bytes_and_each_is_another(database: Database) -> None:
    made = [Keys(database).create(["events"], "", NOW)[0] for _ in range(20)]
    assert len(set(made)) == 20
    assert {len(urlsafe_b64decode(key.removeprefix(PREFIX) + "=")) for key in made} == {32}


def test_scopes_are_kept_once_each_and_in_their_own_order(database: Database) -> None:
    _, made = Keys(database).create(["privacy", "events", "privacy"], "", NOW)
    assert made.scopes == ("events", "privacy")
    assert Keys(database).all() == [made]


@pytest.mark.parametrize(("scopes", "told"), [(["events", "all"], '"all"'), ([], "no scope")])
def test_a_scope_that_does_not_exist_or_none_is_refused_and_nothing_is_kept(
    database: Database, scopes: list[str], told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        Keys(database).create(scopes, "", NOW)
    assert Keys(database).all() == []


def test_a_revoked_key_opens_nothing_and_stays_in_the_list(database: Database) -> None:
    keys = Keys(database)
    first, other = keys.create(["events"], "first", NOW)[1], keys.create(["manage"], "other", NOW - 1)[1]
    keys.revoke(first.key_id, NOW + 5)
    assert list(keys.valid().values()) == [other]
    revoked = Key(first.key_id, first.scopes, first.note, first.made_at, NOW + 5)
    assert keys.all() == [other, revoked]


def test_what_is_revoked_or_unknown_cannot_be_revoked(database: Database) -> None:
    keys = Keys(database)
    made = keys.create(["events"], "", NOW)[1]
    keys.revoke(made.key_id, NOW + 1)
    for key_id in (made.key_id, "none"):
        with pytest.raises(UsageError, match=key_id):
            keys.revoke(key_id, NOW + 2)
    assert [one.revoked_at for one in keys.all()] == [NOW + 1]


def test_keys_of_one_moment_are_always_listed_in_the_same_order(database: Database) -> None:
    keys = Keys(database)
    made = [keys.create(["events"], "", NOW)[1] for _ in range(10)]
    assert keys.all() == sorted(made, key=lambda one: one.key_id)
