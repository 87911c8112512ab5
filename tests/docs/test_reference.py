"""Nothing that the code offers is left out of the pages: commands, options, recommenders, metrics, settings, rules."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import typer

import crossaisle
from crossaisle import EASE, Split, evaluate, plugins
from crossaisle.api.metrics import Metrics
from crossaisle.cli.app import app
from crossaisle.data.cleaning import Cleaning
from crossaisle.data.dataset import Dataset
from crossaisle.data.denoising import Denoising
from crossaisle.models.part import options
from crossaisle.settings import Settings
from crossaisle.slates.options import SlateOptions

DOCS = Path(__file__).parents[2] / "docs"
LANGUAGES = ("", ".zh")


def page(name: str, language: str) -> str:
    return (DOCS / f"{name}{language}.md").read_text(encoding="utf-8")


def sections(text: str) -> dict[str, str]:
    """Heading of the second level → what stands below it."""
    parts = re.split(r"^## (.+)$", text, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def commands() -> dict[str, Any]:
    root: Any = typer.main.get_command(app)
    return dict(root.commands)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_has_a_section_that_names_its_options(language: str) -> None:
    text = page("commands", language)
    below = sections(text)
    shared = text.partition("\n## ")[0]
    for name, command in commands().items():
        assert name in below
        told = shared + below[name]
        inner = getattr(command, "commands", {})
        for one in (command, *inner.values()):
            names = [option.opts[0] for option in one.params if option.param_type_name == "option"]
            assert [option for option in names if f"`{option}`" not in told] == [], name
        assert [one for one in inner if one not in told] == []


def test_every_command_has_help() -> None:
    for name, command in commands().items():
        assert command.help, name
        for option in command.params:
            assert getattr(option, "help", ""), f"{name} {option.name}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_recommender_has_a_section_that_names_its_options(language: str) -> None:
    below = sections(page("recommenders", language))
    for name in plugins.recommender_names():
        assert name in below
        assert [one for one in options(plugins.recommender(name)) if f"\n| `{one}` |" not in below[name]] == [], name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_setting_is_named(language: str) -> None:
    text = page("settings", language)
    names = list(Settings.model_fields)
    for inner in (field.annotation for field in Settings.model_fields.values()):
        names += list(getattr(inner, "model_fields", {}))
    names += [field.name for field in fields(Denoising)]
    assert [one for one in names if f"`{one}`" not in text and f"\n## {one}\n" not in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_option_of_slates_is_named(language: str) -> None:
    text = page("slates", language)
    assert [one for one in options(SlateOptions) if f"\n| `{one}` |" not in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_of_cleaning_is_named(language: str) -> None:
    text = page("data", language)
    assert [one for one in options(Cleaning) if f"`{one}`" not in text and f"`cleaning.{one}`" not in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_metric_is_named(language: str, small_shop: Dataset, frames: tuple[pd.DataFrame, ...]) -> None:
    split = Split.at(small_shop, "2017-10-01")
    measured = evaluate(EASE().fit(split.training), split)
    metrics = dict.fromkeys(figure.metric for figure in measured.figures)
    assert [one for one in metrics if f"`{one}`" not in page("evaluation", language)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_public_name_of_the_package_is_named(language: str) -> None:
    text = page("python", language)
    assert [one for one in crossaisle.__all__ if f"`{one}`" not in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_of_the_service_is_named(language: str) -> None:
    text = page("production", language)
    assert [one for one in Metrics().names() if f"| `{one}` |" not in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_floor_of_the_package_is_named(language: str) -> None:
    inside = Path(crossaisle.__file__).parent.iterdir()
    floors = [path.stem for path in inside if path.name[0] != "_" and (path.is_dir() or path.suffix == ".py")]
    assert [one for one in floors if f"`{one}`" not in page("architecture", language)] == []
