"""Popularity: how many bought an item lately, with a lift for what sells more than before."""

from dataclasses import dataclass, replace
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
from crossaisle.numerics.arrays import Bools, Doubles, Floats, Numbers


@dataclass(frozen=True)
class FittedPopularity(Fitted):
    """What was counted of each item.

    Args:
        popularity, lift: float32 (n_items,), the score without trend and what the trend adds.
        growth: float32 (n_items,), by which share the later half of the window exceeds the earlier; 0 if that is empty.
        buyers: float32 (n_items,), users who bought it in the window, whatever popularity counts.
        window: int32 (1,), days; 0 for all.
    """

    popularity: Floats
    lift: Floats
    growth: Floats
    buyers: Floats
    window: Numbers

    @property
    def n_items(self) -> int:  # type: ignore[override]  # derived, not kept
        """Number of items."""
        return len(self.popularity)

    def scores(self, queries: Queries, items: Numbers | None = None) -> Floats:
        chosen = self.popularity + self.lift
        chosen = np.where(self.popularity > 0, chosen, -np.inf).astype(np.float32)
        return np.tile(chosen if items is None else chosen[items], (len(queries), 1))

    def contributions(self, queries: Queries, candidates: Numbers, n_causes: int = 3) -> Contributions:
        buyers = np.where(self.buyers > 0, self.buyers, -1)
        percent = np.rint(100 * self.growth)
        rising = np.where((self.lift > 0) & (percent > 0), percent, -1)
        bought = single_cause(Cause.BUYERS, buyers, self.popularity, candidates)
        return joined(
            replace(bought, days=int(self.window[0]) or None),
            single_cause(Cause.RISE, rising, self.lift, candidates),
            n_causes,
        )

    def neighbours(self, n: int) -> None:
        """None: no item says anything of another."""
        return None

    def state(self) -> State:
        return {
            "popularity": self.popularity,
            "lift": self.lift,
            "growth": self.growth,
            "buyers": self.buyers,
            "window": self.window,
        }

    @classmethod
    def restore(cls, state: State) -> "FittedPopularity":
        return cls(*(state[name] for name in ("popularity", "lift", "growth", "buyers", "window")))


@part
class Popularity(Recommender):
    """count(i) + trend · max(0, recent(i) − earlier(i)); recent and earlier are the halves of the window."""

    fitted: ClassVar[type[Fitted]] = FittedPopularity

    window: Annotated[
        int | None,
        Field(ge=1, le=36_500, description="days that count, all when none", json_schema_extra={"search": [7, 365]}),
    ] = None
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
        growth = np.where(earlier > 0, recent / np.where(earlier > 0, earlier, 1) - 1, 0)
        buyers = np.asarray((dataset.purchases(within=dataset.events.time >= start) > 0).sum(axis=0))
        counted = [one.astype(np.float32) for one in (counts, lift, np.maximum(growth, 0), buyers)]
        return FittedPopularity(counted[0], counted[1], counted[2], counted[3], np.array([self.window or 0], np.int32))

    def _counts(self, dataset: Dataset, within: Bools) -> Doubles:
        bought = dataset.purchases("binary" if self.by == "buyers" else "count", within)
        return np.asarray(bought.sum(axis=0), dtype=np.float64)
