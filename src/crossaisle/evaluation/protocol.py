"""The protocol: fitted recommenders on a split, every figure with its users and a 95 % interval."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crossaisle.data.queries import Queries
from crossaisle.data.split import Split
from crossaisle.data.training import Progress, silent
from crossaisle.evaluation.measures import Measured, group_labels, hits_in, measure
from crossaisle.evaluation.tasks import Task, tasks_of
from crossaisle.models.recommender import Fitted
from crossaisle.numerics.arrays import Bools, Doubles, Numbers, batches
from crossaisle.numerics.bootstrap import known_means, mean_intervals, ratio_interval
from crossaisle.numerics.metrics import pairwise_accuracy
from crossaisle.numerics.topk import top_k
from crossaisle.slates.ranking import Ranked, rank


@dataclass(frozen=True)
class Figure:
    """One figure: value with its 95 % interval over n_users; the interval is NaN for figures of all slates at once."""

    task: str
    model: str
    metric: str
    value: float
    low: float
    high: float
    n_users: int
    group: str = ""


@dataclass(frozen=True)
class Evaluation:
    """Figures of each recommender on each task; ratios of the main figures to the baseline; figures by user group."""

    figures: Sequence[Figure]
    ratios: Sequence[Figure]
    groups: Sequence[Figure]
    slates: Mapping[tuple[str, str], Numbers]
    k: int
    baseline: str

    def to_frame(self) -> pd.DataFrame:
        """A row for each figure: task, model, metric, value, low, high, n_users."""
        return pd.DataFrame([vars(one) for one in self.figures]).drop(columns="group")

    def to_dict(self) -> dict[str, Any]:
        """Everything in plain values, for JSON; NaN becomes null."""
        return {
            "k": self.k,
            "baseline": self.baseline,
            "figures": [_plain(one) for one in self.figures],
            "ratios": [_plain(one) for one in self.ratios],
            "groups": [_plain(one) for one in self.groups],
        }

    def value(self, task: str, model: str, metric: str) -> Figure:
        """One figure.

        Raises:
            KeyError: there is none.
        """
        found = [one for one in self.figures if (one.task, one.model, one.metric) == (task, model, metric)]
        if not found:
            raise KeyError((task, model, metric))
        return found[0]

    def __str__(self) -> str:
        frame = self.to_frame()
        return str(frame.pivot_table(index=["task", "metric"], columns="model", values="value", sort=False).round(4))


def evaluate(
    models: Fitted | Mapping[str, Fitted],
    split: Split,
    *,
    tasks: tuple[str, ...] | None = None,
    k: int = 20,
    min_purchases: int = 5,
    seed: int = 0,
    progress: Progress = silent,
) -> Evaluation:
    """Measure by the protocol: every eligible item is ranked for every counted user; nothing is sampled.

    Args:
        models: one fitted on `split.training`, or several by name; the first is the baseline of the ratios.
        tasks: of new-categories, explore and all; all by default.
        seed: of the bootstrap.
    """
    named = {"model": models} if isinstance(models, Fitted) else dict(models)
    baseline = next(iter(named))
    figures: list[Figure] = []
    ratios: list[Figure] = []
    groups: list[Figure] = []
    slates: dict[tuple[str, str], Numbers] = {}
    chosen = [task for task in tasks_of(split, min_purchases, tasks) if len(task.users)]
    for task in chosen:
        labels = {} if split.is_published else group_labels(split, task.users)
        of_baseline: Measured | None = None
        for name, fitted in named.items():
            ranked, accuracies = _ranked(fitted, split, task, k, progress, f"rank {name}")
            measured = measure(ranked, accuracies, split, task)
            of_baseline = of_baseline or measured
            slates[task.name, name] = ranked.items
            figures += _figures(task, name, measured, seed)
            main = list(measured.by_user)[:2]
            ratios += [
                Figure(
                    task.name,
                    name,
                    metric,
                    *ratio_interval(measured.by_user[metric], of_baseline.by_user[metric], seed),
                    len(task.users),
                )
                for metric in main
            ]
            groups += _by_group(task, name, measured, main[0], labels, seed)
    return Evaluation(figures, ratios, groups, slates, k, baseline)


def hits_of(fitted: Fitted, split: Split, task: Task, k: int) -> Bools:
    """bool (n_users, k): which places of each user's slate were right."""
    return hits_in(rank(fitted, split.train.queries(task.users), task.allowed, k).items, task)


def _ranked(fitted: Fitted, split: Split, task: Task, k: int, progress: Progress, stage: str) -> tuple[Ranked, Doubles]:
    """Slates and pairwise accuracies from one scoring."""
    queries = split.train.queries(task.users)
    items = np.full((len(queries), k), -1, dtype=np.int32)
    scores = np.full((len(queries), k), -np.inf, dtype=np.float32)
    accuracies = np.full(len(queries), np.nan)
    for rows in batches(len(queries), 24 * queries.n_items):
        batch: Queries = queries[rows]
        scored = fitted.scores(batch, task.allowed.items)
        mask = task.allowed.mask(batch)
        for row in range(len(batch)):
            accuracies[rows.start + row] = _accuracy(scored[row], mask[row], task, rows.start + row)
        scored[~mask] = -np.inf
        columns = top_k(scored, k)
        found = columns >= 0
        items[rows] = np.where(found, task.allowed.items[columns], -1)
        scores[rows] = np.where(found, np.take_along_axis(scored, np.maximum(columns, 0), axis=1), -np.inf)
        progress(stage, rows.stop / len(queries))
    return Ranked(items, scores), accuracies


def _accuracy(scored: "np.ndarray[Any, Any]", mask: Bools, task: Task, user: int) -> float:
    sought = task.truth.indices[task.truth.indptr[user] : task.truth.indptr[user + 1]]
    is_true = np.zeros(len(mask), dtype=np.bool_)
    places = np.searchsorted(task.allowed.items, sought)
    places = np.minimum(places, len(mask) - 1)
    is_true[places[task.allowed.items[places] == sought]] = True
    return pairwise_accuracy(scored, is_true, mask)


def _figures(task: Task, name: str, measured: Measured, seed: int) -> list[Figure]:
    values = np.column_stack(list(measured.by_user.values()))
    low, high = mean_intervals(values, seed)
    means = known_means(values)
    figures = [
        Figure(
            task.name,
            name,
            metric,
            float(means[place]),
            float(low[place]),
            float(high[place]),
            len(task.users),
        )
        for place, metric in enumerate(measured.by_user)
    ]
    nan = float("nan")
    return figures + [
        Figure(task.name, name, metric, v, nan, nan, len(task.users)) for metric, v in measured.whole.items()
    ]


def _by_group(
    task: Task,
    name: str,
    measured: Measured,
    metric: str,
    labels: Mapping[str, "np.ndarray[Any, Any]"],
    seed: int,
) -> list[Figure]:
    values = measured.by_user[metric]
    found = []
    for group, of_users in labels.items():
        for label in sorted(set(of_users)):
            own = values[of_users == label]
            low, high = mean_intervals(own[:, None], seed)
            figure = (float(own.mean()), float(low[0]), float(high[0]), len(own))
            found.append(Figure(task.name, name, metric, *figure, group=f"{group}: {label}"))
    return found


def _plain(figure: Figure) -> dict[str, Any]:
    return {key: None if isinstance(value, float) and np.isnan(value) else value for key, value in vars(figure).items()}
