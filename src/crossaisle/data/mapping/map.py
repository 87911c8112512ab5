"""The map: own column names, zone, formats, money and rules of one shop, as written in a TOML file."""

import json
import tomllib
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from crossaisle.data.cleaning import Cleaning
from crossaisle.data.mapping.normalising import Normalising
from crossaisle.errors import InputError, UsageError, fault_of

_STRICT = ConfigDict(strict=True, extra="forbid")


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f'"{name}" is not a time zone; write one such as "Europe/London"') from None
    return name


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Value:
    """A column with the same value in every row."""

    value: str | int | float | bool


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Taken:
    """A column taken from one of the source's, and how it is read.

    Args:
        column: the source's name; `a.b` is field b of a nested column a.
        format: of a time, with the directives of strptime, such as "%d/%m/%Y %H:%M".
        decimal: the decimal mark of a number.
        values: own words → known words, such as {buy = "purchase"}; other words stay.
    """

    column: str
    format: str | None = None
    decimal: str = Field(default=".", min_length=1, max_length=1)
    values: dict[str, str] = Field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Map:
    """How one shop's files are read.

    Args:
        columns: table → column → the source's column, or how it is taken, or its one value. The catalogue's
            entry `from = "events"` takes it from the events: of several values for an item, the most
            frequent.
        timezone: of times that name none.
        encoding, delimiter: of text files; the delimiter is found when not given.
    """

    columns: dict[str, dict[str, str | Value | Taken]] = Field(default_factory=dict)
    timezone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    encoding: str = "utf-8"
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    normalising: Normalising = Normalising()
    cleaning: Cleaning = Cleaning()

    def of(self, table: str) -> dict[str, Value | Taken]:
        """Column → how it is had, for the columns of one table that are mapped."""
        named = self.columns.get(table, {})
        return {
            name: Taken(column=how) if isinstance(how, str) else how for name, how in named.items() if name != "from"
        }

    @property
    def has_catalog_in_events(self) -> bool:
        """Whether the catalogue is taken from the events."""
        return self.columns.get("catalog", {}).get("from") == "events"


def read_map(path: str | Path) -> Map:
    """Read a map from a TOML file.

    Raises:
        InputError: the file is missing or no TOML.
        UsageError: an entry is unknown or cannot be.
    """
    path = Path(path)
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError("the map cannot be read", str(path), f"{error.strerror}; check the path.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            f"this is not TOML: {error}", str(path), "Write it like docs/examples/online_retail.toml."
        ) from None
    return map_from(written, str(path))


def map_from(written: dict[str, Any], where: str) -> Map:
    """A map from the contents of a TOML file."""
    try:
        return TypeAdapter(Map).validate_json(json.dumps(written))
    except (ValidationError, TypeError) as error:
        wrong = fault_of(error) if isinstance(error, ValidationError) else str(error)
        raise UsageError(wrong, where, "See the page on your own data for what a map may hold.") from None
