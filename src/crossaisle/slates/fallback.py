"""The recommender of last resort: what most people bought, said of anybody."""

from dataclasses import dataclass

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.data.queries import Queries
from crossaisle.models.recommender import Cause, Contributions, Fitted, State
from crossaisle.numerics.arrays import Floats, Numbers


@dataclass(frozen=True)
class MostBought(Fitted):
    """buyers: float32 (n_items,), users who bought the item. It has something to say about every item."""

    buyers: Floats

    @classmethod
    def of(cls, dataset: Dataset) -> "MostBought":
        """Count the buyers of each item; purchases of weight 0 do not count."""
        bought = dataset.purchases()
        counted = np.bincount(bought.indices[bought.data > 0], minlength=dataset.n_items)
        return cls(counted.astype(np.float32))

    @property
    def n_items(self) -> int:  # type: ignore[override]  # derived, not kept
        """Number of items."""
        return len(self.buyers)

    def scores(self, queries: Queries, items: Numbers | None = None) -> Floats:
        """float32 (n_queries, n_items or len(items)): buyers of each item."""
        return np.tile(self.buyers if items is None else self.buyers[items], (len(queries), 1))

    def contributions(self, queries: Queries, candidates: Numbers, n_causes: int = 3) -> Contributions:
        """The number of buyers, where there are any."""
        counted = np.where(candidates < 0, 0, self.buyers[np.maximum(candidates, 0)])[..., None]
        return Contributions(
            np.full(counted.shape, Cause.BUYERS, dtype=np.int8),
            np.where(counted > 0, counted, -1).astype(np.int32),
            counted.astype(np.float32),
        )

    def state(self) -> State:
        """The counts."""
        return {"buyers": self.buyers}

    @classmethod
    def restore(cls, state: State) -> "MostBought":
        """From the counts."""
        return cls(state["buyers"])
