"""Metric arithmetic worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossaisle.numerics import metrics

HITS = np.array([[True, False, True, False], [False, False, False, True], [False, False, False, False]])
SIZES = np.array([3, 1, 9])


def test_counts_of_hits() -> None:
    """k = 4. Row 0: 2 of 3 found; row 1: 1 of 1; row 2: 0 of 9, of which 4 fit."""
    np.testing.assert_allclose(metrics.capped_recall(HITS, SIZES), [2 / 3, 1, 0])
    np.testing.assert_allclose(metrics.capped_recall(np.ones((1, 4), dtype=bool), np.array([9])), [1])
    np.testing.assert_allclose(metrics.recall(HITS, SIZES), [2 / 3, 1, 0])
    np.testing.assert_allclose(metrics.recall(np.ones((1, 4), dtype=bool), np.array([9])), [4 / 9])
    np.testing.assert_allclose(metrics.precision(HITS), [1 / 2, 1 / 4, 0])
    np.testing.assert_allclose(metrics.f1(HITS, SIZES), [4 / 7, 2 / 5, 0])
    np.testing.assert_allclose(metrics.hit_rate(HITS), [1, 1, 0])


def test_ndcg_discounts_by_place_and_caps_the_ideal() -> None:
    """Row 0: (1 + 1/log₂4) / (1 + 1/log₂3 + 1/log₂4) = 1.5 / 2.13093 = .70392. Row 1: 1/log₂5 = .43068."""
    np.testing.assert_allclose(metrics.ndcg(HITS, SIZES), [0.703918, 0.430677, 0], atol=1e-6)


def test_average_precision_and_reciprocal_rank() -> None:
    """Row 0: (1/1 + 2/3) / 3 = 5/9. Row 1: 1/4. First hits at 1 and 4."""
    np.testing.assert_allclose(metrics.average_precision(HITS, SIZES), [5 / 9, 1 / 4, 0])
    np.testing.assert_allclose(metrics.reciprocal_rank(HITS), [1, 1 / 4, 0])


def test_gini_of_equal_and_of_one() -> None:
    """Equal counts: 0. All on one of four: (2·4 − 4 − 1) / 4 = .75. Counts 1, 3: (−1 + 3) / (2 · 4) = .25."""
    assert metrics.gini(np.array([2, 2, 2])) == 0
    assert metrics.gini(np.array([0, 0, 0, 5])) == pytest.approx(0.75)
    assert metrics.gini(np.array([3, 1])) == pytest.approx(0.25)
    assert metrics.gini(np.zeros(3)) == 0


def test_pairwise_accuracy_counts_ties_half() -> None:
    """True: .5 and .9; others .5, .1, .7 → .5 beats one and ties one (1.5), .9 beats three: 4.5 of 6."""
    scores = np.array([0.5, 0.9, 0.5, 0.1, 0.7, 9.0])
    is_true = np.array([True, True, False, False, False, False])
    allowed = np.array([True] * 5 + [False])
    assert metrics.pairwise_accuracy(scores, is_true, allowed) == pytest.approx(0.75)
    assert np.isnan(metrics.pairwise_accuracy(scores, is_true, ~allowed))


@given(st.integers(0, 2**32 - 1), st.integers(1, 120))
def test_counting_and_sorting_give_the_same_accuracy(seed: int, n_true: int) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 20, 300).astype(np.float32)
    is_true = np.zeros(300, dtype=bool)
    is_true[rng.choice(300, n_true, replace=False)] = True
    above = (scores[is_true][:, None] > scores[~is_true]).mean() + (
        scores[is_true][:, None] == scores[~is_true]
    ).mean() / 2
    assert metrics.pairwise_accuracy(scores, is_true, np.ones(300, dtype=bool)) == pytest.approx(above)


def test_slope_is_that_of_a_line_through_logs() -> None:
    """exposure = (1 + popularity)² − 1, so log(1 + exposure) = 2 · log(1 + popularity)."""
    popularity = np.array([0, 1, 3, 9, 20])
    assert metrics.log_slope((1 + popularity) ** 2 - 1, popularity) == pytest.approx(2)
    assert metrics.log_slope(np.array([1, 2]), np.array([3, 3])) == 0


def test_labels_in_rows() -> None:
    """1 1 2 −: two labels; of three pairs, two differ. − − − 5: one label, no pair."""
    labels = np.array([[1, 1, 2, -1], [-1, -1, -1, 5]], dtype=np.int32)
    np.testing.assert_allclose(metrics.distinct_in_rows(labels), [2, 1])
    np.testing.assert_allclose(metrics.differing_pairs(labels), [2 / 3, 0])
