"""The validation that models watch: taken off the end of what they may know, never from after it."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from crossaisle.data.dataset import Dataset
from crossaisle.data.split import Split
from crossaisle.data.training import Validation
from crossaisle.evaluation import validation
from crossaisle.evaluation.tasks import tasks_of
from crossaisle.evaluation.validation import held_out, validated

DAY = 86_400_000_000


def test_the_window_ends_at_the_cut_and_its_past_before_it(small_shop: Dataset) -> None:
    split = Split.at(small_shop, "2017-10-01", "45d")
    found = validated(split).validation
    assert found
    begin = split.cut - 45 * DAY
    assert found.dataset.until == begin
    assert found.dataset.events.time.max() < begin
    assert found.queries.times.max() < begin
    assert (found.queries.moments == begin).all()
    task = tasks_of(Split.at(small_shop.before(split.cut), begin), 5)[0]
    assert found.allowed.focus.kind == task.name == "new-categories"
    np.testing.assert_array_equal(found.truth.toarray(), task.truth.toarray())


def test_a_window_is_found_only_when_asked_for(small_shop: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    taken = validation.last_window

    def counted(*args: Any) -> Validation | None:
        calls.append(1)
        return taken(*args)

    monkeypatch.setattr(validation, "last_window", counted)
    training = validated(small_shop)
    assert not calls
    assert training.validation is training.validation
    assert len(calls) == 1


def test_another_dataset_has_a_window_of_its_own(small_shop: Dataset) -> None:
    earlier = small_shop.before(small_shop.span()[1] - 100 * DAY)
    found = validated(small_shop).on(earlier).validation
    assert found
    assert found.dataset.until < earlier.until


def test_a_past_too_short_for_a_window_has_none(small_shop: Dataset) -> None:
    assert validated(small_shop, horizon="200d").validation is None


def test_without_times_a_share_of_each_users_items_is_held_out() -> None:
    pairs = pd.DataFrame(
        {
            "user_id": ["a"] * 20 + ["b"] * 3 + ["c"],
            "item_id": [f"i{n}" for n in range(20)] * 1 + ["i1", "i2", "i3", "i4"],
        }
    )
    split = Split.given(pairs, pairs.iloc[:1])
    found = validated(split, holdout=0.1).validation
    assert found
    assert found.measure == "recall"
    assert found.dataset.index == split.train.index
    assert np.diff(found.truth.indptr).tolist() == [2, 1]
    before, left = split.train.purchases().toarray(), found.dataset.purchases().toarray()
    np.testing.assert_array_equal(before[:2], left[:2] + found.truth.toarray())
    np.testing.assert_array_equal(before[2], left[2])
    other = held_out(split.train, 0.1, seed=1)
    assert other
    assert (other.truth.toarray() != found.truth.toarray()).any()


def test_of_many_users_some_are_drawn(small_shop: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    every = validated(small_shop).validation
    monkeypatch.setattr(validation, "MOST_USERS", 10)
    some = validated(small_shop).validation
    assert every
    assert some
    assert len(some.queries) == some.truth.shape[0] == 10 < len(every.queries)
    places = np.searchsorted(every.queries.users, some.queries.users)
    np.testing.assert_array_equal(some.truth.toarray(), every.truth[places].toarray())
