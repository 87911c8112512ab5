"""Sources made of options as people type them, and of a map."""

import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from crossaisle import plugins
from crossaisle.data.mapping import Map
from crossaisle.data.source import Remote
from crossaisle.data.sources.complete_journey import CompleteJourney
from crossaisle.data.sources.sql import SQL
from crossaisle.errors import UsageError

ROOT = Path(__file__).parents[2]


def test_options_of_a_source_are_read_as_their_types() -> None:
    assert plugins.source_of("complete-journey", {"promotions": "false"}) == CompleteJourney(promotions=False)
    assert plugins.source_of("complete-journey", {}) == CompleteJourney()


def test_a_map_stands_in_place_of_the_source_s_own() -> None:
    shop = Map(timezone="Europe/London")
    assert plugins.source_of("complete-journey", {}, shop) == CompleteJourney(map=shop)


def test_an_unknown_option_is_named_with_the_closest_and_a_map_is_none() -> None:
    with pytest.raises(UsageError, match=r'no option "promotion"\. Closest is promotions\. It has promotions, map'):
        plugins.source_of("complete-journey", {"promotion": "false"})
    with pytest.raises(UsageError, match="Give its file by --columns"):
        plugins.source_of("complete-journey", {"map": "map.toml"})
    with pytest.raises(UsageError, match=r"option promotions=perhaps of .*whether promotions are loaded"):
        plugins.source_of("complete-journey", {"promotions": "perhaps"})


def test_the_package_registers_the_source_of_databases() -> None:
    written = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    named = written["project"]["entry-points"]["crossaisle.sources"]["sql"]
    found = EntryPoint("sql", named, "crossaisle.sources").load()
    assert found is SQL
    assert isinstance(found(), Remote)
    assert not isinstance(CompleteJourney(), Remote)
