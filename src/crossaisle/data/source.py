"""The source socket: where a shop's rows come from, each with the file and the line it stood on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from crossaisle.data.mapping import Map


@dataclass(frozen=True)
class Unreadable:
    """Lines of a file that hold no row.

    Args:
        rows: how many there are.
        table: columns LINE (int64), REASON and ROW (strings); None when there are none.
    """

    rows: int = 0
    table: ir.Table | None = None


def _all_readable() -> Unreadable:
    return Unreadable()


@dataclass(frozen=True)
class Part:
    """Rows of one file or frame, in their order.

    Args:
        name: what people call it, such as a file name.
        table: the source's own columns; with LINE where the source knows it.
        first_line: the line of the first row, where every row takes one line.
        unreadable: asked after the rows were read.
        lines: asked for the true lines when some row goes to quarantine; given the number of rows read,
            answers with a table of `row` (from 0) and LINE in which a row absent takes its line from the row
            before it, counted on, or None where first_line says it all.
        signature: asked for a text that is the same for the same rows; None when that is unknown.
        is_clean: whether the rows are known to need no cleaning, so that no rule is asked.
    """

    name: str
    table: ir.Table
    first_line: int = 1
    is_clean: bool = False
    unreadable: Callable[[], Unreadable] = field(default=_all_readable)
    lines: Callable[[int], ir.Table | None] = field(default=lambda n_rows: None)
    signature: Callable[[], str | None] = field(default=lambda: None)


class Source(Protocol):
    """A place that rows come from; parts of this socket stand on the shelf `sources`."""

    @property
    def map(self) -> Map:
        """How its columns are named and its rows are cleaned, before a shop says otherwise."""
        ...

    def tables(self, engine: Backend, folder: Path) -> Mapping[str, tuple[Part, ...]]:
        """The parts of each table by its name, readable by `engine`; `folder` holds what must be written for
        that.

        Raises:
            InputError: a file is missing or cannot be read as what it should be.
        """
        ...


@runtime_checkable
class Remote(Source, Protocol):
    """A source in another system: its address may stand in the environment, and its rows take time to come."""

    def within(self, environment: Mapping[str, str]) -> "Source":
        """The source with what it takes from the environment.

        Raises:
            UsageError: a variable that it names is not set.
        """
        ...

    def fetch(
        self, engine: Backend, folder: Path, progress: Callable[[str, float], None]
    ) -> Mapping[str, tuple[Part, ...]]:
        """As Source.tables; `progress` is told the stage at work, and the share of it that is done.

        Raises:
            ServiceError: the other system does not answer.
        """
        ...
