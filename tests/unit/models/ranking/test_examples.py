"""Examples: what is drawn to learn from, and capped recall over the candidates of a kind."""

import numpy as np
import pytest

from crossaisle.models.ranking.examples import N_NEGATIVES, Examples, Judged, right
from crossaisle.numerics.arrays import AnyArray, csr

N_CANDIDATES = 400


def judged(is_right: AnyArray, is_there: AnyArray) -> Judged:
    """Candidates whose one signal is their own number."""
    numbers = np.arange(is_right.size, dtype=np.float32).reshape(*is_right.shape, 1)
    blend = np.where(is_there, 0, -np.inf).astype(np.float32)
    n_right = is_right.sum(axis=1)
    return Judged(numbers, blend, is_right, n_right, np.ones(len(is_right), dtype=np.int64))


@pytest.fixture
def several() -> Judged:
    """Four queries: five right, none right, two right among the first 50 alone, and no candidate at all."""
    is_right = np.zeros((4, N_CANDIDATES), dtype=np.bool_)
    is_right[0, ::80] = True
    is_right[2, [3, 30]] = True
    is_there = np.ones(is_right.shape, dtype=np.bool_)
    is_there[2, 50:] = False
    is_there[3] = False
    return judged(is_right, is_there)


@pytest.mark.parametrize("seed", range(5))
def test_all_that_are_right_are_kept_and_others_drawn(several: Judged, seed: int) -> None:
    """395 others are each kept with a chance of 100 / 400, so 98.75 ± 8.6; the bound is six deviations."""
    drawn = several.examples(seed)
    assert len(drawn.sizes) == 2
    assert drawn.sizes.sum() == len(drawn.signals) == len(drawn.is_right)
    numbers = drawn.signals[:, 0].astype(int)
    assert sorted(numbers[drawn.is_right]) == [0, 80, 160, 240, 320, 803, 830]
    expected = 395 * N_NEGATIVES / N_CANDIDATES
    assert abs((drawn.sizes[0] - 5) - expected) < 6 * np.sqrt(expected * (1 - N_NEGATIVES / N_CANDIDATES))
    assert (numbers[drawn.sizes[0] :] // N_CANDIDATES == 2).all()


def test_where_there_are_no_more_than_are_drawn_all_are_kept(several: Judged) -> None:
    drawn = several.examples(0)
    assert drawn.sizes[1] == 50
    assert drawn.signals[-50:, 0].tolist() == list(range(800, 850))


def test_the_draw_follows_the_seed(several: Judged) -> None:
    assert np.array_equal(several.examples(3).signals, several.examples(3).signals)
    assert not np.array_equal(several.examples(3).signals, several.examples(4).signals)


def test_capped_recall_by_hand() -> None:
    """At 2: one hit of three bought is 1/2, the one bought found is 1, and who bought nothing is not counted."""
    is_right = np.array([[True, False, True], [False, False, True], [False, False, False]])
    scores = np.array([[3.0, 2.0, 1.0], [1.0, 2.0, 3.0], [1.0, 2.0, 3.0]], dtype=np.float32)
    one = judged(is_right, np.ones((3, 3)))
    beyond = Judged(one.signals, one.blend, one.is_right, np.array([3, 1, 0]), one.n_bought)
    assert beyond.capped_recall(scores, k=2) == pytest.approx(0.75)
    assert beyond.capped_recall(scores, k=3) == pytest.approx((2 / 3 + 1) / 2)


def test_capped_recall_of_nobody_is_nothing() -> None:
    one = judged(np.zeros((2, 3), dtype=np.bool_), np.ones((2, 3)))
    assert one.capped_recall(np.zeros((2, 3), dtype=np.float32)) == 0


def test_joined_lists_lie_one_after_the_other(several: Judged) -> None:
    drawn = several.examples(0)
    both = Examples.joined([drawn, drawn])
    assert both.sizes.tolist() == drawn.sizes.tolist() * 2
    assert np.array_equal(both.signals[len(drawn.signals) :], drawn.signals)


def test_right_is_what_the_truth_holds_of_each_querys_own_candidates() -> None:
    truth = csr(np.array([0, 0, 1]), np.array([1, 4, 2]), np.ones(3), (2, 5))
    candidates = np.array([[4, 2, 1], [4, 2, 1]], dtype=np.int32)
    assert right(truth, candidates).tolist() == [[True, False, True], [False, True, False]]
