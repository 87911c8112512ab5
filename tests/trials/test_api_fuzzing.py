"""The service's OpenAPI tried out for long, on both databases, by several callers at once among each other's traces."""

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from journeys.online.fuzzing import fuzz
from journeys.service import make_workspace, serving
from servers import PostgreSQL

EXAMPLES = 60
"""Requests of each call, beside those at the edges of its schema."""
CALLERS = 3


@pytest.mark.trials
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_whatever_is_sent_for_long_is_answered_as_the_documentation_says(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, postgres: PostgreSQL
) -> None:
    given = request.config.getoption("--hypothesis-seed")
    seed = int(given) if given is not None else random.SystemRandom().randrange(2**31)
    print(f"{kind}: seed {seed}")
    url = postgres.database("fuzzing") if kind == "postgresql" else None
    workspace = make_workspace(tmp_path / "workspace")
    limits = {"serving__rate_limit": 1_000_000}
    with serving(workspace, tmp_path / "shop", workers=2, database=url, settings=limits) as service:
        with ThreadPoolExecutor(CALLERS) as pool:
            seeds = range(seed, seed + CALLERS)
            said = list(pool.map(lambda one: fuzz(service, EXAMPLES, one, patience=3600), seeds))
        assert len(said) == CALLERS
        print(said[0][-600:])
        assert not [line for line in service.log() if line["level"] == "error"]
        assert "Traceback" not in service.said()
