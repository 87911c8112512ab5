"""The contract of the recommender socket, run on every installed recommender."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from crossaisle import plugins
from crossaisle.data.dataset import Dataset, Ids
from crossaisle.data.event_types import RATING, SEARCH
from crossaisle.data.training import Training
from crossaisle.errors import UsageError
from crossaisle.evaluation.validation import validated
from crossaisle.models.artifacts import Artifact, read_artifact, write_artifact
from crossaisle.models.learning.curves import Curves
from crossaisle.models.part import from_text, options
from crossaisle.models.recommender import Cause, Fitted

from .moved import BESIDE, MOVED, READ_SEARCHES, SEARCHED, WATCHED

NAMES = plugins.recommender_names()


def fit_watched(name: str, dataset: Dataset, **chosen: Any) -> Fitted:
    fitted: Fitted = plugins.recommender(name)(**chosen).fit(validated(dataset, seed=3))
    return fitted


def fit(name: str, dataset: Dataset, **chosen: Any) -> Fitted:
    fitted: Fitted = plugins.recommender(name)(**chosen).fit(Training(dataset, seed=3))
    return fitted


@pytest.fixture(scope="module")
def rated_shop(small_shop: Dataset) -> Dataset:
    """The small shop, where every second event is a rating."""
    events = small_shop.events
    types, values = events.type.copy(), events.value.copy()
    types[::2], values[::2] = RATING, 1 + events.item[::2] % 5
    return replace(small_shop, events=replace(events, type=types, value=values))


@pytest.fixture(scope="module")
def searched_shop(small_shop: Dataset) -> Dataset:
    """The small shop, where every fourth event is a search for a thing by its number."""
    events = small_shop.events
    types, items, searches = events.type.copy(), events.item.copy(), np.full(len(events), -1, dtype=np.int32)
    types[::4], searches[::4], items[::4] = SEARCH, events.item[::4], -1
    labels = replace(small_shop.labels, queries=Ids.of([f"thing {one:02}" for one in range(small_shop.n_items)]))
    return replace(small_shop, events=replace(events, type=types, item=items, query=searches), labels=labels)


def is_other(one: Curves | None, other: Curves | None) -> bool:
    assert one
    assert other
    return len(one) != len(other)


@pytest.fixture(scope="module")
def fitted(small_shop: Dataset) -> dict[str, Fitted]:
    return {name: fit(name, small_shop) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_same_seed_gives_same_scores(name: str, small_shop: Dataset, fitted: dict[str, Fitted]) -> None:
    queries = small_shop.queries(small_shop.buyers())
    again = fit(name, small_shop)
    np.testing.assert_array_equal(again.scores(queries), fitted[name].scores(queries))


@pytest.mark.parametrize("name", NAMES)
def test_scores_have_the_promised_shape_and_no_nan(name: str, small_shop: Dataset, fitted: dict[str, Fitted]) -> None:
    scores = fitted[name].scores(small_shop.queries(small_shop.buyers()))
    assert scores.shape == (len(small_shop.buyers()), small_shop.n_items)
    assert scores.dtype == np.float32
    assert not np.isnan(scores).any()
    assert np.isfinite(scores).any(axis=1).all()


@pytest.mark.parametrize("name", NAMES)
def test_a_choice_of_items_gives_those_columns(name: str, small_shop: Dataset, fitted: dict[str, Fitted]) -> None:
    queries = small_shop.queries(small_shop.buyers())
    items = np.array([1, 5, 17, 30], dtype=np.int32)
    whole = fitted[name].scores(queries)[:, items]
    np.testing.assert_allclose(fitted[name].scores(queries, items), whole, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_unknown_users_and_empty_histories_get_no_nan(
    name: str, small_shop: Dataset, fitted: dict[str, Fitted]
) -> None:
    queries = small_shop.queries(np.array([-1, 0], dtype=np.int32))
    scores = fitted[name].scores(queries)
    assert scores.shape == (2, small_shop.n_items)
    assert not np.isnan(scores).any()


@pytest.mark.parametrize("name", NAMES)
def test_a_new_user_with_the_same_history_gets_the_same_scores(
    name: str, small_shop: Dataset, fitted: dict[str, Fitted]
) -> None:
    known = small_shop.queries(np.array([4], dtype=np.int32))
    stranger = replace(known, users=np.array([-1], dtype=np.int32))
    np.testing.assert_allclose(fitted[name].scores(stranger), fitted[name].scores(known), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("name", NAMES)
def test_batches_score_as_all_at_once(name: str, small_shop: Dataset, fitted: dict[str, Fitted]) -> None:
    queries = small_shop.queries(small_shop.buyers())
    whole = fitted[name].scores(queries)
    parts = [fitted[name].scores(queries[start : start + 7]) for start in range(0, len(queries), 7)]
    np.testing.assert_allclose(np.concatenate(parts), whole, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_candidates_score_as_their_columns(name: str, small_shop: Dataset, fitted: dict[str, Fitted]) -> None:
    queries = small_shop.queries(small_shop.buyers()[:5])
    candidates = np.array([[0, 3, -1, 9]] * 5, dtype=np.int32)
    scored = fitted[name].score_candidates(queries, candidates)
    whole = fitted[name].scores(queries)
    assert np.isneginf(scored[:, 2]).all()
    np.testing.assert_allclose(scored[:, [0, 1, 3]], whole[:, [0, 3, 9]], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_an_artifact_scores_as_what_was_fitted(
    name: str, small_shop: Dataset, fitted: dict[str, Fitted], tmp_path: Path
) -> None:
    write_artifact(tmp_path, Artifact(name, {"until": "2018-01-01"}, small_shop.index, fitted[name].state()))
    read = read_artifact(tmp_path)
    restored = plugins.recommender(name).fitted.restore(read.state)
    queries = small_shop.queries(small_shop.buyers())
    np.testing.assert_array_equal(restored.scores(queries), fitted[name].scores(queries))
    assert read.index == small_shop.index


@pytest.mark.parametrize("name", NAMES)
def test_contributions_are_ordered_and_name_what_is_in_the_history(
    name: str, small_shop: Dataset, fitted: dict[str, Fitted]
) -> None:
    queries = small_shop.queries(small_shop.buyers())
    candidates = np.argsort(-fitted[name].scores(queries), axis=1)[:, :6].astype(np.int32)
    found = fitted[name].contributions(queries, candidates)
    assert found is not None
    assert (np.diff(np.where(found.subjects < 0, 0, found.amounts), axis=2) <= 1e-6).all()
    assert (found.subjects[..., 0] >= 0).mean() > 0.9
    bought = queries.purchases().toarray() > 0
    rows, _, _ = np.nonzero((found.causes == Cause.ITEM) & (found.subjects >= 0))
    subjects = found.subjects[(found.causes == Cause.ITEM) & (found.subjects >= 0)]
    assert bought[rows, subjects].all()


@pytest.mark.parametrize("name", NAMES)
def test_one_user_and_one_item_are_enough(name: str, small_shop: Dataset) -> None:
    user = small_shop.events.user[0]
    first = small_shop.events.at(np.array([0]))
    alone = Dataset(
        small_shop.index, first, small_shop.labels, small_shop.catalogue, small_shop.customers, small_shop.until
    )
    scores = fit(name, alone).scores(alone.queries(np.array([user], dtype=np.int32)))
    assert not np.isnan(scores).any()


@pytest.mark.parametrize("name", NAMES)
def test_searches_in_a_history_are_no_items(name: str, searched_shop: Dataset) -> None:
    queries = searched_shop.queries(np.arange(searched_shop.n_users))
    scores = fit(name, searched_shop).scores(queries)
    assert not np.isnan(scores).any()
    if name not in READ_SEARCHES:
        np.testing.assert_array_equal(fit(name, searched_shop).scores(queries.keeping(queries.items >= 0)), scores)


@pytest.mark.parametrize("name", NAMES)
def test_every_option_is_described_and_moves_the_model(
    name: str, small_shop: Dataset, rated_shop: Dataset, searched_shop: Dataset
) -> None:
    kind = plugins.recommender(name)
    assert set(MOVED[name]) == set(options(kind))
    unmoved: dict[str, Fitted] = {}
    for option, value in MOVED[name].items():
        beside = {key: one for key, one in BESIDE.get((name, option), {}).items() if key != option}
        learnt = fit_watched if option in WATCHED else fit
        shop = rated_shop if value == "rating" else searched_shop if option in SEARCHED else small_shop
        queries = shop.queries(shop.buyers())
        key = repr((beside, learnt is fit, id(shop)))
        before = unmoved[key] = unmoved.get(key) or learnt(name, shop, **beside)
        after = learnt(name, shop, **beside, **{option: value})
        is_moved = not np.array_equal(before.scores(queries), after.scores(queries))
        assert is_moved or (option in WATCHED and is_other(before.curves, after.curves)), option
        assert options(kind)[option].description


@pytest.mark.parametrize("name", NAMES)
def test_options_out_of_range_are_refused_with_their_range(name: str) -> None:
    kind = plugins.recommender(name)
    with pytest.raises(UsageError, match="has no option"):
        from_text(kind, {"nonsense": "1"})
    for option in options(kind):
        with pytest.raises(UsageError, match=option):
            from_text(kind, {option: "-5"})
