"""The listwise softmax loss: lists solved by hand, and what is found is where a loss written apart has no slope."""

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from crossaisle.models.ranking.listwise import MOST_LISTS, Linear, fit_listwise
from crossaisle.numerics.arrays import AnyArray, Doubles


def test_two_items_are_solved_by_hand() -> None:
    """Inputs ±1 give log(1 + e^(−2w)) + l2 w², whose slope −2 / (1 + e^(2w)) + 2 l2 w is 0 at w = 1 for this l2."""
    signals = np.array([[7.0], [3.0]], dtype=np.float32)
    found = fit_listwise(signals, np.array([True, False]), np.array([2]), l2=1 / (1 + np.exp(2.0)))
    assert (found.middle[0], found.spread[0]) == (5, 2)
    assert found.weights[0] == pytest.approx(1, abs=1e-3)
    assert found.scores(signals) == pytest.approx([1, -1], abs=1e-3)


def test_a_list_counts_by_the_root_of_how_many_are_right() -> None:
    """Of four items −1, −1, 1, 1 with the latter two right, the loss is √2 · log(2 + 2e^(−2w)) + l2 w²."""
    signals = np.array([[-1.0], [-1.0], [1.0], [1.0]], dtype=np.float32)
    l2 = np.sqrt(2) / (1 + np.exp(2.0))
    found = fit_listwise(signals, np.array([False, False, True, True]), np.array([4]), l2)
    assert found.weights[0] == pytest.approx(1, abs=1e-3)


def test_a_list_without_anything_right_teaches_nothing_but_shares_the_mean() -> None:
    """Two lists, one of them mute: the data's half weighs half as much against the same penalty."""
    signals = np.array([[1.0], [-1.0], [1.0], [-1.0]], dtype=np.float32)
    is_right = np.array([True, False, False, False])
    found = fit_listwise(signals, is_right, np.array([2, 2]), l2=0.5 / (1 + np.exp(2.0)))
    assert found.weights[0] == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("seed", range(3))
def test_the_loss_has_no_slope_at_what_is_found(seed: int) -> None:
    """Numerical differences of the loss, written list by list, vanish at the weights and not beside them."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(2, 9, 40)
    signals = rng.normal(size=(int(sizes.sum()), 4)).astype(np.float32)
    is_right = rng.random(len(signals)) < 0.3 + 0.2 * (signals[:, 1] > 0)
    found = fit_listwise(signals, is_right, sizes, l2=0.01)
    inputs = (signals - found.middle) / found.spread

    def loss(weights: Doubles) -> float:
        return _loss(weights, inputs, is_right, sizes, 0.01)

    assert np.abs(approx_fprime(found.weights, loss, 1e-6)).max() < 2e-4
    assert np.abs(approx_fprime(found.weights + 0.1, loss, 1e-6)).max() > 1e-2


def test_of_more_lists_than_are_needed_every_second_is_learnt_from() -> None:
    rng = np.random.default_rng(0)
    sizes = rng.integers(2, 5, MOST_LISTS + 1)
    signals = rng.normal(size=(int(sizes.sum()), 2)).astype(np.float32)
    is_right = rng.random(len(signals)) < 0.5
    kept = np.repeat(np.arange(len(sizes)) % 2 == 0, sizes)
    found, half = (
        fit_listwise(signals, is_right, sizes, l2=0.01),
        fit_listwise(signals[kept], is_right[kept], sizes[::2], l2=0.01),
    )
    assert np.array_equal(found.weights, half.weights)
    assert np.array_equal(found.middle, half.middle)


def _loss(weights: Doubles, inputs: AnyArray, is_right: AnyArray, sizes: AnyArray, l2: float) -> float:
    total, start = 0.0, 0
    for size in sizes:
        scores, right = inputs[start : start + size] @ weights, is_right[start : start + size]
        start += size
        if right.any():
            logs = scores - np.log(np.exp(scores).sum())
            total -= np.sqrt(right.sum()) * logs[right].mean()
    return float(total / len(sizes) + l2 * (weights**2).sum())


def test_a_signal_that_never_varies_has_no_weight() -> None:
    signals = np.array([[1.0, 4.0], [0.0, 4.0], [1.0, 4.0], [0.0, 4.0]], dtype=np.float32)
    found = fit_listwise(signals, np.array([True, False, True, False]), np.array([2, 2]), l2=0.01)
    assert found.weights[1] == 0
    assert found.weights[0] > 1


def test_a_score_is_the_sum_of_its_parts() -> None:
    linear = Linear(np.array([2.0, -1.0]), np.array([1.0, 10.0]), np.array([0.5, 5.0]))
    signals = np.array([[2.0, 20.0], [1.0, 10.0]], dtype=np.float32)
    assert linear.parts(signals).tolist() == [[4, -2], [0, 0]]
    assert linear.scores(signals) == pytest.approx([2, 0], abs=1e-6)
