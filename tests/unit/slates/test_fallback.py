from dataclasses import replace

import numpy as np

from crossaisle.models.recommender import Cause
from crossaisle.slates.fallback import MostBought

from .shop import ANN, A, B, C, shop


def test_buyers_are_counted_once_whatever_they_bought() -> None:
    """Ann bought a twice; nobody bought b: it is said to be the least, not unsayable."""
    most = MostBought.of(shop())
    scores = most.scores(shop().queries(np.array([ANN, -1])), np.array([A, B, C], np.int32))
    assert scores.tolist() == [[1, 0, 1]] * 2


def test_purchases_that_nobody_trusts_do_not_count() -> None:
    dataset = shop()
    events = replace(dataset.events, weight=np.where(dataset.events.user == ANN, 0, 1).astype(np.float32))
    assert MostBought.of(replace(dataset, events=events)).buyers.tolist() == [0, 0, 0, 0, 1, 0, 0, 0]


def test_only_bought_items_have_buyers_as_their_cause_and_state_comes_back() -> None:
    most = MostBought.of(shop())
    again = MostBought.restore(most.state())
    found = again.contributions(shop().queries(np.array([ANN])), np.array([[A, B, -1]], np.int32))
    assert found.subjects[..., 0].tolist() == [[1, -1, -1]]
    assert (found.causes == Cause.BUYERS).all()
