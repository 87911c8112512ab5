"""Pages on the running shop: their commands and Python are run in their order against a service that they start."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest

from .pages import ROOT, SERVED

ADDRESS = "http://127.0.0.1:8000"
PATIENCE = 120
"""Seconds until a service that does not answer is given up."""
PROGRAM = "#!/bin/sh\nexec {python} -c 'from crossaisle.cli import main; main()' \"$@\"\n"
BEGINNING = """$ crossaisle init shop
$ crossaisle load -w shop --events sales.csv --catalog items.csv
$ crossaisle train -w shop --model ease
$ crossaisle serve -w shop
$ crossaisle keys create -w shop --scopes events,recommend,manage,privacy
"""
"""For pages that take up where another one ends."""


class Reader:
    """Somebody who types what a page shows, in a folder. What is printed as an answer has to be answered."""

    def __init__(self, folder: Path, names: dict[str, Any]) -> None:
        self.folder, self.names = folder, names
        self.address = ADDRESS
        self.service: subprocess.Popen[str] | None = None
        programs = folder / "programs"
        programs.mkdir()
        (programs / "crossaisle").write_text(PROGRAM.format(python=shlex.quote(sys.executable)), encoding="utf-8")
        (programs / "crossaisle").chmod(0o755)
        self.environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}

    def type(self, block: str) -> None:
        """Commands and what they print."""
        for command, answer in commands(block):
            told = self._run(command.replace(ADDRESS, self.address))
            if answer:
                assert told.strip() == answer, command

    def python(self, block: str, name: str) -> None:
        """A block of Python."""
        exec(compile(block.replace(ADDRESS, self.address), name, "exec"), self.names)

    def close(self) -> None:
        """Let go of what the page holds, and end the service."""
        for one in self.names.values():
            if isinstance(one, httpx.Client):
                one.close()
        if self.service is not None:
            self.service.terminate()
            self.service.communicate(timeout=PATIENCE)

    def _run(self, command: str) -> str:
        if command.startswith("crossaisle serve"):
            self._serve(command)
            return ""
        if command.startswith("export CROSSAISLE_KEY="):
            return ""  # the page cannot know the key
        done = subprocess.run(
            ["bash", "-c", command], capture_output=True, text=True, cwd=self.folder, env=self.environment, check=False
        )
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        if command.startswith("crossaisle keys create"):
            self.environment["CROSSAISLE_KEY"] = os.environ["CROSSAISLE_KEY"] = done.stdout.strip()
        return done.stdout

    def _serve(self, command: str) -> None:
        words = [*shlex.split(command), "--port", "0"]
        self.service = subprocess.Popen(
            words, stderr=subprocess.PIPE, text=True, cwd=self.folder, env=self.environment, executable=self._program
        )
        assert self.service.stderr is not None
        told = self.service.stderr.readline()
        found = re.search(r"http://[\d.]+:\d+", told)
        assert found, told
        self.address = found[0]
        for _ in range(PATIENCE * 10):
            try:
                if httpx.get(f"{self.address}/health/ready").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        raise AssertionError("the service does not answer")

    @property
    def _program(self) -> str:
        return str(shutil.which("crossaisle", path=self.environment["PATH"]))


def commands(block: str) -> list[tuple[str, str]]:
    """Commands of a block, each with what is shown as its answer. A command ends where its quotes do."""
    found: list[tuple[str, str]] = []
    for line in block.splitlines(keepends=True):
        if line.startswith("$ "):
            found.append((line[2:], ""))
        elif not _is_whole(found[-1][0]):
            found[-1] = (found[-1][0] + line, "")
        else:
            found[-1] = (found[-1][0], found[-1][1] + line)
    return [(command.strip(), answer.strip()) for command, answer in found]


def _is_whole(command: str) -> bool:
    try:
        shlex.split(command)
    except ValueError:
        return False
    return not command.rstrip().endswith("\\")


@pytest.fixture
def reader(shop_frames: dict[str, pd.DataFrame], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    """A reader in a folder with the files of the small shop."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CROSSAISLE_KEY", "")
    shop_frames["events"].to_csv(tmp_path / "sales.csv", index=False)
    shop_frames["catalog"].to_csv(tmp_path / "items.csv", index=False)
    one = Reader(tmp_path, dict(shop_frames))
    yield one
    one.close()


@pytest.mark.skipif(shutil.which("curl") is None or shutil.which("bash") is None, reason="there is no curl or bash")
@pytest.mark.parametrize("name", SERVED)
def test_the_examples_of_a_page_work_on_a_running_shop(name: str, reader: Reader) -> None:
    text = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    if "$ crossaisle serve" not in text:
        reader.type(BEGINNING)
    for number, (language, block) in enumerate(re.findall(r"^```(\w+)\n(.*?)^```", text, flags=re.S | re.M), 1):
        if language == "console":
            reader.type(block)
        elif language == "python":
            reader.python(block, f"{name}.md, block {number}")
