"""Popularity: how many bought an item lately, with a lift for what sells more than before."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import DAY
from crossaisle.data.queries import Queries
from crossaisle.data.training import Training
from crossaisle.models.linear import joined, single_cause
from crossaisle.models.part import part
from crossaisle.models.recommender import Cause, Contributions, Fitted, Recommender, State
from crossaisle.numerics.arrays import Bools, Doubles, Floats, Numbers, csr


@dataclass(frozen=True)
class FittedPopularity(Fitted):
    """popularity, lift: float32 (n_items,), the score without trend and what the trend adds."""

    popularity: Floats
    lift: Floats
    growth: Floats

    @property
    def n_items(self) -> int:  # type: ignore[override]  # derived, not kept
        """Number of items."""
        return len(self.popularity)

    def scores(self, queries: Queries, items: Numbers | None = None) -> Floats:
        chosen = self.popularity + self.lift
        chosen = np.where(self.popularity > 0, chosen, -np.inf).astype(np.float32)
        return np.tile(chosen if items is None else chosen[items], (len(queries), 1))

    def contributions(self, queries: Queries, candidates: Numbers, n_causes: int = 3) -> Contributions:
        buyers = np.where(self.popularity > 0, np.rint(self.popularity), -1)
        rising = np.where(self.lift > 0, np.rint(100 * self.growth), -1)
        return joined(
            single_cause(Cause.BUYERS, buyers, self.popularity, candidates),
            single_cause(Cause.RISE, rising, self.lift, candidates),
            n_causes,
        )

    def state(self) -> State:
        return {"popularity": self.popularity, "lift": self.lift, "growth": self.growth}

    @classmethod
    def restore(cls, state: State) -> "FittedPopularity":
        return cls(state["popularity"], state["lift"], state["growth"])


@part
class Popularity(Recommender):
    """count(i) + trend · max(0, recent(i) − earlier(i)); recent and earlier are the halves of the window."""

    fitted: ClassVar[type[Fitted]] = FittedPopularity

    window: Annotated[int | None, Field(ge=1, le=36_500, description="days that count, all when none")] = None
    by: Annotated[Literal["buyers", "purchases"], Field(description="count users once, or each purchase")] = "buyers"
    trend: Annotated[float, Field(ge=0, le=10, description="weight of growth within the window")] = 0.0

    def fit(self, training: Training) -> FittedPopularity:
        """Count."""
        dataset = training.dataset
        times = dataset.events.time[dataset.is_purchase]
        first, last = (int(times.min()), int(times.max())) if len(times) else (0, 0)
        end = last + 1
        start = first if self.window is None else end - self.window * DAY
        counts = self._counts(dataset, dataset.events.time >= start)
        recent = self._counts(dataset, dataset.events.time >= (start + end) // 2)
        earlier = self._counts(dataset, (dataset.events.time >= start) & (dataset.events.time < (start + end) // 2))
        lift = self.trend * np.maximum(0, recent - earlier)
        growth = np.where(earlier > 0, recent / np.maximum(earlier, 1) - 1, recent)
        return FittedPopularity(*(one.astype(np.float32) for one in (counts, lift, np.maximum(growth, 0))))

    def _counts(self, dataset: Dataset, within: Bools) -> Doubles:
        events = dataset.events.at(dataset.is_purchase & within)
        if self.by == "purchases":
            return np.asarray(
                np.bincount(events.item, weights=events.weight, minlength=dataset.n_items), dtype=np.float64
            )
        bought = csr(events.user, events.item, events.weight, (dataset.n_users, dataset.n_items))
        bought.data = np.minimum(bought.data, 1)
        return np.asarray(bought.sum(axis=0), dtype=np.float64)
