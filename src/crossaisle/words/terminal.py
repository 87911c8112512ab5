"""Texts of the terminal: headings of tables, progress stages, hints."""

from typing import Literal

WORDS: dict[str, dict[Literal["en", "zh"], str]] = {}
