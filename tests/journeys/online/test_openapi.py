"""The service does what its OpenAPI says, whatever is sent: no mistake of its own, no answer that is not written down.

The long form of it is in tests/trials/test_api_fuzzing.py.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..service import Service, serving
from .asking import PERSON
from .fuzzing import fuzz

EXAMPLES = 25


@pytest.fixture(scope="module")
def api(ready_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One worker that takes as many requests as come."""
    folder = tmp_path_factory.mktemp("openapi") / "shop"
    with serving(ready_workspace, folder, settings={"serving__rate_limit": 1_000_000}) as running:
        yield running


def test_whatever_is_sent_is_answered_as_the_documentation_says(api: Service) -> None:
    said = fuzz(api, EXAMPLES, seed=1, patience=300)
    described = api.client().get("/openapi.json").json()
    n_calls = sum(len(methods) for methods in described["paths"].values())
    assert f"Tested: {n_calls}" in said
    assert not [line for line in api.log() if line["level"] == "error"]
    assert "Traceback" not in api.said()


def test_every_call_is_described_with_its_answer_its_key_and_its_problems(api: Service) -> None:
    described = api.client().get("/openapi.json").json()
    assert described["components"]["securitySchemes"]["key"] == {"type": "http", "scheme": "bearer"}
    for path, methods in described["paths"].items():
        for method, told in methods.items():
            where = f"{method} {path}"
            assert told["summary"], where
            assert told["description"], where
            assert "200" in told["responses"], where
            if path.startswith("/v1/"):
                assert {"400", "401", "403", "413", "422", "429", "503"} <= set(told["responses"]), where
                assert len(told["security"]) == 1, where
            for status, answer in told["responses"].items():
                (media,) = answer["content"].values()
                assert media["schema"], f"{where} {status} says nothing of what it answers"
    for name, schema in described["components"]["schemas"].items():
        assert schema.get("description"), f"{name} is not described"


def test_every_reference_of_the_description_leads_somewhere(api: Service) -> None:
    text = api.client().get("/openapi.json").text
    described = api.client().get("/openapi.json").json()
    wanted = set(re.findall(r'"#/components/schemas/(\w+)"', text))
    assert wanted == set(described["components"]["schemas"])
    assert PERSON not in text
