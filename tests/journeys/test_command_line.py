"""A shop's whole way through real processes: init, load, train, evaluate, recommend, models, roll back."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from crossaisle import plugins

from .program import run


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, frames: tuple[pd.DataFrame, ...]) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    frames[0].to_csv(folder / "events.csv", index=False)
    frames[1].to_parquet(folder / "catalog.parquet")
    run("init", str(folder / "ws"))
    return folder


@pytest.fixture(scope="module")
def loaded(shop: Path) -> dict[str, Any]:
    words = ("--events", str(shop / "events.csv"), "--catalog", str(shop / "catalog.parquet"))
    report: dict[str, Any] = json.loads(run("load", "-w", str(shop / "ws"), *words, "--json"))
    return report


def test_a_shop_goes_the_whole_way(shop: Path, loaded: dict[str, Any], frames: tuple[pd.DataFrame, ...]) -> None:
    workspace = str(shop / "ws")
    assert loaded["tables"]["events"]["kept"] == len(frames[0])
    words = ("--events", str(shop / "events.csv"), "--catalog", str(shop / "catalog.parquet"))
    again = json.loads(run("load", "-w", workspace, *words, "--json"))
    assert again["tables"]["events"]["already_there"] == len(frames[0])
    assert again["tables"]["events"]["kept"] == 0

    until = "2017-10-01"
    manifest = json.loads(run("train", "-w", workspace, "--until", until, "--json"))
    assert (manifest["recommender"], manifest["until"], manifest["validation"]) == ("fusion", until, {})

    recs = shop / "recs.parquet"
    focus = ("--focus", "new-categories", "-k", "20")
    said = json.loads(run("recommend", "-w", workspace, "--all", *focus, "--out", str(recs), "--json"))
    assert said["fallback_share"] == 0
    slates = pd.read_parquet(recs)
    assert list(slates.columns) == ["user_id", "item_id", "score", "rank"]
    check_slates(slates, frames[0], frames[1], until)
    first = recs.read_bytes()
    run("recommend", "-w", workspace, "--all", *focus, "--out", str(recs))
    assert recs.read_bytes() == first

    table = run("recommend", "-w", workspace, "--user", "u001", "--user", "nobody", "-k", "3", "--focus", "explore")
    assert "u001" in table
    assert "nobody · fallback" in table
    assert "u001 · fallback" not in table
    rows = json.loads(run("recommend", "-w", workspace, "--user", "nobody", "-k", "3", "--focus", "explore", "--json"))
    assert [one["fallback"] for one in rows] == [True] * 3
    assert all(one["reasons"] for one in rows)

    run("train", "-w", workspace, "--until", until, "--model", "ease", "--option", "l2=50")
    versions = json.loads(run("models", "-w", workspace, "--json"))
    assert [one["is_live"] for one in versions] == [False, True]
    assert versions[1]["options"]["l2"] == 50
    assert json.loads(run("models", "rollback", "-w", workspace, "--json")) == {"version": 1}

    measured = json.loads(run("evaluate", "-w", workspace, "--cut", until, "--models", "popularity,ease", "--json"))
    assert {one["model"] for one in measured["figures"]} == {"popularity", "ease"}
    assert (Path(measured["report"]) / "report.html").is_file()
    of_all = json.loads(run("evaluate", "-w", workspace, "--cut", until, "--json"))
    assert {one["model"] for one in of_all["figures"]} >= {"als", "category-transition", "popularity"}
    assert of_all["baseline"] == "popularity"


def check_slates(slates: pd.DataFrame, events: pd.DataFrame, catalog: pd.DataFrame, until: str) -> None:
    """By other code: every buyer has a slate, without a category bought before, without repeats, ranks from 1."""
    category = catalog.set_index("item_id")["category"]
    past = events[events["timestamp"] < until]
    bought = set(zip(past["user_id"], past["item_id"].map(category), strict=True))
    shown = zip(slates["user_id"], slates["item_id"].map(category), strict=True)
    assert not bought.intersection(shown)
    assert not slates.duplicated(["user_id", "item_id"]).any()
    assert (slates.groupby("user_id")["rank"].min() == 1).all()
    assert (slates.groupby("user_id")["rank"].max() == slates.groupby("user_id").size()).all()
    assert slates.groupby("user_id")["score"].apply(lambda one: one.is_monotonic_decreasing).all()


def test_wrong_use_and_failure_have_their_codes_and_a_remedy(
    shop: Path, loaded: dict[str, Any], tmp_path: Path
) -> None:
    workspace = str(shop / "ws")
    assert "crossaisle init" in run("train", "-w", str(tmp_path), code=2)
    assert "ease" in run("train", "-w", workspace, "--model", "eese", code=2)
    assert "l2" in run("train", "-w", workspace, "--model", "ease", "--option", "l2=-1", code=2)
    assert "--all" in run("recommend", "-w", workspace, code=2)
    assert "2017-11-01" in run("train", "-w", workspace, "--until", "soon", code=2)
    assert "no such file" in run("load", "-w", workspace, "--events", str(tmp_path / "no.csv"), code=1)
    assert "workspace already" in run("init", workspace, code=2)
    run("init", str(tmp_path / "empty"))
    assert "crossaisle load" in run("train", "-w", str(tmp_path / "empty"), code=1)
    assert "crossaisle train" in run("recommend", "-w", str(tmp_path / "empty"), "--user", "1", code=1)


def test_a_model_altered_by_one_byte_is_refused(shop: Path, loaded: dict[str, Any], tmp_path: Path) -> None:
    workspace = tmp_path / "ws"
    run("init", str(workspace))
    words = ("--events", str(shop / "events.csv"), "--catalog", str(shop / "catalog.parquet"))
    run("load", "-w", str(workspace), *words)
    run("train", "-w", str(workspace), "--model", "popularity")
    for file in ("arrays.safetensors", "manifest.json"):
        path = workspace / "models" / "000001" / file
        whole = path.read_bytes()
        path.write_bytes(whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:])
        assert "rollback" in run("recommend", "-w", str(workspace), "--user", "u001", code=1)
        path.write_bytes(whole)
    run("recommend", "-w", str(workspace), "--user", "u001", "-k", "2")


def test_a_model_of_another_version_is_named_and_does_not_stand_in_the_way(
    shop: Path, loaded: dict[str, Any], tmp_path: Path
) -> None:
    """What an earlier program published is listed with the reason, a new one is trained beside it, and no way leads
    back to it."""
    workspace = str(tmp_path / "ws")
    run("init", workspace)
    run("load", "-w", workspace, "--events", str(shop / "events.csv"), "--catalog", str(shop / "catalog.parquet"))
    run("train", "-w", workspace, "--model", "popularity")
    path = tmp_path / "ws" / "models" / "000001" / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(manifest | {"schema_version": 0}), encoding="utf-8")
    assert "version 0" in run("recommend", "-w", workspace, "--user", "u001", code=1)
    assert json.loads(run("train", "-w", workspace, "--model", "popularity", "--json"))["version"] == 2
    first, second = json.loads(run("models", "-w", workspace, "--json"))
    assert "version 0" in first["error"]
    assert "error" not in second
    assert "cannot be read" in run("models", "-w", workspace)
    assert "Train it again" in run("models", "rollback", "-w", workspace, code=1)
    run("recommend", "-w", workspace, "--user", "u001", "-k", "2")


def test_every_command_has_help_with_an_example_in_both_languages(shop: Path) -> None:
    import os

    for language, word in (("en", "workspace"), ("zh", "工作区")):
        env = {**os.environ, "CROSSAISLE_LANGUAGE": language}
        for command in ("init", "load", "train", "evaluate", "recommend", "models"):
            shown = run(command, "--help", env=env)
            assert command in shown
            assert word in shown or command == "init"


def test_names_of_recommenders_are_those_of_the_installed_packages() -> None:
    assert "ease" in plugins.recommender_names()
    assert "complete-journey" in plugins.source_names()
