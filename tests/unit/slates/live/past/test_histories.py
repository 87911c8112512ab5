"""Histories by hand, and against what the dataset's queries tell."""

from dataclasses import replace

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import DAY
from crossaisle.slates.live.past.histories import Histories

from ...shop import ANN, BOB, CAT, A, C, D, E, shop


def test_what_was_bought_most_often_comes_first_then_the_latest() -> None:
    """Ann bought a at two moments, of which one twice; c and d once, d later. A view is no purchase."""
    events = [
        ("ann", "a", 1 * DAY, "purchase"),
        ("ann", "a", 3 * DAY, "purchase"),
        ("ann", "a", 3 * DAY, "purchase"),
        ("ann", "c", 3 * DAY, "purchase"),
        ("ann", "d", 4 * DAY, "purchase"),
        ("bob", "e", 2 * DAY, "view"),
    ]
    histories = Histories.of(shop(events))
    own = histories.of_user(ANN)
    assert histories.items[own].tolist() == [A, D, C]
    assert histories.times[own].tolist() == [2, 1, 1]
    assert histories.days[own].tolist() == [3, 4, 3]
    assert histories.weights[own].tolist() == [1, 1, 1]
    assert histories.items[histories.of_user(BOB)].tolist() == []
    assert histories.items[histories.of_user(-1)].tolist() == []
    assert len(histories) == 2


def test_what_is_not_trusted_comes_last() -> None:
    dataset = shop()
    weight = np.where(dataset.events.item == A, 0, 0.25).astype(np.float32)
    histories = Histories.of(replace(dataset, events=replace(dataset.events, weight=weight)))
    own = histories.of_user(ANN)
    assert histories.items[own].tolist() == [C, A]
    assert histories.weights[own].tolist() == [0.25, 0]
    assert histories.items[histories.of_user(BOB)].tolist() == [E]
    assert histories.items[histories.of_user(CAT)].tolist() == []


def test_histories_are_the_queries_purchases(small_shop: Dataset) -> None:
    histories = Histories.restore(Histories.of(small_shop).state())
    queries = small_shop.queries(np.arange(small_shop.n_users))
    bought = queries.purchases()
    for user in range(small_shop.n_users):
        own, entries = histories.of_user(user), slice(queries.indptr[user], queries.indptr[user + 1])
        items, moments = queries.items[entries], queries.times[entries]
        assert (
            sorted(histories.items[own].tolist())
            == bought.indices[bought.indptr[user] : bought.indptr[user + 1]].tolist()
        )
        told = zip(*(one[own].tolist() for one in (histories.items, histories.times, histories.days)), strict=True)
        for item, times, day in told:
            assert times == len(set(moments[items == item].tolist()))
            assert day == moments[items == item].max() // DAY
        keys = list(zip((-histories.times[own].astype(int)).tolist(), (-histories.days[own]).tolist(), strict=True))
        assert keys == sorted(keys)
