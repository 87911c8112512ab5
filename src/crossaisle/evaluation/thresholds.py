"""Thresholds of the balanced accuracy, chosen on a window before the one that is measured."""

from collections.abc import Mapping

import numpy as np

from crossaisle.data.split import Split
from crossaisle.data.training import Progress, silent
from crossaisle.evaluation.scoring import rank_tasks
from crossaisle.evaluation.tasks import counted_tasks
from crossaisle.models.recommender import Fitted
from crossaisle.numerics.metrics import best_threshold

Thresholds = Mapping[tuple[str, str], float]
"""Task and model → share in [0, 1]: an item is called bought if more of the user's other allowed items score below."""


def chosen_thresholds(
    models: Mapping[str, Fitted],
    validation: Split,
    *,
    tasks: tuple[str, ...] | None = None,
    min_purchases: int = 5,
    progress: Progress = silent,
) -> Thresholds:
    """The threshold that is right most often on a validation split, for models fitted on that split's past.

    Raises:
        InputError: there is nobody to measure on.
    """
    found = {}
    counted = counted_tasks(validation, min_purchases, tasks)
    for name, fitted in models.items():
        rankings = rank_tasks(fitted, validation, counted, 1, progress, f"validate {name}")
        for task, ranking in zip(counted, rankings, strict=True):
            weights = np.repeat(1 / task.sizes, task.sizes)
            found[task.name, name] = best_threshold(ranking.below, ranking.up_to, weights)
    return found
