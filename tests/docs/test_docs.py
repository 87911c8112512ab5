"""Both languages say the same, and what the code has is documented."""

import re
from pathlib import Path

import pytest

from crossaisle import plugins
from crossaisle.words import ALL, LANGUAGES

ROOT = Path(__file__).parents[2]
PAGES = sorted(path for path in (ROOT / "docs").glob("*.md") if path.with_suffix(".zh.md").exists())


def structure(path: Path) -> tuple[list[int], list[str]]:
    """Levels of the headings, and the code blocks."""
    text = path.read_text(encoding="utf-8")
    blocks = re.findall(r"^```.*?^```", text, flags=re.S | re.M)
    prose = re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)
    return [len(one) for one in re.findall(r"^(#+) ", prose, flags=re.M)], blocks


@pytest.mark.parametrize("english", [ROOT / "README.md", *PAGES], ids=lambda path: path.name)
def test_headings_and_code_blocks_of_both_languages_are_equal(english: Path) -> None:
    chinese = english.with_name("README.zh-CN.md") if english.name == "README.md" else english.with_suffix(".zh.md")
    assert structure(english) == structure(chinese)


def test_every_recommender_is_in_both_readmes() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert [one for one in plugins.recommender_names() if f"`{one}`" not in text] == []


def test_every_text_exists_in_both_languages_with_the_same_places() -> None:
    for key, texts in ALL.items():
        assert set(texts) == set(LANGUAGES), key
        places = [sorted(set(re.findall(r"{(\w+)", texts[language]))) for language in LANGUAGES]
        assert places[0] == places[1], key
