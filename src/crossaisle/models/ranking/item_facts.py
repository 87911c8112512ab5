"""What is known of an item and its category: how well they sell, lately and to people new to the category."""

from dataclasses import dataclass

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import DAY
from crossaisle.features.feature import State
from crossaisle.features.price_bands import group_quantiles, item_prices
from crossaisle.models.ranking.newcomers import Newcomers
from crossaisle.models.ranking.signal import History, Signal
from crossaisle.numerics.arrays import AnyArray, Bools, Doubles, Floats, Numbers

HOLD_BACK = 20.0
"""Buyers added to the whole of a rate, so that few cases do not make an extreme one."""


@dataclass(frozen=True)
class ItemFacts(Signal):
    """table: float32 (n_items, n_names)."""

    names: tuple[str, ...]
    table: Floats

    def of(self, history: History, candidates: Numbers) -> Floats:
        """The facts of each candidate, whoever asks."""
        return self.table[candidates]

    def state(self) -> dict[str, AnyArray]:
        """The table."""
        return {"table": self.table}

    @classmethod
    def restore(cls, names: tuple[str, ...], state: State) -> "ItemFacts":
        """From the table."""
        return cls(names, state["table"])

    @classmethod
    def fit(cls, dataset: Dataset, newcomers: Newcomers, recent: int) -> "ItemFacts":
        """Count what happened before the cut, and in the last `recent` microseconds of it."""
        columns = _demand(dataset, recent) | _of_category(dataset, newcomers, recent) | _price(dataset)
        table = np.column_stack(list(columns.values())).astype(np.float32)
        return cls(tuple(columns), table)


def _demand(dataset: Dataset, recent: int) -> dict[str, AnyArray]:
    events, cut = dataset.events, dataset.end
    sold = dataset.is_purchase & (events.weight > 0)
    buyers, lately, at_last, before = (
        _buyers(dataset, within)
        for within in (
            sold,
            events.time >= cut - recent,
            events.time >= cut - recent // 4,
            (events.time >= cut - 2 * recent) & (events.time < cut - recent),
        )
    )
    times = np.bincount(events.item[sold], minlength=dataset.n_items)
    last = np.full(dataset.n_items, cut - 4 * recent, dtype=np.int64)
    np.maximum.at(last, events.item[sold], events.time[sold])
    return {
        "buyers": np.log1p(buyers),
        "recent_buyers": np.log1p(lately),
        "latest_buyers": np.log1p(at_last),
        "trend": np.log1p(lately) - np.log1p(before),
        "latest_trend": np.log1p(at_last) - np.log1p(lately),
        "silence": (cut - last) / DAY,
        "repeats": np.log1p(times / np.maximum(buyers, 1)),
    }


def _of_category(dataset: Dataset, newcomers: Newcomers, recent: int) -> dict[str, AnyArray]:
    """Shares within the category, and how many of those new to it came to it and to the item."""
    category, n_categories = dataset.catalogue.category, dataset.n_categories
    lately = dataset.events.time >= dataset.end - recent
    columns: dict[str, AnyArray] = {}
    for name, within in (("", np.ones(len(lately), dtype=np.bool_)), ("recent_", lately)):
        buyers = _buyers(dataset, within)
        of_category = np.bincount(np.maximum(category, 0), weights=buyers * (category >= 0), minlength=n_categories + 1)
        columns[f"{name}share_of_category"] = np.log((buyers + 1) / (of_category[category] + HOLD_BACK))
        entered = np.asarray((dataset.purchases(within=within) @ newcomers.member > 0).sum(axis=0))
        columns[f"{name}category_buyers"] = np.log1p(np.append(entered, 0))[category]
    for name, one in (
        ("", newcomers),
        ("later_", Newcomers.of(dataset, recent // 2)),
        ("latest_", Newcomers.of(dataset, recent // 4)),
    ):
        columns[f"{name}category_conversion"] = np.log(one.category_rate(HOLD_BACK) + 1e-4)[category]
        columns[f"{name}conversion"] = np.log(one.item_rate(category, HOLD_BACK) + 1e-5)
    return columns


def _price(dataset: Dataset) -> dict[str, AnyArray]:
    prices = item_prices(dataset).astype(np.float64)
    logs: Doubles = np.log(np.maximum(prices, 0.01))
    known = np.flatnonzero(~np.isnan(logs))
    category = np.where(dataset.catalogue.category < 0, dataset.n_categories, dataset.catalogue.category)
    middles = group_quantiles(logs[known], category[known], dataset.n_categories + 1, np.array([0.5]))[:, 0]
    return {
        "price": np.nan_to_num(logs, nan=float(np.median(logs[known])) if len(known) else 0.0),
        "price_level": np.nan_to_num(logs - middles[category]),
    }


def _buyers(dataset: Dataset, within: Bools) -> AnyArray:
    return np.asarray(dataset.purchases(within=within).sum(axis=0), dtype=np.float64)
