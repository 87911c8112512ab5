"""The contract of folding in, run on every installed recommender: what is new is taken into an earlier fit, or it says
that it takes nothing in."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from crossaisle import plugins
from crossaisle.data.dataset import Dataset
from crossaisle.data.training import Training
from crossaisle.models.recommender import Fitted

ALWAYS_ANEW = {
    "category-popularity",
    "category-transition",
    "content",
    "ease",
    "graph-filter",
    "item-knn",
    "market-potential",
    "popularity",
}
"""Recommenders whose whole fit takes seconds."""
FOLDING = sorted(set(plugins.recommender_names()) - ALWAYS_ANEW)
NEW = ("i000", "i021")
"""Items that come later; one of them sorts before all others, so that every number changes."""


@pytest.fixture(scope="module")
def earlier(frames: tuple[pd.DataFrame, ...]) -> Dataset:
    """The small shop until autumn, before it had two of its items."""
    events, catalog = frames
    is_early = (events["timestamp"] < "2017-10-01") & ~events["item_id"].isin(NEW)
    return Dataset.from_frames(events[is_early], catalog[~catalog["item_id"].isin(NEW)])


@pytest.fixture(scope="module")
def fitted(earlier: Dataset) -> dict[str, Fitted]:
    return {name: plugins.recommender(name)().fit(Training(earlier, seed=3)) for name in plugins.recommender_names()}


def folded(name: str, fitted: dict[str, Fitted], earlier: Dataset, later: Dataset) -> Any:
    return plugins.recommender(name)().fold_in(fitted[name], earlier.index, Training(later, seed=3))


@pytest.mark.parametrize("name", sorted(ALWAYS_ANEW))
def test_what_is_fitted_in_seconds_takes_nothing_in(
    name: str, fitted: dict[str, Fitted], earlier: Dataset, small_shop: Dataset
) -> None:
    assert folded(name, fitted, earlier, small_shop) is None


@pytest.mark.parametrize("name", FOLDING)
def test_new_items_are_scored_like_others_once_they_are_folded_in(
    name: str, fitted: dict[str, Fitted], earlier: Dataset, small_shop: Dataset
) -> None:
    found = folded(name, fitted, earlier, small_shop)
    queries = small_shop.queries(small_shop.buyers())
    scores = found.scores(queries)
    assert scores.shape == (len(queries), small_shop.n_items)
    assert not np.isnan(scores).any()
    new = small_shop.index.items.numbers(list(NEW))
    assert np.isfinite(scores[:, new]).all()


@pytest.mark.parametrize("name", FOLDING)
def test_what_was_folded_in_is_kept_and_the_same_each_time(
    name: str, fitted: dict[str, Fitted], earlier: Dataset, small_shop: Dataset
) -> None:
    before = {key: np.array(one) for key, one in fitted[name].state().items()}
    one, other = (folded(name, fitted, earlier, small_shop) for _ in range(2))
    queries = small_shop.queries(small_shop.buyers())
    np.testing.assert_array_equal(one.scores(queries), other.scores(queries))
    again = plugins.recommender(name).fitted.restore(one.state())
    np.testing.assert_array_equal(one.scores(queries), again.scores(queries))
    # the earlier fit is as it was
    for key, value in fitted[name].state().items():
        np.testing.assert_array_equal(value, before[key], err_msg=key)


@pytest.mark.parametrize("name", ["als", "gcn", "light-gcn"])
def test_items_are_found_again_by_their_ids(
    name: str, fitted: dict[str, Fitted], earlier: Dataset, frames: tuple[pd.DataFrame, ...]
) -> None:
    """An item more that nobody bought, which sorts before all others, changes nothing but their numbers."""
    events, catalog = frames
    is_early = (events["timestamp"] < "2017-10-01") & ~events["item_id"].isin(NEW)
    more = pd.concat([catalog[~catalog["item_id"].isin(NEW)], pd.DataFrame({"item_id": ["a"], "category": ["z"]})])
    shifted = Dataset.from_frames(events[is_early], more)
    one, other = (folded(name, fitted, earlier, later) for later in (earlier, shifted))
    queries, others = earlier.queries(earlier.buyers()), shifted.queries(shifted.buyers())
    np.testing.assert_allclose(other.scores(others)[:, 1:], one.scores(queries), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("name", ["als", "gcn", "light-gcn"])
def test_nothing_new_changes_little(name: str, fitted: dict[str, Fitted], earlier: Dataset) -> None:
    found = folded(name, fitted, earlier, earlier)
    queries = earlier.queries(earlier.buyers())
    one, other = found.scores(queries), fitted[name].scores(queries)
    assert np.corrcoef(one.ravel(), other.ravel())[0, 1] > 0.99
