"""Why an item is in a slate, and why another is not."""

from typing import Literal

WORDS: dict[str, dict[Literal["en", "zh"], str]] = {}
