"""An empty database of each kind with its tables."""

from collections.abc import Iterator

import pytest

from crossaisle.stores.database.connection import Database
from crossaisle.stores.database.schema import migrate


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with its tables, nothing in them."""
    made = Database(database_url)
    migrate(made)
    yield made
    made.close()
