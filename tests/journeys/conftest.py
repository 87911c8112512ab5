"""A workspace that is ready to serve, made once; services copy it."""

from pathlib import Path

import pytest

from .service import make_workspace


@pytest.fixture(scope="session")
def ready_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small shop with a trained model."""
    return make_workspace(tmp_path_factory.mktemp("ready") / "shop")
