"""Slates shown: read in the order of time, once each, and gone with their pools when their time is over."""

from collections.abc import Iterable

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossaisle.errors import StorageError
from crossaisle.stores.database.connection import Database
from crossaisle.stores.database.event_log import CHUNK
from crossaisle.stores.database.schema import pools, slates
from crossaisle.stores.database.slate_log import Shown, SlateLog

NOW = 1_772_357_400_000_000


def shown(name: str, made_at: int = NOW, user_id: str = "anna", pool: int | None = None) -> Shown:
    return Shown(name, user_id, made_at, 3, "all", [("a", 0.5), ("b", 0.25)], pool=pool)


def names(found: Iterable[Shown]) -> list[str]:
    return [one.recommendation_id for one in found]


def test_slates_are_read_from_a_moment_on_in_the_order_of_time(database: Database) -> None:
    log = SlateLog(database)
    log.write([shown("r3", NOW + 2), shown("r1", NOW)])
    log.write([shown("r2", NOW + 1), shown("r0", NOW + 1)])
    assert names(log.since(0)) == ["r1", "r0", "r2", "r3"]
    assert names(log.since(NOW + 1)) == ["r0", "r2", "r3"]
    assert names(log.since(NOW + 3)) == []


score = st.floats(allow_nan=False, allow_infinity=False)
words = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=12)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    user_id=words,
    focus=words,
    items=st.lists(st.tuples(words, score), max_size=5),
    rank=st.none() | st.integers(1, 20),
    propensity=st.none() | st.floats(0, 1),
    pool=st.none() | st.integers(1, 2**31 - 1),
)
def test_a_slate_comes_back_as_it_was_shown(
    database: Database,
    user_id: str,
    focus: str,
    items: list[tuple[str, float]],
    rank: int | None,
    propensity: float | None,
    pool: int | None,
) -> None:
    with database.writing() as connection:
        connection.execute(slates.delete())
    sent = Shown("r", user_id, NOW, 3, focus, items, rank, propensity, pool)
    SlateLog(database).write([sent])
    assert list(SlateLog(database).since(0)) == SlateLog(database).of_user(user_id) == [sent]


def test_more_slates_of_one_moment_than_are_read_at_once_come_once_each(database: Database) -> None:
    log = SlateLog(database)
    log.write([shown(f"r{number:05}") for number in range(CHUNK + 5)])
    assert names(log.since(NOW)) == [f"r{number:05}" for number in range(CHUNK + 5)]


def test_a_portion_written_again_changes_nothing(database: Database) -> None:
    log = SlateLog(database)
    log.write([shown("r1"), shown("r2")])
    log.write([shown("r2", user_id="ben"), shown("r3"), shown("r3", user_id="ben")])
    assert [(one.recommendation_id, one.user_id) for one in log.since(0)] == [
        ("r1", "anna"),
        ("r2", "anna"),
        ("r3", "anna"),
    ]


def test_no_slates_are_written_without_ado(database: Database) -> None:
    SlateLog(database).write([])
    assert names(SlateLog(database).since(0)) == []


def test_slates_of_one_id_are_found_in_the_order_of_time(database: Database) -> None:
    log = SlateLog(database)
    log.write([shown("r2", NOW + 1), shown("r1", NOW + 1), shown("r3", NOW), shown("r4", NOW, "ben")])
    assert names(log.of_user("anna")) == ["r3", "r1", "r2"]
    assert names(log.of_user("carla")) == []


def test_slates_of_a_time_gone_by_are_dropped_and_counted(database: Database) -> None:
    log = SlateLog(database)
    log.write([shown("r1", NOW), shown("r2", NOW + 1), shown("r3", NOW + 2)])
    assert log.drop_before(NOW + 1) == 1
    assert log.drop_before(NOW + 1) == 0
    assert names(log.since(0)) == ["r2", "r3"]


def test_a_pool_gives_its_items_and_chances_to_nine_places(database: Database) -> None:
    log = SlateLog(database)
    first = log.keep_pool(["a", "茶"], [1 / 3, 2 / 3], NOW)
    other = log.keep_pool(["c"], [1.0], NOW)
    assert log.pool(first) == (["a", "茶"], [0.333333333, 0.666666667])
    assert log.pool(other) == (["c"], [1.0])
    with pytest.raises(StorageError, match=f"pool {other + 1}"):
        log.pool(other + 1)


def test_a_pool_goes_with_the_last_slate_that_names_it(database: Database) -> None:
    log = SlateLog(database)
    unnamed, named, young = (log.keep_pool(["a"], [1.0], made_at) for made_at in (NOW, NOW, NOW + 9))
    log.write([shown("r1", NOW, pool=named), shown("r2", NOW + 5, pool=named), shown("r3", NOW)])

    def left() -> list[int]:
        with database.reading() as connection:
            return list(connection.execute(sa.select(pools.c.pool).order_by(pools.c.pool)).scalars())

    assert left() == [unnamed, named, young]
    log.drop_before(NOW + 5)
    assert left() == [named, young]
    log.drop_before(NOW + 6)
    assert left() == [young]
    assert log.keep_pool(["a"], [1.0], NOW) > young
