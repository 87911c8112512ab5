"""Choosing on windows before the cut: which recommender is best, and where its scores begin to mean "bought"."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import span
from crossaisle.data.split import Split
from crossaisle.data.text_encoder import TextEncoder
from crossaisle.data.training import Progress, silent
from crossaisle.evaluation.measures import hits_in
from crossaisle.evaluation.scoring import rank_tasks
from crossaisle.evaluation.tasks import Task, tasks_of
from crossaisle.evaluation.validation import validated
from crossaisle.evaluation.windows import validation_splits
from crossaisle.models.recommender import Recommender
from crossaisle.numerics.metrics import best_threshold, capped_recall

K = 20
MEASURE = f"capped_recall@{K}"


@dataclass(frozen=True)
class Validation:
    """What a window before the cut says.

    Args:
        scores: model → its mean capped_recall@20 on the first task.
        thresholds: (task, model) → share in [0, 1]; an item is called bought if more of the user's other allowed
            items score below it.
    """

    scores: Mapping[str, float] = field(default_factory=dict)
    thresholds: Mapping[tuple[str, str], float] = field(default_factory=dict)


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
    checkpoints: Path | None = None,
    encoder: TextEncoder | None = None,
) -> Choice:
    """Fit each at every earlier cut and measure it on the window after; without a window the first is taken.

    Args:
        checkpoints: a folder from which fits that were broken off go on.
        encoder: of texts, the embedded one when None.
    """
    totals: dict[str, list[float]] = {name: [] for name in recommenders}
    task_name = ""
    for split in validation_splits(dataset, span(horizon), n_windows):
        tasks = [task for task in tasks_of(split, min_purchases) if len(task.users)][:1]
        if not tasks:
            continue
        task_name = tasks[0].name
        found = validate(
            recommenders,
            split,
            tasks,
            min_purchases=min_purchases,
            seed=seed,
            progress=progress,
            checkpoints=checkpoints,
            encoder=encoder,
        )
        for name, score in found.scores.items():
            totals[name].append(score)
    scores = {name: float(np.mean(one)) for name, one in totals.items() if one}
    best = max(scores, key=lambda name: scores[name]) if scores else next(iter(recommenders))
    return Choice(best, scores, task_name)


def validate(
    recommenders: Mapping[str, Recommender],
    split: Split,
    tasks: Sequence[Task],
    *,
    min_purchases: int = 5,
    seed: int = 0,
    progress: Progress = silent,
    checkpoints: Path | None = None,
    encoder: TextEncoder | None = None,
) -> Validation:
    """Fit each on the split's past and measure it on its tasks, one after the other."""
    scores: dict[str, float] = {}
    thresholds: dict[tuple[str, str], float] = {}
    for name, recommender in recommenders.items():
        progress(f"validate {name}", 0)
        training = validated(split, min_purchases=min_purchases, seed=seed, checkpoints=checkpoints, encoder=encoder)
        fitted = recommender.fit(training)
        rankings = rank_tasks(fitted, split, tasks, K)
        scores[name] = float(capped_recall(hits_in(rankings[0].items, tasks[0]), tasks[0].sizes).mean())
        for task, ranking in zip(tasks, rankings, strict=True):
            weights = np.repeat(1 / task.sizes, task.sizes)
            thresholds[task.name, name] = best_threshold(ranking.below, ranking.up_to, weights)
        progress(f"validate {name}", 1)
    return Validation(scores, thresholds)
