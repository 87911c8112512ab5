"""SASRec: scores by hand, what it learns of order and time, strangers, new items, published splits."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import DAY
from crossaisle.data.queries import from_histories
from crossaisle.data.split import Split
from crossaisle.data.training import Training
from crossaisle.models.learning.content import ItemContent
from crossaisle.models.learning.curves import Curves
from crossaisle.models.learning.towers import Towers
from crossaisle.models.recommenders.sas_rec import FittedSASRec, SASRec
from crossaisle.models.sequences.encoder import Encoder
from crossaisle.numerics.arrays import AnyArray


def test_scores_by_hand() -> None:
    """One block of identity without norms: the moment 1 + 2 = 3 sees itself and the visit 2, each V = the state less
    its mean, which is 0 of one number, so that the state stays 3; vectors 3 and −1, biases .1 and .2.
    """
    content = ItemContent({"category": np.array([1, 0], dtype=np.int32)}, {"category": 2}, np.zeros((2, 0), np.float32))
    is_learnt = np.ones(2, dtype=np.bool_)
    module = Encoder(Towers(content, is_learnt, 1, 0, 0.0), heads=1, blocks=1, dropout=0.0)
    own: Mapping[str, list[list[float]] | list[float]] = {
        "towers.anyone": [1.0],
        "towers.history.weight": [[2.0], [99.0]],
        "towers.own.weight": [[3.0], [-1.0]],
        "towers.own_bias.weight": [[0.1], [0.2]],
    }
    module.load_state_dict(module.state_dict() | {name: torch.tensor(one) for name, one in own.items()})
    fitted = FittedSASRec(module.eval(), content, is_learnt, 5, Curves())
    scores = fitted.scores(from_histories(np.array([0]), np.array([0, 1, 1]), 2, 0))
    np.testing.assert_allclose(scores, [[9.1, -2.8], [3.1, -0.8]], rtol=1e-6)


@pytest.fixture(scope="module")
def cycle() -> Dataset:
    """150 users who go round twelve items, one a week from a start of their own: only the last item tells the next."""
    rng = np.random.default_rng(0)
    rows = [
        (f"u{user:03}", f"i{(start + week) % 12:02}", pd.Timestamp("2020-01-01") + pd.Timedelta(weeks=week))
        for user, start in enumerate(rng.integers(0, 12, 150))
        for week in range(20)
    ]
    events = pd.DataFrame(rows, columns=["user_id", "item_id", "timestamp"])
    return Dataset.from_frames(events.assign(event_type="purchase"))


@pytest.fixture(scope="module")
def of_cycle(cycle: Dataset) -> FittedSASRec:
    model = SASRec(
        epochs=25, learning_rate=0.01, horizon=1, dimension=16, batch_size=50, event_dropout=0.0, repeats=1.0
    )
    fitted: FittedSASRec = model.fit(Training(cycle, seed=1))
    return fitted


def test_the_next_item_is_told_from_the_order_of_the_last(cycle: Dataset, of_cycle: FittedSASRec) -> None:
    """All have bought all items: whoever forgets the order is right in one of twelve."""
    queries = cycle.queries(np.arange(150))
    last = queries.items[queries.indptr[1:] - 1]
    assert (of_cycle.scores(queries).argmax(axis=1) == (last + 1) % 12).mean() > 0.9


def test_a_new_event_of_a_stranger_folds_in_without_a_fit(of_cycle: FittedSASRec) -> None:
    stranger = from_histories(np.array([3, 4, 5]), np.array([0, 3]), 12, 0)
    for at in range(3):
        stranger.times[at] = at * 7 * DAY
    later = replace(stranger, moments=stranger.times[-1:] + DAY)
    assert of_cycle.scores(later)[0].argmax() == 6
    one_less = later.keeping(np.array([True, True, False]))
    assert of_cycle.scores(replace(one_less, moments=one_less.times[-1:] + DAY))[0].argmax() == 5


def test_only_the_latest_visits_are_looked_at(cycle: Dataset) -> None:
    fitted = SASRec(epochs=1, length=2, dimension=8).fit(Training(cycle, seed=1))
    query = cycle.queries(np.array([0]))
    early = query.keeping(np.arange(20) >= 18)
    np.testing.assert_array_equal(fitted.scores(query), fitted.scores(early))
    assert not np.array_equal(fitted.scores(query), fitted.scores(query.keeping(np.arange(20) >= 19)))


def test_cold_items_are_ranked_by_their_content(small_shop: Dataset) -> None:
    """Without any purchase of items 16 to 23, one of each category, users still prefer those of what they buy."""
    cold = np.arange(16, 24)
    past = replace(small_shop, events=small_shop.events.at(~np.isin(small_shop.events.item, cold)))
    model = SASRec(epochs=25, item_dropout=0.3, text=False, learning_rate=0.01)
    fitted = model.fit(Training(past, seed=1))
    scores = fitted.scores(past.queries(past.buyers()), cold.astype(np.int32))
    assert np.isfinite(scores).all()
    bought = small_shop.queries(past.buyers()).purchases("count").toarray()[:, cold]
    assert mean_rank(scores, bought) > 3.5 + 4 * np.sqrt(63 / 12 / (bought > 0).sum())


def mean_rank(scores: AnyArray, bought: AnyArray) -> float:
    """Mean place from below, 0 to 7, of what was bought among eight."""
    return float(np.argsort(np.argsort(scores, axis=1), axis=1)[bought > 0].mean())


def test_data_without_times_are_learnt_from_what_is_left_out() -> None:
    """Pairs of 200 users who buy of one of six groups of ten items: held out ones are found of the right group."""
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 6, 200)
    items = groups[:, None] * 10 + np.stack([rng.permutation(10)[:7] for _ in groups])
    users = np.repeat([f"u{one:03}" for one in range(200)], 7)
    pairs = pd.DataFrame({"user_id": users, "item_id": [f"i{one:02}" for one in items.ravel()]})
    is_held = np.tile(np.arange(7) >= 5, 200)
    split = Split.given(pairs[~is_held], pairs[is_held])
    fitted = SASRec(epochs=20, learning_rate=0.01, batch_size=50).fit(split.training)
    scores = fitted.scores(split.train.queries(np.arange(200)))
    best = np.where(split.train.purchases().toarray() > 0, -np.inf, scores).argmax(axis=1)
    assert (split.truth.toarray()[np.arange(200), best] > 0).mean() > 0.3  # 2 of 5 at best, 2 of 55 by chance
