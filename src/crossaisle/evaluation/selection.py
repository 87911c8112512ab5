"""Choosing: the recommender with the best mean capped recall over the validation windows."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import span
from crossaisle.data.training import Progress, Training, silent
from crossaisle.evaluation.protocol import hits_of
from crossaisle.evaluation.tasks import tasks_of
from crossaisle.evaluation.windows import validation_splits
from crossaisle.models.recommender import Recommender
from crossaisle.numerics.metrics import capped_recall

MEASURE = "capped_recall@20"


@dataclass(frozen=True)
class Choice:
    """name: the best recommender. scores: each one's mean capped_recall@20 over users and windows. task: the task."""

    name: str
    scores: Mapping[str, float]
    task: str


def choose(
    recommenders: Mapping[str, Recommender],
    dataset: Dataset,
    *,
    horizon: str = "60d",
    n_windows: int = 2,
    min_purchases: int = 5,
    seed: int = 0,
    progress: Progress = silent,
) -> Choice:
    """Fit each at every earlier cut and measure it on the window after; without a window the first is taken."""
    totals: dict[str, list[float]] = {name: [] for name in recommenders}
    task_name = ""
    for split in validation_splits(dataset, span(horizon), n_windows):
        tasks = [task for task in tasks_of(split, min_purchases) if len(task.users)]
        if not tasks:
            continue
        task = tasks[0]
        task_name = task.name
        for name, recommender in recommenders.items():
            progress(f"validate {name}", 0)
            fitted = recommender.fit(Training(split.train, seed))
            hits = hits_of(fitted, split, task, 20)
            totals[name].append(float(capped_recall(hits, task.sizes).mean()))
            progress(f"validate {name}", 1)
    scores = {name: float(np.mean(one)) for name, one in totals.items() if one}
    best = max(scores, key=lambda name: scores[name]) if scores else next(iter(recommenders))
    return Choice(best, scores, task_name)
