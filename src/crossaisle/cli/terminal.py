"""The terminal: progress bars on standard error, tables and JSON on standard output, errors in words."""

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from crossaisle.words import ALL, LANGUAGES, Language, say

out = Console(highlight=False, soft_wrap=False)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def language_of_help() -> Language:
    """The language of help, which is read before any workspace: CROSSAISLE_LANGUAGE, else English."""
    wanted = os.environ.get("CROSSAISLE_LANGUAGE", "en")
    return next((one for one in LANGUAGES if one == wanted), "en")


def told(key: str, **facts: Any) -> str:
    """A text of help."""
    return say(key, language_of_help(), **facts)


class Stages:
    """A Progress that shows one bar a stage; facts after a colon, `name=value`, change along it."""

    def __init__(self, bars: Progress, language: Language) -> None:
        self._bars, self._language = bars, language
        self._task: Any = None
        self._stage = ""

    def __call__(self, stage: str, done: float) -> None:
        stage, _, facts = stage.partition(": ")
        if stage != self._stage:
            self._end()
            self._stage = stage
            self._task = self._bars.add_task(self._named(stage), total=1.0)
        shown = " ".join([self._named(stage), *(self._fact(one) for one in facts.split())])
        self._bars.update(self._task, completed=done, description=shown)

    def _fact(self, fact: str) -> str:
        name, _, value = fact.partition("=")
        return f"{say(f'fact.{name}', self._language)} {value}"

    def _named(self, stage: str) -> str:
        key, _, rest = stage.partition(" ")
        for known in (key, f"stage.{key}"):
            if known in ALL:
                return f"{say(known, self._language)} {rest}".strip()
        return stage

    def _end(self) -> None:
        if self._task is not None:
            self._bars.update(self._task, completed=1.0)


@contextmanager
def progress(language: Language, is_quiet: bool = False) -> Iterator[Stages]:
    """Bars on standard error while the block runs."""
    bars = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=is_quiet,
    )
    with bars:
        yield Stages(bars, language)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], numeric: Sequence[int] = ()) -> None:
    """A table on standard output; columns in `numeric` are set right."""
    drawn = Table(title=title, title_justify="left", title_style="bold")
    for place, name in enumerate(columns):
        drawn.add_column(
            name, justify="right" if place in numeric else "left", overflow="fold", no_wrap=place in numeric
        )
    for row in rows:
        drawn.add_row(*[_cell(value) for value in row])
    out.print(drawn)


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "●" if value else ""
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.4f}" if isinstance(value, float) else str(value).replace("[", "\\[")


def print_json(value: Mapping[str, Any] | Sequence[Any]) -> None:
    """JSON on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")
