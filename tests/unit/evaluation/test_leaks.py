"""Nothing of the truth reaches what is learnt, chosen or shown: a marker planted there changes no byte."""

import numpy as np
import pandas as pd
import pytest

from crossaisle import plugins
from crossaisle.data.dataset import Dataset
from crossaisle.data.split import Split
from crossaisle.data.training import Training
from crossaisle.evaluation.selection import choose
from crossaisle.models.recommender import State
from crossaisle.models.recommenders.ease import EASE
from crossaisle.models.recommenders.popularity import Popularity

CUT = pd.Timestamp("2017-10-01")
Frames = tuple[pd.DataFrame, pd.DataFrame]


def planted(frames: Frames, when: pd.Timestamp) -> Frames:
    """The shop with a marker from `when` on.

    A new user, a new item of a new category, aisle and brand, launched then; a thousand purchases of it and of a known
    item by the new and by known users, the first of them stamped at that very moment; from then on ten times the price.
    """
    events, catalog = frames
    known = events["user_id"].unique()[:10].tolist()
    marker = pd.DataFrame(
        {
            "user_id": (["marker", *known] * 100)[:1000],
            "item_id": ["marker"] * 500 + ["i001"] * 500,
            "timestamp": pd.date_range(when, periods=1000, freq="min"),
            "event_type": "purchase",
            "quantity": 7,
            "price": 999.0,
            "order_id": [f"marker {one}" for one in range(1000)],
            "session_id": [f"marker {one}" for one in range(1000)],
            "channel": "marker",
            "store_id": "marker",
        }
    )
    dearer = events.assign(price=events["price"].where(events["timestamp"] < when, events["price"] * 10))
    new_item = {key: ["marker"] for key in ("item_id", "title", "category", "aisle", "brand")}
    launched = pd.DataFrame({**new_item, "launched_at": np.array([when], dtype="datetime64[us]")})
    return pd.concat([dearer, marker]), pd.concat([catalog, launched])


@pytest.fixture(scope="module")
def plain(frames: tuple[pd.DataFrame, ...]) -> Frames:
    events, catalog = frames
    nowhere = dict.fromkeys(("session_id", "channel", "store_id"), None)
    return events.assign(**nowhere), catalog.assign(launched_at=np.full(len(catalog), np.datetime64("NaT", "us")))


@pytest.fixture(scope="module")
def clean(plain: Frames) -> Split:
    return Split.at(Dataset.from_frames(*plain), CUT.isoformat())


@pytest.fixture(scope="module")
def with_marker(plain: Frames) -> Split:
    return Split.at(Dataset.from_frames(*planted(plain, CUT)), CUT.isoformat())


def as_bytes(state: State) -> dict[str, tuple[str, tuple[int, ...], bytes]]:
    return {name: (str(array.dtype), array.shape, array.tobytes()) for name, array in state.items()}


def learnt(name: str, split: Split) -> dict[str, tuple[str, tuple[int, ...], bytes]]:
    return as_bytes(plugins.recommender(name)().fit(Training(split.train)).state())


def test_the_marker_is_in_the_truth(clean: Split, with_marker: Split) -> None:
    """The known item goes to more known users than without it, and prices are higher."""
    item = clean.train.index.items.number("i001")
    assert with_marker.truth[:, [item]].sum() > clean.truth[:, [item]].sum()
    assert with_marker.spend.sum() > clean.spend.sum()


def test_what_is_known_before_the_cut_is_the_same(clean: Split, with_marker: Split) -> None:
    assert with_marker.train.index == clean.train.index
    for name, ids in vars(clean.train.labels).items():
        assert getattr(with_marker.train.labels, name).values.equals(ids.values), name
    assert as_bytes(vars(with_marker.train.events)) == as_bytes(vars(clean.train.events))
    arrays = {name: one for name, one in vars(clean.train.catalogue).items() if isinstance(one, np.ndarray)}
    assert arrays
    assert as_bytes({name: getattr(with_marker.train.catalogue, name) for name in arrays}) == as_bytes(arrays)


@pytest.mark.parametrize("name", plugins.recommender_names())
def test_no_byte_of_any_artifact_changes(clean: Split, with_marker: Split, name: str) -> None:
    assert learnt(name, with_marker) == learnt(name, clean)


@pytest.mark.parametrize("name", plugins.recommender_names())
def test_the_same_marker_a_month_earlier_changes_every_artifact(clean: Split, plain: Frames, name: str) -> None:
    """So that the test above would see a leak."""
    earlier = Split.at(Dataset.from_frames(*planted(plain, CUT - pd.Timedelta(days=30))), CUT.isoformat())
    assert learnt(name, earlier) != learnt(name, clean)


def test_no_choice_changes(clean: Split, with_marker: Split) -> None:
    both = {"popularity": Popularity(), "ease": EASE(l2=20.0)}
    chosen = [choose(both, split.train, horizon="60d", n_windows=2) for split in (clean, with_marker)]
    assert chosen[0] == chosen[1]
    assert len(chosen[0].scores) == 2
