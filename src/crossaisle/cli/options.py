"""Options that several commands share, and how those of a part are typed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from crossaisle.cli.terminal import told
from crossaisle.errors import UsageError

Workspace = Annotated[Path, typer.Option("--workspace", "-w", help=told("option.workspace"))]
Json = Annotated[bool, typer.Option("--json", help=told("option.json"))]
HERE = Path()


def pairs(typed: Sequence[str] | None, example: str) -> dict[str, str]:
    """Name → value of options that were typed as `name=value`.

    Raises:
        UsageError: one has no sign between.
    """
    found: dict[str, str] = {}
    for text in typed or []:
        name, sign, value = text.partition("=")
        if not sign:
            raise UsageError(f'"{text}" is no option', remedy=f"Write it as name=value, such as --option {example}.")
        found[name] = value
    return found
