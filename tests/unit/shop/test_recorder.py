"""Slates are kept in passing: all of them when it ends, again when the database was away, and never too many."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from crossaisle.privacy.notice import Notice, salted
from crossaisle.shop import recorder as module
from crossaisle.shop.recorder import PORTION, Recorder
from crossaisle.stores.database.connection import Database
from crossaisle.stores.database.experiments import Experiments
from crossaisle.stores.database.schema import migrate, slates
from crossaisle.stores.database.slate_log import Shown, SlateLog

PATIENCE = 30.0


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SlateLog]:
    database = Database(f"sqlite:///{tmp_path / 'events.db'}", wait=0.1)
    migrate(database)
    yield SlateLog(database)
    database.close()


def shown(number: int) -> Shown:
    return Shown(f"r{number:06}", "ann", number, 1, "all", [("tea", 0.5)])


def kept(log: SlateLog) -> list[str]:
    return [one.recommendation_id for one in log.of_user("ann")]


def wait_for(is_so: object, what: str) -> None:
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        if is_so():  # type: ignore[operator]
            return
        time.sleep(0.01)
    raise AssertionError(what)


def test_slates_are_kept_soon_and_what_waits_when_it_ends_too(log: SlateLog) -> None:
    lost: list[int] = []
    one = Recorder(log, Experiments(log.database), lost.append, lambda error: None, pause=0.01)
    one.keep(shown(0))
    wait_for(lambda: kept(log) == ["r000000"], "the slate was not kept")
    n = PORTION * 2 + 7
    for number in range(1, n):
        one.keep(shown(number))
    one.close()
    assert kept(log) == [f"r{number:06}" for number in range(n)]
    assert lost == []
    (first, *_) = log.of_user("ann")
    assert (first.user_id, first.items, first.focus) == ("ann", [("tea", 0.5)], "all")


def test_while_the_database_is_away_slates_wait_and_are_kept_once_it_is_back(log: SlateLog) -> None:
    failed: list[Exception] = []
    lost: list[int] = []
    one = Recorder(log, Experiments(log.database), lost.append, failed.append, pause=0.01)
    with Database(log.database.engine.url.render_as_string()).writing():
        for number in range(3):
            one.keep(shown(number))
        wait_for(lambda: failed, "nothing was told")
        one.keep(shown(3))
    wait_for(lambda: len(kept(log)) == 4, "slates were lost")
    one.close()
    assert kept(log) == [f"r{number:06}" for number in range(4)]
    assert lost == []


def test_what_is_too_much_is_lost_and_told(log: SlateLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CAPACITY", 3)
    lost: list[int] = []
    one = Recorder(log, Experiments(log.database), lost.append, lambda error: None, pause=60)
    for number in range(5):
        one.keep(shown(number))
    one.close()
    assert kept(log) == ["r000000", "r000001", "r000002"]
    assert sum(lost) == 2


def test_slates_of_somebody_who_is_being_forgotten_are_not_kept(log: SlateLog) -> None:
    one = Recorder(log, Experiments(log.database), lambda n: None, lambda error: None, pause=60)
    for number in range(3):
        one.keep(shown(number))
        one.keep(replace(shown(number + 10), user_id="bob"))
    salt = "5a" * 16
    one.forget(Notice(salt, frozenset([salted(salt, "bob")])))
    one.close()
    assert kept(log) == ["r000000", "r000001", "r000002"]
    assert log.of_user("bob") == []


def test_nothing_is_kept_twice(log: SlateLog) -> None:
    one = Recorder(log, Experiments(log.database), lambda n: None, lambda error: None, pause=0.001)
    for number in range(500):
        one.keep(shown(number))
    one.close()
    with log.database.reading() as connection:
        assert len(connection.execute(slates.select()).all()) == 500
