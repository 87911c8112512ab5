"""Options as the tables of the pages show them: name, default, range and meaning, read off the classes."""

from collections.abc import Mapping
from dataclasses import is_dataclass
from types import NoneType
from typing import Any, Literal, NamedTuple, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from crossaisle.models.shelf import name_of


class Row(NamedTuple):
    """One line of a table of options."""

    name: str
    default: str
    values: str
    meaning: str

    @property
    def facts(self) -> str:
        """The cells that are the same in every language."""
        return f"| `{self.name}` | {self.default} | {self.values} |"

    def __str__(self) -> str:
        return f"{self.facts} {self.meaning} |"


def rows(fields: Mapping[str, FieldInfo]) -> list[Row]:
    """The table of a class's fields, in their order."""
    return [Row(name, _default(one), _values(one), one.description or "") for name, one in fields.items()]


def _default(field: FieldInfo) -> str:
    value = field.default_factory() if field.default_factory else field.default  # type: ignore[call-arg]
    if value is PydanticUndefined or is_dataclass(value):
        return ""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:,g}" if abs(value) >= 1e6 else f"{value:g}"
    if isinstance(value, tuple | dict):
        return ", ".join(one if isinstance(one, str) else name_of(one) for one in value) or "empty"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _values(field: FieldInfo) -> str:
    kinds = [one for one in _parts(field.annotation) if one is not NoneType]
    words = [str(word) for kind in kinds if get_origin(kind) is Literal for word in get_args(kind)]
    if words:
        return ", ".join(words)
    if bool in kinds:
        return "true, false"
    limits = list(field.metadata)
    low = next((f"[{_number(one.ge)}" for one in limits if isinstance(one, Ge)), None)
    low = low or next((f"({_number(one.gt)}" for one in limits if isinstance(one, Gt)), None)
    high = next((f"{_number(one.le)}]" for one in limits if isinstance(one, Le)), None)
    high = high or next((f"{_number(one.lt)})" for one in limits if isinstance(one, Lt)), None)
    return f"{low or '(−∞'}, {high or '∞)'}" if low or high else ""


def _parts(kind: Any) -> tuple[Any, ...]:
    """The kinds of a union; a named kind counts as what it stands for."""
    kind = getattr(kind, "__value__", kind)
    return (kind,) if get_origin(kind) is Literal or not get_args(kind) else get_args(kind)


def _number(value: Any) -> str:
    return f"{value:.10g}" if isinstance(value, float) else str(value)
