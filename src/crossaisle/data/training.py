"""What training is handed: the past up to the cut, how to validate on it, where to begin, a seed, and where to report
progress."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal, Protocol

from crossaisle.data.dataset import Dataset, Index
from crossaisle.data.focus import Allowed
from crossaisle.data.queries import Queries
from crossaisle.data.text_encoder import TextEncoder
from crossaisle.numerics.arrays import AnyArray, Csr


class Progress(Protocol):
    """Told the stage at work and the share done in [0, 1]."""

    def __call__(self, stage: str, done: float) -> None: ...


def silent(stage: str, done: float) -> None:
    """A Progress that tells nobody."""


@dataclass(frozen=True)
class Validation:
    """A window before the cut, on which a model that learns in epochs watches itself.

    Args:
        dataset: the past before the window, with its own numbering.
        queries: of the users with something to find, n_queries.
        allowed: what a slate may hold.
        truth: sparse float32 (n_queries, n_items), 1 where the item was to be found.
        measure: which of the two the protocol reports for data of this kind.
    """

    dataset: Dataset
    queries: Queries
    allowed: Allowed
    truth: Csr
    measure: Literal["capped_recall", "recall"] = "capped_recall"


@dataclass(frozen=True)
class Start:
    """An earlier fit to go on from: its state, and the ids that its rows belong to."""

    index: Index
    state: Mapping[str, AnyArray]


def no_validation(dataset: Dataset) -> Validation | None:
    """Without a window to watch, as many epochs are run as the options say."""
    return None


@dataclass(frozen=True)
class Training:
    """What a recommender learns from.

    Args:
        dataset: ends at the cut.
        seed: of all randomness.
        progress: called now and then.
        validate: takes a window off the end of a dataset; asked only by models that validate.
        encoder: for models that read titles and descriptions; the embedded one when None.
        start: an earlier fit, whose users and items are found again by their ids.
        checkpoints: a folder; a fit that was broken off goes on from what it holds.
    """

    dataset: Dataset
    seed: int = 0
    progress: Progress = silent
    validate: Callable[[Dataset], Validation | None] = no_validation
    encoder: TextEncoder | None = None
    start: Start | None = None
    checkpoints: Path | None = None

    @cached_property
    def validation(self) -> Validation | None:
        """The window at the end of the dataset, taken off when first asked for; None where there is none."""
        return self.validate(self.dataset)

    def on(self, dataset: Dataset) -> "Training":
        """The same, on another dataset."""
        return replace(self, dataset=dataset)
