"""Texts of the evaluation report: headings, captions, what a figure means."""

from typing import Literal

WORDS: dict[str, dict[Literal["en", "zh"], str]] = {}
