"""The wide and deep ranker: scores and loss by hand, what it learns that a line cannot, and the same seed twice."""

import numpy as np
import pytest
import torch

from crossaisle.models.ranking.listwise import fit_listwise
from crossaisle.models.ranking.wide_deep import FARTHEST, MOST_LISTS, WideDeep, _Lists, fit_wide_deep
from crossaisle.numerics.arrays import AnyArray, Bools, Floats, Longs


def floats(*values: float) -> Floats:
    """float32."""
    return np.array(values, dtype=np.float32)


def test_scores_by_hand() -> None:
    """Signals (5, 0) are x = (2, −1); wide gives 2·1 − 1·3 = −1; of the hidden units relu(2 − 1 + 0.5) = 1.5 counts
    twice and relu(−2 − 1) = 0 not at all: 2. What lies far out is held at 4: 4 − 3 + 2·relu(4 − 1 + 0.5) = 8."""
    inner = np.array([[1.0, 1.0], [-1.0, 1.0]], dtype=np.float32)
    ranker = WideDeep(floats(1, 2), floats(2, 2), floats(1, 3), inner, floats(0.5, 0), floats(2, 7))
    signals = np.array([[[5.0, 0.0], [1000.0, 0.0]]], dtype=np.float32)
    assert FARTHEST == 4
    assert ranker.scores(signals).tolist() == [[2, 8]]
    again = WideDeep.restore(ranker.state())
    assert again.scores(signals).tolist() == [[2, 8]]


def test_the_loss_by_hand() -> None:
    """At first every score is 0. Two of four right weigh 1/√2 each: √2 · log 4; one of two: log 2; their mean."""
    worth = np.array([1, 1, 0, 0, np.sqrt(2), 0], dtype=np.float32) / np.sqrt(2).astype(np.float32)
    lists = _Lists(np.zeros((6, 3), dtype=np.float32), worth, np.array([4, 2]))
    [batch] = lists.batches(np.random.default_rng(0))
    by_hand = (np.sqrt(2) * np.log(4) + np.log(2)) / 2
    assert float(lists.loss(batch).detach()) == pytest.approx(by_hand, rel=1e-6)


def test_batches_hold_every_list_once() -> None:
    sizes = np.random.default_rng(0).integers(1, 9, 150)
    lists = _Lists(np.zeros((int(sizes.sum()), 2), dtype=np.float32), np.zeros(int(sizes.sum()), np.float32), sizes)
    found = [places[is_there] for places, is_there in lists.batches(np.random.default_rng(1))]
    assert len(found) == 3
    assert torch.cat(found).sort().values.tolist() == list(range(int(sizes.sum())))


def drawn(n_lists: int, seed: int) -> tuple[Floats, Bools, Longs]:
    """Lists of 5 to 40, where what is right is the likelier the farther the first signal is from 0."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(5, 41, n_lists)
    signals = rng.normal(size=(int(sizes.sum()), 3)).astype(np.float32)
    is_right: AnyArray = rng.random(len(signals)) < 0.4 * (np.abs(signals[:, 0]) > 1.2)
    return signals, is_right, sizes


def ahead(scores: Floats, is_right: Bools) -> float:
    """Chance that what is right stands before what is not, over all lists."""
    return float((scores[is_right][:, None] > scores[~is_right][None, :]).mean())


@pytest.mark.parametrize("seed", range(2))
def test_it_learns_what_a_line_cannot(seed: int) -> None:
    """Of all, .23 lie far out, and .4 of these are right: the best order has (.77 + .14 / 2) / .91 = .92 of the pairs,
    a line has half of them."""
    lists = drawn(1500, seed)
    fresh, is_right, _ = drawn(200, seed + 10)
    deep, line = fit_wide_deep(*lists, seed), fit_listwise(*lists, 3e-3)
    assert ahead(deep.scores(fresh), is_right) > 0.8
    assert ahead(line.scores(fresh), is_right) < 0.6


def test_the_same_seed_learns_the_same_and_leaves_torchs_random_numbers_alone() -> None:
    lists = drawn(100, 0)
    torch.manual_seed(5)
    one = fit_wide_deep(*lists, 0)
    following = torch.rand(1)
    again, other = fit_wide_deep(*lists, 0), fit_wide_deep(*lists, 1)
    assert all(np.array_equal(array, again.state()[name]) for name, array in one.state().items())
    assert not np.array_equal(one.inner, other.inner)
    torch.manual_seed(5)
    assert torch.equal(following, torch.rand(1))


def test_of_more_lists_than_are_needed_every_second_is_learnt_from() -> None:
    rng = np.random.default_rng(0)
    sizes = np.full(MOST_LISTS + 2, 2)
    signals = rng.normal(size=(2 * len(sizes), 2)).astype(np.float32)
    is_right = rng.random(len(signals)) < 0.5
    kept = np.repeat(np.arange(len(sizes)) % 2 == 0, 2)
    found = fit_wide_deep(signals, is_right, sizes, 0)
    half = fit_wide_deep(signals[kept], is_right[kept], sizes[::2], 0)
    assert np.array_equal(found.inner, half.inner)
