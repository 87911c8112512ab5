"""Regular expressions that a shop writes into its rules, of the dialect that the table engine knows (RE2)."""

from typing import Annotated

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import AfterValidator


def _readable(pattern: str) -> str:
    try:
        pc.match_substring_regex(pa.array([""]), pattern)
    except pa.ArrowInvalid as error:
        raise ValueError(
            f'"{pattern}" is no regular expression: {str(error).removeprefix("Invalid regular expression: ")}'
        ) from None
    return pattern


Patterns = tuple[Annotated[str, AfterValidator(_readable)], ...]
"""Regular expressions, each of which finds its text anywhere unless it says ^ or $."""


def either(patterns: Patterns) -> str:
    """One expression that finds what any of them finds."""
    return "|".join(f"(?:{pattern})" for pattern in patterns)
