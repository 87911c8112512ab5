"""The protocol's public reference figures, from the files to the figures through the product's own loader."""

import numpy as np
import pytest

from crossaisle.data.dataset import Dataset
from crossaisle.data.split import Split
from crossaisle.evaluation.protocol import Evaluation, evaluate
from crossaisle.evaluation.tasks import counted_tasks
from crossaisle.models.recommender import Recommender
from crossaisle.models.recommenders.als import ALS
from crossaisle.models.recommenders.ease import EASE
from crossaisle.models.recommenders.popularity import Popularity
from crossaisle.stores.lake import Lake

PUBLISHED = {"popularity": (0.0646, 0.0536), "ease": (0.0731, 0.0588), "als": (0.0710, 0.0584)}
"""capped_recall@20 and ndcg@20 of peers, tuned on the window before."""


@pytest.fixture(scope="module")
def split(complete_journey: Lake) -> Split:
    return Split.at(Dataset.from_tables(complete_journey.events(), complete_journey.table("catalog")), "2017-11-01")


@pytest.fixture(scope="module")
def measured(split: Split) -> Evaluation:
    als = ALS(factors=64, alpha=1.0, l2=0.01, iterations=15)
    ease = EASE(l2=1000.0, max_items=6000)
    peers: dict[str, Recommender] = {"popularity": Popularity(), "ease": ease, "als": als}
    fitted = {name: peer.fit(split.training) for name, peer in peers.items()}
    return evaluate(fitted, split, tasks=("new-categories",))


def test_the_shop_is_the_published_one(split: Split) -> None:
    (task,) = counted_tasks(split, 5, ("new-categories",))
    assert len(split.train.buyers()) == 2450
    assert len(task.allowed.items) == 25_466
    assert len(np.unique(split.train.catalogue.category[task.allowed.items])) == 284
    assert len(task.users) == 2088
    assert round(task.sizes.mean(), 2) == 9.55


@pytest.mark.parametrize("model", ["popularity", "ease"])
def test_popularity_and_ease_are_within_one_percent_of_the_published_figures(measured: Evaluation, model: str) -> None:
    for metric, published in zip(("capped_recall@20", "ndcg@20"), PUBLISHED[model], strict=True):
        assert measured.value("new-categories", model, metric).value == pytest.approx(published, rel=0.01)


def test_the_published_als_lies_within_the_interval(measured: Evaluation) -> None:
    for metric, published in zip(("capped_recall@20", "ndcg@20"), PUBLISHED["als"], strict=True):
        figure = measured.value("new-categories", "als", metric)
        assert figure.low <= published <= figure.high


def test_the_interval_of_ease_is_the_published_one(measured: Evaluation) -> None:
    """[.068, .079] in print."""
    figure = measured.value("new-categories", "ease", "capped_recall@20")
    assert figure.low == pytest.approx(0.068, abs=0.001)
    assert figure.high == pytest.approx(0.079, abs=0.001)


def test_ease_is_better_than_popularity_for_the_same_users(measured: Evaluation) -> None:
    (ratio,) = [one for one in measured.ratios if (one.model, one.metric) == ("ease", "capped_recall@20")]
    assert ratio.low > 1
    assert ratio.n_users == 2088
