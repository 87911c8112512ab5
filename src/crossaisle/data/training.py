"""What training is handed: the past up to the cut, a seed, and where to report progress."""

from dataclasses import dataclass
from typing import Protocol

from crossaisle.data.dataset import Dataset


class Progress(Protocol):
    """Told the stage at work and the share done in [0, 1]."""

    def __call__(self, stage: str, done: float) -> None: ...


def silent(stage: str, done: float) -> None:
    """A Progress that tells nobody."""


@dataclass(frozen=True)
class Training:
    """Args: dataset: ends at the cut. seed: of all randomness. progress: called now and then."""

    dataset: Dataset
    seed: int = 0
    progress: Progress = silent
