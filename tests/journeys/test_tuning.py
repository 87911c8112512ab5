"""Tuning through the real program: a table, options kept on request, and on it goes after the process was killed."""

import json
import signal
import sqlite3
import subprocess
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from crossaisle.data.sources.frames import Frames
from crossaisle.settings import FILE, TEMPLATE, as_toml, read_settings
from crossaisle.shop import Shop

from .program import PROGRAM, run

UNTIL = "2017-12-01"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory, frames: tuple[pd.DataFrame, ...]) -> Path:
    shop = Shop.create(tmp_path_factory.mktemp("tuning"))
    shop.load(Frames(events=frames[0], catalog=frames[1]))
    return shop.folder


def tuned(workspace: Path, *words: str) -> dict[str, Any]:
    (found,) = json.loads(run("tune", *words, "-w", str(workspace), "--until", UNTIL, "--json"))
    assert isinstance(found, dict)
    return found


def without_times(found: dict[str, Any]) -> dict[str, Any]:
    trials = [{key: value for key, value in one.items() if key != "seconds"} for one in found["trials"]]
    return {**found, "trials": trials}


def n_kept(file: Path) -> int:
    """How many trials the study's file holds by now."""
    try:
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as study:
            return int(study.execute("select count(*) from trials").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def test_a_killed_search_goes_on_to_the_trials_of_one_that_was_not(workspace: Path) -> None:
    whole = tuned(workspace, "graph-filter", "--trials", "30")
    file = workspace / "models" / "tuning" / "graph-filter.db"
    file.unlink()
    words = ("tune", "graph-filter", "--trials", "30", "-w", str(workspace), "--until", UNTIL)
    process = subprocess.Popen([*PROGRAM, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and n_kept(file) < 7:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert 7 <= n_kept(file) < 30
    assert without_times(tuned(workspace, "graph-filter", "--trials", "30")) == without_times(whole)
    assert n_kept(file) == 30


def test_options_are_written_only_on_request_and_nothing_else_in_the_file_changes(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = tuned(workspace, "als", "--trials", "6")
    assert found["best"] != found["current"]
    assert found["written"] is None
    assert (workspace / FILE).read_text(encoding="utf-8") == TEMPLATE
    assert found["measure"] == "capped_recall@20"
    assert [one["number"] for one in found["trials"]] == list(range(6))
    assert all(last <= UNTIL for _, last in found["windows"])

    monkeypatch.setenv("CROSSAISLE_LANGUAGE", "zh")
    table = run("tune", "als", "--trials", "6", "-w", str(workspace), "--until", UNTIL, "--save")
    assert "得分" in table
    assert "落后" in table or "完成" in table
    saved = read_settings(workspace).models["als"]
    assert found["trials"][found["best"]]["options"] == found["trials"][0]["options"] | saved
    assert "[models.als]：" + ", ".join(f"{name} = {as_toml(value)}" for name, value in saved.items()) in flat(table)
    text = (workspace / FILE).read_text(encoding="utf-8")
    assert text.startswith(TEMPLATE)

    again = tuned(workspace, "als", "--trials", "6", "--save")
    assert again["written"] == {}
    assert (again["best"], again["current"], again["options"]) == (found["best"], found["best"], found["options"])
    assert (workspace / FILE).read_text(encoding="utf-8") == text


def test_without_a_model_each_candidate_is_tuned(workspace: Path) -> None:
    words = ("-w", str(workspace), "--until", UNTIL, "--trials", "1", "--json")
    settings = workspace / FILE
    before = settings.read_text(encoding="utf-8")
    try:
        settings.write_text(before + '\n[training]\ncandidates = ["popularity", "ease"]\n', encoding="utf-8")
        found = json.loads(run("tune", *words))
    finally:
        settings.write_text(before, encoding="utf-8")
    assert [one["recommender"] for one in found] == ["popularity", "ease"]


def test_wrong_use_has_its_code_and_a_remedy(workspace: Path) -> None:
    here = ("-w", str(workspace))
    assert "ease" in run("tune", "eese", *here, code=2)
    assert "30m" in run("tune", "ease", "--timeout", "soon", *here, code=2)
    (workspace / "models" / "tuning").mkdir(parents=True, exist_ok=True)
    (workspace / "models" / "tuning" / "item-knn.db").write_text("no study " * 1000)
    assert "move the file away" in run("tune", "item-knn", *here, code=1)


def flat(shown: str) -> str:
    """What was shown, without the ends of lines."""
    return " ".join(shown.split())
