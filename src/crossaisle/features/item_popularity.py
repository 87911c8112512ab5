"""How many bought an item, lately and before, and whether it rises."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from crossaisle.data.dataset import Dataset, Events
from crossaisle.data.event_types import VIEW
from crossaisle.data.moments import DAY, FOREVER
from crossaisle.features.feature import Block, Feature, FittedFeature, State, options
from crossaisle.numerics.arrays import AnyArray, Doubles, Floats
from crossaisle.numerics.scaling import fit_scaling

MEASURES = (
    "buyers",
    "purchases",
    "purchases per buyer",
    "views",
    "buyers lately",
    "trend",
    "days since first sale or launch",
)


@dataclass(frozen=True)
class FittedItemPopularity(FittedFeature):
    """values: float32 (n_items, len(MEASURES)), scaled."""

    values: Floats

    def items(self) -> tuple[Block, ...]:
        """The scaled measures; an item without a sale stands low, not at the mean."""
        return (Block("popularity", MEASURES, self.values),)

    def state(self) -> dict[str, AnyArray]:
        return {"values": self.values}

    @classmethod
    def restore(cls, state: State) -> "FittedItemPopularity":
        return cls(state["values"])


@options
class ItemPopularity(Feature):
    """Buyers, purchases, views, and the trend: log((buyers lately + s) / (buyers before + s))."""

    name: ClassVar[str] = "item popularity"
    fitted: ClassVar[type[FittedFeature]] = FittedItemPopularity

    window_days: Annotated[int, Field(ge=1, description="length of 'lately' and of the window before it, days")] = 28
    smoothing: Annotated[float, Field(gt=0, description="s, buyers added to both windows: few sales make no trend")] = (
        5.0
    )

    def fit(self, dataset: Dataset) -> FittedItemPopularity:
        counted = self.measures(dataset)
        trend = MEASURES.index("trend")
        logged = fit_scaling(np.delete(counted, trend, axis=1), ("log1p", "z-score"))
        scaled = np.insert(
            logged.apply(np.delete(counted, trend, axis=1)),
            trend,
            fit_scaling(counted[:, [trend]], ("z-score",)).apply(counted[:, [trend]])[:, 0],
            axis=1,
        )
        return FittedItemPopularity(np.nan_to_num(scaled).astype(np.float32))

    def measures(self, dataset: Dataset) -> Doubles:
        """float64 (n_items, len(MEASURES)): unscaled, NaN where unknown; events of weight 0 do not count."""
        events, n_items = dataset.events, dataset.n_items
        end = dataset.span()[1] + 1 if dataset.until == FOREVER else dataset.until
        window = self.window_days * DAY
        purchases = events.at(dataset.is_purchase & (events.weight > 0))
        lately = _buyers(purchases.at(purchases.time >= end - window), n_items)
        before = _buyers(purchases.at((purchases.time >= end - 2 * window) & (purchases.time < end - window)), n_items)
        buyers = _buyers(purchases, n_items)
        bought = np.bincount(purchases.item, minlength=n_items).astype(np.float64)
        views = events.item[(events.type == VIEW) & (events.item >= 0) & (events.weight > 0)]
        first = np.full(n_items, np.inf)
        np.minimum.at(first, purchases.item, purchases.time)
        launched = dataset.catalogue.launched
        first = np.where(launched > -FOREVER, np.minimum(first, launched), first)
        age = np.where(np.isfinite(first), np.maximum(end - first, 0) / DAY, np.nan)
        columns = [
            buyers,
            bought,
            np.divide(bought, buyers, out=np.zeros(n_items), where=buyers > 0),
            np.bincount(views, minlength=n_items),
            lately,
            np.log((lately + self.smoothing) / (before + self.smoothing)),
            age,
        ]
        return np.column_stack(columns).astype(np.float64)


def _buyers(purchases: Events, n_items: int) -> Doubles:
    """float64 (n_items,): different users who bought each item."""
    pairs = np.unique(purchases.user.astype(np.int64) * n_items + purchases.item)
    return np.bincount(pairs % max(1, n_items), minlength=n_items).astype(np.float64)
