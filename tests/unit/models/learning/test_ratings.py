"""Ratings less what anyone would give."""

import numpy as np
import pandas as pd
import pytest

from crossaisle.data.dataset import Dataset
from crossaisle.errors import InputError
from crossaisle.models.learning.ratings import RatingLevels, offsets_without, user_offsets


def rated_shop() -> Dataset:
    """Two users and two items; b rates x twice, and buys it."""
    events = pd.DataFrame(
        {
            "user_id": ["a", "a", "b", "b", "b"],
            "item_id": ["x", "y", "x", "x", "x"],
            "event_value": [5.0, 2.0, 1.0, 3.0, np.nan],
            "event_type": ["rating"] * 4 + ["purchase"],
        }
    )
    events["timestamp"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(range(5), unit="D")
    return Dataset.from_frames(events)


def test_levels_are_means_drawn_towards_that_of_all() -> None:
    """All: 11/4. x: (9 + 5 · 11/4) / 8. y: (2 + 5 · 11/4) / 6."""
    levels = RatingLevels.of(rated_shop())
    np.testing.assert_allclose(levels.of_items, [(9 + 13.75) / 8, (2 + 13.75) / 6])


def test_differences_are_of_the_last_rating_and_users_lean_by_their_mean() -> None:
    dataset = rated_shop()
    levels = RatingLevels(np.array([3.0, 1.0], dtype=np.float32))
    differences = levels.differences(dataset.queries(np.array([0, 1, -1])))
    np.testing.assert_allclose(differences.toarray(), [[2, 1], [0, 0], [0, 0]], atol=1e-30)
    assert np.diff(differences.indptr).tolist() == [2, 1, 0]
    np.testing.assert_allclose(user_offsets(differences), [3 / 7, 0, 0], atol=1e-30)
    np.testing.assert_allclose(offsets_without(differences), [1 / 6, 2 / 6, 0], atol=1e-30)


def test_without_ratings_there_is_nothing_to_learn(small_shop: Dataset) -> None:
    with pytest.raises(InputError, match="no ratings"):
        RatingLevels.of(small_shop)
