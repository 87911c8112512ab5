"""Figures of categories, of exposure and of accuracy worked out by hand on a shop of six items."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from crossaisle.data.dataset import Dataset
from crossaisle.data.split import Split
from crossaisle.evaluation.measures import Measured, measure
from crossaisle.evaluation.scoring import Ranking
from crossaisle.evaluation.tasks import Task, counted_tasks

ITEMS = ("a1", "a2", "b1", "b2", "c1", "c2")
"""The letter is the category; a and b lie in aisle one, c in aisle two."""


def bought(*rows: tuple[str, str, str, float]) -> Dataset:
    events = pd.DataFrame(rows, columns=["user_id", "item_id", "timestamp", "price"])
    aisles = ["one"] * 4 + ["two"] * 2
    catalog = pd.DataFrame({"item_id": ITEMS, "category": [one[0] for one in ITEMS], "aisle": aisles})
    return Dataset.from_frames(events.assign(event_type="purchase", quantity=2), catalog)


@pytest.fixture(scope="module")
def split() -> Split:
    """u bought a1 three times and c1 once; v bought every other item once. In the window u buys b1 and b2, v a1."""
    past = [("u", "a1", f"2017-01-0{day}", 1.0) for day in (1, 2, 3)]
    past += [("u", "c1", "2017-01-04", 1.0)]
    past += [("v", item, "2017-01-05", 1.0) for item in ("a2", "b1", "b2", "c2")]
    window = [("u", "b1", "2017-02-01", 3.0), ("u", "b2", "2017-02-02", 5.0), ("v", "a1", "2017-02-03", 7.0)]
    return Split.at(bought(*past, *window), "2017-02-01")


def measured_of(split: Split, slates: Mapping[str, list[str]], threshold: float | None = None) -> tuple[Task, Measured]:
    """The task `explore` with given slates; the k of the test is 4."""
    (task,) = counted_tasks(split, 1, ("explore",))
    known = {one: at for at, one in enumerate(split.train.index.items.values.to_pylist())}
    users = [split.train.index.users.one(int(user)) for user in task.users]
    rows = [[known[item] for item in slates[user]] + [-1] * (4 - len(slates[user])) for user in users]
    below, up_to = np.array([0.25, 0.75, 0.5]), np.array([0.75, 0.75, 1.0])
    return task, measure(Ranking(np.array(rows, dtype=np.int32), below, up_to), split, task, threshold)


SLATES = {"u": ["a2", "b1", "c2"], "v": ["c1", "a1"]}


def test_categories_of_slates(split: Split) -> None:
    """u: three categories, all pairs differ; b is the one sought. v: two, one sought, found."""
    _, measured = measured_of(split, SLATES)
    assert measured.by_user["categories_per_slate"].tolist() == [3, 2]
    assert measured.by_user["diversity"].tolist() == [1, 1]
    assert measured.by_user["category_hit_rate@4"].tolist() == [1, 1]
    assert measured.by_user["category_recall@4"].tolist() == [1, 1]
    _, worse = measured_of(split, {"u": ["a2", "c2"], "v": ["c1"]})
    assert worse.by_user["category_hit_rate@4"].tolist() == [0, 0]


def test_revenue_is_what_was_spent_on_hits(split: Split) -> None:
    """u finds b1, two at 3; v finds a1, two at 7."""
    assert measured_of(split, SLATES)[1].by_user["revenue@4"].tolist() == [6, 14]


def test_calibration_is_the_distance_of_aisle_shares(split: Split) -> None:
    """u bought 3/4, 1/4 of the aisles; its slate shows 2/3, 1/3: √(1 − √(3/4 · 2/3) − √(1/4 · 1/3)) = .06474.

    v bought 3/4, 1/4 too; its slate shows 1/2, 1/2: √(1 − √(3/8) − √(1/8)) = .18459.
    """
    distances = measured_of(split, SLATES)[1].by_user["calibration"]
    assert distances[0] == pytest.approx(np.sqrt(1 - np.sqrt(1 / 2) - np.sqrt(1 / 12)), abs=1e-4)
    assert distances[1] == pytest.approx(np.sqrt(1 - np.sqrt(3 / 8) - np.sqrt(1 / 8)), abs=1e-4)


def test_novelty_is_self_information_in_bits(split: Split) -> None:
    """Of eight purchases one is of each of a2, b1, c2: 3 bits. v is shown c1, 3 bits, and a1, log₂(8/3) = 1.41504."""
    novelty = measured_of(split, SLATES)[1].by_user["novelty"]
    assert novelty[0] == pytest.approx(3)
    assert novelty[1] == pytest.approx((3 + np.log2(8 / 3)) / 2)


def test_exposure_of_the_whole_shop(split: Split) -> None:
    """Five of six items are shown once. Gini of 0, 1, 1, 1, 1, 1: (−5·0 −3 −1 +1 +3 +5) / (6 · 5) = 5/30."""
    whole = measured_of(split, SLATES)[1].whole
    assert whole["coverage"] == pytest.approx(5 / 6)
    assert whole["gini"] == pytest.approx(5 / 30)


def test_accuracies_are_means_over_each_users_truth(split: Split) -> None:
    """u's two true items: pairwise .5 and .75. v's one: .75.

    At threshold .6: the first spans .25 to .75, so (.75 − .6) / .5 = .3 of it is called bought; the second wholly;
    v's spans .5 to 1, (1 − .6) / .5 = .8. Others are called rightly .6 of the time: (.65 + .6) / 2, (.8 + .6) / 2.
    """
    task, measured = measured_of(split, SLATES, 0.6)
    assert task.sizes.tolist() == [2, 1]
    assert measured.by_user["accuracy_pairwise"].tolist() == [0.625, 0.75]
    np.testing.assert_allclose(measured.by_user["accuracy_balanced"], [0.625, 0.7])
    assert measured.main == ("capped_recall@4", "ndcg@4")
