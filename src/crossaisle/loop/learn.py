"""Learning on its own: train anew, compare with the live model on the newest window, publish only what is not worse."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import SECOND, as_text
from crossaisle.data.split import Split
from crossaisle.data.training import Progress
from crossaisle.errors import InputError
from crossaisle.evaluation.comparison import Comparison, compare
from crossaisle.loop.feedback.feedback import Feedback
from crossaisle.loop.feedback.off_policy import Candidate, OffPolicy
from crossaisle.loop.feedback.taught import Taught
from crossaisle.loop.train import Trained, TrainOptions, train
from crossaisle.models.recommender import Fitted, Recommender

Outcome = Literal["published", "worse", "nothing new", "first"]
SHORTEST = 3600 * SECOND
"""A window that is shorter tells nothing."""


@dataclass(frozen=True)
class Learnt:
    """What learning came to.

    Args:
        outcome: see Outcome; `first` is published without a live model to compare with.
        version: of the model that is live now, None where there is none.
        comparison: with the model that was live, None where nobody could be asked.
        window: since when the models were compared.
        off_policy: the same by what explored places were answered since then, None where there was none.
        taught: what slates taught, which serves beside the model that is live now; None where nothing did.
    """

    outcome: Outcome
    version: int | None
    comparison: Comparison | None = None
    window: str = ""
    off_policy: OffPolicy | None = None
    taught: Taught | None = None

    def to_dict(self) -> dict[str, Any]:
        """In plain values."""
        return {
            "outcome": self.outcome,
            "version": self.version,
            "window": self.window,
            "comparison": self.comparison.to_dict() if self.comparison else None,
            "off_policy": self.off_policy.to_dict() if self.off_policy else None,
            "taught": self.taught.to_dict() if self.taught else None,
        }


def untaught(taught: Taught) -> None:
    """Takes nothing in."""


@dataclass(frozen=True)
class LiveOne:
    """The live model.

    Args:
        until: its cut. dataset: the events before a moment, with its numbers.
        teach: lets what slates taught serve beside it, where it stays live.
    """

    version: int
    fitted: Fitted
    until: int
    dataset: Callable[[int], Dataset]
    teach: Callable[[Taught], None] = untaught


@dataclass(frozen=True)
class _Trial:
    """How a new model did beside the live one; None where nobody could be asked."""

    comparison: Comparison | None = None
    off_policy: OffPolicy | None = None

    def is_worse(self, tolerance: float) -> bool:
        """Whether either says that the new one is worse."""
        by_purchases = self.comparison is not None and self.comparison.is_worse(tolerance)
        return by_purchases or (self.off_policy is not None and self.off_policy.is_worse)


def learn(
    dataset: Callable[[int | None], Dataset],
    recommenders: Mapping[str, Recommender],
    live: LiveOne | None,
    publish: Callable[[Trained, Dataset, Taught | None], int],
    options: TrainOptions,
    tolerance: float,
    window: int,
    progress: Progress,
    is_forced: bool = False,
    feedback: Feedback | None = None,
    folded: Callable[[Dataset], Trained] | None = None,
) -> Learnt:
    """Learn from everything that is there.

    The new recipe is fitted on what lies before a window at the end of what happened since the live model's cut, which
    is at most half of it, and both are asked what they would have shown in it. If the new one is not worse it is fitted
    on everything. What slates taught serves beside whichever is live then.

    Args:
        dataset: what was known before a moment, everything when None.
        publish: makes a trained model live, with what slates taught beside it; its version.
        tolerance: share of the live model's figure by which the new one may miss it.
        window: microseconds, the longest.
        is_forced: learn also where nothing happened since.
        feedback: slates and what people did with them; None for none.
        folded: the live model with a dataset folded in, in place of training; None to train.

    Raises:
        InputError: there is nothing to learn from.
    """

    def fit(past: Dataset) -> Trained:
        return folded(past) if folded else train(past, recommenders, options, progress)

    whole = dataset(None)
    trial, start = _Trial(), 0
    if live is not None:
        new_time = whole.until - live.until
        if new_time < SHORTEST and not is_forced:
            return Learnt("nothing new", live.version)
        start = whole.until - min(window, max(new_time // 2, 1))
        trial = _tried(whole, dataset, fit, live, start, options, feedback)
        if trial.is_worse(tolerance):
            taught = feedback.taught(live.dataset(whole.until)) if feedback else None
            if taught:
                live.teach(taught)
            return Learnt("worse", live.version, trial.comparison, as_text(start), trial.off_policy, taught)
    trained = fit(whole)
    taught = feedback.taught(whole) if feedback else None
    version = publish(trained, whole, taught)
    since = as_text(start) if start else ""
    return Learnt("published" if live else "first", version, trial.comparison, since, trial.off_policy, taught)


def _tried(
    whole: Dataset,
    dataset: Callable[[int | None], Dataset],
    fit: Callable[[Dataset], Trained],
    live: LiveOne,
    start: int,
    options: TrainOptions,
    feedback: Feedback | None,
) -> _Trial:
    """Both models in the window from `start` on. Nobody may have bought anything in it that counts."""
    try:
        past = dataset(start)
        trained = fit(past)
    except InputError:
        return _Trial()
    off_policy = feedback.off_policy(Candidate(trained.fitted, past.index), whole, start) if feedback else None
    try:
        split = Split.between(past, whole, start)
        known = live.dataset(start)
        return _Trial(
            compare(split, trained.fitted, live.fitted, known, options.min_purchases, options.seed), off_policy
        )
    except InputError:
        return _Trial(None, off_policy)
