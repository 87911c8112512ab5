"""Tuning: search a recommender's options on windows before the cut, beginning with those that it has."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import as_text, span
from crossaisle.data.split import Split
from crossaisle.data.training import Progress, silent
from crossaisle.errors import CrossaisleError, InputError, UsageError
from crossaisle.evaluation.selection import MEASURE, validate
from crossaisle.evaluation.tasks import Task, tasks_of
from crossaisle.evaluation.windows import validation_splits
from crossaisle.loop.study import Proposal, State, Study, Trial, opened
from crossaisle.loop.train import TrainOptions
from crossaisle.models.part import from_values, options
from crossaisle.models.recommender import Recommender
from crossaisle.models.search import search_space
from crossaisle.models.shelf import described

FEWEST_WINDOWS = 2
"""One window ranks options differently from the next."""


@dataclass(frozen=True)
class Tuned:
    """What was found.

    Args:
        recommender: the best, with all its options.
        best, current: the numbers of its trial, of equals the first, and of the trial with the options at the outset.
        trials: in the order of trying.
        task: that was measured. windows: first and last day of each, the latest first.
    """

    recommender: Recommender
    best: int
    current: int
    trials: Sequence[Trial]
    task: str
    windows: Sequence[tuple[str, str]]

    @property
    def measure(self) -> str:
        """The name of what the scores are."""
        return MEASURE

    def to_frame(self) -> pd.DataFrame:
        """A row for each trial: trial, the searched options, score, seconds, state, why."""
        rows = [
            {
                "trial": one.number,
                **one.options,
                "score": one.score,
                "seconds": one.seconds,
                "state": one.state,
                "why": one.why,
            }
            for one in self.trials
        ]
        return pd.DataFrame(rows)

    def to_dict(self) -> dict[str, Any]:
        """Everything in plain values, for JSON."""
        trials = [{**asdict(one), "score": one.score} for one in self.trials]
        found = described(self.recommender)
        beside = {"task": self.task, "measure": self.measure, "windows": self.windows}
        return {"options": found, "best": self.best, "current": self.current, **beside, "trials": trials}


def tune(
    recommender: Recommender,
    dataset: Dataset,
    trials: int = 30,
    seconds: float | None = None,
    *,
    how: TrainOptions | None = None,
    file: Path | None = None,
    facts: Mapping[str, Any] | None = None,
    progress: Progress = silent,
    clock: Callable[[], float] = time.monotonic,
) -> Tuned:
    """Search the options of a recommender for the best mean over windows that end before the dataset does.

    The first trial is the recommender as it is, the second its defaults where they differ. Trials that fall behind
    after a window are not measured on the next. The same data and seed give the same trials.

    Args:
        trials: how many in all, those of an earlier run among them.
        seconds: after which no further trial begins; the first is always made.
        how: the windows, what makes an item established, and the seed. At least two windows, if the past allows.
        file: SQLite, where trials are kept; a search that was broken off goes on.
        facts: what scores depend on beside dataset and options, in plain values; others mean another search.
        progress: told the share of the trials that is done.
        clock: seconds.

    Raises:
        UsageError: there is no option to search, or no trial is wanted.
        InputError: the past is too short for a window.
        BusyError: another process searches with the same file.
    """
    if trials < 1:
        raise UsageError(f"trials={trials}", remedy="Ask for at least one trial.")
    how = how or TrainOptions()
    windows = _windows(dataset, how)
    starts, fixed = _starts(recommender)
    space = search_space(type(recommender))
    for start in starts:
        space = {name: choices.including(start[name]) for name, choices in space.items()}
    known = _plain({**_facts(recommender, fixed, dataset, windows, how), **(facts or {})})
    with opened(file, known, space, how.seed) as study:
        search = _Search(type(recommender), fixed, windows, how, study, clock)
        search.run(starts, trials, seconds, progress)
        tried = study.trials()
    best = max((one for one in tried if one.state == "complete"), key=lambda one: (one.score or 0, -one.number))
    current = next(one.number for one in tried if one.options == starts[0])
    found = from_values(type(recommender), {**fixed, **best.options})
    spans = [(as_text(split.cut), as_text(split.end)) for split, _ in windows]
    return Tuned(found, best.number, current, tried, windows[0][1].name, spans)


@dataclass(frozen=True)
class _Search:
    """Tries options of a kind of recommender and notes what came of it."""

    kind: type[Recommender]
    fixed: Mapping[str, Any]
    windows: Sequence[tuple[Split, Task]]
    how: TrainOptions
    study: Study
    clock: Callable[[], float]

    def run(
        self, starts: Sequence[Mapping[str, Any]], n_trials: int, seconds: float | None, progress: Progress
    ) -> None:
        """Try the starts, then what is proposed, until there are `n_trials`; the first start whatever there is."""
        began = self.clock()
        while True:
            tried = self.study.trials()
            progress(f"tune {self.kind.__name__}", min(1.0, len(tried) / n_trials))
            new = [start for start in starts if all(one.options != start for one in tried)]
            must = bool(new) and new[0] == starts[0]
            is_late = seconds is not None and self.clock() - began >= seconds
            if not must and (is_late or len(tried) >= n_trials):
                return
            if new:
                self.study.record(self._tried(len(tried), new[0], None, must))
                continue
            proposal = self.study.propose()
            before = next((one for one in tried if one.options == proposal.options), None)
            again = replace(before, number=len(tried), seconds=0.0) if before else None
            self.study.record(again or self._tried(len(tried), proposal.options, proposal, False))

    def _tried(self, number: int, tried: Mapping[str, Any], proposal: Proposal | None, must: bool) -> Trial:
        """One trial; what goes wrong is its end and no more, unless it must succeed."""
        began = self.clock()
        scores: list[float] = []
        state: State = "complete"
        why = ""
        try:
            recommender = from_values(self.kind, {**self.fixed, **tried})
            for split, task in self.windows:
                scores.append(self._score(recommender, split, task))
                if proposal and len(scores) < len(self.windows) and proposal.falls_behind(scores):
                    state = "pruned"
                    break
        except (CrossaisleError, MemoryError, ArithmeticError, np.linalg.LinAlgError, RuntimeError) as error:
            if must:
                raise
            state, why, scores = "failed", str(error) or type(error).__name__, []
        return Trial(number, tried, tuple(scores), self.clock() - began, state, why)

    def _score(self, recommender: Recommender, split: Split, task: Task) -> float:
        how = self.how
        found = validate(
            {"": recommender}, split, [task], min_purchases=how.min_purchases, seed=how.seed, encoder=how.encoder
        )
        return found.scores[""]


def _windows(dataset: Dataset, how: TrainOptions) -> list[tuple[Split, Task]]:
    """The windows with the first task that somebody counts for, the latest first."""
    found = []
    for split in validation_splits(dataset, span(how.horizon), max(FEWEST_WINDOWS, how.windows)):
        tasks = [task for task in tasks_of(split, how.min_purchases) if len(task.users)]
        found += [(split, task) for task in tasks[:1]]
    if not found:
        raise InputError(
            f"the past is too short for a window of {how.horizon}",
            remedy="Set a shorter horizon in [training], or load more events.",
        )
    return [(split, task) for split, task in found if task.name == found[0][1].name]


def _starts(recommender: Recommender) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The searched options as they are, then as they are by default where that differs; and the options left alone."""
    kind = type(recommender)
    names = search_space(kind)
    if not names:
        raise UsageError(f"{kind.__name__} has no option to search", remedy="Tune another recommender.")
    values = {name: getattr(recommender, name) for name in options(kind)}
    fixed = {name: value for name, value in values.items() if name not in names}
    current = {name: values[name] for name in names}
    default = {
        name: field.get_default(call_default_factory=True) for name, field in options(kind).items() if name in names
    }
    return [current] if default == current else [current, default], fixed


def _facts(
    recommender: Recommender,
    fixed: Mapping[str, Any],
    dataset: Dataset,
    windows: Sequence[tuple[Split, Task]],
    how: TrainOptions,
) -> dict[str, Any]:
    return {
        "recommender": type(recommender).__name__,
        "fixed": fixed,
        "windows": [(split.cut, split.end, task.name) for split, task in windows],
        "min_purchases": how.min_purchases,
        "sizes": (dataset.n_users, dataset.n_items, len(dataset.events)),
    }


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(facts, default=str))
    return plain
