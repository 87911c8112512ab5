"""Graphs of users and items, and of a shop, joined by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from crossaisle.data.dataset import Dataset
from crossaisle.models.learning.candidates import Pool
from crossaisle.models.learning.graphs import held_back, start_vectors, with_loops
from crossaisle.models.learning.hiding import Hidden, hide
from crossaisle.models.learning.shop_graph import Nodes, Shares, bought_with
from crossaisle.numerics.arrays import Csr, csr

CATALOG = pd.DataFrame(
    {"item_id": ["a", "b", "c", "d"], "category": ["x", "x", "y", None], "brand": ["p", "q", "p", None]}
)


def matrix(rows: list[list[float]]) -> Csr:
    return sparse.csr_array(np.array(rows, dtype=np.float32))


@pytest.fixture
def shop() -> Dataset:
    """u1 bought a, b and c on one day, u2 a on one day and d on another."""
    rows = [("u1", "a", 1), ("u1", "b", 1), ("u1", "c", 1), ("u2", "a", 1), ("u2", "d", 2)]
    events = pd.DataFrame(rows, columns=["user_id", "item_id", "day"])
    events["timestamp"] = pd.Timestamp("2017-01-01") + pd.to_timedelta(events.pop("day"), unit="D")
    return Dataset.from_frames(events.assign(event_type="purchase", price=1.0, quantity=1), CATALOG)


def test_users_and_items_are_one_graph_with_a_loop_at_each() -> None:
    graph = with_loops(matrix([[1, 0], [0.5, 1]])).toarray()
    assert graph.tolist() == [[1, 0, 1, 0], [0, 1, 0.5, 1], [1, 0.5, 1, 0], [0, 1, 0, 1]]


def test_singular_vectors_have_length_one_on_average_and_nothing_for_what_nobody_bought(small_shop: Dataset) -> None:
    bought = held_back(small_shop.purchases())
    bought = csr(*bought.nonzero(), bought.data, (small_shop.n_users, small_shop.n_items + 1))
    vectors = start_vectors(bought, "graph-filter", 8, 3).numpy()
    assert (vectors[-1] == 0).all()
    assert np.mean((vectors[:-1] ** 2).sum(axis=1)) == pytest.approx(1, abs=1e-5)
    np.testing.assert_allclose(vectors.T @ vectors / len(vectors[:-1]), np.eye(8) / 8, atol=1e-4)


@pytest.mark.parametrize(("how", "square"), [("xavier", 1.0), ("he", 2.0)])
def test_random_vectors_have_the_variance_of_their_rule(how: str, square: float) -> None:
    """The square length of a vector of 100 draws has the deviation square · √(2 / 100); of 400 vectors 1/20 of that."""
    drawn = start_vectors(matrix([[1.0] * 400]), how, 100, 0)  # type: ignore[arg-type]
    assert abs(float(drawn.pow(2).sum(dim=1).mean()) - square) < 5 * square * 0.02**0.5 / 20


def test_texts_are_laid_out_as_long_as_said_and_nothing_for_what_says_nothing_by_hand() -> None:
    """Texts (3, 4), none and (0, 5) have a mean square of 25 where there are any; a third number is drawn and short."""
    texts = np.array([[3, 4], [0, 0], [0, 5]], dtype=np.float32)
    vectors = start_vectors(matrix([[1.0, 1.0, 1.0]]), "text", 3, 0, texts).numpy()
    np.testing.assert_allclose(vectors[:, :2], texts / 5, rtol=1e-6)
    assert (vectors[1] == 0).all()
    assert (np.abs(vectors[[0, 2], 2]) > 0).all()
    assert (np.abs(vectors[[0, 2], 2]) < 5 * 0.1 / 3**0.5).all()


def test_categories_and_brands_are_placed_amid_their_items_by_hand(shop: Dataset) -> None:
    """Items a to d at 1, 3, 5 and 7: x holds a and b, y holds c; p holds a and c, q holds b."""
    placed = Nodes.of(shop, 0.3, 1.0, 1.0).placed(np.array([[1], [3], [5], [7]], dtype=np.float32))
    assert placed[:, 0].tolist() == [1, 3, 5, 7, 2, 5, 3, 3]


def test_a_history_leads_to_its_items_categories_and_brands_once_each(shop: Dataset) -> None:
    """u1: a, b, c; x, y; p, q; u2: a, d; x; p. Degrees a 2, x 2, p 2, all others 1; exponent 1 halves those.

    Edges to categories count 3 times, to brands 5 times. Rows are held back by 3^−.3 and 2^−.3.
    """
    nodes = Nodes.of(shop, 1.0, 3.0, 5.0)
    scaled = nodes.edges(shop.purchases()).toarray() / np.array([[3**-0.3], [2**-0.3]])
    wanted = [[0.5, 1, 1, 0, 1.5, 3, 2.5, 5], [0.5, 0, 0, 1, 1.5, 0, 2.5, 0]]
    np.testing.assert_allclose(scaled, wanted, rtol=1e-6)


def test_histories_part_into_categories(shop: Dataset) -> None:
    """u1 holds a and b of x and c of y, u2 holds a of x; d is of no category."""
    nodes = Nodes.of(shop, 0.0, 1.0, 1.0)
    shares = Shares.of(shop.purchases(), nodes)
    assert list(zip(shares.categories.tolist(), shares.rows.tolist(), strict=True)) == [(0, 0), (0, 1), (1, 0)]
    wanted = np.array([[1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0]]) * np.array([[3], [2], [3]]) ** -0.3
    np.testing.assert_allclose(shares.edges.toarray(), wanted, rtol=1e-6)
    found = [(groups.start, groups.stop, places.tolist()) for groups, places in shares.within(nodes.category)]
    assert found == [(0, 2, [0, 1]), (2, 3, [2])]


def test_what_is_bought_with_an_item_is_of_the_same_user_and_day(shop: Dataset) -> None:
    """Only u1's day has several: a, b and c lead to each other. A basket of three is held back by √3, so b–c is 1/3;
    a has a basket more of one alone, so that its edges weigh 1 / (3 · √2); d leads nowhere."""
    near = bought_with(shop, 10).toarray()
    share = (1 / 18**0.5) / (1 / 18**0.5 + 1 / 3)
    wanted = [[0, 0.5, 0.5, 0], [share, 0, 1 - share, 0], [share, 1 - share, 0, 0], [0, 0, 0, 0]]
    np.testing.assert_allclose(near, np.array(wanted), rtol=1e-5)


def test_what_is_hidden_is_asked_for_and_not_shown(shop: Dataset) -> None:
    """Of u1 category x is hidden: a and b are asked for, of c it is known that u1 has it; u2's a and d stay."""
    nodes, bought = Nodes.of(shop, 0.0, 1.0, 1.0), shop.purchases()
    drawn = Pool(bought).draw(np.array([0, 1]), 4, np.random.default_rng(0))
    is_hidden = np.array([True, True, False, False, False])
    hidden = Hidden.of(bought, drawn, is_hidden, nodes)
    items = hidden.drawn.items.tolist()
    assert hidden.category.tolist() == [-1, 0, 0, 1]
    assert items == [3, 0, 1, 2]
    asked = zip(hidden.drawn.rows.tolist(), [items[at] for at in hidden.drawn.columns.tolist()], strict=True)
    assert sorted(asked) == [(0, 0), (0, 1)]
    left = zip(hidden.left[0].tolist(), [items[at] for at in hidden.left[1].tolist()], strict=True)
    assert sorted(left) == [(0, 2), (1, 0), (1, 3)]
    assert [rows.tolist() for rows in hidden.knowers] == [[], [1], [0]]
    assert hidden.sizes == [1, 2, 1]
    shown = hidden.to_users.forward
    assert shown.columns[shown.starts[0] : shown.starts[1]].tolist() == [2, 5, 6]


