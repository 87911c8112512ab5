"""MLP: what is hidden is told from the rest, cold items by their features, taste that no product of vectors holds."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from crossaisle.data.dataset import Dataset
from crossaisle.data.queries import from_histories
from crossaisle.data.training import Training
from crossaisle.models.learning.tensors import array
from crossaisle.models.recommenders.mlp import MLP, Batch, Lesson
from crossaisle.numerics.arrays import AnyArray, row_numbers


def batch_of(shop: Dataset, **chosen: Any) -> tuple[Lesson, Batch, AnyArray, AnyArray, AnyArray]:
    """A batch of all users: bool (n_users, n_items) what they bought, what is left of it, and what is told."""
    lesson = MLP(batch_size=1000, negatives=1000, text=False, min_buyers=1, **chosen).learner(Training(shop))
    rng = np.random.default_rng(0)
    batch = next(iter(lesson.batches(rng)))
    order = np.random.default_rng(0).permutation(lesson.users)
    bought, left, told = (np.zeros((len(order), shop.n_items), dtype=np.bool_) for _ in range(3))
    bought[:] = shop.purchases().toarray()[order] > 0
    histories = batch.histories.forward
    left[row_numbers(array(histories.starts)), array(histories.columns)] = True
    drawn = batch.candidates
    told[array(drawn.rows), array(drawn.items)[array(drawn.columns)]] = True
    return lesson, batch, bought, left, told


def test_what_is_hidden_is_told_and_what_is_left_is_not_asked_about(small_shop: Dataset) -> None:
    _, batch, bought, left, told = batch_of(small_shop, category_dropout=0.3, event_dropout=0.2, repeats=0.0)
    assert 0 < left.sum() < bought.sum()
    np.testing.assert_array_equal(told, bought & ~left)
    assert batch.candidates.left is not None
    np.testing.assert_array_equal(array(batch.candidates.left), left[:, array(batch.candidates.items)])


def test_an_epoch_has_so_many_users_at_most_drawn_anew(small_shop: Dataset) -> None:
    lesson = MLP(users_per_epoch=7, batch_size=3, text=False).learner(Training(small_shop))
    epochs = [list(lesson.batches(np.random.default_rng(seed))) for seed in (0, 1)]
    assert [[len(batch.histories.forward.starts) - 1 for batch in epoch] for epoch in epochs] == [[3, 3, 1]] * 2
    first, second = (np.concatenate([array(batch.histories.forward.columns) for batch in epoch]) for epoch in epochs)
    assert not np.array_equal(first, second)


def test_whole_categories_are_hidden(small_shop: Dataset) -> None:
    _, _, bought, left, _ = batch_of(small_shop, category_dropout=0.5, event_dropout=0.0, repeats=0.0)
    for category in range(small_shop.n_categories):
        of_category = small_shop.catalogue.category == category
        kept, had = left[:, of_category].sum(axis=1), bought[:, of_category].sum(axis=1)
        assert (np.isin(kept, 0) | (kept == had)).all()
        assert 0 < ((kept == 0) & (had > 0)).sum() < (had > 0).sum()


@pytest.mark.parametrize("repeats", [0.5, 1.0])
def test_of_what_is_left_a_share_is_told_too(repeats: float, small_shop: Dataset) -> None:
    """Within 4 standard errors."""
    _, _, bought, left, told = batch_of(small_shop, category_dropout=0.3, event_dropout=0.0, repeats=repeats)
    assert told[bought & ~left].all()
    share, n = told[left].mean(), left.sum()
    assert abs(share - repeats) <= 4 * np.sqrt(repeats * (1 - repeats) / n)


def test_features_are_read_of_what_is_left_alone(small_shop: Dataset) -> None:
    """With everything hidden that can be, the features of the batch are those of an empty history."""
    lesson, batch, _, left, _ = batch_of(small_shop, category_dropout=0.999, event_dropout=0.999)
    assert not left.any()
    nobody = lesson.features.users(from_histories(np.array([]), np.array([0, 0]), small_shop.n_items, 0))
    features = batch.features.forward
    for start, stop in pairwise(array(features.starts)):
        np.testing.assert_array_equal(array(features.columns)[start:stop], nobody.indices)


def test_cold_items_are_ranked_by_their_features(small_shop: Dataset) -> None:
    """Without any purchase of items 16 to 23, one of each category, users still prefer those of what they buy."""
    cold = np.arange(16, 24)
    past = replace(small_shop, events=small_shop.events.at(~np.isin(small_shop.events.item, cold)))
    fitted = MLP(epochs=15, item_dropout=0.3, text=False, learning_rate=0.005).fit(Training(past, seed=1))
    scores = fitted.scores(past.queries(past.buyers()), cold.astype(np.int32))
    bought = small_shop.queries(past.buyers()).purchases("count").toarray()[:, cold]
    ranks = np.argsort(np.argsort(scores, axis=1), axis=1)
    assert ranks[bought > 0].mean() > 3.5 + 4 * np.sqrt(63 / 12 / (bought > 0).sum())


def test_blocks_of_pairs_score_as_all_at_once(small_shop: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    fitted = MLP(epochs=1, text=False).fit(Training(small_shop))
    queries = small_shop.queries(small_shop.buyers())
    whole = fitted.scores(queries)
    monkeypatch.setattr("crossaisle.models.recommenders.mlp.BATCH_BYTES", 20_000)
    np.testing.assert_allclose(fitted.scores(queries), whole, rtol=1e-4, atol=1e-5)
