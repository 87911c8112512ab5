"""What a search finds, by hand."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossaisle.scenarios.feeds.searching import MOST, Searching

TITLES = ["Green tea", "Black TEA, strong", "Tea pot green", "Apple", None, "绿茶 tea", "Green apple"]


def searching(buyers: list[float] | None = None) -> Searching:
    counts = buyers or [1.0, 5.0, 2.0, 0.0, 9.0, 5.0, 0.0]
    return Searching.of(pa.array(TITLES, pa.large_string()), np.array(counts, dtype=np.float32))


def test_items_with_more_of_the_words_come_first_and_of_those_the_most_bought() -> None:
    """0 and 2 hold both words, of which 2 has more buyers; then one word each: 1 and 5 with five buyers, then 6."""
    assert searching().found("green tea") == [2, 0, 1, 5, 6]


@pytest.mark.parametrize("query", ["GREEN   TEA", "tea green", "tea, green!", "ｇｒｅｅｎ tea", "tea tea green"])
def test_case_order_width_signs_and_repetition_do_not_matter(query: str) -> None:
    assert searching().found(query) == [2, 0, 1, 5, 6]


def test_a_sign_of_chinese_is_a_word() -> None:
    assert searching().found("茶") == [5]


@pytest.mark.parametrize("query", ["", "   ", "coffee", "12", "!", "t"])
def test_what_is_in_no_title_finds_nothing(query: str) -> None:
    assert searching().found(query) == []


def test_a_shop_without_titles_finds_nothing() -> None:
    bare = Searching.of(pa.array([None, None], pa.large_string()), np.zeros(2, dtype=np.float32))
    assert bare.found("tea") == []


def test_no_more_than_so_many_are_found_the_most_bought() -> None:
    n = MOST * 3
    titles = pa.array([f"tea {one}" for one in range(n)], pa.large_string())
    found = Searching.of(titles, np.arange(n, dtype=np.float32)).found("tea")
    assert found == list(range(n - 1, n - 1 - MOST, -1))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_any_query_finds_distinct_items_or_none(query: str) -> None:
    found = searching().found(query)
    assert len(set(found)) == len(found)
    assert set(found) <= {0, 1, 2, 3, 5, 6}