def test_with_nothing_hidden_everything_is_asked_for(shop: Dataset) -> None:
    nodes, bought = Nodes.of(shop, 0.0, 1.0, 1.0), shop.purchases()
    drawn = Pool(bought).draw(np.array([0, 1]), 4, np.random.default_rng(0))
    is_hidden = hide(bought, nodes, 0.0, 0.0, np.random.default_rng(0))
    hidden = Hidden.of(bought, drawn, is_hidden, nodes)
    assert not is_hidden.any()
    assert (len(hidden.drawn.rows), len(hidden.left[0])) == (5, 0)


def test_categories_are_hidden_whole_and_as_often_as_asked(small_shop: Dataset) -> None:
    """60 users know about 8 categories each: of n pairs 30 % ± 5 · √(n · .3 · .7) are dark, with all their items."""
    nodes, bought = Nodes.of(small_shop, 0.0, 1.0, 1.0), small_shop.purchases()
    is_hidden = hide(bought, nodes, 0.3, 0.0, np.random.default_rng(1))
    rows = np.repeat(np.arange(bought.shape[0]), np.diff(bought.indptr))
    frame = pd.DataFrame({"user": rows, "category": nodes.category[bought.indices], "hidden": is_hidden})
    dark = frame.groupby(["user", "category"])["hidden"].agg(["min", "max"])
    assert (dark["min"] == dark["max"]).all()
    n = len(dark)
    assert abs(int(dark["max"].sum()) - 0.3 * n) < 5 * (n * 0.21) ** 0.5
