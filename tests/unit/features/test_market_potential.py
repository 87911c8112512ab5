"""Market potential P_i = R_i / R."""

import numpy as np
import pytest

from crossaisle.features import MarketShares, group_potential, market_potential
from crossaisle.features.market_potential import FittedMarketShares, amounts_of
from crossaisle.numerics.arrays import csr

from .shop import shop

RATINGS = np.array([[4, 0, 3, 0, 5], [2, 5, 0, 4, 0], [0, 3, 4, 5, 2]])


def test_three_users_ratings_of_five_items_give_shares_that_sum_to_one() -> None:
    """Columns sum to 4+2+0 = 6, 0+5+3 = 8, 3+0+4 = 7, 0+4+5 = 9 and 5+0+2 = 7; together 37."""
    potential = market_potential(RATINGS)
    np.testing.assert_allclose(potential, np.array([6, 8, 7, 9, 7]) / 37)
    assert potential.sum() == pytest.approx(1)


def test_aisles_share_out_their_own_sums() -> None:
    """Aisle 0 holds 6 and 8, aisle 1 holds 7 and 9; the last item has no aisle."""
    potential = market_potential(RATINGS.sum(axis=0), np.array([0, 0, 1, 1, -1]))
    np.testing.assert_allclose(potential, [6 / 14, 8 / 14, 7 / 16, 9 / 16, 0])


def test_groups_of_users_share_out_what_they_gave() -> None:
    """Users 0 and 2 together: 4, 3, 7, 5, 7 of 26; user 1 belongs to no group; group 1 is empty."""
    rows, columns = np.nonzero(RATINGS)
    ratings = csr(rows, columns, RATINGS[rows, columns], RATINGS.shape)
    potential = group_potential(ratings, np.array([0, -1, 0]), 2)
    np.testing.assert_allclose(potential[0], np.array([4, 3, 7, 5, 7]) / 26)
    assert (potential[1] == 0).all()


def test_one_item_has_the_whole_market() -> None:
    assert market_potential(np.array([3.0])).tolist() == [1]


def test_amounts_are_spend_or_ratings_or_purchases() -> None:
    """cola: 2·1 + 1·3 = 5 spent, one rating of 5, two purchases."""
    dataset = shop()
    cola = dataset.index.items.number("cola")
    spend, ratings, purchases = (
        amounts_of(dataset, measure).toarray()[:, cola].sum() for measure in ("spend", "ratings", "purchases")
    )
    assert (spend, ratings, purchases) == (5, 5, 2)


def test_equal_share_of_the_market_is_one_before_the_logarithm() -> None:
    """Spend is 5 for cola, 2 for juice, 4 for soap of 11; cola holds 5/11 · 4 items in the shop,
    5/7 · 2 items in its aisle and category; new holds nothing."""
    dataset = shop()
    values = MarketShares().fit(dataset).items()[0].dense()
    cola, new = (dataset.index.items.number(item) for item in ("cola", "new"))
    np.testing.assert_allclose(np.expm1(values[cola]), [20 / 11, 10 / 7, 10 / 7], rtol=1e-5)
    assert (values[new] == 0).all()


def test_shop_without_prices_falls_back_to_purchases() -> None:
    dataset = shop([("ann", "cola", n, "purchase", None, None, None, None, None) for n in range(3)])
    values = MarketShares().fit(dataset).items()[0].dense()
    np.testing.assert_allclose(np.expm1(values[dataset.index.items.number("cola")]), [4, 2, 2], rtol=1e-5)


def test_restored_shares_give_the_same_block() -> None:
    fitted = MarketShares().fit(shop())
    again = FittedMarketShares.restore(fitted.state())
    np.testing.assert_array_equal(again.items()[0].dense(), fitted.items()[0].dense())
