"""Causes found by leaving out, against what the score is made of."""

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.data.event_types import PURCHASE, VIEW
from crossaisle.data.queries import Queries, from_histories
from crossaisle.data.training import Training
from crossaisle.models.occlusion import Taken, occluded, without
from crossaisle.models.recommender import Cause
from crossaisle.models.recommenders.ease import EASE
from crossaisle.numerics.arrays import Floats, Numbers

WORTH = np.array([[1, 2], [4, -3], [0, 5], [2, 2]], dtype=np.float32)
"""What each of four items adds to the scores of the first two."""


def score(queries: Queries, candidates: Numbers) -> Floats:
    scores = queries.purchases() @ WORTH
    found = np.take_along_axis(scores, np.maximum(candidates, 0), axis=1)
    return np.where(candidates < 0, -np.inf, found).astype(np.float32)


def histories(*items: list[int]) -> Queries:
    sizes = [len(one) for one in items]
    return from_histories(np.concatenate(items), np.concatenate([[0], np.cumsum(sizes)]), 4, 0)


def test_the_drop_is_what_the_item_added_the_largest_first() -> None:
    found = occluded(score, histories([0, 1, 2, 1], [3]), np.array([[0, 1], [1, -1]], dtype=np.int32), 2)
    assert found.subjects.tolist() == [[[1, 0], [2, 0]], [[3, -1], [-1, -1]]]
    assert found.amounts.tolist() == [[[4, 1], [5, 2]], [[2, 0], [0, 0]]]
    assert (found.causes == Cause.ITEM).all()


def test_a_history_without_a_purchase_has_no_cause() -> None:
    found = occluded(score, histories([]), np.array([[0]], dtype=np.int32), 3)
    assert found.subjects.tolist() == [[[-1, -1, -1]]]


def test_of_long_histories_the_items_met_last_are_tried() -> None:
    found = occluded(score, histories([1, 0, 3, 0], [2, 3, 1]), np.array([[0], [0]], dtype=np.int32), 3, most=2)
    assert found.subjects.tolist() == [[[3, 0, -1]], [[1, 3, -1]]]


def test_taking_an_item_out_leaves_all_else() -> None:
    queries = histories([0, 1, 0], [2])
    varied = without(queries, Taken(np.array([1, 0, 0]), np.array([2, 0, 1], dtype=np.int32)))
    assert varied.indptr.tolist() == [0, 0, 1, 3]
    assert varied.items.tolist() == [1, 0, 0]
    assert varied.types.tolist() == [PURCHASE] * 3


def test_only_the_asked_kinds_of_event_are_causes() -> None:
    queries = histories([0, 1])
    queries.types[1] = VIEW
    kinds = np.zeros(12, dtype=np.bool_)
    kinds[VIEW] = True
    one = np.array([[0]], dtype=np.int32)
    assert occluded(score, queries, one, 1).subjects.tolist() == [[[0]]]
    assert occluded(score, queries, one, 1, kinds=kinds).subjects.tolist() == [[[-1]]]


def test_a_linear_model_is_explained_as_it_explains_itself(small_shop: Dataset) -> None:
    fitted = EASE(l2=20.0).fit(Training(small_shop))
    queries = small_shop.queries(small_shop.buyers())
    candidates = np.argsort(-fitted.scores(queries), axis=1)[:, :4].astype(np.int32)
    own, found = fitted.contributions(queries, candidates), occluded(fitted.score_candidates, queries, candidates, 3)
    np.testing.assert_allclose(found.amounts, own.amounts, atol=1e-5)
