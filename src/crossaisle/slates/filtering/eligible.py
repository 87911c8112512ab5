"""Which items may be in whose slate: rules of the shop for all, and of the history for each."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.data.focus import Allowed, Focus
from crossaisle.data.queries import Queries
from crossaisle.errors import UsageError
from crossaisle.features.price_bands import item_prices
from crossaisle.numerics.arrays import Bools, Codes, Numbers
from crossaisle.slates.filtering.price_band import PriceBand
from crossaisle.slates.filtering.rules import members, outside_prices
from crossaisle.slates.filtering.stock import Stock
from crossaisle.slates.options import SlateOptions

ESTABLISHED = 5
"""Purchases that make an item established, unless another number is set."""


class Why(IntEnum):
    """Why an item is not in a slate; the smaller reason is told where several hold."""

    ELIGIBLE = 0
    NOT_SELLABLE = 1
    NOT_LAUNCHED = 2
    OUT_OF_STOCK = 3
    RULE_NEVER = 4
    RULE_PRICE = 5
    NOT_ESTABLISHED = 6
    FOCUS = 7
    BOUGHT = 8
    PRICE_BAND = 9
    MAX_PER_CATEGORY = 10
    NOT_TOGETHER = 11
    RERANKED = 12


class Filter(Protocol):
    """What lets an item into one user's slate and not into another's."""

    def mask(self, queries: Queries, items: Numbers) -> Bools:
        """bool (n_queries, n_columns): True where the item stays."""
        ...


@dataclass(frozen=True)
class NotBought:
    """Items that the history does not hold as bought."""

    def mask(self, queries: Queries, items: Numbers) -> Bools:
        """bool (n_queries, n_columns)."""
        rows, bought, n_rows = queries.bought()
        marked = np.zeros((n_rows, queries.n_items), dtype=np.bool_)
        marked[rows, bought] = True
        return ~marked[:, items]


@dataclass(frozen=True)
class Eligible(Allowed):
    """What a focus allows, less what the filters of each query remove.

    Args:
        why: int8 (n_items,), places in Why: what keeps an item out of all slates, 0 for the eligible `items`.
        filters: what keeps items out of some slates, in the order in which it is told.
        min_purchases: what the established rule asked for in the end.
    """

    why: Codes
    filters: tuple[tuple[Why, Filter], ...]
    min_purchases: int

    def mask(self, queries: Queries) -> Bools:
        """bool (n_queries, len(items)): True where the item may be recommended."""
        mask = super().mask(queries)
        for _, one in self.filters:
            mask &= one.mask(queries, self.items)
        return mask

    def reasons(self, queries: Queries) -> Codes:
        """int8 (n_queries, n_items), places in Why: the first filter that keeps each item out."""
        everything = np.arange(len(self.why), dtype=np.int32)
        reasons = np.broadcast_to(self.why, (len(queries), len(self.why))).copy()
        in_focus = Allowed(self.focus, everything, self.item_category, self.categories)
        masks = [(code, one.mask(queries, everything)) for code, one in self.filters]
        for code, inside in ((Why.FOCUS, in_focus.mask(queries)), *masks):
            reasons[(reasons == Why.ELIGIBLE) & ~inside] = code
        return reasons


def eligible(
    dataset: Dataset, focus: Focus, moment: int, options: SlateOptions, stock: Stock | None = None
) -> Eligible:
    """What may be shown at `moment` (microseconds since 1970).

    Raises:
        UsageError: a rule names what the shop does not have, or categories are asked for where there are none.
    """
    catalogue = dataset.catalogue
    if focus.kind == "new-categories" and not (catalogue.category >= 0).any():
        raise UsageError(
            "no item has a category, so none can be of a new one",
            "focus new-categories",
            "Load categories or titles with the catalogue and train, or choose the focus explore.",
        )
    shut_out, min_purchases = shop_wide(dataset, moment, options, stock)
    why = np.zeros(dataset.n_items, dtype=np.int8)
    for code, outside in shut_out:
        why[(why == Why.ELIGIBLE) & outside] = code
    items = np.flatnonzero(why == Why.ELIGIBLE).astype(np.int32)
    filters = _filters(dataset, focus, options, stock)
    return Eligible(focus, items, catalogue.category, dataset.index.categories, why, filters, min_purchases)


def shop_wide(
    dataset: Dataset, moment: int, options: SlateOptions, stock: Stock | None = None
) -> tuple[list[tuple[Why, Bools]], int]:
    """What keeps items out of all slates at `moment`, bool (n_items,) each, in the order in which it is told.

    Beside it the purchases that the established rule asked for in the end.

    Raises:
        UsageError: a rule names what the shop does not have.
    """
    catalogue = dataset.catalogue
    min_purchases = established_threshold(dataset, options.min_purchases)
    in_stock = stock.checked(dataset.n_items).anywhere() if stock else np.ones(dataset.n_items, dtype=np.bool_)
    return [
        (Why.NOT_SELLABLE, ~catalogue.is_sellable),
        (Why.NOT_LAUNCHED, np.asarray(catalogue.launched > moment)),
        (Why.OUT_OF_STOCK, ~in_stock),
        (Why.RULE_NEVER, members(options.rules.never, dataset)),
        (Why.RULE_PRICE, outside_prices(options.rules, item_prices(dataset))),
        (Why.NOT_ESTABLISHED, ~dataset.established(min_purchases)),
    ], min_purchases


def established_threshold(dataset: Dataset, wanted: int | None) -> int:
    """The purchases asked of an item: `wanted`, by default 5, or 0 in data without times: a published split.

    In a shop so small that no item reaches it, any item that was bought will do.
    """
    if wanted is None:
        wanted = ESTABLISHED if has_times(dataset) else 0
    return min(wanted, 1) if not dataset.established(wanted).any() else wanted


def has_times(dataset: Dataset) -> bool:
    """Whether the events tell when they happened; pairs without times all lie at the beginning of 1970."""
    return dataset.span() != (0, 0)


def _filters(
    dataset: Dataset, focus: Focus, options: SlateOptions, stock: Stock | None
) -> tuple[tuple[Why, Filter], ...]:
    filters: list[tuple[Why, Filter]] = []
    if stock and stock.quantities.ndim == 2:
        filters.append((Why.OUT_OF_STOCK, stock))
    if not options.repeats and focus.kind in ("all", "category"):
        filters.append((Why.BOUGHT, NotBought()))
    if options.price_band == "filter":
        filters.append((Why.PRICE_BAND, PriceBand.of(dataset, options.price_within, options.price_width)))
    return tuple(filters)
