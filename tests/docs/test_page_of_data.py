"""The page on a shop's own data names every column, event type, source and option, and counts Online Retail right."""

import re
from pathlib import Path

import pytest

from crossaisle import plugins
from crossaisle.data.cleaning import Cleaning
from crossaisle.data.event_types import EVENT_TYPES
from crossaisle.data.mapping import read_map
from crossaisle.data.mapping.normalising import Normalising
from crossaisle.data.moments import moment
from crossaisle.data.sources.files import Files
from crossaisle.data.tables import TABLES
from crossaisle.loop.loading.load import LoadOptions, load
from crossaisle.models.part import options
from crossaisle.stores.lake import Lake
from crossaisle.stores.quarantine import Quarantine

DOCS = Path(__file__).parents[2] / "docs"
LANGUAGES = ("", ".zh")


def page(language: str) -> str:
    return (DOCS / f"data{language}.md").read_text(encoding="utf-8")


def row(text: str, name: str) -> str:
    """The line of a table that begins with `name`."""
    return next(line for line in text.splitlines() if line.startswith(f"| {name} |"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_column_stands_in_the_row_of_its_table_and_the_required_ones_in_bold(language: str) -> None:
    for table in TABLES.values():
        told = row(page(language), table.name)
        assert set(re.findall(r"\*\*`(\w+)`\*\*", told)) == {one.name for one in table.columns if one.is_required}
        assert set(re.findall(r"`(\w+)`", told)) == set(table.names)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_event_type_and_source_is_named(language: str) -> None:
    text = page(language)
    assert [one for one in EVENT_TYPES if f"`{one}`" not in text] == []
    assert [one for one in plugins.source_names() if one not in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_stands_with_its_options_and_whether_its_rows_count_as_bad(language: str) -> None:
    text = page(language)
    not_bad = {"": "not counted as bad", ".zh": "不算坏行"}[language]
    for name, field in options(Cleaning).items():
        if name == "max_bad_share":
            continue
        told = row(text, f"`{name}`")
        rule = type(field.default)
        assert [one for one in options(rule) if one != "on" and f"`{one}`" not in told] == []
        assert (not_bad in told) == (getattr(rule, "is_fault", True) is False), name
    assert f"`max_bad_share`{' (0.3)' if not language else '（0.3）'}" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_option_of_normalising_stands_with_its_default(language: str) -> None:
    shown = {True: "true", False: "false", None: "none"}
    plain = Normalising()
    for name in options(Normalising):
        default = getattr(plain, name)
        assert f"| `{name}` | {'empty' if default == {} else shown[default]} |" in page(language)


def test_the_counts_of_online_retail_are_those_of_a_load(tmp_path: Path, datasets: Path) -> None:
    shop = read_map(DOCS / "examples" / "online_retail.toml")
    source = Files(events=(str(datasets / "online_retail" / "online_retail.parquet"),), map=shop)
    quarantine = Quarantine(tmp_path / "quarantine")
    now = moment("2026-01-01")
    report = load(source, Lake(tmp_path / "lake"), quarantine, LoadOptions(), now, lambda stage, done: None)
    events = report.table("events")
    counts = [events.read, events.kept, events.matched_returns]
    counts += [*events.set_aside.values(), *events.mended.values()]
    for language in LANGUAGES:
        told = re.findall(r"^\| ([\d,]+) \|", page(language).partition("## UCI Online Retail")[2], flags=re.M)
        assert sorted(int(one.replace(",", "")) for one in told) == sorted(counts)
