"""The protocol: fitted recommenders on a split, every figure with its users and a 95 % interval."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from crossaisle.data.split import Split
from crossaisle.data.training import Progress, silent
from crossaisle.errors import UsageError
from crossaisle.evaluation.cold_start import ColdStart, cold_start
from crossaisle.evaluation.figure import Figure
from crossaisle.evaluation.groups import user_groups
from crossaisle.evaluation.measures import Measured, hits_in, measure
from crossaisle.evaluation.scoring import rank_tasks
from crossaisle.evaluation.selection import Validation
from crossaisle.evaluation.tasks import Task, counted_tasks
from crossaisle.models.recommender import Fitted
from crossaisle.numerics.arrays import Bools, Numbers
from crossaisle.numerics.bootstrap import interval, known_means, ratio_of, resampled_means
from crossaisle.slates.ranking import rank


@dataclass(frozen=True)
class Evaluation:
    """Figures of each recommender on each task, ratios to a baseline, and figures by user group.

    Args:
        ratios, groups: of the main figures.
        slates: (task, model) → int32 (n_users, k), −1 where no item was left.
        validation: model → mean capped_recall@20 on the window before, by which the best is chosen.
        new_items: how each ranks items first sold in the window; None where there are too few.
    """

    figures: Sequence[Figure]
    ratios: Sequence[Figure]
    groups: Sequence[Figure]
    slates: Mapping[tuple[str, str], Numbers]
    k: int
    baseline: str
    validation: Mapping[str, float] = field(default_factory=dict)
    new_items: ColdStart | None = None

    @property
    def best(self) -> str:
        """The model that won on the window before; without one the first that was measured. Never by the figures."""
        scores = self.validation
        return max(scores, key=lambda name: scores[name]) if scores else self.figures[0].model

    def to_frame(self) -> pd.DataFrame:
        """A row for each figure: task, model, metric, value, low, high, n_users."""
        return pd.DataFrame([vars(one) for one in self.figures]).drop(columns="group")

    def to_dict(self) -> dict[str, Any]:
        """Everything in plain values, for JSON; NaN becomes null."""
        return {
            "k": self.k,
            "baseline": self.baseline,
            "validation": dict(self.validation),
            "figures": [one.to_dict() for one in self.figures],
            "ratios": [one.to_dict() for one in self.ratios],
            "groups": [one.to_dict() for one in self.groups],
            "new_items": self.new_items.to_dict() if self.new_items else None,
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Evaluation":
        """What `to_dict` gave, or the contents of a report.json; without slates."""
        figures, ratios, groups = (
            [Figure.from_dict(one) for one in plain[key]] for key in ("figures", "ratios", "groups")
        )
        new_items = ColdStart.from_dict(plain["new_items"]) if plain.get("new_items") else None
        return cls(figures, ratios, groups, {}, plain["k"], plain["baseline"], plain["validation"], new_items)

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
    baseline: str | None = None,
    groups: Mapping[str, Any] | None = None,
    validation: Validation | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> Evaluation:
    """Measure by the protocol: every eligible item is ranked for every counted user; nothing is sampled.

    Args:
        models: one fitted on `split.training`, or several by name.
        tasks: of new-categories, explore and all; all by default. A published split has one of its own.
        baseline: the model that ratios compare with, by default the first.
        groups: a label for each of the dataset's users, by name of the grouping; by default activity and what is
            known of customers.
        validation: of the same models' recommenders on a window before; without it there is no balanced accuracy.
        seed: of the bootstrap.

    Raises:
        InputError: there is nobody to measure on.
        UsageError: the baseline is not among the models.
    """
    named = {"model": models} if isinstance(models, Fitted) else dict(models)
    first = baseline or next(iter(named))
    if first not in named:
        raise UsageError(f'the baseline "{first}" is not measured', remedy=f"Choose one of {', '.join(named)}.")
    chosen = counted_tasks(split, min_purchases, tasks)
    before = validation or Validation()
    groupings = user_groups(split) if groups is None else {name: pd.Categorical(one) for name, one in groups.items()}
    measured: dict[str, dict[str, Measured]] = {task.name: {} for task in chosen}
    slates: dict[tuple[str, str], Numbers] = {}
    for name, fitted in named.items():
        rankings = rank_tasks(fitted, split, chosen, k, progress, f"rank {name}")
        for task, ranking in zip(chosen, rankings, strict=True):
            threshold = before.thresholds.get((task.name, name))
            measured[task.name][name] = measure(ranking, split, task, threshold)
            slates[task.name, name] = ranking.items
    figures: list[Figure] = []
    ratios: list[Figure] = []
    of_groups: list[Figure] = []
    for task in chosen:
        averaged, compared = _averaged(task, measured[task.name], first, seed)
        figures += averaged
        ratios += compared
        of_groups += _by_group(task, measured[task.name], groupings, seed)
    new = None if split.is_published else cold_start(named, split, k=k, min_purchases=min_purchases, seed=seed)
    return Evaluation(figures, ratios, of_groups, slates, k, first, before.scores, new)


def hits_of(fitted: Fitted, split: Split, task: Task, k: int) -> Bools:
    """bool (n_users, k): which places of each user's slate were right."""
    return hits_in(rank(fitted, split.train.queries(task.users), task.allowed, k).items, task)


def _averaged(
    task: Task, measured: Mapping[str, Measured], baseline: str, seed: int
) -> tuple[list[Figure], list[Figure]]:
    """Figures of a task and ratios to the baseline, all of the same resamples of users."""
    places = [(name, metric) for name, one in measured.items() for metric in one.by_user]
    values = np.column_stack([measured[name].by_user[metric] for name, metric in places])
    means, resampled = known_means(values), resampled_means(values, seed)
    low, high = interval(resampled)
    n_users, nan = len(task.users), float("nan")
    figures: list[Figure] = []
    ratios: list[Figure] = []
    for name, one in measured.items():
        columns = [places.index((name, metric)) for metric in one.by_user]
        figures += [
            Figure(task.name, name, places[at][1], float(means[at]), float(low[at]), float(high[at]), n_users)
            for at in columns
        ]
        figures += [Figure(task.name, name, metric, value, nan, nan, n_users) for metric, value in one.whole.items()]
        ratios += [
            Figure(task.name, name, metric, *ratio, n_users)
            for metric in one.main
            for ratio in [ratio_of(means, resampled, places.index((name, metric)), places.index((baseline, metric)))]
        ]
    return figures, ratios


def _by_group(
    task: Task, measured: Mapping[str, Measured], groupings: Mapping[str, pd.Categorical], seed: int
) -> list[Figure]:
    """The main figures of each group of users."""
    places = [(name, metric) for name, one in measured.items() for metric in one.main]
    values = np.column_stack([measured[name].by_user[metric] for name, metric in places])
    found = []
    for grouping, of_users in groupings.items():
        labels = of_users[task.users]
        for label in labels.categories:
            own = values[np.asarray(labels == label)]
            if not len(own):
                continue
            low, high = interval(resampled_means(own, seed))
            for at, (name, metric) in enumerate(places):
                figure = (float(own[:, at].mean()), float(low[at]), float(high[at]), len(own))
                found.append(Figure(task.name, name, metric, *figure, group=f"{grouping}: {label}"))
    return found
