"""What the most similar people bought: likeness as tf–idf, worked out by hand for three people."""

from functools import cache

import numpy as np
import pytest

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import DAY
from crossaisle.data.queries import from_histories
from crossaisle.models.ranking.neighbours import FLOOR, Neighbours
from crossaisle.models.ranking.signal import History
from crossaisle.numerics.arrays import Floats

from .shops import everything, history, moment_of, shop

CATEGORIES = {"a": "A", "b": "A", "c": "B", "d": "C"}
PURCHASES = (("u", "a", 0), ("u", "b", 1), ("v", "a", 2), ("v", "c", 19), ("w", "d", 20))
A, RARE = np.log(3 / 2), np.log(3)
"""Rarities: a has two buyers of three people, b, c and d one; A has two, B and C one."""


@cache
def three_people() -> Dataset:
    """What u, v and w bought."""
    return shop(PURCHASES, CATEGORIES)


def fitted() -> Neighbours:
    """Compares with u, v and w; the last ten days are recent."""
    return Neighbours.fit(three_people(), 10 * DAY, seed=0)


def shares(asked: History) -> Floats:
    """(n_queries, 4 items, 4 numbers): shares of the neighbours, the floor where nobody bought it."""
    items = np.tile(np.arange(4, dtype=np.int32), (len(asked), 1))
    return np.exp(fitted().of(asked, items))


def test_whoever_asks_is_not_their_own_neighbour() -> None:
    """Of the others v alone is like u, by a and by A: what is told to u is what v bought, and lately c alone."""
    told = shares(history(three_people(), ["u"], day=20))[0]
    for kind in (0, 2):
        assert told[:, kind] == pytest.approx([1, FLOOR, 1, FLOOR], rel=1e-5)
        assert told[:, kind + 1] == pytest.approx([FLOOR, FLOOR, 1, FLOOR], rel=1e-5)


def test_without_anyone_alike_nothing_is_told() -> None:
    """Nobody shares an item or a category with w, and who has no history is like nobody."""
    told = shares(history(three_people(), ["w", "nobody"], day=20))
    assert told == pytest.approx(np.full((2, 4, 4), FLOOR), rel=1e-5)


def test_people_weigh_as_much_as_they_are_alike() -> None:
    """Someone new bought a and d: the products of tf–idf with u and v are a² each over √(a² + rare²), with w rare."""
    asked = History(from_histories(np.array([0, 3]), np.array([0, 2]), 4, moment_of(20)), 10 * DAY)
    told = shares(asked)[0]
    pair, alone = A**2 / np.hypot(A, RARE), RARE
    total = 2 * pair + alone
    by_items = np.array([2 * pair, pair, pair, alone]) / total
    assert told[:, 0] == pytest.approx(by_items, rel=1e-4)
    assert told[:, 1] == pytest.approx([FLOOR, FLOOR, pair / total, alone / total], rel=1e-4)


def test_categories_weigh_by_the_log_of_how_many_items_of_them_were_bought() -> None:
    """By categories u is A twice, which is A alone once of length 1; v is (A, rare) over its length."""
    asked = History(from_histories(np.array([0, 3]), np.array([0, 2]), 4, moment_of(20)), 10 * DAY)
    told = shares(asked)[0]
    of_u, of_v, of_w = A, A**2 / np.hypot(A, RARE), RARE
    total = of_u + of_v + of_w
    by_categories = np.array([of_u + of_v, of_u, of_v, of_w]) / total
    assert told[:, 2] == pytest.approx(by_categories, rel=1e-4)


def test_rows_have_length_one_and_rarities_are_logs() -> None:
    one = fitted()
    assert one.rarity[0] == pytest.approx([A, RARE, RARE, RARE])
    assert one.rarity[1] == pytest.approx([A, RARE, RARE])
    for vectors in one.vectors:
        assert np.asarray(vectors.multiply(vectors).sum(axis=1)).ravel() == pytest.approx([1, 1, 1], rel=1e-6)


def test_neighbours_are_restored_from_their_state() -> None:
    dataset, one = three_people(), fitted()
    again = Neighbours.restore(one.names, one.state())
    asked = history(dataset, ["u", "v", "nobody"], day=20)
    assert np.array_equal(again.of(asked, everything(dataset, 3)), one.of(asked, everything(dataset, 3)))


def test_someone_forgotten_is_no_neighbour_and_those_after_them_move_up() -> None:
    """Without v, whose number is 1, nobody is like u any more; w, who was 2, is 1, and what w is told is the same."""
    dataset = three_people()
    one = fitted()
    assert one.people.tolist() == [0, 1, 2]
    without = one.without(np.array([1], dtype=np.int32))
    assert without.people.tolist() == [0, -1, 1]
    for matrix in (*without.vectors, without.bought, without.lately):
        assert matrix[[1]].nnz == 0
    asked, items = history(dataset, ["u", "w"], day=20), np.tile(np.arange(4, dtype=np.int32), (2, 1))
    told = without.of(asked, items)
    assert np.exp(told[0]) == pytest.approx(np.full((4, 4), FLOOR), rel=1e-5)
    np.testing.assert_array_equal(told[1], one.of(asked, items)[1])
    again = Neighbours.restore(without.names, without.state()).without(np.array([0, 1], dtype=np.int32))
    assert again.people.tolist() == [-1, -1, -1]
    assert again.bought.nnz == 0
