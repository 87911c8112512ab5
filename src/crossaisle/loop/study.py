"""A study: the trials of a search by Optuna, kept in SQLite, so that one that was broken off goes on where it stood.

What is tried next depends on the seed and on the trials so far alone, never on how often the search was started.
"""

import hashlib
import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import numpy as np
import optuna
from filelock import FileLock, Timeout
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.exceptions import OptunaError
from optuna.pruners import MedianPruner
from optuna.samplers import TPESampler
from optuna.storages import RDBStorage
from optuna.trial import FrozenTrial, TrialState, create_trial
from sqlalchemy.exc import SQLAlchemyError

from crossaisle.errors import BusyError, StorageError
from crossaisle.models.search import Choices, Range

Space = Mapping[str, Choices]
State = Literal["complete", "pruned", "failed"]

NUMBER = "a number"
"""What is chosen of an option that may be a constant or a number, for the number to be tried."""
DRAWN, UNPRUNED = 10, 5
"""So many trials are drawn at random before earlier ones guide, and end before any is pruned."""


@dataclass(frozen=True)
class Trial:
    """What was tried.

    Args:
        number: from 0, in the order of trying.
        options: the searched ones.
        scores: one of each window that it ran on.
        seconds: that it took.
        state: pruned if it fell behind after some of the windows.
        why: it failed.
    """

    number: int
    options: Mapping[str, Any]
    scores: tuple[float, ...]
    seconds: float
    state: State
    why: str = ""

    @property
    def score(self) -> float | None:
        """Mean over the windows that it ran on; None without one."""
        return sum(self.scores) / len(self.scores) if self.scores else None


class Study:
    """The trials of one search, made by `opened`. What came to an end is kept: a kill loses no more than one."""

    def __init__(self, kept: optuna.Study, space: Space, seed: int) -> None:
        self._kept, self._space, self._seed = kept, space, seed

    def trials(self) -> list[Trial]:
        """All so far, in the order of trying."""
        return [_trial(number, one) for number, one in enumerate(self._kept.get_trials(deepcopy=False))]

    def record(self, trial: Trial) -> None:
        """Keep a trial."""
        params: dict[str, Any] = {}
        distributions: dict[str, BaseDistribution] = {}
        for name, choices in self._space.items():
            value = trial.options[name]
            is_number = value not in choices.constants
            if choices.constants:
                key, words = _constants(name, choices)
                params[key], distributions[key] = NUMBER if is_number else value, words
            if choices.range and is_number:
                params[name], distributions[name] = value, _numbers(choices.range)
        self._kept.add_trial(
            create_trial(
                state=_STATES[trial.state],
                value=trial.score if trial.state == "complete" else None,
                params=params,
                distributions=distributions,
                user_attrs={
                    "options": dict(trial.options),
                    "scores": list(trial.scores),
                    "seconds": trial.seconds,
                    "why": trial.why,
                },
                intermediate_values=dict(enumerate(_running_means(trial.scores))),
            )
        )

    def propose(self) -> "Proposal":
        """What to try next, by a tree-structured Parzen estimator (Bergstra et al. 2011)."""
        ended = self._kept.get_trials(deepcopy=False)
        seed = int(np.random.SeedSequence([self._seed, len(ended)]).generate_state(1)[0])
        guide = optuna.create_study(
            sampler=TPESampler(seed=seed, n_startup_trials=DRAWN, multivariate=False),
            pruner=MedianPruner(n_startup_trials=UNPRUNED),
            direction="maximize",
        )
        guide.add_trials(ended)
        trial = guide.ask()
        return Proposal(trial, {name: _suggested(trial, name, choices) for name, choices in self._space.items()})


@dataclass(frozen=True)
class Proposal:
    """A trial to be made. options: the searched ones."""

    trial: optuna.Trial
    options: dict[str, Any]

    def falls_behind(self, scores: Sequence[float]) -> bool:
        """Whether the mean over the windows so far is below the median of the trials before on the same windows."""
        self.trial.report(_running_means(scores)[-1], len(scores) - 1)
        return self.trial.should_prune()


@contextmanager
def opened(path: Path | None, facts: Mapping[str, Any], space: Space, seed: int) -> Iterator[Study]:
    """The study of these facts, kept in a file or, without one, for as long as it is open.

    Args:
        facts: all that scores depend on beside the searched options, in plain values; others mean another study.

    Raises:
        BusyError: another process searches.
        StorageError: the file is no study, or cannot be written.
    """
    name = hashlib.sha256(json.dumps([facts, repr(space), seed], sort_keys=True).encode()).hexdigest()[:16]
    with _quiet():
        if path is None:
            yield Study(optuna.create_study(study_name=name, direction="maximize"), space, seed)
            return
        with _held(path), _failures_in_words(path):
            storage = RDBStorage(f"sqlite:///file:{quote(str(path.absolute()))}?uri=true")
            try:
                kept = optuna.create_study(storage=storage, study_name=name, direction="maximize", load_if_exists=True)
                for fact, value in facts.items():
                    kept.set_user_attr(fact, value)
                yield Study(kept, space, seed)
            finally:
                storage.remove_session()
                storage.engine.dispose()


_STATES: dict[State, TrialState] = {
    "complete": TrialState.COMPLETE,
    "pruned": TrialState.PRUNED,
    "failed": TrialState.FAIL,
}


def _trial(number: int, kept: FrozenTrial) -> Trial:
    noted = kept.user_attrs
    state = next(name for name, one in _STATES.items() if one == kept.state)
    return Trial(number, noted["options"], tuple(noted["scores"]), noted["seconds"], state, noted["why"])


def _suggested(trial: optuna.Trial, name: str, choices: Choices) -> Any:
    if choices.constants:
        key, words = _constants(name, choices)
        chosen = trial.suggest_categorical(key, words.choices)
        if chosen != NUMBER or choices.range is None:
            return chosen
    assert choices.range is not None
    numbers = choices.range
    if numbers.is_whole:
        return trial.suggest_int(name, int(numbers.low), int(numbers.high), log=numbers.is_log)
    return numbers.rounded(trial.suggest_float(name, numbers.low, numbers.high, log=numbers.is_log))


def _constants(name: str, choices: Choices) -> tuple[str, CategoricalDistribution]:
    """The parameter for which constant an option is, and what it may be."""
    if choices.range is None:
        return name, CategoricalDistribution(choices.constants)
    return f"{name} is", CategoricalDistribution((NUMBER, *choices.constants))


def _numbers(numbers: Range) -> BaseDistribution:
    if numbers.is_whole:
        return IntDistribution(int(numbers.low), int(numbers.high), log=numbers.is_log)
    return FloatDistribution(numbers.low, numbers.high, log=numbers.is_log)


def _running_means(scores: Sequence[float]) -> list[float]:
    return [sum(scores[:n]) / n for n in range(1, len(scores) + 1)]


@contextmanager
def _held(path: Path) -> Iterator[None]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock"), timeout=0):
            yield
    except Timeout:
        raise BusyError("another process tunes this recommender", str(path), "Try again when it is done.") from None


@contextmanager
def _failures_in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except (OptunaError, SQLAlchemyError):
        raise StorageError(
            "the trials so far cannot be read or written", str(path), "Make room on the disk, or move the file away."
        ) from None


@contextmanager
def _quiet() -> Iterator[None]:
    """Optuna says nothing: what a person should know is said by who searches."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module=r"optuna\.")
            yield
    finally:
        optuna.logging.set_verbosity(before)
