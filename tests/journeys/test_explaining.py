"""Asking why through the real program: place, parts and words, in JSON and as a table, and what is refused."""

import json
from pathlib import Path

import pandas as pd
import pytest

from crossaisle.data.sources.frames import Frames
from crossaisle.shop import Shop

from .program import run


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory, frames: tuple[pd.DataFrame, ...]) -> Path:
    shop = Shop.create(tmp_path_factory.mktemp("explaining"))
    shop.load(Frames(events=frames[0], catalog=frames[1]))
    shop.train(until="2017-10-01", model="ease", options={"l2": "20"})
    return shop.folder


def test_a_pick_is_explained_by_its_place_its_parts_and_the_words_of_its_slate(workspace: Path) -> None:
    where = ("-w", str(workspace), "--focus", "explore")
    pick = json.loads(run("recommend", "--user", "u003", "-k", "2", *where, "--json"))[1]
    why = json.loads(run("explain", "--user", "u003", "--item", pick["item_id"], "-n", "2", *where, "--json"))
    assert (why["rank"], why["reasons"], why["title"]) == (2, pick["reasons"], pick["title"])
    assert [one["kind"] for one in why["parts"]] == ["item", "item", "rest"]
    assert sum(one["amount"] for one in why["parts"]) == pytest.approx(why["score"]) == pytest.approx(pick["score"])
    assert sum(one["share"] for one in why["parts"]) == pytest.approx(1)


def test_the_table_says_what_keeps_an_item_out_in_chinese_too(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Item 3 is of category 3, which is not the one asked for."""
    monkeypatch.setenv("CROSSAISLE_LANGUAGE", "zh")
    words = ("explain", "--user", "u003", "--item", "i003", "-w", str(workspace), "--focus", "category=category 1")
    shown = " ".join(run(*words).split())
    assert "不属于所选品类" in shown
    assert "占比" in shown


def test_an_item_that_is_not_there_is_refused_with_advice(workspace: Path) -> None:
    assert 'Did you mean "i003"' in run("explain", "--user", "u003", "--item", "I003", "-w", str(workspace), code=2)
