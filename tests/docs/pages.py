"""The pages and their blocks of code."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SERVED = ("online", "privacy")
"""Pages whose examples ask a running service: see test_served_pages."""


def blocks(page: Path, language: str) -> list[str]:
    """All blocks of a language, in their order."""
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), flags=re.S | re.M)
