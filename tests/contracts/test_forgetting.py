"""The contract of recommenders on forgetting, run on every installed one: what it keeps of single users is known, and
goes with them, and nobody else is scored otherwise for it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crossaisle import plugins
from crossaisle.data.dataset import Dataset
from crossaisle.data.training import Training
from crossaisle.models.artifacts import Artifact, read_artifact, write_artifact
from crossaisle.models.erasure import forget_in
from crossaisle.models.recommender import Fitted
from crossaisle.numerics.arrays import Numbers
from crossaisle.privacy.erasable import Person
from small_shop import small_frames

NAMES = plugins.recommender_names()
N_USERS, N_BUYERS = 173, 167
"""Numbers that no array has the size of for another reason."""
COMPARED = ("fusion",)
"""Whom it asks about, it compares with people by name: where one of these is forgotten, it cannot say the same."""
PEOPLE = "context/neighbours/"
_ROWS = ("people", "bought/indptr", "lately/indptr", "vectors/0/indptr", "vectors/1/indptr")
KEPT = {"fusion": {f"{PEOPLE}{name}" for name in _ROWS}}
"""Arrays with a row a user or a buyer; all other recommenders keep none."""


def fit(name: str, dataset: Dataset) -> Fitted:
    fitted: Fitted = plugins.recommender(name)().fit(Training(dataset, seed=3))
    return fitted


@pytest.fixture(scope="module")
def lonely_shop(frames: tuple[pd.DataFrame, ...]) -> Dataset:
    """The small shop, where u004 alone buys one thing of a category of its own, and is like nobody."""
    events, catalog = (frame.copy() for frame in frames)
    events.loc[events.user_id == "u004", "item_id"] = "own"
    own = {"item_id": "own", "title": "Seldom", "category": "own", "aisle": "own", "brand": "own"}
    return Dataset.from_frames(events, pd.concat([catalog, pd.DataFrame([own])]))


@pytest.fixture(scope="module")
def customers_shop() -> Dataset:
    """A shop that knows its customers, of whom some only look."""
    events, catalog = small_frames(n_users=N_USERS)
    users = sorted(events.user_id.unique())
    events.loc[
        events.user_id.isin(users[:: len(users) // (N_USERS - N_BUYERS)][: N_USERS - N_BUYERS]), "event_type"
    ] = "view"
    customers = pd.DataFrame({"user_id": users, "plan": [("gold", "tin", None)[one % 3] for one in range(len(users))]})
    return Dataset.from_frames(events, catalog, customers)


def erased(folder: Path, name: str, dataset: Dataset, user_id: str, fitted: Fitted) -> tuple[Fitted, Artifact]:
    """The model as it is read after it was published and a person was taken out."""
    write_artifact(folder, Artifact(name, {"until": "2018-01-01"}, dataset.index, fitted.state()))
    assert forget_in(folder, Person(frozenset({user_id, "nobody"}), frozenset())) == 1
    read = read_artifact(folder)
    return plugins.recommender(name).fitted.restore(read.state), read


def scores(fitted: Fitted, dataset: Dataset, users: Numbers, without: int | None = None) -> Any:
    """Of users by their numbers, which moved up where somebody before them is gone."""
    queries = dataset.queries(users)
    moved = users if without is None else users - (users > without).astype(np.int32)
    return fitted.scores(replace(queries, users=moved))


@pytest.mark.parametrize("name", NAMES)
def test_without_a_user_others_are_scored_as_before_bit_by_bit(
    name: str, small_shop: Dataset, lonely_shop: Dataset, tmp_path: Path
) -> None:
    """Of a recommender that compares people, without one who is like nobody."""
    dataset = lonely_shop if name in COMPARED else small_shop
    user = dataset.index.users.number("u004")
    others = dataset.buyers()[dataset.buyers() != user]
    fitted = fit(name, dataset)
    after, artifact = erased(tmp_path, name, dataset, "u004", fitted)
    np.testing.assert_array_equal(scores(after, dataset, others, user), scores(fitted, dataset, others))
    assert artifact.index.users.to_list() == [one for one in dataset.index.users.to_list() if one != "u004"]
    assert replace(artifact.index, users=dataset.index.users) == dataset.index
    assert artifact.facts["erased"] == 1


@pytest.mark.parametrize("name", NAMES)
def test_what_is_kept_of_single_users_is_known_and_the_rest_of_the_state_stays_bit_by_bit(
    name: str, customers_shop: Dataset, tmp_path: Path
) -> None:
    """An array of as many rows as there are users or buyers keeps something of each. A new one is to be named in KEPT,
    and `without` to take the user out of it."""
    dataset = customers_shop
    assert (dataset.n_users, len(dataset.buyers())) == (N_USERS, N_BUYERS)
    sizes = {size + more for size in (N_USERS, N_BUYERS) for more in (0, 1)}
    fitted = fit(name, dataset)
    state = fitted.state()
    of_users = {key for key, array in state.items() if sizes & set(array.shape)}
    assert of_users == KEPT.get(name, set())
    _, artifact = erased(tmp_path, name, dataset, dataset.index.users.one(int(dataset.buyers()[9])), fitted)
    assert artifact.state.keys() == state.keys()
    changed = {key for key, array in state.items() if artifact.state[key].tobytes() != array.tobytes()}
    assert bool(changed) == bool(of_users)
    assert {key for key in changed if not key.startswith(PEOPLE)} == set()
