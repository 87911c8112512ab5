"""Neighbours cut from recommenders, by hand and against the models they come from."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from crossaisle import plugins
from crossaisle.data.dataset import Dataset
from crossaisle.data.queries import from_histories
from crossaisle.data.training import Training
from crossaisle.models.neighbours import Neighbours
from crossaisle.models.recommenders.ease import EASE, FittedEASE
from crossaisle.models.recommenders.fusion import FittedFusion, Fusion
from crossaisle.models.recommenders.item_knn import FittedItemKNN
from crossaisle.numerics.arrays import Floats, Numbers


def test_the_highest_positive_scores_are_kept_and_the_item_itself_is_not() -> None:
    """Item 0 says 9 of itself, 2 of items 1 and 2, −1 of 3; 1 has one positive score; 2 knows nothing; 3 all equal."""
    inf = np.inf
    table = np.array([[9, 2, 2, -1], [-3, 5, 0, 0.5], [-inf, -inf, -inf, -inf], [1, 1, 1, 1]], dtype=np.float32)
    found = Neighbours.of_scores(lambda items: table[items], 4, 2)
    assert found.items.tolist() == [[1, 2], [3, -1], [-1, -1], [0, 1]]
    assert found.weights.tolist() == [[2, 2], [0.5, 0], [0, 0], [1, 1]]


def test_an_infinite_score_is_no_weight() -> None:
    table = np.array([[0, np.inf, 3], [1, 0, 2], [1, 2, 0]], dtype=np.float32)
    found = Neighbours.of_scores(lambda items: table[items], 3, 2)
    assert found.items[0].tolist() == [2, -1]


def test_rows_of_a_sparse_matrix_by_hand() -> None:
    """Row 0: 5 at itself, 2 and 2 of which the smaller number goes first, then a negative one."""
    matrix = sparse.csr_array(np.array([[5, 2, 2, -4], [0, 0, 0, 3], [1, 2, 3, 4], [0, 0, 0, 0]], dtype=np.float32))
    found = Neighbours.of_rows(matrix, 2)
    assert found.items.tolist() == [[1, 2], [3, -1], [3, 1], [-1, -1]]
    assert found.weights.tolist() == [[2, 2], [3, 0], [4, 2], [0, 0]]


def test_joined_sums_what_each_says_in_its_own_unit() -> None:
    """The first's strongest weights are 4 and 2: its unit is 3. The second's are 10 and 30: 20.

    Item 0: of 1 the first says 4/3, the second 10/20; of 2 the first says 1/3. Item 1: 2/3 and 30/20 of 2 and 0.
    """
    first = Neighbours(np.array([[1, 2], [2, -1], [-1, -1]], np.int32), np.array([[4, 1], [2, 0], [0, 0]], np.float32))
    other = Neighbours(np.array([[1], [0], [-1]], np.int32), np.array([[10], [30], [0]], np.float32))
    found = Neighbours.joined([first, other], 3)
    assert found.items.tolist() == [[1, 2, -1], [0, 2, -1], [-1, -1, -1]]
    wanted = np.array([[4 / 3 + 0.5, 1 / 3, 0.0], [1.5, 2 / 3, 0.0], [0.0, 0.0, 0.0]])
    np.testing.assert_allclose(found.weights, wanted, rtol=1e-6)


def test_ease_gives_its_rows_with_the_numbers_of_the_shop() -> None:
    """Items 1, 3 and 4 of five are modelled."""
    weights = np.array([[0, 0.5, -1], [0.2, 0, 0.4], [0, 0, 0]], dtype=np.float32)
    found = FittedEASE(weights, np.array([1, 3, 4], dtype=np.int32), 5).neighbours(2)
    assert found.items.tolist() == [[-1, -1], [3, -1], [-1, -1], [4, 1], [-1, -1]]
    np.testing.assert_allclose(found.weights[3], [0.4, 0.2])


def test_a_shop_of_one_item_has_no_neighbours() -> None:
    found = Neighbours.of_scores(lambda items: np.ones((len(items), 1), dtype=np.float32), 1, 3)
    assert found.items.tolist() == [[-1, -1, -1]]
    assert found.usual() == 1.0


def test_state_restores_the_same() -> None:
    one = Neighbours(np.array([[1], [0]], np.int32), np.array([[2], [3]], np.float32))
    again = Neighbours.restore(one.state())
    np.testing.assert_array_equal(again.items, one.items)
    np.testing.assert_array_equal(again.weights, one.weights)


DIRECT = ("ease", "item-knn")
BY_SOCKET = ("als", "graph-filter", "light-gcn", "category-popularity", "content", "category-transition")


@pytest.mark.parametrize("name", [*DIRECT, *BY_SOCKET])
def test_neighbours_are_what_the_recommender_says_of_whoever_bought_one_item(name: str, small_shop: Dataset) -> None:
    fitted = plugins.recommender(name)().fit(Training(small_shop, seed=3))
    n_items, n = small_shop.n_items, 6
    found = fitted.neighbours(n)
    scores = fitted.scores(from_histories(np.arange(n_items), np.arange(n_items + 1), n_items, 0))
    np.fill_diagonal(scores, -np.inf)
    for item, (near, weights) in enumerate(zip(found.items, found.weights, strict=True)):
        n_kept = min(n, int((scores[item] > 0).sum()))
        assert (near[n_kept:] == -1).all()
        assert (weights[n_kept:] == 0).all()
        np.testing.assert_allclose(weights[:n_kept], np.sort(scores[item])[::-1][:n_kept], rtol=1e-4, atol=1e-7)
        np.testing.assert_allclose(scores[item, near[:n_kept]], weights[:n_kept], rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("name", ["popularity", "market-potential", "mlp"])
def test_who_says_nothing_of_pairs_has_no_neighbours(name: str, small_shop: Dataset) -> None:
    chosen: dict[str, Any] = {"epochs": 1} if name == "mlp" else {}
    assert plugins.recommender(name)(**chosen).fit(Training(small_shop)).neighbours(3) is None


def test_the_sum_over_all_neighbours_is_the_score_of_a_model_without_negative_weights(small_shop: Dataset) -> None:
    fitted: FittedItemKNN = plugins.recommender("item-knn")().fit(Training(small_shop))
    found = fitted.neighbours(small_shop.n_items)
    queries = small_shop.queries(small_shop.buyers())
    exact = fitted.scores(queries)
    bought = queries.purchases()
    for row in range(len(queries)):
        held = bought.indices[bought.indptr[row] : bought.indptr[row + 1]]
        summed = np.zeros(small_shop.n_items + 1)
        np.add.at(summed, found.items[held], found.weights[held])
        np.testing.assert_allclose(summed[:-1], np.where(np.isfinite(exact[row]), exact[row], 0), rtol=1e-5, atol=1e-6)


def test_fusion_joins_the_parts_that_say_something_of_pairs(small_shop: Dataset) -> None:
    parts = (EASE(l2=5.0), plugins.recommender("popularity")(), plugins.recommender("item-knn")())
    fitted: FittedFusion = Fusion(parts=parts, windows=0).fit(Training(small_shop))
    told = [fitted.panel.parts[name].neighbours(5) for name in ("ease", "item-knn")]
    wanted = Neighbours.joined([one for one in told if one is not None], 5)
    found = fitted.neighbours(5)
    assert found is not None
    np.testing.assert_array_equal(found.items, wanted.items)
    np.testing.assert_array_equal(found.weights, wanted.weights)
    only = Fusion(parts=(plugins.recommender("popularity")(),), windows=0).fit(Training(small_shop))
    assert only.neighbours(5) is None


@given(
    table=st.lists(st.lists(st.integers(-2, 3), min_size=7, max_size=7), min_size=7, max_size=7),
    n=st.integers(1, 9),
)
def test_neighbours_are_ordered_distinct_and_alike_from_scores_and_rows(table: list[list[int]], n: int) -> None:
    scores: Floats = np.array(table, dtype=np.float32)

    def score(items: Numbers) -> Floats:
        return np.array(scores[items])

    found, rows = Neighbours.of_scores(score, 7, n), Neighbours.of_rows(sparse.csr_array(scores), n)
    np.testing.assert_array_equal(found.items, rows.items)
    np.testing.assert_array_equal(found.weights, rows.weights)
    assert (np.diff(found.weights, axis=1) <= 0).all()
    assert ((found.weights > 0) == (found.items >= 0)).all()
    for item, near in enumerate(found.items):
        kept = near[near >= 0]
        assert len(set(kept.tolist())) == len(kept)
        assert item not in kept
