"""Metric arithmetic worked out by hand."""

from itertools import permutations

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
    """True: .5 and .9; others .5, .1, .7, and one out of play. .5 beats one and ties one: (1/3 + 2/3) / 2 = 1/2.

    .9 beats all three: 1. The mean is .75.
    """
    scores = np.array([0.5, 0.9, 0.5, 0.1, 0.7, -np.inf], dtype=np.float32)
    below, up_to = metrics.shares_below(scores, np.array([0, 1]), n_out=1)
    np.testing.assert_allclose(below, [1 / 3, 1])
    np.testing.assert_allclose(up_to, [2 / 3, 1])
    assert (below + up_to).mean() / 2 == pytest.approx(0.75)


def test_a_true_column_without_score_is_below_all_that_have_one_and_level_with_the_rest() -> None:
    """In play: −inf (true), −inf, 3; one is out. Nothing is below it; one of two others is level."""
    scores = np.array([-np.inf, -np.inf, 3, -np.inf], dtype=np.float32)
    below, up_to = metrics.shares_below(scores, np.array([0]), n_out=1)
    assert (below[0], up_to[0]) == (0, 0.5)


def test_nothing_beside_the_true_columns_gives_no_share() -> None:
    below, up_to = metrics.shares_below(np.array([1, 2], dtype=np.float32), np.array([0, 1]))
    assert np.isnan(below).all()
    assert np.isnan(up_to).all()


@given(st.integers(0, 2**32 - 1), st.integers(1, 120), st.integers(0, 100))
def test_counting_and_sorting_agree_with_comparing_all_pairs(seed: int, n_true: int, n_out: int) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 20, 300).astype(np.float32)
    scores[rng.random(300) < 0.1] = -np.inf
    order = rng.permutation(300)
    true, out, others = order[:n_true], order[n_true : n_true + n_out], order[n_true + n_out :]
    scores[out] = -np.inf
    below, up_to = metrics.shares_below(scores, true, n_out)
    np.testing.assert_allclose(below, (scores[others] < scores[true][:, None]).mean(axis=1))
    np.testing.assert_allclose(up_to, (scores[others] <= scores[true][:, None]).mean(axis=1))


def test_a_column_tied_across_the_threshold_is_called_true_in_part() -> None:
    """Ties cover shares .2 to .6; of a threshold at .5, a quarter of the tied lie above it: (.6 − .5) / .4."""
    below, up_to = np.array([0.2, 0.7, 0.5, 0.4]), np.array([0.6, 0.7, 0.5, 0.4])
    np.testing.assert_allclose(metrics.called_true(below, up_to, 0.5), [0.25, 1, 1, 0])


def test_best_threshold_is_where_right_calls_are_most() -> None:
    """Shares .1, .8, .9, equal weights: right is (1 + .1), (2/3 + .8), (1/3 + .9), most at .8.

    With the first ten times as heavy as both others: 1.1, 2/12 + .8 = .97, 1/12 + .9 = .98: most at .1.
    """
    shares = np.array([0.9, 0.1, 0.8])
    assert metrics.best_threshold(shares, shares, np.ones(3)) == 0.8
    assert metrics.best_threshold(shares, shares, np.array([1.0, 10.0, 1.0])) == 0.1
    assert metrics.best_threshold(np.array([np.nan]), np.array([np.nan]), np.ones(1)) == 0


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


def test_hits_among_the_k_highest_with_ties_in_expectation() -> None:
    """2 places. First row: .9 is in, and one of three at .5, of which one is true: 1 + 1/3; second: one is in, −inf
    never; third: nothing is said.
    """
    inf = np.inf
    scores = np.array([[0.5, 0.9, 0.5, 0.5], [-inf, 1, -inf, -inf], [-inf] * 4], dtype=np.float32)
    is_true = np.array([[True, True, False, False], [True, True, False, False], [True] * 4])
    np.testing.assert_allclose(metrics.tied_hits(scores, is_true, 2), [1 + 1 / 3, 1, 0])


@given(st.integers(1, 6), st.integers(0, 10_000))
def test_expected_hits_are_the_mean_over_all_ways_to_break_ties(k: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 3, (1, 5)).astype(np.float32)
    is_true = rng.random((1, 5)) < 0.5
    every = np.array(list(permutations(range(5))))
    hits = [is_true[0][np.lexsort((order, -scores[0]))[:k]].sum() for order in every]
    assert metrics.tied_hits(scores, is_true, k)[0] == pytest.approx(np.mean(hits))
