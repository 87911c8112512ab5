"""Rankings shared by the tasks against one dense ranking for each."""

import numpy as np
import pytest

from crossaisle.data.dataset import Dataset
from crossaisle.data.split import Split
from crossaisle.evaluation import scoring
from crossaisle.evaluation.tasks import Task, tasks_of
from crossaisle.models.recommender import Fitted
from crossaisle.models.recommenders.item_knn import ItemKNN
from crossaisle.models.recommenders.popularity import Popularity
from crossaisle.numerics.arrays import AnyArray


def expected(fitted: Fitted, split: Split, task: Task, k: int) -> tuple[list[list[int]], AnyArray, AnyArray]:
    """Slates and shares below of a task, user by user, item by item."""
    slates, below, up_to = [], [], []
    for row, user in enumerate(task.users):
        queries = split.train.queries(np.array([user]))
        scores = fitted.scores(queries, task.allowed.items)[0]
        allowed = task.allowed.mask(queries)[0]
        order = [at for at in np.argsort(-scores, kind="stable") if allowed[at] and np.isfinite(scores[at])][:k]
        slates.append([int(task.allowed.items[at]) for at in order] + [-1] * (k - len(order)))
        truth = set(task.truth[[row]].indices.tolist())
        by_item = dict(zip(task.allowed.items.tolist(), scores.tolist(), strict=True))
        others = [by_item[item] for item in task.allowed.items[allowed].tolist() if item not in truth]
        for item in task.truth[[row]].indices.tolist():
            below.append(np.mean([one < by_item[item] for one in others]))
            up_to.append(np.mean([one <= by_item[item] for one in others]))
    return slates, np.array(below), np.array(up_to)


@pytest.mark.parametrize("recommender", [Popularity(), ItemKNN()], ids=["popularity", "item-knn"])
@pytest.mark.parametrize("bytes_per_score", [scoring.BYTES_PER_SCORE, 2**24])
def test_every_task_has_the_ranking_it_would_have_alone(
    small_shop: Dataset,
    recommender: Popularity | ItemKNN,
    bytes_per_score: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In one batch, and in batches of one user each."""
    monkeypatch.setattr(scoring, "BYTES_PER_SCORE", bytes_per_score)
    split = Split.at(small_shop, "2017-10-01")
    tasks = tasks_of(split, 5)
    fitted = recommender.fit(split.training)
    for task, ranking in zip(tasks, scoring.rank_tasks(fitted, split, tasks, 7), strict=True):
        slates, below, up_to = expected(fitted, split, task, 7)
        assert ranking.items.tolist() == slates, task.name
        np.testing.assert_allclose(ranking.below, below, err_msg=task.name)
        np.testing.assert_allclose(ranking.up_to, up_to, err_msg=task.name)
