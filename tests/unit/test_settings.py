"""Options written into a workspace's file: the rest of it stays, byte for byte, and what is not safe is refused."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossaisle.errors import SettingsError
from crossaisle.settings import FILE, TEMPLATE, read_settings, write_options

MINE = """\
language = "zh"  # 中文

[models.ease]
# found on the summer window
l2 = 5.0 # lambda
weighting = "count"

# ── slates
[slates]
k = 5 # five
"""


def written(folder: Path, text: str, options: dict[str, Any]) -> str:
    (folder / FILE).write_text(text, encoding="utf-8")
    write_options(folder, "ease", options)
    return (folder / FILE).read_text(encoding="utf-8")


def test_options_are_set_added_and_taken_out_and_all_else_stays(tmp_path: Path) -> None:
    assert written(tmp_path, MINE, {"l2": 312.3, "weighting": None, "max_items": 2000}) == MINE.replace(
        "l2 = 5.0 # lambda\n", "l2 = 312.3 # lambda\nmax_items = 2000\n"
    ).replace('weighting = "count"\n', "")
    assert read_settings(tmp_path).models == {"ease": {"l2": 312.3, "max_items": 2000}}


def test_a_section_that_is_missing_is_added_at_the_end(tmp_path: Path) -> None:
    assert written(tmp_path, TEMPLATE, {"l2": 1e-06, "weighting": "count", "deep": True}) == (
        TEMPLATE + '\n[models.ease]\nl2 = 1e-06\nweighting = "count"\ndeep = true\n'
    )
    assert read_settings(tmp_path).models == {"ease": {"l2": 1e-06, "weighting": "count", "deep": True}}
    assert written(tmp_path, "", {"l2": 3.0}) == "[models.ease]\nl2 = 3.0\n"


@pytest.mark.parametrize(
    "text",
    [
        'models.ease.l2 = 5.0\nlanguage = "en"\n',
        "[models]\nease = { l2 = 5.0 }\n",
        '[models."ease"]\nl2 = 5.0\n',
        "[models.ease]\nl2 = [\n5.0]\n",
    ],
)
def test_what_is_written_in_another_way_is_refused_with_the_lines_to_write(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match=r"Write below \[models.ease\] yourself: l2 = 7.5; weighting = \"count\""):
        written(tmp_path, text, {"l2": 7.5, "weighting": "count"})
    assert (tmp_path / FILE).read_text(encoding="utf-8") == text
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


VALUES = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**63), 2**63 - 1), st.booleans(), st.text()
)


@given(st.dictionaries(st.sampled_from(["l2", "weighting", "max_items", "l2x"]), VALUES, min_size=1))
def test_any_value_is_read_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, options: dict[str, Any]) -> None:
    folder = tmp_path_factory.mktemp("workspace")
    written(folder, MINE, options)
    settings = read_settings(folder)
    assert settings.models["ease"] == {"l2": 5.0, "weighting": "count"} | options
    assert settings.slates.k == 5
