"""A recommender from another package: items in the order of their ids, as a shop's test of its plumbing."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from crossaisle.data.queries import Queries
from crossaisle.data.training import Training
from crossaisle.models.part import part
from crossaisle.models.recommender import Fitted, Recommender, State
from crossaisle.numerics.arrays import Floats, Numbers


@dataclass(frozen=True)
class FittedAlphabetical(Fitted):
    """order: float32 (n_items,), the higher the earlier."""

    order: Floats

    @property
    def n_items(self) -> int:  # type: ignore[override]  # derived, not kept
        """Number of items."""
        return len(self.order)

    def scores(self, queries: Queries, items: Numbers | None = None) -> Floats:
        """The same for everybody."""
        return np.tile(self.order if items is None else self.order[items], (len(queries), 1))

    def state(self) -> State:
        """The one array."""
        return {"order": self.order}

    @classmethod
    def restore(cls, state: State) -> "FittedAlphabetical":
        """From the one array."""
        return cls(state["order"])


@part
class Alphabetical(Recommender):
    """score(i) = −place of i's id in alphabetical order, or its negative."""

    fitted: ClassVar[type[Fitted]] = FittedAlphabetical

    backwards: Annotated[bool, Field(description="from z to a")] = False

    def fit(self, training: Training) -> FittedAlphabetical:
        """Sort."""
        ids = np.array(training.dataset.index.items.to_list())
        place = np.empty(len(ids), dtype=np.float32)
        place[np.argsort(ids)] = np.arange(len(ids), dtype=np.float32)
        return FittedAlphabetical(place if self.backwards else -place)
