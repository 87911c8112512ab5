"""Each recommender on three users and a few items, worked out by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from crossaisle.data.dataset import Dataset
from crossaisle.data.queries import Queries, from_histories
from crossaisle.data.training import Training
from crossaisle.models.recommender import Cause
from crossaisle.models.recommenders.als import FittedALS
from crossaisle.models.recommenders.category_popularity import CategoryPopularity
from crossaisle.models.recommenders.category_transition import CategoryTransition
from crossaisle.models.recommenders.ease import EASE
from crossaisle.models.recommenders.graph_filter import GraphFilter
from crossaisle.models.recommenders.item_knn import ItemKNN
from crossaisle.models.recommenders.market_potential import MarketPotential
from crossaisle.models.recommenders.popularity import Popularity

CATALOG = pd.DataFrame({"item_id": ["a", "b", "c"], "category": ["x", "x", "y"]})


def shop(*rows: tuple[str, str, str]) -> Dataset:
    """Purchases (user, item, date) at 1 a unit."""
    events = pd.DataFrame(rows, columns=["user_id", "item_id", "timestamp"])
    return Dataset.from_frames(events.assign(event_type="purchase", price=1.0, quantity=1), CATALOG)


def bought(*items: int) -> Queries:
    return from_histories(np.array(items), np.array([0, len(items)]), 3, 2**60)


@pytest.fixture
def two_of_three() -> Dataset:
    """u1 and u2 bought a and b, u3 bought a."""
    return shop(
        ("u1", "a", "2017-01-01"),
        ("u1", "b", "2017-01-02"),
        ("u2", "a", "2017-01-03"),
        ("u2", "b", "2017-01-04"),
        ("u3", "a", "2017-01-05"),
    )


def test_ease_of_two_items(two_of_three: Dataset) -> None:
    """XᵀX over a, b is [[3, 2], [2, 2]]; with λ = 1 it is G = [[4, 2], [2, 3]], det 8.

    P = G⁻¹ = [[3, −2], [−2, 4]] / 8. B_ij = −P_ij / P_jj: B_ab = 2 / 4 = .5, B_ba = 2 / 3.
    Who bought a: score of b = .5; who bought b: score of a = 2/3. c was never bought: −inf.
    """
    fitted = EASE(l2=1.0).fit(Training(two_of_three))
    np.testing.assert_allclose(fitted.scores(bought(0))[0], [0, 0.5, -np.inf], rtol=1e-6)
    np.testing.assert_allclose(fitted.scores(bought(1))[0, 0], 2 / 3, rtol=1e-6)


def test_cosine_of_two_items(two_of_three: Dataset) -> None:
    """a is bought by 3, b by 2, both by 2: cosine = 2 / √(3 · 2) = .8165. c has no neighbour."""
    scores = ItemKNN().fit(Training(two_of_three)).scores(bought(0))[0]
    np.testing.assert_allclose(scores[1], 2 / np.sqrt(6), rtol=1e-6)
    assert np.isneginf(scores[[0, 2]]).all()


def test_popularity_counts_buyers_once_and_lifts_what_rises() -> None:
    """Window 1 to 11 January, halves part at noon of the 5th (the last event is at the 10th).

    a: u1 twice, u2 once, all early: 2 buyers, no rise. b: u1 early, u2 and u3 late: 3 buyers, 2 late − 1 early = 1.
    trend 2: b = 3 + 2 · 1 = 5.
    """
    dataset = shop(
        ("u1", "a", "2017-01-01"),
        ("u1", "a", "2017-01-02"),
        ("u2", "a", "2017-01-02"),
        ("u1", "b", "2017-01-03"),
        ("u2", "b", "2017-01-09"),
        ("u3", "b", "2017-01-10"),
    )
    scores = Popularity(trend=2.0).fit(Training(dataset)).scores(bought(0))[0]
    np.testing.assert_allclose(scores, [2, 5, -np.inf])
    counted = Popularity(by="purchases").fit(Training(dataset)).scores(bought(0))[0]
    np.testing.assert_allclose(counted, [3, 3, -np.inf])


def test_market_potential_is_the_share_of_spend(two_of_three: Dataset) -> None:
    """Of 5 spent at 1 a unit, 3 went to a and 2 to b: .6 and .4."""
    scores = MarketPotential(measure="spend").fit(Training(two_of_three)).scores(bought(0))[0]
    np.testing.assert_allclose(scores, [0.6, 0.4, -np.inf], rtol=1e-6)


def test_category_popularity_tells_categories_from_categories() -> None:
    """u1 buys from x and y, u2 from x, u3 from y: gram [[2, 1], [1, 2]], with λ = 1 its inverse is
    [[3, −1], [−1, 3]] / 8, so B_xy = B_yx = 1/3. P(x) = P(y) = 2/3, at weight .3 it adds .2.

    Someone who bought c: x = 1/3 + .2 = 8/15, y = .5 of his own + .2 = .7.
    Buyers of the two who buy from x: a 2, b 1; of y: c 2. Scores: 8/15 · 2/2, 8/15 · 1/2, .7 · 2/2.
    Of a's score 1/3 is due to category y and .2 to its two buyers.
    """
    dataset = shop(
        ("u1", "a", "2017-01-01"),
        ("u1", "c", "2017-01-01"),
        ("u2", "a", "2017-01-01"),
        ("u2", "b", "2017-01-02"),
        ("u3", "c", "2017-01-01"),
    )
    fitted = CategoryPopularity(l2=1.0, own=0.5, anyone=0.3, shrink=0.0, recency=0.0).fit(Training(dataset))
    np.testing.assert_allclose(fitted.scores(bought(2))[0], [8 / 15, 4 / 15, 0.7], rtol=1e-6)
    found = fitted.contributions(bought(2), np.array([[0]], dtype=np.int32))
    assert found.causes[0, 0, :2].tolist() == [Cause.CATEGORY, Cause.BUYERS]
    assert found.subjects[0, 0].tolist() == [1, 2, -1]
    np.testing.assert_allclose(found.amounts[0, 0], [1 / 3, 0.2, 0], rtol=1e-6)


def test_category_popularity_leans_towards_what_sells_lately() -> None:
    """a has 2 buyers long ago and b 1 within the last 10 days: 3 in all, 1 of them recent, which is scaled to 3.

    Half and half: a = ½ · 2 + ½ · 0 = 1, b = ½ · 1 + ½ · 3 = 2, of the 3 users who buy from x. Nobody knows the
    stranger, so P(x) = 1 decides: scores 1/3, 2/3.
    """
    dataset = shop(("u1", "a", "2017-01-01"), ("u2", "a", "2017-01-01"), ("u3", "b", "2017-03-01"))
    model = CategoryPopularity(anyone=1.0, shrink=0.0, window=10, recency=0.5)
    np.testing.assert_allclose(model.fit(Training(dataset)).scores(bought())[0, :2], [1 / 3, 2 / 3], rtol=1e-6)


def test_category_transition_counts_what_follows() -> None:
    """Two users enter x then y ten days later, half-life 10 days: x→y counts 2 · ½ = 1; nothing follows y.

    Without smoothing P(y | x) = 1. Item c is all of y: who bought a gets c with 1 · 1 = 1.
    """
    dataset = shop(
        ("u1", "a", "2017-01-01"), ("u1", "c", "2017-01-11"), ("u2", "b", "2017-02-01"), ("u2", "c", "2017-02-11")
    )
    fitted = CategoryTransition(half_life=10.0, smoothing=0.0).fit(Training(dataset))
    np.testing.assert_allclose(fitted.scores(bought(0))[0], [-np.inf, -np.inf, 1.0])


def test_graph_filter_with_all_components_gives_the_history_back(two_of_three: Dataset) -> None:
    """With every singular vector and p = 0, V·Vᵀ is the identity on bought items: x · D^−a · I · D^a = x."""
    fitted = GraphFilter(components=2, item_exponent=0.5, return_exponent=0.5, linear=0.0).fit(Training(two_of_three))
    np.testing.assert_allclose(fitted.scores(bought(0))[0, :2], [1, 0], atol=1e-5)


def test_graph_filter_gives_neighbours_more_components() -> None:
    """a and b are bought by both users, c by one: with exponents 0 the gram is [[2, 2, 1], [2, 2, 1], [1, 1, 1]].

    Its two components span (1, 1, 0) / √2 and (0, 0, 1), so with both V·Vᵀ is ½ between a and b, 0 between a and c.
    a's one neighbour is b; c's is a, of two alike the smaller number. Other pairs have the first component alone, whose
    eigenvalue is (5 + √17) / 2 with vector (1, 1, (√17 − 3) / 2).
    """
    dataset = shop(*((user, item, "2017-01-01") for user, items in (("u1", "abc"), ("u2", "ab")) for item in items))
    model = GraphFilter(components=1, user_exponent=0.0, item_exponent=0.0, return_exponent=0.0, linear=0.0)
    fitted = replace(model, near_components=1, neighbours=1).fit(Training(dataset))
    first = np.array([1, 1, (17**0.5 - 3) / 2])
    first /= np.linalg.norm(first)
    np.testing.assert_allclose(fitted.scores(bought(0))[0], [first[0] ** 2, 1 / 2, first[0] * first[2]], atol=1e-5)
    np.testing.assert_allclose(fitted.scores(bought(2))[0], [0, first[2] * first[1], first[2] ** 2], atol=1e-5)


def test_graph_filter_agrees_with_the_dense_formula(small_shop: Dataset) -> None:
    """Parity with numpy's exact SVD in float64, both filters together."""
    matrix = small_shop.purchases().toarray().astype(np.float64)
    users, items = matrix.sum(axis=1), np.maximum(matrix.sum(axis=0), 1e-300)
    scaled = matrix / users[:, None] ** 0.5 / items[None, :] ** 0.3
    _, strengths, right = np.linalg.svd(scaled, full_matrices=False)
    weights = (strengths[:6] / strengths[0]) ** 1.5
    linear = scaled.T @ scaled
    np.fill_diagonal(linear, 0)
    everywhere, further = (
        right[some].T * weights[some] @ right[some] * items**0.3 for some in (slice(0, 4), slice(4, 6))
    )
    near = (linear > 0) * (further + 0.7 * (linear / strengths[0] ** 2) ** 1.25)
    wanted = (matrix / items**0.3) @ (everywhere + near)
    fitted = GraphFilter(
        components=4,
        near_components=2,
        linear_power=1.25,
        power=1.5,
        user_exponent=0.5,
        item_exponent=0.3,
        return_exponent=0.3,
        linear=0.7,
        neighbours=small_shop.n_items,
        iterations=8,
    ).fit(Training(small_shop))
    scores = fitted.scores(small_shop.queries(np.arange(small_shop.n_users)))
    np.testing.assert_allclose(scores, wanted, atol=2e-4)


def test_als_solves_a_user_of_one_factor() -> None:
    """Factors 1, 2, 3, α = 2, λ = 1, bought the second: A = 1 + 4 + 9 + 1 + (2 − 1) · 4 = 19, b = 2 · 2 = 4.

    The user is 4 / 19, the scores 4/19, 8/19, 12/19; all of it is due to the second item.
    """
    fitted = FittedALS(np.array([[1], [2], [3]], dtype=np.float32), alpha=2.0, l2=1.0, counted=False)
    np.testing.assert_allclose(fitted.scores(bought(1))[0], [4 / 19, 8 / 19, 12 / 19], rtol=1e-5)
    found = fitted.contributions(bought(1), np.array([[2]], dtype=np.int32))
    assert found.subjects[0, 0, 0] == 1
    np.testing.assert_allclose(found.amounts[0, 0, 0], 12 / 19, rtol=1e-5)
