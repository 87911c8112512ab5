"""Every text that staff and shoppers see, in English and Chinese."""

from typing import Any, Literal

from crossaisle.words import commands, experiments, features, feedback, live, loading, online, reasons, report, terminal

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")

ALL: dict[str, dict[Language, str]] = {
    **commands.WORDS,
    **experiments.WORDS,
    **features.WORDS,
    **feedback.WORDS,
    **live.WORDS,
    **loading.WORDS,
    **online.WORDS,
    **reasons.WORDS,
    **report.WORDS,
    **terminal.WORDS,
}
"""Key → language → text with named places."""


def say(key: str, language: Language, **facts: Any) -> str:
    """The text of `key` in `language` with its places filled."""
    return ALL[key][language].format(**facts)


def feature_name(label: str, language: Language) -> str:
    """What people call a feature of a model: its text, or the label as it stands where there is none.

    Args:
        label: `name`, or `name=of` for one of several alike.
    """
    name, _, of = label.partition("=")
    key = f"feature.{name}"
    return say(key, language, of=of) if key in ALL else label.replace("_", " ").replace("=", " ")
