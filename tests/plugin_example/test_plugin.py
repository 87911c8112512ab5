"""Another installed package brings a recommender, and nothing changes here."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a machine on which the example package is installed."""
    target = tmp_path_factory.mktemp("site")
    words = ["install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--target", str(target)]
    subprocess.run([sys.executable, "-m", "pip", *words, str(HERE)], check=True)
    paths = [str(target), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def run(env: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from crossaisle.cli import main; main()", *words]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=env, check=False)


def test_a_recommender_of_another_package_is_trained_published_and_recommends(
    installed: dict[str, str], frames: tuple[pd.DataFrame, ...], tmp_path: Path
) -> None:
    """Forty items i000 … i039, all established: by their ids i000 is first for everybody, backwards i039."""
    frames[0].to_csv(tmp_path / "events.csv", index=False)
    frames[1].to_csv(tmp_path / "catalog.csv", index=False)
    workspace = str(tmp_path / "shop")
    files = ("--events", str(tmp_path / "events.csv"), "--catalog", str(tmp_path / "catalog.csv"))
    assert run(installed, "init", workspace).returncode == 0
    assert run(installed, "load", "-w", workspace, *files).returncode == 0
    for options, first in (((), "i000"), (("--option", "backwards=true"), "i039")):
        trained = run(installed, "train", "-w", workspace, "--model", "alphabetical", *options, "--json")
        assert trained.returncode == 0, trained.stderr
        slate = run(installed, "recommend", "-w", workspace, "--user", "u001", "--focus", "all", "-k", "1", "--json")
        picks: list[dict[str, Any]] = json.loads(slate.stdout)
        assert [one["item_id"] for one in picks] == [first]


def test_it_is_listed_among_the_recommenders_only_where_it_is_installed(
    installed: dict[str, str], tmp_path: Path
) -> None:
    run(installed, "init", str(tmp_path / "shop"))
    words = ("train", "-w", str(tmp_path / "shop"), "--model", "no-such")
    assert "alphabetical" in run(installed, *words).stderr
    assert "alphabetical" not in run(dict(os.environ), *words).stderr
