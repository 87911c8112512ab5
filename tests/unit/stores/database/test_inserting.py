"""Rows come to a table whole and once, however many there are and whatever they hold."""

import pytest
import sqlalchemy as sa

from crossaisle.stores.database.connection import Database
from crossaisle.stores.database.inserting import MOST_VALUES, insert_new
from crossaisle.stores.database.schema import interests


def rows(n: int, weight: float = 1.5) -> list[dict[str, object]]:
    """Rows whose texts would end a statement if they were not bound."""
    return [
        {"user_id": f"'); --{one}?%s", "category": "茶", "weight": weight, "made_at": 2**40 + one} for one in range(n)
    ]


def kept(database: Database) -> list[dict[str, object]]:
    with database.reading() as connection:
        return [dict(row) for row in connection.execute(sa.select(interests).order_by("made_at")).mappings()]


@pytest.mark.parametrize("n", [0, 1, MOST_VALUES // 4, MOST_VALUES // 4 + 1, MOST_VALUES])
def test_all_rows_come_as_they_are(database: Database, n: int) -> None:
    with database.writing() as connection:
        insert_new(connection, interests, rows(n))
    assert kept(database) == rows(n)


def test_what_is_there_stays_as_it_is_within_a_portion_too(database: Database) -> None:
    with database.writing() as connection:
        insert_new(connection, interests, rows(2))
        insert_new(connection, interests, [*rows(3, weight=7.0), *rows(4, weight=8.0)])
    assert [row["weight"] for row in kept(database)] == [1.5, 1.5, 7.0, 8.0]
