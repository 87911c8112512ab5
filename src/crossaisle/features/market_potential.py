"""Market potential P_i = R_i / R: an item's share of ratings or spend in a shop, an aisle or a user group."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from crossaisle.data.dataset import Dataset
from crossaisle.features.feature import Block, Feature, FittedFeature, State, options
from crossaisle.features.ratings import is_rated
from crossaisle.numerics.arrays import AnyArray, Csr, Doubles, Floats, csr
from crossaisle.numerics.shares import row_shares, shares, sums_by_group

Measure = Literal["spend", "ratings", "purchases"]


def market_potential(amounts: AnyArray, groups: AnyArray | None = None) -> Doubles:
    """P_i = R_i / R of each item, summing to one over the shop or over each aisle.

    Args:
        amounts: R_i (n_items,), or what each user gave to each item (n_users, n_items), which is summed.
        groups: the aisle or category of each item, −1 for none, whose P_i is 0; by default one whole shop.

    Returns:
        float64 (n_items,).
    """
    of_items = np.atleast_2d(np.asarray(amounts, dtype=np.float64)).sum(axis=0)
    return shares(of_items, groups)


def group_potential(amounts: Csr, user_groups: AnyArray, n_groups: int) -> Doubles:
    """P_i within each group of users: float64 (n_groups, n_items), rows sum to one, or to zero without sales.

    Args:
        amounts: what each user gave to each item, (n_users, n_items).
        user_groups: whole numbers (n_users,) below `n_groups`, −1 for a user of no group.
    """
    return row_shares(sums_by_group(amounts, user_groups, n_groups))


def amounts_of(dataset: Dataset, measure: Measure) -> Csr:
    """float32 (n_users, n_items): what each user spent on, gave as ratings to, or bought of each item."""
    events = dataset.events
    kept = is_rated(events.type, events.value) & (events.item >= 0) if measure == "ratings" else dataset.is_purchase
    chosen = events.at(kept)
    amounts = chosen.spend() if measure == "spend" else np.ones(len(chosen), dtype=np.float32)
    amounts = np.maximum(chosen.value if measure == "ratings" else amounts, 0)
    return csr(chosen.user, chosen.item, amounts * chosen.weight, (dataset.n_users, dataset.n_items))


@dataclass(frozen=True)
class FittedMarketShares(FittedFeature):
    """values: float32 (n_items, 3), log(1 + P_i · n) over shop, aisle and category."""

    values: Floats

    def items(self) -> tuple[Block, ...]:
        """Log of 1 + how many times the equal share the item holds of its shop, aisle and category."""
        return (Block("market potential", ("in the shop", "in the aisle", "in the category"), self.values),)

    def state(self) -> dict[str, AnyArray]:
        return {"values": self.values}

    @classmethod
    def restore(cls, state: State) -> "FittedMarketShares":
        return cls(state["values"])


@options
class MarketShares(Feature):
    """Market potential of items, scaled by the number n of items it is shared among: 1 is the equal share."""

    name: ClassVar[str] = "market shares"
    fitted: ClassVar[type[FittedFeature]] = FittedMarketShares

    measure: Annotated[
        Measure, Field(description="what is shared; a shop without any of it falls back to purchases")
    ] = "spend"

    def fit(self, dataset: Dataset) -> FittedMarketShares:
        amounts: AnyArray = np.asarray(amounts_of(dataset, self.measure).sum(axis=0))
        if not amounts.any():
            amounts = np.asarray(amounts_of(dataset, "purchases").sum(axis=0))
        catalogue = dataset.catalogue
        columns = []
        for groups in (np.zeros(dataset.n_items, dtype=np.int32), catalogue.aisle, catalogue.category):
            sizes = np.bincount(groups[groups >= 0], minlength=int(groups.max(initial=0)) + 1)
            columns.append(np.log1p(market_potential(amounts, groups) * np.where(groups >= 0, sizes[groups], 0)))
        return FittedMarketShares(np.column_stack(columns).astype(np.float32))
