import re
from string import Formatter

import pytest

from crossaisle.words import (
    ALL,
    LANGUAGES,
    commands,
    experiments,
    features,
    feedback,
    loading,
    online,
    reasons,
    report,
    say,
    terminal,
)


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("key", sorted(ALL))
def test_a_text_exists_in_both_languages_with_the_same_places(key: str) -> None:
    texts = ALL[key]
    assert set(texts) == set(LANGUAGES)
    assert all(text.strip() for text in texts.values())
    if not key.startswith("date."):
        assert places(texts["en"]) == places(texts["zh"])


def test_no_key_is_given_twice() -> None:
    floors = [
        one.WORDS for one in (commands, experiments, features, feedback, loading, online, reasons, report, terminal)
    ]
    keys = [key for words in floors for key in words]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("key", sorted(reasons.WORDS))
def test_chinese_sentences_end_as_chinese_does(key: str) -> None:
    text = ALL[key]["zh"]
    assert not re.search(r"[,;!?]$|[一-鿿][,;.!?]", text)


def test_places_are_filled() -> None:
    assert say("reason.new_category", "en", category="Care") == "Care is new to you."
