"""The prices that a user pays: a band around the usual one, within the category or as they are."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.data.event_types import PURCHASE
from crossaisle.data.queries import Queries
from crossaisle.features.price_bands import PriceBands, group_quantiles
from crossaisle.numerics.arrays import AnyArray, Bools, Doubles, Floats, Numbers, row_numbers


@dataclass(frozen=True)
class PriceBand:
    """A price stands at the level log(price / middle); the band is ±log(width) around the user's median.

    Args:
        prices: float32 (n_items,), currency per unit, NaN where unknown.
        middles: float64 (n_items,), what a price of the item is compared with.
        width: factor ≥ 1.
    """

    prices: Floats
    middles: Doubles
    width: float

    @classmethod
    def of(cls, dataset: Dataset, within: Literal["category", "shop"], width: float) -> "PriceBand":
        """Learn the categories' median prices. Items without a category stand beside the whole shop's."""
        fitted = PriceBands().fit(dataset)
        middles = fitted.middles[fitted.category] if within == "category" else np.ones(dataset.n_items)
        return cls(fitted.prices, middles, width)

    def usual(self, queries: Queries) -> Floats:
        """float32 (n_queries,): median level of what was paid, else of the item's price; NaN without any."""
        kept = queries.types == PURCHASE
        rows, items = row_numbers(queries.indptr)[kept], queries.items[kept]
        paid = queries.prices[kept]
        levels = self._levels(items, np.where(np.isnan(paid), self.prices[items], paid))
        known = np.isfinite(levels)
        median = group_quantiles(levels[known], rows[known], len(queries), np.array([0.5]))
        return np.asarray(median[:, 0], dtype=np.float32)

    def excess(self, queries: Queries, items: Numbers) -> Floats:
        """float32 (n_queries, n_columns): how far outside the band, as a logarithm; 0 inside or if unknown.

        Args:
            items: int32 (n_columns,), the same for all queries, or (n_queries, n_columns); −1 is unknown.
        """
        places = np.maximum(items, 0)
        levels = np.where(items < 0, np.nan, self._levels(places, self.prices[places]))
        far = np.abs(levels - self.usual(queries)[:, None]) - np.log(self.width)
        return np.asarray(np.maximum(np.nan_to_num(far, nan=0.0), 0), dtype=np.float32)

    def mask(self, queries: Queries, items: Numbers) -> Bools:
        """bool (n_queries, n_columns): inside the band, or not known to be outside."""
        return self.excess(queries, items) <= _ROUNDING

    def _levels(self, items: Numbers, prices: Floats) -> AnyArray:
        with np.errstate(divide="ignore", invalid="ignore"):
            levels: AnyArray = np.where(prices > 0, np.log(prices / self.middles[items]), np.nan)
        return levels


_ROUNDING = 1e-6
