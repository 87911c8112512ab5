"""Interests of users and terms of items."""

from typing import Literal

import numpy as np
import pyarrow as pa
import pytest

from crossaisle.features import Interests
from crossaisle.features.interests import FittedInterests, title_words

from .shop import everyone, shop


def words(title: str) -> list[str]:
    return list(title_words(pa.array([title]))[1].to_pylist())


def test_interest_in_categories_counts_purchases_and_ratings_in_full_and_looks_in_part() -> None:
    """ann: 3 purchases and 1 rating, of which 3 drinks and 1 care, so (1, 3) / √10 in the order care, drinks.
    bob: juice bought and rated, soap looked at: (0.2, 2) / √4.04. cat looked at soap: (1, 0)."""
    dataset = shop()
    fitted = Interests(weighting="count").fit(dataset)
    block = fitted.users(everyone(dataset))[0]
    assert block.name == "interest in category"
    assert block.columns == ("category=care", "category=drinks")
    expected = [
        [1 / np.sqrt(10), 3 / np.sqrt(10)],
        [0.2 / np.sqrt(4.04), 2 / np.sqrt(4.04)],
        [1, 0],
        [0, 0],
    ]
    np.testing.assert_allclose(block.dense(), expected, rtol=1e-6)


def test_tf_idf_damps_repeats_and_lifts_rare_terms() -> None:
    """Three users, care known to all, drinks to two: worth log(4/4) + 1 = 1 and log(4/3) + 1.
    ann's counts (1, 3) become (log 2 · 1, log 4 · (log(4/3) + 1))."""
    dataset = shop()
    block = Interests().fit(dataset).users(everyone(dataset))[0]
    ann = np.array([np.log(2), np.log(4) * (np.log(4 / 3) + 1)])
    np.testing.assert_allclose(block.dense()[0], ann / np.linalg.norm(ann), rtol=1e-6)


def test_items_lie_in_the_columns_of_user_interests() -> None:
    dataset = shop()
    fitted = Interests().fit(dataset)
    users, items = fitted.users(everyone(dataset)), fitted.items()
    assert [block.columns for block in users] == [block.columns for block in items]
    category = items[0].dense()
    assert category[dataset.index.items.number("juice")].tolist() == [0, 1]
    assert category[dataset.index.items.number("new")].tolist() == [0, 0]


def test_only_words_of_enough_and_not_too_many_titles_are_kept() -> None:
    """cherry stands in two of four titles; cola, juice, hand and soap in one each."""
    dataset = shop()
    titles = [block for block in Interests().fit(dataset).items() if block.name == "item title"]
    assert titles[0].columns == ("title=cherry",)
    assert Interests(max_share=0.4).fit(dataset).items()[-1].name == "item brand"


def test_most_frequent_words_are_kept_in_alphabetical_order() -> None:
    """cherry stands in two titles; of the words that stand in one, the first seen is kept."""
    block = Interests(min_items=1, max_words=2).fit(shop()).items()[-1]
    assert sorted(block.columns) == list(block.columns)
    assert "title=cherry" in block.columns
    assert len(block.columns) == 2


def test_words_are_folded_and_sizes_left_out() -> None:
    assert words("CRÈME brûlée, 12 OZ 500ml ＦＵＬＬ x") == ["crème", "brûlée", "oz", "full"]


def test_each_chinese_sign_is_a_word() -> None:
    assert words("无糖可乐 Zero") == ["无", "糖", "可", "乐", "zero"]


def test_missing_title_has_no_words() -> None:
    places, found = title_words(pa.array([None, "tea time"], pa.large_string()))
    assert places.tolist() == [1, 1]
    assert found.to_pylist() == ["tea", "time"]


def test_entry_of_weight_zero_shows_no_interest() -> None:
    dataset = shop()
    fitted = Interests().fit(dataset)
    queries = everyone(dataset)
    queries.weights[:] = 0
    assert not fitted.users(queries)[0].dense().any()


@pytest.mark.parametrize("weighting", ["count", "tf-idf"])
def test_restored_interests_give_the_same_blocks(weighting: Literal["count", "tf-idf"]) -> None:
    dataset = shop()
    fitted = Interests(weighting=weighting).fit(dataset)
    again = FittedInterests.restore(fitted.state())
    for old, new in zip(fitted.users(everyone(dataset)), again.users(everyone(dataset)), strict=True):
        assert (old.name, old.columns) == (new.name, new.columns)
        np.testing.assert_array_equal(old.dense(), new.dense())
