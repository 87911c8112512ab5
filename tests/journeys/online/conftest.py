"""Services that tests share: one on each kind of database, with two workers, and one that allows little."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from servers import PostgreSQL

from ..service import Service, serving
from .asking import PERSON


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def service(
    request: pytest.FixtureRequest, ready_workspace: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """Two workers. Tests use people and items of their own; when it ends, it must have failed in nothing."""
    url: str | None = None
    if request.param == "postgresql":
        server: PostgreSQL = request.getfixturevalue("postgres")
        url = server.database("online")
    folder = tmp_path_factory.mktemp(request.param) / "shop"
    with serving(ready_workspace, folder, workers=2, database=url) as running:
        yield running
        told = running.said()
        assert not [line for line in running.log() if line["level"] == "error"]
        assert "Traceback" not in told
        assert PERSON not in told
        assert running.key not in told
        assert (folder / "secrets" / "pseudonyms.key").read_bytes().hex() not in told


@pytest.fixture(scope="session")
def strict_service(ready_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One worker that takes 20 requests a second from a key, and 10,000 bytes of a body."""
    limits = {"serving__rate_limit": 20, "serving__max_body": 10_000}
    with serving(ready_workspace, tmp_path_factory.mktemp("strict") / "shop", settings=limits) as running:
        yield running
