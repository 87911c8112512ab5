"""Where networks begin: every named way, and an earlier artifact after users and items were added; of each network."""

import math
from itertools import combinations
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest

from crossaisle import plugins
from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import moment
from crossaisle.data.training import Start, Training
from crossaisle.models.artifacts import Artifact, read_artifact, write_artifact
from crossaisle.models.learning.network import Network
from crossaisle.models.learning.tensors import WEIGHTS
from crossaisle.models.part import options

NAMES = [name for name in plugins.recommender_names() if issubclass(plugins.recommender(name), Network)]
SMALL: dict[str, Any] = {"dimension": 8, "negatives": 20, "batch_size": 50}
STILL: dict[str, Any] = {"epochs": 1, "learning_rate": 1e-12, "l1": 0.0, "l2": 0.0}
"""With these a fit ends where it began."""


def ways(name: str) -> tuple[str, ...]:
    """The named beginnings of a network."""
    return get_args(options(plugins.recommender(name))["initialisation"].annotation)


@pytest.mark.parametrize("name", NAMES)
def test_every_way_to_begin_is_another_and_can_be_learnt_from(name: str, small_shop: Dataset) -> None:
    queries = small_shop.queries(small_shop.buyers())
    scores, losses = {}, {}
    for how in ways(name):
        kind: Any = plugins.recommender(name)
        network = kind(**SMALL, initialisation=how, epochs=12, learning_rate=0.01)
        fitted = network.fit(Training(small_shop, seed=1))
        scores[how], losses[how] = fitted.scores(queries), fitted.curves.loss
    assert {"xavier", "he", "graph-filter", "text"} == set(scores)
    for one in scores:
        assert np.isfinite(scores[one]).all()
        assert losses[one][-3:].mean() < losses[one][:3].mean(), one
    for one, other in combinations(scores, 2):
        assert not np.array_equal(scores[one], scores[other])


@pytest.fixture(scope="module")
def past(frames: tuple[pd.DataFrame, ...]) -> Dataset:
    """The small shop without the first users, every third item and the last category."""
    events, catalog = frames
    number = catalog["item_id"].str[1:].astype(int)
    catalog = catalog[(number % 3 > 0) & (number % 8 < 7)]
    return Dataset.from_frames(
        events[events["item_id"].isin(catalog["item_id"]) & (events["user_id"] > "u010")], catalog
    )


@pytest.mark.parametrize("name", NAMES)
def test_an_earlier_artifact_is_gone_on_from_after_users_and_items_were_added(
    name: str, past: Dataset, small_shop: Dataset, tmp_path: Path
) -> None:
    """Each weight whose rows stand for something is taken over by id or name, each other one where it fits."""
    assert past.n_users < small_shop.n_users
    assert past.n_items < small_shop.n_items
    assert past.n_categories < small_shop.n_categories
    kind: Any = plugins.recommender(name)
    old = kind(**SMALL, epochs=3, learning_rate=0.05).fit(Training(past, seed=1))
    write_artifact(tmp_path, Artifact(name, {"until": "2017-02-01"}, past.index, old.state()))
    kept = read_artifact(tmp_path)
    training = Training(small_shop, seed=2, start=Start(kept.index, kept.state))
    state = kind(**SMALL, **STILL).fit(training).state()
    rows = kind(**SMALL).learner(training).rows
    assert rows.keys() <= {one.removeprefix(WEIGHTS) for one in state}
    taken = 0
    for key in (one for one in state if one.startswith(WEIGHTS)):
        now, earlier, whose = state[key], kept.state[key], rows.get(key.removeprefix(WEIGHTS))
        if isinstance(whose, str):
            here, there = (getattr(index, whose) for index in (small_shop.index, kept.index))
            places = here.numbers(there.values)
            lead = len(now) - len(here)
            np.testing.assert_allclose(now[:lead], earlier[:lead], atol=1e-6)
            np.testing.assert_allclose(now[lead + places], earlier[lead:], atol=1e-6)
            taken += 1
        elif whose is None and now.shape == earlier.shape:
            np.testing.assert_allclose(now, earlier, atol=1e-6)
        elif whose is not None:
            was = dict(zip(whose.earlier(kept.state), earlier, strict=True))
            known = [place for place, one in enumerate(whose.now) if one in was]
            assert known
            expected = np.array([was[whose.now[place]] for place in known])
            np.testing.assert_allclose(now[known], expected, atol=1e-6)
    assert taken


@pytest.mark.parametrize("name", NAMES)
def test_going_on_learns_the_past_in_fewer_epochs(name: str, wide_shop: Dataset) -> None:
    """From what was learnt of all but the last months the first epoch loses less than from a random beginning."""
    past = wide_shop.before(moment("2017-11-01"))
    kind: Any = plugins.recommender(name)
    chosen: dict[str, Any] = {**SMALL, "initialisation": "xavier", "learning_rate": 0.01, "l2": 0.0}
    old = kind(**chosen, epochs=25).fit(Training(past, seed=1))
    start = Start(past.index, old.state())
    warm, cold = (
        kind(**chosen, epochs=1).fit(Training(wide_shop, seed=2, start=one)).curves.loss[0] for one in (start, None)
    )
    assert math.isfinite(warm)
    assert warm < cold
