"""Comparison of a new model with the live one, on what people did after both had learnt."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.data.focus import Allowed
from crossaisle.data.split import Split
from crossaisle.evaluation.tasks import Task, counted_tasks
from crossaisle.models.recommender import Fitted
from crossaisle.numerics import metrics
from crossaisle.numerics.arrays import AnyArray, Numbers, holds
from crossaisle.numerics.bootstrap import ratio_of, resampled_means
from crossaisle.slates.ranking import rank

K = 20


@dataclass(frozen=True)
class Comparison:
    """What two models would have shown, and what of it people bought.

    Args:
        task, metric: what was measured. new, live: means over `n_users`.
        ratio: new / live with its 95 % interval by the paired bootstrap; NaN where the live model hits nothing.
        ndcg_new, ndcg_live: beside it.
    """

    task: str
    metric: str
    new: float
    live: float
    ratio: float
    low: float
    high: float
    ndcg_new: float
    ndcg_live: float
    n_users: int

    def is_worse(self, tolerance: float) -> bool:
        """Whether the new model is surely below the live one, or by more than `tolerance`, a share of it."""
        return bool(self.high < 1 or self.ratio < 1 - tolerance)

    def to_dict(self) -> dict[str, Any]:
        """In plain values, None for NaN."""
        return {name: None if value != value else value for name, value in asdict(self).items()}


def compare(
    split: Split, new: Fitted, live: Fitted, live_dataset: Dataset, min_purchases: int, seed: int = 0
) -> Comparison:
    """Compare on the first task that somebody counts for.

    Args:
        split: its past is what `new` was fitted on.
        live_dataset: the same past with the numbers of `live`.

    Raises:
        InputError: nobody bought anything in the window that counts.
    """
    task = counted_tasks(split, min_purchases)[0]
    ranked = rank(new, split.train.queries(task.users), task.allowed, K).items
    others = _of_live(split, task, live, live_dataset)
    columns = [one for items in (ranked, others) for one in _measured(items, task)]
    values = np.stack(columns, axis=1)
    means, drawn = values.mean(axis=0), resampled_means(values, seed)
    ratio, low, high = ratio_of(means, drawn, 0, 2)
    recall_new, ndcg_new, recall_live, ndcg_live = (float(one) for one in means)
    metric = f"capped_recall@{K}"
    return Comparison(
        task.name, metric, recall_new, recall_live, ratio, low, high, ndcg_new, ndcg_live, len(task.users)
    )


def _measured(items: Numbers, task: Task) -> tuple[AnyArray, AnyArray]:
    hits = holds(task.truth, np.arange(len(items))[:, None], items)
    return metrics.capped_recall(hits, task.sizes), metrics.ndcg(hits, task.sizes)


def _of_live(split: Split, task: Task, live: Fitted, dataset: Dataset) -> Numbers:
    """What the live model shows, in the numbers of the split; −1 beyond what it knows."""
    index = split.train.index
    users = dataset.index.users.numbers(index.users.at(task.users))
    known = dataset.index.items.numbers(index.items.at(task.allowed.items))
    items = np.sort(known[known >= 0])
    allowed = Allowed(task.allowed.focus, items, dataset.catalogue.category, dataset.index.categories)
    ranked = rank(live, dataset.queries(users, split.cut), allowed, K).items
    numbers = index.items.numbers(dataset.index.items.at(ranked.ravel())).reshape(ranked.shape)
    return np.where(ranked >= 0, numbers, -1).astype(np.int32)
