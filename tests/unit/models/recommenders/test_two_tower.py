"""Two towers: the sum and product by hand, cold items, new users, ratings."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest
import torch

from crossaisle.data.dataset import Dataset
from crossaisle.data.queries import from_histories
from crossaisle.data.training import Training
from crossaisle.evaluation.validation import validated
from crossaisle.models.learning.content import ItemContent
from crossaisle.models.learning.curves import Curves
from crossaisle.models.learning.towers import Towers
from crossaisle.models.recommenders.two_tower import FittedTwoTower, RatingLesson, TwoTower
from crossaisle.numerics.arrays import AnyArray

NO_TEXT = np.zeros((3, 0), dtype=np.float32)


def by_hand() -> FittedTwoTower:
    """Items 0 and 1 speak for themselves; item 2, of category 0 as item 1, by its category."""
    content = ItemContent({"category": np.array([2, 1, 1], dtype=np.int32)}, {"category": 3}, NO_TEXT)
    is_learnt = np.array([True, True, False])
    module = Towers(content, is_learnt, dimension=1, layers=0, dropout=0)
    weights: Mapping[str, list[list[float]] | list[float]] = {
        "anyone": [0.5],
        "history.weight": [[1.0], [2.0], [99.0]],
        "history_content.kinds.category.weight": [[0.0], [4.0], [7.0]],
        "own.weight": [[3.0], [-1.0], [99.0]],
        "content.kinds.category.weight": [[0.0], [10.0], [20.0]],
        "own_bias.weight": [[0.1], [0.2], [99.0]],
        "content_bias.kinds.category.weight": [[0.0], [0.3], [0.4]],
    }
    module.load_state_dict({name: torch.tensor(one) for name, one in weights.items()})
    return FittedTwoTower(module.eval(), content, is_learnt, Curves())


def test_scores_by_hand() -> None:
    """Histories of items 0 and 2: (1 + 4) / √2 + ½; of none: ½. Vectors 3, −1, 10; biases .1, .2, .3."""
    queries = from_histories(np.array([0, 2]), np.array([0, 2, 2]), 3, 0)
    users = np.array([5 / np.sqrt(2) + 0.5, 0.5])
    expected = users[:, None] * [3, -1, 10] + [0.1, 0.2, 0.3]
    np.testing.assert_allclose(by_hand().scores(queries), expected, rtol=1e-6)


def test_an_item_of_which_nothing_is_known_is_not_scored() -> None:
    content = ItemContent({"category": np.array([2, 1, 0], dtype=np.int32)}, {"category": 3}, NO_TEXT)
    fitted = by_hand()
    unknown = FittedTwoTower(fitted.module, content, fitted.is_learnt, Curves())
    assert np.isneginf(unknown.scores(from_histories(np.array([0]), np.array([0, 1]), 3, 0))).tolist() == [
        [False, False, True]
    ]


def test_users_meet_items_of_what_they_lean_to(wide_shop: Dataset) -> None:
    """In the made-up shop users lean to two of eight categories: 80 items are ranked, items of those come first."""
    fitted = TwoTower(epochs=40).fit(Training(wide_shop, seed=1))
    queries = wide_shop.queries(wide_shop.buyers())
    scores = np.where(queries.purchases().toarray() > 0, -np.inf, fitted.scores(queries))
    best = np.argsort(-scores, axis=1)[:, :5]
    users = np.array([int(one[1:]) for one in wide_shop.index.users.to_list()])[wide_shop.buyers()]
    leaning = (users[:, None] * 3 + np.arange(2)) % 8
    category = np.array([int(one[1:]) % 8 for one in wide_shop.index.items.to_list()])
    share = (category[best][:, :, None] == leaning[:, None, :]).any(axis=2).mean()
    assert share > 0.35  # 2 of 8 by chance


def test_cold_items_are_ranked_by_their_content(small_shop: Dataset) -> None:
    """Without any purchase of items 16 to 23, one of each category, users still prefer those of what they buy."""
    cold = np.arange(16, 24)
    kept = ~np.isin(small_shop.events.item, cold)
    past = Dataset(
        small_shop.index,
        small_shop.events.at(kept),
        small_shop.labels,
        small_shop.catalogue,
        small_shop.customers,
        small_shop.until,
    )
    fitted = TwoTower(epochs=60, item_dropout=0.3, text=False).fit(Training(past, seed=1))
    queries = past.queries(past.buyers())
    scores = fitted.scores(queries, cold.astype(np.int32))
    assert np.isfinite(scores).all()
    bought = small_shop.queries(past.buyers()).purchases("count").toarray()[:, cold]
    ranks = np.argsort(np.argsort(scores, axis=1), axis=1)
    chosen = ranks[bought > 0].mean()
    assert chosen > 3.5 + 4 * np.sqrt(63 / 12 / (bought > 0).sum())


@pytest.fixture(scope="module")
def ratings() -> tuple[Dataset, AnyArray, AnyArray]:
    """Ratings 3 ± taste of 120 users for 40 items in two dimensions, and what was not shown."""
    rng = np.random.default_rng(0)
    taste = rng.normal(size=(120, 2)) @ rng.normal(size=(2, 40)) * 0.7 + 3
    shown = rng.random(taste.shape) < 0.5
    users, items = np.nonzero(shown)
    events = pd.DataFrame(
        {
            "user_id": [f"u{one:03}" for one in users],
            "item_id": [f"i{one:03}" for one in items],
            "timestamp": pd.Timestamp("2020-01-01") + pd.to_timedelta(np.arange(len(users)), unit="min"),
            "event_type": "rating",
            "event_value": taste[users, items],
        }
    )
    return Dataset.from_frames(events), taste, shown


def test_ratings_are_told_better_than_by_the_item_mean(ratings: tuple[Dataset, AnyArray, AnyArray]) -> None:
    dataset, taste, shown = ratings
    fitted = TwoTower(target="rating", epochs=60, learning_rate=0.005).fit(validated(dataset, seed=1))
    predicted = fitted.scores(dataset.queries(np.arange(120)))
    means = np.array([taste[shown[:, item], item].mean() for item in range(40)])
    of_model, of_means = (np.abs(one - taste)[~shown].mean() for one in (predicted, means[None, :]))
    assert of_model < 0.5 * of_means


def test_a_rating_is_told_without_itself(ratings: tuple[Dataset, AnyArray, AnyArray]) -> None:
    """The loss of one user's ratings is that of scores from histories which lack the item."""
    dataset, _, _ = ratings
    options = TwoTower(target="rating", event_dropout=0.0, item_dropout=0.0, dropout=0.0, min_buyers=1)
    learner = RatingLesson(options, Training(dataset))
    learner.module.eval()
    batch = learner.ratings[[7]]
    loss = float(learner.loss(batch).detach())
    fitted = learner.fitted(Curves())
    queries = dataset.queries(np.array([7]))
    errors = []
    for item in batch.indices:
        left = queries.keeping(queries.items != item)
        value = queries.values[queries.items == item][0]
        errors.append(float((fitted.scores(left)[0, item] - value) ** 2))
    assert loss == pytest.approx(np.mean(errors), rel=1e-4)


def test_a_rating_of_the_history_is_a_cause(ratings: tuple[Dataset, AnyArray, AnyArray]) -> None:
    dataset, _, shown = ratings
    fitted = TwoTower(target="rating", epochs=5).fit(Training(dataset))
    found = fitted.contributions(dataset.queries(np.array([3])), np.array([[0, 1]], dtype=np.int32))
    assert (found.subjects >= 0).any()
    assert shown[3][found.subjects[found.subjects >= 0]].all()
