"""What a batch is compared over, and how likely it is drawn."""

import math

import numpy as np
import pytest
import torch
from scipy import sparse

from crossaisle.models.learning.candidates import Candidates, Pool
from crossaisle.numerics.arrays import Csr

BOUGHT: Csr = sparse.csr_array(
    np.array([[1, 1, 0, 0, 0], [1, 0, 1, 0, 0], [1, 0, 0, 0, 0], [0, 0, 0, 1, 0]], dtype=np.float32)
)
"""Four users, five items, of which nobody bought the last."""


def test_all_that_the_batch_bought_is_among_the_candidates() -> None:
    drawn = Pool(BOUGHT).draw(np.array([0, 2]), 1, np.random.default_rng(0))
    items = drawn.items.tolist()
    assert items == sorted(set(items))
    assert {0, 1} <= set(items) <= {0, 1, 2, 3}
    pairs = [(row, items[column]) for row, column in zip(drawn.rows.tolist(), drawn.columns.tolist(), strict=True)]
    assert pairs == [(0, 0), (0, 1), (1, 0)]


def test_the_chance_to_be_drawn_by_hand() -> None:
    """Item 0 with 3 of 4 users, two users and one of four items drawn beside: 1 − (1/4)² · 3/4; item 1: 1 − (3/4)³."""
    drawn = Pool(BOUGHT).draw(np.array([0, 2]), 1, np.random.default_rng(0))
    chance = dict(zip(drawn.items.tolist(), drawn.log_q.exp().tolist(), strict=True))
    assert chance[0] == pytest.approx(1 - 1 / 16 * 3 / 4)
    assert chance[1] == pytest.approx(1 - (3 / 4) ** 3)


def test_where_all_items_are_drawn_nothing_is_corrected() -> None:
    drawn = Pool(BOUGHT).draw(np.array([0]), 100, np.random.default_rng(0))
    assert drawn.items.tolist() == [0, 1, 2, 3]
    assert drawn.log_q.tolist() == [0, 0, 0, 0]


def test_how_often_items_are_drawn_is_as_likely_as_said() -> None:
    """5,000 batches of two users drawn with replacement; 4 standard errors of a share."""
    rng, pool = np.random.default_rng(0), Pool(BOUGHT)
    n_batches, seen, chance = 5000, np.zeros(5), np.zeros(5)
    for _ in range(n_batches):
        drawn = pool.draw(rng.integers(0, 4, 2), 1, rng)
        seen[drawn.items.numpy()] += 1
        chance[drawn.items.numpy()] = drawn.log_q.exp().numpy()
    errors = np.sqrt(chance * (1 - chance) / n_batches)
    assert (np.abs(seen / n_batches - chance) <= 4 * errors)[:4].all()
    assert seen[4] == 0


def test_others_were_not_bought() -> None:
    rng, pool = np.random.default_rng(0), Pool(BOUGHT)
    bought = BOUGHT.toarray()
    for _ in range(50):
        users = rng.permutation(4)[:3]
        drawn = pool.draw(users, 2, rng)
        kept = drawn.others >= 0
        others = drawn.items[drawn.others[kept]].numpy()
        assert (bought[users[drawn.rows[kept].numpy()], others] == 0).all()


def test_each_loss_by_hand() -> None:
    """One user, three candidates with scores ln 3, 0, ln 2, of which the first was bought and the last is the other."""
    scores = torch.tensor([[math.log(3), 0.0, math.log(2)]])
    one = torch.tensor([0])
    candidates = Candidates(torch.arange(3), one, one, torch.tensor([2]), torch.tensor([0.0, 0.0, -math.log(2)]))
    assert candidates.loss("softmax", scores).item() == pytest.approx(-math.log(3 / (3 + 1 + 2 * 2)))
    assert candidates.loss("bpr", scores).item() == pytest.approx(-math.log(3 / 5))
    by_place = [-math.log(3 / 4), -math.log(1 / 2), -math.log(1 / 3)]
    assert candidates.loss("cross-entropy", scores).item() == pytest.approx(sum(by_place) / 3)


def test_what_is_left_aside_counts_in_no_loss_by_hand() -> None:
    """As above, the second candidate neither told nor compared with."""
    scores = torch.tensor([[math.log(3), 0.0, math.log(2)]])
    one, left = torch.tensor([0]), torch.tensor([[False, True, False]])
    candidates = Candidates(torch.arange(3), one, one, torch.tensor([2]), torch.zeros(3), left)
    assert candidates.loss("softmax", scores).item() == pytest.approx(-math.log(3 / 5))
    by_place = [-math.log(3 / 4), -math.log(1 / 3)]
    assert candidates.loss("cross-entropy", scores).item() == pytest.approx(sum(by_place) / 2)


def test_what_a_row_is_not_asked_about_is_left_aside() -> None:
    """Rows 0 and 1 of one user both tell item 2, the first is not asked about 0, the second about 0 and 1."""
    told, aside = (
        np.array(one, dtype=np.float32) for one in (2 * [[0, 0, 1, 0, 0]], [[1, 0, 0, 0, 0], [1, 1, 0, 0, 0]])
    )
    drawing = [
        Pool(BOUGHT).telling(sparse.csr_array(told), sparse.csr_array(aside), np.random.default_rng(at), 9, 2)
        for at in range(20)
    ]
    for drawn in drawing:
        assert drawn.items.tolist() == [0, 1, 2, 3]
        assert drawn.left is not None
        assert drawn.left.tolist() == [[True, False, False, False], [True, True, False, False]]
        kept = drawn.others >= 0
        assert not drawn.left[drawn.rows[kept], drawn.others[kept]].any()
    assert any((drawn.others >= 0).all() for drawn in drawing)


def test_the_chance_of_what_is_told_is_that_of_as_many_whole_users_by_hand() -> None:
    """Six purchases of four users; one pair of user and item told, in two rows: two thirds of a user. None drawn."""
    told = sparse.csr_array(np.array(2 * [[1, 0, 0, 0, 0]], dtype=np.float32))
    nothing: Csr = sparse.csr_array(np.zeros((2, 5), dtype=np.float32))
    drawn = Pool(BOUGHT).telling(told, nothing, np.random.default_rng(0), 0, per_user=2)
    assert drawn.log_q.exp().tolist() == pytest.approx([1 - (1 / 4) ** (2 / 3)])


def test_pairs_without_another_item_cost_nothing_under_bpr() -> None:
    one = torch.tensor([0])
    candidates = Candidates(one, one, one, torch.tensor([-1]), torch.zeros(1))
    assert candidates.loss("bpr", torch.ones(1, 1, requires_grad=True)).item() == 0
