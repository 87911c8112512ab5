"""Groups of users worked out by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa

from crossaisle.data.dataset import Dataset
from crossaisle.data.split import Split
from crossaisle.evaluation.groups import user_groups
from crossaisle.evaluation.protocol import evaluate
from crossaisle.models.recommenders.popularity import Popularity


def shop_of(n_bought: list[int]) -> Dataset:
    """User number i buys n_bought[i] times before March, and once after it."""
    rows = [(f"u{user}", f"i{at % 3}", f"2017-01-{1 + at:02}") for user, n in enumerate(n_bought) for at in range(n)]
    rows += [(f"u{user}", "i3", "2017-03-02") for user in range(len(n_bought))]
    rows += [("u0", "i3", "2017-01-01")]
    events = pd.DataFrame(rows, columns=["user_id", "item_id", "timestamp"])
    catalog = pd.DataFrame({"item_id": [f"i{one}" for one in range(4)]})
    return Dataset.from_frames(events.assign(event_type="purchase", quantity=1, price=1.0), catalog)


def test_activity_is_thirds_of_purchases() -> None:
    """Purchases 2, 2, 3, 4, 5, 9: a third of the way from the least is 2 2/3, two thirds is 4 1/3."""
    labels = user_groups(Split.at(shop_of([1, 2, 3, 4, 5, 9]), "2017-03-01"))["activity"]
    assert list(labels) == ["low", "low", "middle", "middle", "high", "high"]


def test_a_column_of_few_values_groups_and_the_unknown_are_one_group_at_the_end() -> None:
    split = Split.at(shop_of([1, 2, 3, 4]), "2017-03-01")
    columns = {
        "income": ["75-99K", "Under 15K", None, "15-24K"],
        "name": ["a", "a", "a", "a"],
    }
    train = replace(split.train, customers=pa.table({"user_id": split.train.index.users.values, **columns}))
    groups = user_groups(replace(split, train=train))
    assert set(groups) == {"activity", "income"}
    assert list(groups["income"].categories) == ["Under 15K", "15-24K", "75-99K", "unknown"]
    assert list(groups["income"]) == ["75-99K", "Under 15K", "unknown", "15-24K"]


def test_figures_of_groups_weigh_up_to_the_figure_of_all() -> None:
    split = Split.at(shop_of([1, 2, 3, 4, 5, 9]), "2017-03-01")
    own = np.array(["x", "y", "x", "y", "x", "x"])
    measured = evaluate(Popularity().fit(split.training), split, min_purchases=1, groups={"own": own})
    for task in ("explore", "all"):
        whole = measured.value(task, "model", "ndcg@20")
        parts = [one for one in measured.groups if (one.task, one.metric) == (task, "ndcg@20")]
        assert {one.group for one in parts} == {"own: x", "own: y"}
        assert sum(one.n_users for one in parts) == whole.n_users
        assert np.isclose(sum(one.value * one.n_users for one in parts), whole.value * whole.n_users)
