"""The small shop as the pages name it."""

import pandas as pd
import pytest


@pytest.fixture
def shop_frames(frames: tuple[pd.DataFrame, ...]) -> dict[str, pd.DataFrame]:
    """The small shop with the user ids of the pages, and its events as the two frames of a published split."""
    events, catalog = frames
    events = events.assign(user_id=events["user_id"].str.lstrip("u0").replace("", "98"))
    pairs = events[["user_id", "item_id"]].drop_duplicates()
    test = pairs.groupby("user_id").head(2)
    return {"events": events, "catalog": catalog, "train": pairs.drop(test.index), "test": test}
