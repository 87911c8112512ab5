"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from crossaisle.cli.terminal import told

Workspace = Annotated[Path, typer.Option("--workspace", "-w", help=told("option.workspace"))]
Json = Annotated[bool, typer.Option("--json", help=told("option.json"))]
HERE = Path()
