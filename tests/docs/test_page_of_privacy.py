"""The page on privacy names calls, commands and settings that there are, and the same articles in both languages."""

import re

import pytest
import typer

from crossaisle.api.app import app_of
from crossaisle.cli.app import app
from crossaisle.privacy.consent import Purpose
from crossaisle.settings import Settings
from crossaisle.shop import Shop

from .pages import ROOT

LANGUAGES = ("", ".zh")
GDPR = ["5", "6", "7", "12", "13–14", "15", "16", "17", "18", "20", "21", "22", "25", "30", "32", "33"]
PIPL = ["6", "13", "14", "15", "16", "17", "19", "24", "44", "45", "46", "47", "48", "51", "55", "57"]


def page(language: str) -> str:
    return (ROOT / "docs" / f"privacy{language}.md").read_text(encoding="utf-8")


def rows(text: str, heading: str) -> list[list[str]]:
    """Cells of the table below a heading."""
    below = text.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in below.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_article_has_a_row_with_what_there_is_and_what_stays_with_the_shop(language: str) -> None:
    for heading, articles in (("GDPR", GDPR), ("PIPL", PIPL)):
        found = rows(page(language), heading)
        assert [row[0] for row in found] == articles
        assert all(len(row) == 4 and all(row) for row in found)


def test_both_languages_name_the_same_calls_commands_and_settings() -> None:
    for heading in ("GDPR", "PIPL"):
        named = [[sorted(re.findall("`[^`]+`", row[2])) for row in rows(page(one), heading)] for one in LANGUAGES]
        assert named[0] == named[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_calls_commands_and_settings_that_are_named_are_there(
    language: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = page(language)
    paths = app_of(Shop.create(tmp_path_factory.mktemp("shop")).folder).openapi()["paths"]
    calls = re.findall(r"`(GET|PUT|DELETE|POST) ([^`]+)`", text)
    assert calls
    assert [(method, path) for method, path in calls if method.lower() not in paths.get(path, {})] == []
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]  # a group, which has them
    assert [one for one in re.findall(r"`crossaisle (\w+)", text) if one not in commands] == []
    settings = re.findall(r"`(privacy|serving)\.(\w+)`", text)
    assert settings
    for section, name in settings:
        assert name in Settings.model_fields[section].annotation.model_fields  # type: ignore[union-attr]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_purpose_says_what_a_refusal_does(language: str) -> None:
    heading = {"": "Consent", ".zh": "同意"}[language]
    told = {row[0].strip("`"): row[1] for row in rows(page(language), heading)}
    assert set(told) == set(Purpose)
    assert all(told.values())
