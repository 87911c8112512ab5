"""Price bands within the category: where an item stands among its like, and where a user usually buys."""

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from crossaisle.data.dataset import Dataset
from crossaisle.data.event_types import PURCHASE
from crossaisle.data.queries import Queries
from crossaisle.features.feature import Block, Feature, FittedFeature, State, options
from crossaisle.numerics.arrays import AnyArray, Doubles, Floats, Numbers, row_numbers


@dataclass(frozen=True)
class FittedPriceBands(FittedFeature):
    """Prices of items and the bands' edges.

    Args:
        prices: float32 (n_items,), currency per unit, NaN where unknown.
        category: int32 (n_items,), −1 where unknown.
        edges: float64 (n_categories + 1, n_bands − 1), ascending; the last row is the whole shop's.
        middles: float64 (n_categories + 1,), the median price.
    """

    prices: Floats
    category: Numbers
    edges: Doubles
    middles: Doubles

    @property
    def n_bands(self) -> int:
        """Number of bands."""
        return int(self.edges.shape[1]) + 1

    @cached_property
    def bands(self) -> Numbers:
        """int32 (n_items,): 0 for the cheapest band of the item's category, −1 where the price is unknown.

        A price on an edge that several prices share falls into the middle band it could belong to.
        """
        edges, prices = self.edges[self.category], self.prices[:, None]
        between = ((edges < prices).sum(axis=1) + (edges <= prices).sum(axis=1)) // 2
        return np.where(np.isnan(self.prices), -1, between).astype(np.int32)

    def levels(self, items: Numbers, prices: Floats) -> Floats:
        """float32 (n,): log of price over the median of the item's category, NaN where unknown."""
        with np.errstate(divide="ignore", invalid="ignore"):
            levels = np.log(prices / self.middles[self.category[items]])
        return np.where(np.isfinite(levels), levels, np.nan).astype(np.float32)

    def items(self) -> tuple[Block, ...]:
        """The item's band as one-hot, and its level."""
        bands = self.bands
        level = self.levels(np.arange(len(bands), dtype=np.int32), self.prices)
        values = np.concatenate([_one_hot(bands, self.n_bands), np.nan_to_num(level)[:, None]], axis=1)
        return (Block("item price", self._columns(), values),)

    def users(self, queries: Queries) -> tuple[Block, ...]:
        """Share of purchases in each band, and the mean level of what was paid (else of the item's price)."""
        kept = (queries.types == PURCHASE) & (queries.weights > 0)
        rows, items, weights = row_numbers(queries.indptr)[kept], queries.items[kept], queries.weights[kept]
        bands = np.where(self.bands[items] < 0, self.n_bands, self.bands[items])
        places = rows.astype(np.int64) * (self.n_bands + 1) + bands
        counts = np.bincount(places, weights=weights, minlength=len(queries) * (self.n_bands + 1))
        table: Doubles = counts.reshape(len(queries), self.n_bands + 1).astype(np.float64)
        paid = queries.prices[kept]
        level = self.levels(items, np.where(np.isnan(paid), self.prices[items], paid))
        known = ~np.isnan(level)
        trusted = weights[known].astype(np.float64)
        sums = np.bincount(rows[known], weights=level[known] * trusted, minlength=len(queries))
        trust = np.bincount(rows[known], weights=trusted, minlength=len(queries))
        mean = _divided(sums.astype(np.float64), trust.astype(np.float64))
        values = np.column_stack([_divided(table, table.sum(axis=1, keepdims=True)), mean])
        return (Block("price paid", self._columns(), values.astype(np.float32)),)

    def _columns(self) -> tuple[str, ...]:
        bands = tuple(f"price band {band + 1} of {self.n_bands}" for band in range(self.n_bands))
        return (*bands, "price unknown", "log price over category median")

    def state(self) -> dict[str, AnyArray]:
        return {
            "prices": self.prices,
            "category": self.category,
            "edges": self.edges,
            "middles": self.middles,
        }

    @classmethod
    def restore(cls, state: State) -> "FittedPriceBands":
        return cls(state["prices"], state["category"], state["edges"], state["middles"])


@options
class PriceBands(Feature):
    """Bands of equal numbers of items, learnt in each category that has enough of them."""

    name: ClassVar[str] = "price bands"
    fitted: ClassVar[type[FittedFeature]] = FittedPriceBands

    n_bands: Annotated[int, Field(ge=2, le=20, description="number of bands")] = 5
    min_items: Annotated[
        int,
        Field(ge=2, description="priced items a category needs for its own bands; else the shop's are used"),
    ] = 10

    def fit(self, dataset: Dataset) -> FittedPriceBands:
        prices = item_prices(dataset)
        category = dataset.catalogue.category
        n_categories = dataset.n_categories
        known = np.flatnonzero(~np.isnan(prices))
        inner = np.arange(1, self.n_bands) / self.n_bands
        wanted = np.append(inner, 0.5)
        own = group_quantiles(prices[known], category[known], n_categories, wanted)
        shop = group_quantiles(prices[known], np.zeros(len(known), dtype=np.int32), 1, wanted)
        kept = category[known] >= 0
        n_priced = np.bincount(category[known][kept], minlength=n_categories)
        own[n_priced < self.min_items] = shop[0]
        together = np.concatenate([own, shop])
        return FittedPriceBands(prices, category, together[:, :-1], together[:, -1])


def item_prices(dataset: Dataset) -> Floats:
    """float32 (n_items,): the catalogue's price, else the median paid per unit, else NaN."""
    purchases = dataset.events.at(dataset.is_purchase & ~np.isnan(dataset.events.price))
    paid = group_quantiles(purchases.price, purchases.item, dataset.n_items, np.array([0.5]))[:, 0]
    listed = dataset.catalogue.price
    return np.where(np.isnan(listed), paid, listed).astype(np.float32)


def group_quantiles(values: AnyArray, groups: AnyArray, n_groups: int, wanted: Doubles) -> Doubles:
    """Quantiles of each group's values with straight lines between neighbours, as numpy.quantile gives.

    Args:
        values: (n,), without NaN.
        groups: whole numbers (n,), below `n_groups`, −1 for none.
        wanted: float64 (n_wanted,), in [0, 1].

    Returns:
        float64 (n_groups, n_wanted), NaN for a group without values.
    """
    order = np.lexsort((values, groups))
    ordered = values[order].astype(np.float64)
    starts = np.searchsorted(groups[order], np.arange(n_groups + 1))
    sizes = np.diff(starts)[:, None]
    places = wanted[None, :] * np.maximum(sizes - 1, 0)
    below = np.floor(places).astype(np.int64)
    above = np.minimum(below + 1, np.maximum(sizes - 1, 0))
    padded = np.append(ordered, np.nan)
    low, high = (padded[np.minimum(starts[:-1, None] + place, len(ordered))] for place in (below, above))
    quantiles: Doubles = np.where(sizes > 0, low + (places - below) * (high - low), np.nan)
    return quantiles


def _one_hot(codes: Numbers, n_codes: int) -> Floats:
    """float32 (n, n_codes + 1): the last column marks −1."""
    marked = np.zeros((len(codes), n_codes + 1), dtype=np.float32)
    marked[np.arange(len(codes)), codes] = 1
    return marked


def _divided(amounts: Doubles, whole: Doubles) -> Doubles:
    parts: Doubles = np.divide(amounts, whole, out=np.zeros_like(amounts), where=whole > 0)
    return parts
