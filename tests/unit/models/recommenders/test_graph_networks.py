"""Graph networks by hand, and what they promise beside scores."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from crossaisle.data.dataset import Dataset
from crossaisle.data.queries import Queries, from_histories
from crossaisle.data.training import Start, Training
from crossaisle.evaluation.validation import validated
from crossaisle.models.learning.curves import Curves
from crossaisle.models.recommender import Cause
from crossaisle.models.recommenders.cross_category_gnn import CrossCategoryGNN
from crossaisle.models.recommenders.gcn import GCN, FittedGCN
from crossaisle.models.recommenders.gcn import Lesson as GCNLesson
from crossaisle.models.recommenders.light_gcn import FittedLightGCN, Form, Light, LightGCN
from crossaisle.numerics.arrays import Csr, csr

SMALL: dict[str, Any] = {"dimension": 6, "epochs": 3}


def bought(*items: int) -> Queries:
    return from_histories(np.array(items), np.array([0, len(items)]), 2, 2**60)


@pytest.fixture
def pair() -> Csr:
    """u0 bought i0 and i1, u1 bought i1: degrees 2, 1 of users, 1, 2 of items."""
    return csr(np.array([0, 0, 1]), np.array([0, 1, 1]), np.ones(3), (2, 2))


def test_light_gcn_of_two_layers_by_hand(pair: Csr) -> None:
    """e0 = (1, 2) for i0, i1 in one dimension; R = [[1/√2, 1/2], [0, 1/√2]].

    R·e0 = (.7071 + 1, 1.4142) = (1.7071, 1.4142); e1 = Rᵀ·(R·e0) = (1.2071, .8536 + 1) = (1.2071, 1.8536) and e2 = e1.
    Items: (1 + 2 · 1.2071) / 3 = 1.1381, (2 + 2 · 1.8536) / 3 = 1.9024.
    Users: u = R · (2 · e0 + e1) / 3 = R · (1.0690, 1.9512) = (1.7315, 1.3797). Score of u1 and i0: 1.3797 · 1.1381.
    """
    fitted = FittedLightGCN.of(Light(torch.tensor([[1.0], [2.0]])), pair, Form(2, "symmetric", 1.0), Curves())
    np.testing.assert_allclose(fitted.scores(bought(1))[0], [1.3797 * 1.1381, 1.3797 * 1.9024], rtol=1e-4)
    np.testing.assert_allclose(fitted.scores(bought(0, 1))[0], [1.7315 * 1.1381, 1.7315 * 1.9024], rtol=1e-4)
    found = fitted.contributions(bought(0, 1), np.array([[0]], dtype=np.int32), 2)
    np.testing.assert_allclose(found.amounts[0, 0].sum(), 1.7315 * 1.1381, rtol=1e-4)


def test_light_gcn_by_means_of_neighbours_by_hand(pair: Csr) -> None:
    """One layer: u = ((1 + 2) / 2, 2) = (1.5, 2), e1 = (1.5, (1.5 + 2) / 2) = (1.5, 1.75).

    Items: (1 + 1.5) / 2 = 1.25 and 1.875; brought are e0 alone, so u1 = 2 scores i0 with 2.5.
    """
    fitted = FittedLightGCN.of(Light(torch.tensor([[1.0], [2.0]])), pair, Form(1, "mean", 1.0), Curves())
    np.testing.assert_allclose(fitted.scores(bought(1))[0], [2.5, 3.75], rtol=1e-5)


@pytest.mark.parametrize("kind", [GCN, LightGCN, CrossCategoryGNN])
def test_random_vectors_learn_what_is_bought_later(kind: Any, wide_shop: Dataset) -> None:
    recommender = kind(initialisation="xavier", epochs=20, patience=20, batch_size=32, learning_rate=0.01)
    curves = recommender.fit(validated(wide_shop, seed=1)).curves
    assert curves.loss[-1] < 0.9 * curves.loss[0]
    assert curves.validation.max() > curves.validation[0]


def test_a_later_purchase_changes_light_gcn_without_learning(small_shop: Dataset) -> None:
    """Item 7 is new: without purchases nothing is said of it; once bought its vector comes from its buyers."""
    events = small_shop.events
    earlier = replace(small_shop, events=events.at(events.item != 7))
    fitted = LightGCN(**SMALL).fit(Training(earlier))
    queries = small_shop.queries(small_shop.buyers())
    assert np.isneginf(fitted.scores(queries)[:, 7]).all()
    later = fitted.update(small_shop)
    assert np.isfinite(later.scores(queries)).all()
    same = fitted.update(earlier)
    np.testing.assert_allclose(same.scores(queries), fitted.scores(queries), rtol=1e-5)


@pytest.mark.parametrize("recommender", [GCN(**SMALL), LightGCN(**SMALL), CrossCategoryGNN(**SMALL)])
def test_a_warm_start_goes_on_where_learning_ended(recommender: Any, small_shop: Dataset) -> None:
    old = recommender.fit(Training(small_shop))
    warm = recommender.fit(Training(small_shop, start=Start(small_shop.index, old.state())))
    cold = recommender.fit(Training(small_shop))
    assert warm.curves.loss[0] < cold.curves.loss[0]


def test_a_layer_of_gcn_by_hand() -> None:
    """One user who bought one item of vector (1, 2): user (1, 2) · 1/√(1·1). With loops every entry of Â is 1/2, so
    that both gather (1, 2); with W = [[1, 1], [0, −1]] both are (1, −1), and the score is 2."""
    one = csr(np.array([0]), np.array([0]), np.ones(1), (1, 1))
    events = pd.DataFrame({"user_id": ["u"], "item_id": ["i"], "timestamp": ["2017-01-01"], "event_type": "purchase"})
    lesson = GCNLesson(GCN(dimension=2, layers=1), Training(Dataset.from_frames(events)))
    with torch.no_grad():
        lesson.module.items.copy_(torch.tensor([[1.0, 2.0]]))
        lesson.module.mixing[0].copy_(torch.tensor([[1.0, 1.0], [0.0, -1.0]]))
    fitted = lesson.fitted(Curves())
    np.testing.assert_allclose(fitted.layers[1], [[1, -1]], rtol=1e-6)
    query = from_histories(one.indices, one.indptr, 1, 2**60)
    np.testing.assert_allclose(fitted.scores(query), [[2]], rtol=1e-6)


@pytest.mark.parametrize("normalisation", ["symmetric", "mean"])
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_a_history_passes_through_gcn_as_a_node_does(normalisation: Any, activation: Any, small_shop: Dataset) -> None:
    options = GCN(**SMALL, layers=3, normalisation=normalisation, activation=activation)
    lesson = GCNLesson(options, Training(small_shop))
    torch.manual_seed(0)
    with torch.no_grad():
        for weight in lesson.module.mixing:
            weight.normal_()
        nodes = lesson.module.eval()(lesson.to_users, lesson.along, 0.0)[-1].numpy()
    fitted: FittedGCN = lesson.fitted(Curves())
    n_users = small_shop.n_users
    scores = fitted.scores(small_shop.queries(np.arange(n_users)))
    np.testing.assert_allclose(scores, nodes[:n_users] @ nodes[n_users:].T, rtol=1e-3, atol=1e-4)


@pytest.fixture
def categories(small_shop: Dataset) -> Any:
    return CrossCategoryGNN(**SMALL, staying=4).fit(Training(small_shop, seed=1))


def test_contributions_of_all_causes_add_up_to_the_score(small_shop: Dataset, categories: Any) -> None:
    """What pulls a score down is no cause of it, but a cause of the opposite score."""
    queries = small_shop.queries(small_shop.buyers())
    candidates = np.tile(np.arange(small_shop.n_items, dtype=np.int32), (len(queries), 1))
    opposite = replace(categories, brought=-categories.brought, stays=-categories.stays)
    up, down = (one.contributions(queries, candidates, 100).amounts.sum(axis=2) for one in (categories, opposite))
    np.testing.assert_allclose(up - down, categories.scores(queries), rtol=1e-3, atol=1e-4)
    found = categories.contributions(queries, candidates, 100)
    assert {Cause.ITEM, Cause.CATEGORY, Cause.BRAND} <= set(found.causes[found.subjects >= 0].tolist())


def test_taste_that_stays_counts_within_its_category_alone(small_shop: Dataset, categories: Any) -> None:
    nothing = replace(categories, staying=np.zeros_like(categories.staying))
    queries = small_shop.queries(small_shop.buyers())
    known = small_shop.purchases().toarray() > 0
    category = small_shop.catalogue.category
    is_known = np.stack([known[:, category == one].any(axis=1) for one in range(8)], axis=1)[:, category]
    differs = ~np.isclose(categories.scores(queries), nothing.scores(queries), rtol=1e-5)
    assert not differs[~is_known[small_shop.buyers()]].any()
    assert differs[is_known[small_shop.buyers()]].mean() > 0.5


def test_a_shop_without_categories_and_brands_is_a_graph_of_users_and_items(frames: tuple[pd.DataFrame, ...]) -> None:
    plain = Dataset.from_frames(frames[0])
    fitted = CrossCategoryGNN(**SMALL).fit(Training(plain))
    queries = plain.queries(plain.buyers())
    assert np.isfinite(fitted.scores(queries)).all()
    found = fitted.contributions(queries, np.zeros((len(queries), 1), dtype=np.int32))
    assert set(found.causes[found.subjects >= 0].tolist()) == {Cause.ITEM}
    assert (fitted.associations(np.array([0], dtype=np.int32), 3)[0] == -1).all()


def test_associations_are_of_other_categories_nearest_first(small_shop: Dataset, categories: Any) -> None:
    items = np.arange(10, dtype=np.int32)
    found, cosines = categories.associations(items, 5)
    category = small_shop.catalogue.category
    assert found.shape == cosines.shape == (10, 5)
    assert (found >= 0).mean() > 0.8
    assert ((category[found] != category[items][:, None]) | (found < 0)).all()
    assert (np.diff(cosines, axis=1) <= 1e-6).all()
    assert ((cosines > 0) & (cosines <= 1 + 1e-6))[found >= 0].all()
    first = categories.brought[0] @ categories.carried[found[0, 0]]
    lengths = np.linalg.norm(categories.brought[0]) * np.linalg.norm(categories.carried[found[0, 0]])
    assert cosines[0, 0] == pytest.approx(first / lengths, rel=1e-4)


def test_a_penalty_on_the_overlap_holds_the_tastes_apart(small_shop: Dataset) -> None:
    def overlap(weight: float) -> float:
        model = CrossCategoryGNN(
            dimension=4, staying=4, epochs=40, learning_rate=0.05, l2=0.0, orthogonality=weight, initialisation="xavier"
        )
        fitted = model.fit(Training(small_shop, seed=1))
        parts = (fitted.carried, fitted.stays)
        carried, staying = (one / np.linalg.norm(one, axis=0) for one in parts)
        return float(((carried.T @ staying) ** 2).sum())

    assert overlap(10.0) < 0.5 * overlap(0.0)
