"""The source of a SQL database: one query or table for each table of the shop, by SQLAlchemy."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from ibis.backends.duckdb import Backend
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from crossaisle.data.mapping import Map
from crossaisle.data.source import Part
from crossaisle.data.sources.sql.address import EXAMPLE, Address
from crossaisle.data.sources.sql.columns import Columns
from crossaisle.data.sources.sql.database import Database, opened
from crossaisle.data.sources.sql.spool import spooled
from crossaisle.data.tables import EVENTS, LINE, TABLES
from crossaisle.errors import InputError, UsageError

_STRICT = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class SQL:
    """Queries by table; in place of a query stands the name of a table. Lines are rows of the answer, counted from 1.

    All are read in one transaction, which may only read.
    """

    url: str | None = Field(default=None, min_length=1, repr=False, description="URL of the database")
    url_variable: str | None = Field(
        default=None, min_length=1, description="environment variable that holds the URL, so that no password is typed"
    )
    events: str | None = Field(default=None, min_length=1, description="query or table of events")
    catalog: str | None = Field(default=None, min_length=1, description="query or table of the catalogue")
    customers: str | None = Field(default=None, min_length=1, description="query or table of customers")
    identities: str | None = Field(default=None, min_length=1, description="query or table of identities")
    stock: str | None = Field(default=None, min_length=1, description="query or table of stock")
    promotions: str | None = Field(default=None, min_length=1, description="query or table of promotions")
    map: Map = Map()

    def within(self, environment: Mapping[str, str]) -> "SQL":
        """See Remote.within."""
        if self.url_variable is None:
            return self
        if self.url is not None:
            raise UsageError("url and url_variable are both given", "the database", "Give one of them.")
        if not environment.get(self.url_variable):
            remedy = f"Set the environment variable to the URL of the database, such as {EXAMPLE}."
            raise UsageError(f"{self.url_variable} is not set", "url_variable", remedy)
        return replace(self, url=environment[self.url_variable], url_variable=None)

    def tables(self, engine: Backend, folder: Path) -> Mapping[str, tuple[Part, ...]]:
        """See Source.tables."""
        return self.fetch(engine, folder, lambda stage, done: None)

    def fetch(
        self, engine: Backend, folder: Path, progress: Callable[[str, float], None]
    ) -> Mapping[str, tuple[Part, ...]]:
        """See Remote.fetch."""
        given = {name: getattr(self, name) for name in TABLES if getattr(self, name) is not None}
        if not given:
            raise InputError("no query is given", "the database", "Give a query, or the name of a table, for events.")
        with opened(self._address()) as database:
            return {name: (_part(engine, database, name, query, folder, progress),) for name, query in given.items()}

    def _address(self) -> Address:
        if self.url is not None:
            return Address.of(self.url)
        if self.url_variable is not None:
            raise InputError(
                f"the environment was not asked for {self.url_variable}",
                "the database",
                "Load by Shop.load, or give what within(environment) answers.",
            )
        raise InputError("no database is named", remedy=f"Give url_variable, or url, such as {EXAMPLE}.")


def _part(
    engine: Backend, database: Database, name: str, query: str, folder: Path, progress: Callable[[str, float], None]
) -> Part:
    stage = f"load.stage.fetch {name}"
    progress(stage, 0.0)
    path = folder / f"sql-{name}.parquet"
    with database.answer(name, query) as answer:
        # an event without an id of its own is known by its values: they must look the same in the next load
        columns = Columns(answer.names, answer.declared, answer.where, is_steady=name == EVENTS.name)
        n_rows = spooled(answer.batches, columns, path, lambda n: progress(f"{stage}: rows={n:,}", 0.0))
    if not n_rows and name == EVENTS.name:
        raise InputError("there is no row", answer.where, "Check the conditions of the query.")
    progress(stage, 1.0)
    rows = engine.read_parquet(str(path), file_row_number=True)
    numbered = rows.mutate(**{LINE: rows.file_row_number + 1}).drop("file_row_number")
    return Part(f"{database.address.name} {name}", numbered)
