"""Loops compiled to machine code when their module is first imported, by Numba.

What was compiled is kept beside the module, as Python keeps its own, where this program may write there; nowhere else,
since whoever could put a file there could have it run.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import njit, types

F = TypeVar("F", bound=Callable[..., Any])

BOOL, NUMBER, LONG, FLOAT, NOTHING = types.boolean, types.int32, types.int64, types.float32, types.void


def read(kind: Any, n_dimensions: int = 1) -> Any:
    """A contiguous array that is read, and may be of a file."""
    return types.Array(kind, n_dimensions, "C", readonly=True)


def changed(kind: Any, n_dimensions: int = 1) -> Any:
    """A contiguous array that is made, or changed in place."""
    return types.Array(kind, n_dimensions, "C")


def several(*kinds: Any) -> Any:
    """What a function returns that returns several things."""
    return types.Tuple(kinds)  # type: ignore[no-untyped-call]  # Numba has no types


def compiled(result: Any, *arguments: Any) -> Callable[[F], F]:
    """Compile a function for these types. Indices are not checked, as in C, so they must be right."""

    def made(function: F) -> F:
        beside = Path(function.__code__.co_filename).parent
        kept = beside / "__pycache__"
        is_kept = os.access(kept if kept.is_dir() else beside, os.W_OK)
        return cast(F, njit(result(*arguments), cache=is_kept)(function))

    return made
