"""A part is a frozen, strict dataclass of its own options: each is declared once, with range, unit and default.

Tuning reads what it searches off the same fields (see models.search). Where it should try less than the range, or leave
an option alone, the field says so:

    Field(ge=1, le=50_000, description="…", json_schema_extra={"search": [1000, 12_000]})
    Field(ge=1, description="…", json_schema_extra={"search": False})
"""

import difflib
from collections.abc import Mapping
from typing import Any, TypeVar, cast, dataclass_transform

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from crossaisle.errors import UsageError

P = TypeVar("P")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(Field,))
def part(cls: type[P]) -> type[P]:
    """Make a class of annotated options a part."""
    made: Any = dataclass(frozen=True, kw_only=True, config=ConfigDict(strict=True, extra="forbid"))(cls)
    return cast(type[P], made)


def options(cls: type[Any]) -> dict[str, FieldInfo]:
    """Name → field of every option of a part class: type, default, range and description; none of another class."""
    return dict(getattr(cls, "__pydantic_fields__", {}))


def from_text(cls: type[P], texts: Mapping[str, str], beside: Mapping[str, Any] | None = None) -> P:
    """Build a part from options as people type them, and from values `beside` for those that nobody typed.

    Raises:
        UsageError: an option is unknown or out of its range.
    """
    known = options(cls)
    values: dict[str, Any] = dict(beside or {})
    for name, text in texts.items():
        if name not in known:
            near = "".join(f"Closest is {one}. " for one in difflib.get_close_matches(name, known, n=1))
            remedy = f"{near}It has {', '.join(known) or 'none'}."
            raise UsageError(f'{cls.__name__} has no option "{name}"', remedy=remedy)
        field = known[name]
        try:
            adapter: TypeAdapter[Any] = TypeAdapter(field.rebuild_annotation())
            values[name] = adapter.validate_strings(text)
        except ValidationError as error:
            raise _refused(cls, name, text, error) from None
    return from_values(cls, values)


def from_values(cls: type[P], values: dict[str, Any]) -> P:
    """Build a part from option values.

    Raises:
        UsageError: an option is unknown or out of its range.
    """
    try:
        return cls(**values)
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        raise _refused(cls, name, values.get(name), error) from None


def _refused(cls: type[Any], name: str, value: Any, error: ValidationError) -> UsageError:
    wrong = error.errors()[0]["msg"].removeprefix("Value error, ")
    return UsageError(f"option {name}={value} of {cls.__name__}: {wrong}", remedy=_described(cls, name))


def _described(cls: type[Any], name: str) -> str:
    field = options(cls).get(name)
    if field is None:
        return ""
    default = "" if field.default is PydanticUndefined else f" (default {field.default})"
    return f"{name}: {field.description}{default}."
