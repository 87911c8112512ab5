"""Random numbers by address: a number depends on what it is for, never on how many were drawn before it.

Two policies then meet the same luck (common random numbers: Glasserman & Yao, 1992). An address is mixed by the
finaliser of SplitMix64 (Steele, Lea & Flood, 2014), a counter-based generator (Salmon, Moraes, Dror & Shaw, 2011).
"""

from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]
Words = np.ndarray[Any, np.dtype[np.uint64]]

_MASK = 2**64 - 1
_STEP, _FIRST, _SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_TO_UNIT = 2.0**-53


def address(*parts: int) -> int:
    """64 bits for a chain of whole numbers, such as seed, purpose, household and week."""
    mixed = 0
    for part in parts:
        mixed = _mixed((mixed ^ part) + _STEP)
    return mixed


def uniform(*parts: int) -> float:
    """The number in [0, 1) at an address."""
    return (address(*parts) >> 11) * _TO_UNIT


def marks(n: int) -> Words:
    """uint64 (n,): the addresses of the first n things of a kind, for `uniforms`."""
    return np.array([address(one) for one in range(n)], dtype=np.uint64)


def uniforms(at: int, things: Words, n_purposes: int) -> Floats:
    """The numbers in [0, 1) of things at an address: float64 (n_purposes, n_things), a row a purpose.

    Args:
        at: an address.
        things: some of `marks`.
        n_purposes: 1 to 16.
    """
    words: Words = _ROWS[:n_purposes] ^ things ^ np.uint64(at)
    words = (words ^ (words >> np.uint64(30))) * np.uint64(_FIRST)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(_SECOND)
    words ^= words >> np.uint64(31)
    return (words >> np.uint64(11)).astype(np.float64) * _TO_UNIT


def _mixed(word: int) -> int:
    word &= _MASK
    word = ((word ^ (word >> 30)) * _FIRST) & _MASK
    word = ((word ^ (word >> 27)) * _SECOND) & _MASK
    return word ^ (word >> 31)


_ROWS = np.array([[address(1, row)] for row in range(16)], dtype=np.uint64)
"""uint64 (16, 1): purposes. Other words than things have: of two equal ones the mixture would be nothing."""
