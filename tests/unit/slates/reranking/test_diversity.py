import numpy as np

from crossaisle.slates.reranking.diversity import Likeness, Sameness
from crossaisle.slates.reranking.limits import Limits
from crossaisle.slates.reranking.selection import select

from ..shop import DESCENDING, A, B, C, H, Scored, shop

FREE = Limits(np.zeros(8, dtype=np.int32), 1, None, ())
NONE_BEGUN = np.empty((1, 0), dtype=np.int32)


def test_mmr_takes_the_unlike_item_before_the_more_relevant_twin() -> None:
    """Vectors (1,0), (1,0), (0,1), (0,1); relevance 1, .9, .5, 0; weight ½.

    First ½·1 wins. Then item 1: ½·.9 − ½·1 = −.05, item 2: ½·.5 − ½·0 = .25, item 3: 0, so 2.
    Then item 1: −.05, item 3: 0 − ½·1 = −.5, so 1, and 3 is last.
    """
    likeness = Likeness(np.array([[1, 0], [1, 0], [0, 1], [0, 1]], np.float32), np.empty((0, 4), np.int32))
    items = np.array([[0, 1, 2, 3]], dtype=np.int32)
    worth = np.array([[1, 0.9, 0.5, 0]], dtype=np.float32)
    costs = [(0.5, Sameness.begin(likeness, items))]
    assert select(items, worth, costs, FREE, NONE_BEGUN, 4).tolist() == [[0, 2, 1, 3]]


def test_likeness_is_the_cosine_where_the_model_has_vectors() -> None:
    vectors = np.zeros((8, 2), dtype=np.float32)
    vectors[A], vectors[B] = (3, 0), (3, 4)
    likeness = Likeness.of(Scored.of(DESCENDING, vectors), shop())
    between = likeness.between(np.array([A], np.int32), np.array([[A, B, C, -1]], np.int32))
    np.testing.assert_allclose(between, [[1, 0.6, 0, 0]], atol=1e-6)


def test_likeness_is_the_share_of_equal_labels_without_vectors() -> None:
    """a (drinks, X) beside b (drinks, Y): one of two; c (fruit, X): one of two; h has neither label."""
    likeness = Likeness.of(Scored.of(DESCENDING), shop())
    between = likeness.between(np.array([A, H], np.int32), np.array([[A, B, C, H], [A, B, C, H]], np.int32))
    assert between.tolist() == [[1, 0.5, 0.5, 0], [0, 0, 0, 0]]
