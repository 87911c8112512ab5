"""What the pages show is run: Python in order in one namespace, commands through the real program, TOML as settings."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from crossaisle.settings import FILE, read_settings

from .pages import ROOT, SERVED, blocks

PAGES = [ROOT / "README.md", *sorted(one for one in (ROOT / "docs").glob("*.md") if not one.stem.endswith(".zh"))]
NOT_RUN = ("crossaisle demo", "crossaisle serve")
"""Commands that have a test of their own, take minutes, or go on until somebody ends them."""


def pages_with(language: str, word: str = "") -> list[Any]:
    chosen = [page for page in PAGES if any(word in block for block in blocks(page, language))]
    return [pytest.param(page, id=page.stem) for page in chosen if language == "toml" or page.stem not in SERVED]


@pytest.mark.parametrize("page", pages_with("python"))
def test_python_of_a_page_runs_from_top_to_bottom(
    page: Path, shop_frames: dict[str, pd.DataFrame], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, Any] = dict(shop_frames)
    for number, block in enumerate(blocks(page, "python"), 1):
        exec(compile(block, f"{page.name}, block {number}", "exec"), namespace)


ONE_AFTER_ANOTHER = """
import shlex, sys
from crossaisle.cli import main
for line in sys.argv[1:]:
    sys.argv = shlex.split(line)
    try:
        main()
    except SystemExit as end:
        if end.code:
            sys.exit(f"{line}: exit code {end.code}")
"""
"""A process that runs the command lines it is given; what takes time is to start it."""


@pytest.mark.parametrize("page", pages_with("console", "crossaisle init"))
def test_commands_of_a_page_run_in_their_order(
    page: Path, shop_frames: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    shop_frames["events"].to_csv(tmp_path / "sales.csv", index=False)
    shop_frames["catalog"].to_csv(tmp_path / "items.csv", index=False)
    shown = [line[2:] for block in blocks(page, "console") for line in block.splitlines() if line.startswith("$ ")]
    lines = [line for line in shown if line.startswith("crossaisle ") and not line.startswith(NOT_RUN)]
    command = [sys.executable, "-c", ONE_AFTER_ANOTHER, *lines]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", pages_with("toml"))
def test_settings_that_a_page_shows_are_accepted(page: Path, tmp_path: Path) -> None:
    for block in blocks(page, "toml"):
        if "[project." not in block:
            (tmp_path / FILE).write_text(block, encoding="utf-8")
            read_settings(tmp_path)
