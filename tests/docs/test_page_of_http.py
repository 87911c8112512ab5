"""The page on HTTP has a section for every call, and in it the scope, every name that goes in or out, every problem."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from crossaisle.api.app import app_of
from crossaisle.api.problems import told
from crossaisle.shop import Shop

from .pages import ROOT

LANGUAGES = ("", ".zh")
METHODS = ("get", "put", "post", "delete", "patch")


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the service says of itself."""
    return app_of(Shop.create(tmp_path_factory.mktemp("shop")).folder).openapi()


@pytest.fixture(scope="module")
def calls(described: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Method and path → the call."""
    return {
        f"{method.upper()} {path}": call
        for path, methods in described["paths"].items()
        for method, call in methods.items()
        if method in METHODS
    }


def sections(language: str) -> dict[str, str]:
    """Heading → what stands below it."""
    text = (ROOT / "docs" / f"http{language}.md").read_text(encoding="utf-8")
    parts = re.split(r"^##+ (.+)$", text, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def names(schema: Mapping[str, Any], described: Mapping[str, Any]) -> Iterator[str]:
    """Names of all entries of a value, those within others too."""
    if "$ref" in schema:
        schema = described["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for name, one in schema.get("properties", {}).items():
        yield name
        yield from names(one, described)
    inner = [schema.get("items"), schema.get("additionalProperties"), *schema.get("anyOf", ())]
    for one in inner:
        if isinstance(one, Mapping):
            yield from names(one, described)


def bodies(call: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What goes in, and what comes out if all is well."""
    told_of = [call["responses"]["200"], *([call["requestBody"]] if "requestBody" in call else [])]
    for one in told_of:
        for content in one["content"].values():
            yield content["schema"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_has_the_calls_that_there_are(language: str, calls: dict[str, Any]) -> None:
    shown = {heading for heading in sections(language) if re.match(r"[A-Z]+ /", heading)}
    assert shown == set(calls)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_section_of_a_call_names_what_goes_in_and_what_comes_out(
    language: str, calls: dict[str, Any], described: dict[str, Any]
) -> None:
    for heading, call in calls.items():
        text = sections(language)[heading]
        asked = [one["name"] for one in call.get("parameters", ()) if one["in"] != "path"]
        within = [name for schema in bodies(call) for name in names(schema, described)]
        missing = [
            name for name in dict.fromkeys(asked + within) if f"`{name}`" not in text and f'"{name}"' not in text
        ]
        assert missing == [], heading


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_section_of_a_call_names_its_scope(language: str, calls: dict[str, Any]) -> None:
    for heading, call in calls.items():
        named = re.findall(r"\A(?:Scope|权限) `(\w+)`", sections(language)[heading].strip())
        wanted = [scope for one in call.get("security", ()) for scope in one["key"]]
        assert named == wanted, heading


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_problem_is_explained(language: str, calls: dict[str, Any]) -> None:
    below = sections(language)
    general = {str(status) for status in told()}
    shared = next(text for text in below.values() if "RFC 9457" in text)
    assert [status for status in sorted(general) if f"| {status} |" not in shared] == []
    for heading, call in calls.items():
        own = set(call["responses"]) - general - {"200"}
        assert [status for status in sorted(own) if status not in below[heading]] == [], heading
