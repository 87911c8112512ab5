"""A small shop that many tests share, and the folder of public data sets where it is there."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import settings

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import moment
from crossaisle.data.sources.complete_journey import CompleteJourney
from crossaisle.data.training import silent
from crossaisle.loop.loading.load import LoadOptions, load
from crossaisle.stores.lake import Lake
from crossaisle.stores.quarantine import Quarantine
from servers import PostgreSQL, postgresql
from small_shop import small_frames

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

DATASETS = Path(__file__).parents[2] / "shared" / "datasets"


@pytest.fixture(scope="session")
def frames() -> tuple[pd.DataFrame, ...]:
    """Events and catalogue of the small shop."""
    return small_frames()


@pytest.fixture(scope="session")
def small_shop(frames: tuple[pd.DataFrame, ...]) -> Dataset:
    """The small shop as a Dataset."""
    return Dataset.from_frames(*frames)


@pytest.fixture(scope="session")
def wide_shop() -> Dataset:
    """A shop of which most users know half: 150 users, 80 items, five purchases each."""
    return Dataset.from_frames(*small_frames(n_users=150, n_items=80, n_events=750))


@pytest.fixture(scope="session")
def datasets() -> Path:
    """The folder of public data sets; the test skips where it is missing."""
    if not DATASETS.is_dir():
        pytest.skip("the public data sets are not beside this checkout")
    return DATASETS


@pytest.fixture(scope="session")
def complete_journey(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A lake of all households of Complete Journey, without the promotions, loaded as a shop loads it."""
    folder = tmp_path_factory.mktemp("complete-journey")
    lake, quarantine = Lake(folder / "lake"), Quarantine(folder / "quarantine")
    load(CompleteJourney(promotions=False), lake, quarantine, LoadOptions(), moment("2026-01-01"), silent)
    return lake


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgreSQL]:
    """A PostgreSQL server that lives as long as the tests."""
    with postgresql() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'events.db'}"
    server: PostgreSQL = request.getfixturevalue("postgres")
    return server.database("shop")
