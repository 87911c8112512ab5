import numpy as np

from crossaisle.data.queries import from_histories
from crossaisle.slates.reranking.calibration import Distance, Taste
from crossaisle.slates.reranking.limits import Limits
from crossaisle.slates.reranking.selection import select

from ..shop import shop

TASTE = Taste(np.array([0, 0, 0, 1, 2], dtype=np.int32), 2)
"""Items 0 to 2 are of group 0, item 3 of group 1, item 4 of none."""


def test_the_slate_takes_on_the_shares_of_the_history() -> None:
    """History: three of group 0, one of group 1, so p = (¾, ¼). With α = .01 and one item in the slate:

    group 0: q̃ = (.9975, .0025), KL = ¾ ln(.75/.9975) + ¼ ln(.25/.0025) = .93741;
    group 1: q̃ = (.0075, .9925), KL = ¾ ln(.75/.0075) + ¼ ln(.25/.9925) = 3.10919. So group 0 comes first.
    Second, group 0 again is .93741 still; group 1: q̃ = (.5025, .4975), KL = .12833. So group 1.
    """
    queries = from_histories(np.array([0, 1, 2, 3]), np.array([0, 4]), n_items=5, moment=0)
    items = np.array([[0, 1, 2, 3]], dtype=np.int32)
    distance = Distance.begin(TASTE, queries, items)
    np.testing.assert_allclose(distance.costs(), [[0.93741, 0.93741, 0.93741, 3.10919]], atol=1e-5)
    distance.add(np.array([0], dtype=np.int32))
    np.testing.assert_allclose(distance.costs()[0, [1, 3]], [0.93741, 0.12833], atol=1e-5)

    worth = np.array([[1, 0.9, 0.8, 0]], dtype=np.float32)
    costs = [(1.0, Distance.begin(TASTE, queries, items))]
    free = Limits(np.zeros(5, dtype=np.int32), 1, None, ())
    assert select(items, worth, costs, free, np.empty((1, 0), np.int32), 4).tolist() == [[0, 3, 1, 2]]


def test_who_bought_nothing_with_a_group_has_no_taste() -> None:
    queries = from_histories(np.array([4]), np.array([0, 1, 1]), n_items=5, moment=0)
    assert not TASTE.shares(queries).any()
    assert not Distance.begin(TASTE, queries, np.array([[0, 3], [0, 3]], np.int32)).costs().any()


def test_taste_is_by_aisle_unless_the_shop_has_none() -> None:
    assert Taste.of(shop(), "aisle").n_groups == 2
    assert Taste.of(shop(), "category").n_groups == 4
    assert Taste.of(shop(aisle=[None] * 8), "aisle").n_groups == 4
