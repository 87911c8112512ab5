"""Distribution of ratings."""

import numpy as np

from crossaisle.features import Ratings
from crossaisle.features.ratings import FittedRatings, nearest

from .shop import ROWS, everyone, shop


def test_few_ratings_are_shrunk_towards_the_shops_own_distribution() -> None:
    """Levels 1 and 5, each given once of two: overall (1/2, 1/2), mean 3. cola has one 5; with a prior of 1:
    ((0 + 1/2) / 2, (1 + 1/2) / 2) = (1/4, 3/4), mean 4, one above the shop's. soap keeps the shop's."""
    dataset = shop()
    fitted = Ratings(prior=1.0).fit(dataset)
    block = fitted.items()[0]
    assert block.columns == ("rated 1", "rated 5", "mean rating", "log number of ratings")
    cola, soap = (dataset.index.items.number(item) for item in ("cola", "soap"))
    np.testing.assert_allclose(block.dense()[cola], [0.25, 0.75, 1, np.log(2)], rtol=1e-6)
    np.testing.assert_allclose(block.dense()[soap], [0.5, 0.5, 0, 0], atol=1e-7)


def test_users_are_described_by_the_ratings_they_gave() -> None:
    """ann gave one 5, bob one 1, cat and the unknown none."""
    dataset = shop()
    block = Ratings(prior=1.0).fit(dataset).users(everyone(dataset))[0]
    np.testing.assert_allclose(block.dense()[:, 2], [1, -1, 0, 0], atol=1e-7)


def test_shop_without_ratings_has_no_block() -> None:
    dataset = shop([row for row in ROWS if row[3] != "rating"])
    fitted = Ratings().fit(dataset)
    assert fitted.items() == ()
    assert fitted.users(everyone(dataset)) == ()


def test_more_ratings_than_levels_are_put_to_equal_steps() -> None:
    """0 to 10 in 11 distinct values and 3 levels: 0, 5, 10."""
    rows = [("ann", "cola", n, "rating", None, None, None, None, float(n)) for n in range(11)]
    assert Ratings(max_levels=3).fit(shop(rows)).levels.tolist() == [0, 5, 10]


def test_value_between_levels_goes_to_the_nearest_and_the_lower_of_two() -> None:
    assert nearest(np.array([1.0, 3.0, 5.0]), np.array([0, 1.9, 2.0, 2.1, 9], dtype=np.float32)).tolist() == [
        0,
        0,
        0,
        1,
        2,
    ]


def test_restored_ratings_give_the_same_blocks() -> None:
    dataset = shop()
    fitted = Ratings().fit(dataset)
    again = FittedRatings.restore(fitted.state())
    np.testing.assert_array_equal(again.items()[0].dense(), fitted.items()[0].dense())
    old, new = fitted.users(everyone(dataset))[0], again.users(everyone(dataset))[0]
    np.testing.assert_array_equal(old.dense(), new.dense())
