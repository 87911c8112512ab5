"""A small shop that many tests share, and the folder of public data sets where it is there."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import moment
from crossaisle.data.sources.complete_journey import CompleteJourney
from crossaisle.data.training import silent
from crossaisle.loop.load import LoadOptions, load
from crossaisle.stores.lake import Lake
from crossaisle.stores.quarantine import Quarantine
from servers import PostgreSQL, postgresql

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

DATASETS = Path(__file__).parents[2] / "shared" / "datasets"


def small_frames(n_users: int = 60, n_items: int = 40, n_events: int = 1500, seed: int = 7) -> tuple[pd.DataFrame, ...]:
    """Purchases of a made-up shop over 2017: users lean towards two of eight categories, early items sell more."""
    rng = np.random.default_rng(seed)
    users = rng.integers(0, n_users, n_events)
    leaning = (users[:, None] * 3 + np.arange(2)) % 8
    category = np.where(rng.random(n_events) < 0.7, leaning[np.arange(n_events), rng.integers(0, 2, n_events)], 99)
    category = np.where(category == 99, rng.integers(0, 8, n_events), category)
    items = (category + 8 * np.minimum(rng.geometric(0.4, n_events) - 1, n_items // 8 - 1)) % n_items
    events = pd.DataFrame(
        {
            "user_id": [f"u{one:03}" for one in users],
            "item_id": [f"i{one:03}" for one in items],
            "timestamp": pd.Timestamp("2017-01-01")
            + pd.to_timedelta(rng.integers(0, 365 * 86_400, n_events), unit="s"),
            "event_type": "purchase",
            "quantity": rng.integers(1, 4, n_events),
            "price": rng.integers(1, 20, n_events) / 2,
            "order_id": [f"o{one}" for one in range(n_events)],
        }
    )
    catalog = pd.DataFrame(
        {
            "item_id": [f"i{one:03}" for one in range(n_items)],
            "title": [f"Thing {one}" for one in range(n_items)],
            "category": [f"category {one % 8}" for one in range(n_items)],
            "aisle": [f"aisle {one % 4}" for one in range(n_items)],
            "brand": [f"brand {one % 3}" for one in range(n_items)],
        }
    )
    return events, catalog


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
