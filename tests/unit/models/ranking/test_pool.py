"""The pool: kinds of items to whoever asks, relevance by rank, and scores counted in standard deviations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from crossaisle.models.ranking.pool import (
    BOUGHT,
    DEPTH,
    NEW_CATEGORY,
    NEW_ITEM,
    Pool,
    Voices,
    moments,
    standardised,
)
from crossaisle.numerics.arrays import Floats

from .shops import five_items, history

NONE = -np.inf


def test_kinds_are_told_by_what_was_bought_and_from_which_categories() -> None:
    """An item without a category is a new item: no category of it can be new."""
    dataset = five_items()
    pool = Pool(np.arange(5, dtype=np.int32), dataset.catalogue.category, dataset.n_categories)
    kinds = pool.kinds(history(dataset, ["v", "x", "nobody"], day=20))
    assert kinds.tolist() == [
        [BOUGHT, NEW_ITEM, BOUGHT, NEW_ITEM, NEW_ITEM],
        [NEW_CATEGORY, NEW_CATEGORY, BOUGHT, NEW_ITEM, NEW_ITEM],
        [NEW_CATEGORY, NEW_CATEGORY, NEW_CATEGORY, NEW_CATEGORY, NEW_ITEM],
    ]


def test_what_is_bought_outside_the_pool_makes_a_category_known() -> None:
    dataset = five_items()
    pool = Pool(np.array([1, 3], dtype=np.int32), dataset.catalogue.category, dataset.n_categories)
    assert pool.places.tolist() == [-1, 0, -1, 1, -1]
    assert pool.kinds(history(dataset, ["x"], day=20)).tolist() == [[NEW_CATEGORY, NEW_ITEM]]


def test_relevance_falls_with_the_log_of_the_rank_among_the_items_of_the_kind() -> None:
    """The best of another kind takes no rank; it and what a part is silent on lie where all are alike."""
    scores = np.array([[3.0, 9.0, 1.0, 2.0, NONE]], dtype=np.float32)
    is_kind = np.array([[True, False, True, True, True]])
    relevance = Voices.of([scores], is_kind).relevance[0]
    assert relevance[0] == pytest.approx(-np.log([5, 10, 7, 6, 10]), rel=1e-6)


def test_ranks_beyond_the_depth_are_alike() -> None:
    scores = -np.arange(DEPTH + 3, dtype=np.float32)[None, :]
    relevance = Voices.of([scores], np.ones(scores.shape, dtype=np.bool_)).relevance[0][0]
    assert relevance[DEPTH - 1] == pytest.approx(-np.log(5 + DEPTH - 1), rel=1e-6)
    assert relevance[DEPTH:] == pytest.approx(-np.log(5 + DEPTH), rel=1e-6)


def test_the_blend_weighs_the_parts_by_rank_and_leaves_out_other_kinds() -> None:
    one, other = (np.array([row], dtype=np.float32) for row in ([2.0, 1.0, 5.0], [1.0, 2.0, 5.0]))
    voices = Voices.of([one, other], np.array([[True, True, False]]))
    blend = voices.blend(np.array([0.75, 0.25]))
    by_hand = [-0.75 * np.log(5) - 0.25 * np.log(6), -0.75 * np.log(6) - 0.25 * np.log(5), NONE]
    assert blend[0] == pytest.approx(by_hand, rel=1e-6)


def test_what_is_told_of_columns_is_relevance_then_score_standardised_over_the_kind() -> None:
    """Of 1, 3 and 5 the mean is 3 and the deviation √(8/3); the 100 of another kind counts in neither."""
    scores = np.array([[1.0, 3.0, 5.0, 100.0]], dtype=np.float32)
    voices = Voices.of([scores], np.array([[True, True, True, False]]))
    told = voices.at(np.array([[2, 0]], dtype=np.int32))
    assert told.shape == (1, 2, 2)
    assert told[0, :, 0] == pytest.approx(-np.log([5, 7]), rel=1e-6)
    assert told[0, :, 1] == pytest.approx(np.array([2, -2]) / np.sqrt(8 / 3), rel=1e-6)


def test_standardised_by_hand() -> None:
    """Silence comes to −3, a row that never varies to 0, and one of silence alone has mean 0 and deviation 1."""
    values = np.array([[1.0, 3.0, NONE], [4.0, 4.0, 4.0], [NONE, NONE, NONE]], dtype=np.float32)
    assert standardised(values).tolist() == [[-1, 1, -3], [0, 0, 0], [-3, -3, -3]]
    middle, spread = moments(values)
    assert middle.ravel().tolist() == [2, 4, 0]
    assert spread.ravel().tolist() == [1, 1, 1]


@given(arrays(np.float32, (3, 6), elements=st.integers(-8, 8).map(float)), st.integers(1, 5), st.integers(-5, 5))
def test_standardised_does_not_change_with_unit_or_zero(values: Floats, unit: int, zero: int) -> None:
    moved = (values * unit + zero).astype(np.float32)
    assert standardised(moved) == pytest.approx(standardised(values), abs=1e-4)
