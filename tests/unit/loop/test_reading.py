"""A shop whose catalogue has no category: some are made of titles, and a model keeps those that it was trained with."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from crossaisle.cli.app import app
from crossaisle.data.sources.frames import Frames
from crossaisle.errors import SettingsError, UsageError
from crossaisle.loop.categories import n_made
from crossaisle.settings import Settings
from crossaisle.shop import Shop
from crossaisle.stores.text_cache import FILE, CachedEncoder

THINGS = ("green tea", "hand soap", "garden chair", "wool socks")
CUT = "2017-10-01"


@pytest.fixture
def frames_without_categories(frames: tuple[pd.DataFrame, ...]) -> tuple[pd.DataFrame, pd.DataFrame]:
    events, catalog = frames
    titles = [f"{THINGS[number % 4]} {'abcdefghij'[number // 4]}" for number in range(len(catalog))]
    return events, catalog[["item_id"]].assign(title=titles)


def opened(folder: Path, frames: tuple[pd.DataFrame, pd.DataFrame], **chosen: Any) -> Shop:
    shop = Shop.create(folder)
    shop.load(Frames(events=frames[0], catalog=frames[1]))
    return Shop(folder, Settings(**chosen))


def test_titles_give_categories_to_training_measuring_and_slates(
    frames_without_categories: tuple[pd.DataFrame, pd.DataFrame], tmp_path: Path
) -> None:
    shop = opened(tmp_path / "ws", frames_without_categories)
    assert n_made(shop.dataset()) == 6  # the root of 40 titles
    assert n_made(shop.split(CUT, None).train) == 6
    assert n_made(shop.dataset_unweighed()) == 0
    measured, folder = shop.evaluate(CUT, None, ["popularity"])
    assert {one.task for one in measured.figures} == {"new-categories", "explore", "all"}
    assert json.loads((folder / "report.json").read_text())["title_categories"] == 6
    assert "categories, made of titles" in (folder / "report.html").read_text()


def test_a_model_keeps_its_categories_when_other_titles_come(
    frames_without_categories: tuple[pd.DataFrame, pd.DataFrame], tmp_path: Path
) -> None:
    events, catalog = frames_without_categories
    shop = opened(tmp_path / "ws", (events, catalog))
    shop.train(CUT, "ease")
    trained = shop.live.artifact
    assert (trained.facts["title_categories"], trained.index.categories) == (
        6,
        shop.dataset(shop.live.until).index.categories,
    )
    shop.load(Frames(events=events.head(1).assign(user_id="late"), catalog=catalog.assign(title="one title for all")))
    later = Shop.open(tmp_path / "ws")
    request = later.slates("new-categories")
    assert trained.item_category is not None
    np.testing.assert_array_equal(request.path.dataset.catalogue.category, trained.item_category)
    batch = next(iter(request.batches(["u001"], 5)))
    assert batch.slates.slate(0).picks


def test_the_number_is_a_setting_and_zero_is_none(
    frames_without_categories: tuple[pd.DataFrame, pd.DataFrame], tmp_path: Path
) -> None:
    assert n_made(opened(tmp_path / "3", frames_without_categories, categories={"from_titles": 3}).dataset()) == 3
    off = opened(tmp_path / "0", frames_without_categories, categories={"from_titles": 0})
    assert off.dataset().n_categories == 0
    off.train(CUT, "ease")
    with pytest.raises(UsageError, match="no item has a category"):
        off.slates("new-categories")


def test_few_titles_are_left_alone_unless_a_number_is_set(
    frames_without_categories: tuple[pd.DataFrame, pd.DataFrame], tmp_path: Path
) -> None:
    events, catalog = frames_without_categories
    few = (events, catalog.assign(title=[f"tea {one % 9}" for one in range(len(catalog))]))
    assert opened(tmp_path / "auto", few).dataset().n_categories == 0
    assert opened(tmp_path / "2", few, categories={"from_titles": 2}).dataset().n_categories > 0


def test_a_shop_s_own_categories_stay(frames: tuple[pd.DataFrame, pd.DataFrame], tmp_path: Path) -> None:
    shop = opened(tmp_path / "ws", frames, categories={"from_titles": 3})
    assert (shop.dataset().n_categories, n_made(shop.dataset())) == (8, 0)
    assert not (tmp_path / "ws" / "cache").exists()


def test_the_terminal_says_that_categories_were_made(
    frames_without_categories: tuple[pd.DataFrame, pd.DataFrame], tmp_path: Path
) -> None:
    opened(tmp_path / "ws", frames_without_categories)
    for words in (["train", "--model", "ease"], ["evaluate", "--cut", CUT, "--models", "popularity"]):
        done = CliRunner().invoke(app, [*words, "-w", str(tmp_path / "ws")])
        assert done.exit_code == 0, done.output
        assert "so 6 were made of its titles; see [categories]" in " ".join(done.output.split())


def test_the_encoder_is_that_of_the_settings_behind_the_workspace_s_cache(tmp_path: Path) -> None:
    Shop.create(tmp_path)
    shop = Shop.open(tmp_path)
    assert isinstance(shop.encoder, CachedEncoder)
    assert shop.encoder.name.startswith("embedded:")
    shop.encoder.encode(["soap"])
    assert (tmp_path / "cache" / FILE).exists()


def test_an_encoder_s_options_stand_beside_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = {
        "encoder": "endpoint",
        "model": "m",
        "dimensions": 8,
        "url": "http://127.0.0.1:9/v1",
        "key_variable": "OUR_KEY",
    }
    monkeypatch.setenv("OUR_KEY", "secret")
    shop = Shop(tmp_path, Settings(text=chosen))
    assert shop.encoder.name == "endpoint:http://127.0.0.1:9/v1:m@8"
    assert "secret" not in repr(shop.encoder)
    monkeypatch.delenv("OUR_KEY")
    with pytest.raises(SettingsError, match="OUR_KEY is not set"):
        _ = Shop(tmp_path, Settings(text=chosen)).encoder


@pytest.mark.parametrize(
    ("chosen", "what"),
    [
        ({"encoder": "none"}, "there is no text encoder"),
        ({"encoder": "endpoint", "modle": "m"}, 'has no option "modle"'),
        ({"encoder": "endpoint", "timeout": -1}, "timeout"),
        ({"encoder": "endpoint", "url": "ftp://x"}, "url"),
    ],
)
def test_what_is_wrong_about_an_encoder_is_said(tmp_path: Path, chosen: dict[str, Any], what: str) -> None:
    with pytest.raises(UsageError, match=what):
        _ = Shop(tmp_path, Settings(text=chosen)).encoder


def test_slates_of_a_live_model_need_neither_the_encoder_nor_its_key(
    frames: tuple[pd.DataFrame, pd.DataFrame], tmp_path: Path
) -> None:
    shop = opened(tmp_path / "ws", frames)
    shop.train(CUT, "ease")
    keyless = Shop(tmp_path / "ws", Settings(text={"encoder": "endpoint", "key_variable": "NOT_SET_ANYWHERE"}))
    assert next(iter(keyless.slates("new-categories").batches(["u001"], 5))).slates.slate(0).picks
    with pytest.raises(SettingsError, match="NOT_SET_ANYWHERE"):
        keyless.train(CUT, "ease")
