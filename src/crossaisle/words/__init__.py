"""Every text that staff and shoppers see, in English and Chinese."""

from typing import Any, Literal

from crossaisle.words import commands, loading, reasons, report, terminal

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")

ALL: dict[str, dict[Language, str]] = {
    **commands.WORDS,
    **loading.WORDS,
    **reasons.WORDS,
    **report.WORDS,
    **terminal.WORDS,
}
"""Key → language → text with named places."""


def say(key: str, language: Language, **facts: Any) -> str:
    """The text of `key` in `language` with its places filled."""
    return ALL[key][language].format(**facts)
