"""What is searched of a part's options, read off their fields: type, range, default, and a hint where there is one."""

import math
from dataclasses import dataclass, replace
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic.fields import FieldInfo

from crossaisle.models.part import options

DECADES = 100.0
"""From this ratio of its ends on, a range is searched by factors."""
REAL, WHOLE = 100.0, 4.0
"""How many times above and below its default a number of a wide range is searched. Whole numbers cost time and memory:
layers, neighbours, rounds."""
MOST = 1e12
"""A range without a positive default is not searched by factors if its ends lie further apart."""
WIDE = 10.0
"""A range from zero on is wide if it ends at more than so many times the default."""
FIGURES = 4
"""Figures that count of a number that is tried."""


@dataclass(frozen=True)
class Range:
    """Numbers from `low` to `high`, both included; is_log: by factors; is_whole: whole ones alone."""

    low: float
    high: float
    is_log: bool
    is_whole: bool

    def rounded(self, value: float) -> float:
        """The number that is tried: within the range, with few figures."""
        if self.is_whole:
            return int(min(max(round(value), self.low), self.high))
        return min(max(float(f"{value:.{FIGURES}g}"), self.low), self.high)

    def including(self, value: float) -> "Range":
        """The range, as wide as is needed to hold `value`."""
        low, high = min(self.low, value), max(self.high, value)
        return replace(self, low=low, high=high, is_log=self.is_log and low > 0)


@dataclass(frozen=True)
class Choices:
    """What an option may be: one of these constants, or a number of the range where there is one."""

    constants: tuple[Any, ...] = ()
    range: Range | None = None

    def including(self, value: Any) -> "Choices":
        """The same, as wide as is needed to hold `value`."""
        if value in self.constants:
            return self
        if self.range is not None and _is_number(value):
            return replace(self, range=self.range.including(value))
        return replace(self, constants=(*self.constants, value))


def search_space(cls: type[Any]) -> dict[str, Choices]:
    """Name → what is tried, of every option of a part class that is searched."""
    found = {name: _choices(field) for name, field in options(cls).items()}
    return {name: one for name, one in found.items() if one is not None}


def _choices(field: FieldInfo) -> Choices | None:
    """None for an option that is not searched: free text, other parts, a number without an end, or by its hint."""
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    hint: Any = extra.get("search", True)
    if hint is False:
        return None
    members = _members(field.annotation)
    constants = [word for member in members if get_origin(member) is Literal for word in get_args(member)]
    if bool in members:
        constants += [False, True]
    if NoneType in members and field.default is None:
        constants.append(None)
    number = next((member for member in members if member in (int, float)), None)
    found = None if number is None else _range(field, number is int, hint)
    if found is None and len(constants) < 2:
        return None
    return Choices(tuple(constants), found)


def _members(annotation: Any) -> tuple[Any, ...]:
    """The kinds of a union; a named kind counts as what it stands for."""
    annotation = getattr(annotation, "__value__", annotation)
    return (annotation,) if get_origin(annotation) is Literal or not get_args(annotation) else get_args(annotation)


def _range(field: FieldInfo, is_whole: bool, hint: Any) -> Range | None:
    if isinstance(hint, list):
        low, high = hint
        return Range(low, high, low > 0 and high / low >= DECADES, is_whole)
    return _usual(*_limits(field, is_whole), field.default, is_whole)


def _usual(low: float, high: float, default: Any, is_whole: bool) -> Range | None:
    """What is searched without a hint; low and high are what the option may be."""
    if low > 0 and high / low <= DECADES:
        return Range(low, high, False, is_whole)
    is_positive = _is_number(default) and default > 0
    if is_positive and (low > 0 or high > WIDE * default):
        factor = WHOLE if is_whole else REAL
        start, end = max(low, default / factor), min(high, default * factor)
        if is_whole:
            start, end = max(1, math.ceil(start)), math.floor(end)
        return Range(start, end, True, is_whole)
    if math.isinf(low) or math.isinf(high):
        return None
    return Range(low, high, low > high / MOST, is_whole)


def _limits(field: FieldInfo, is_whole: bool) -> tuple[float, float]:
    """The ends of what an option may be, infinite where there is none; one that is itself left out is kept off."""
    low, high = -math.inf, math.inf
    for one in field.metadata:
        match one:
            case Ge(ge=end):
                low = float(end)  # type: ignore[arg-type]  # limits of numbers are numbers
            case Gt(gt=end):
                low = float(end) + 1 if is_whole else math.nextafter(float(end), math.inf)  # type: ignore[arg-type]
            case Le(le=end):
                high = float(end)  # type: ignore[arg-type]
            case Lt(lt=end):
                high = float(end) - 1 if is_whole else math.nextafter(float(end), -math.inf)  # type: ignore[arg-type]
    return low, high


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
