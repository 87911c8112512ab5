"""The newest slates of the log, and what their scores were multiplied by."""

from collections.abc import Iterator

import pytest

from crossaisle.stores.database.connection import Database
from crossaisle.stores.database.schema import migrate
from crossaisle.stores.database.slate_log import Shown, SlateLog


@pytest.fixture
def log(database_url: str) -> Iterator[SlateLog]:
    database = Database(database_url)
    migrate(database)
    yield SlateLog(database)
    database.close()


def shown(name: str, at: int, lifts: tuple[float, ...] = ()) -> Shown:
    return Shown(name, "ann", at, 1, "all", [("a", 2.0), ("b", 1.5)], lifts=lifts)


def test_the_newest_slates_come_in_the_order_of_time(log: SlateLog) -> None:
    assert list(log.newest(3)) == []
    log.write([shown(name, at) for name, at in (("1", 10), ("2", 40), ("3", 20), ("4", 30))])
    assert [one.recommendation_id for one in log.newest(2)] == ["4", "2"]
    assert [one.recommendation_id for one in log.newest(9)] == ["1", "3", "4", "2"]


def test_slates_of_the_same_moment_as_the_earliest_come_with_it(log: SlateLog) -> None:
    log.write([shown(name, at) for name, at in (("1", 10), ("2", 10), ("3", 20))])
    assert [one.recommendation_id for one in log.newest(2)] == ["1", "2", "3"]


def test_lifts_are_kept_beside_the_scores(log: SlateLog) -> None:
    plain, lifted = shown("1", 10), shown("2", 20, (1.0, 1.5))
    log.write([plain, lifted])
    assert list(log.newest(2)) == [plain, lifted]
