"""Market potential: items with the largest share P_i = R_i / R of the shop's, the aisle's or a user group's market."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from crossaisle.data.queries import Queries
from crossaisle.data.training import Training
from crossaisle.features.market_potential import Measure, amounts_of, group_potential, market_potential
from crossaisle.models.part import part
from crossaisle.models.recommender import Cause, Contributions, Fitted, Recommender, State
from crossaisle.numerics.arrays import AnyArray, Doubles, Floats, Numbers

PER_MILLION = 1_000_000


@dataclass(frozen=True)
class FittedMarketPotential(Fitted):
    """potential: (n_groups, n_items), each group's shares. spans: (n_groups − 1,), purchases that part them."""

    potential: Floats
    spans: Doubles

    @property
    def n_items(self) -> int:  # type: ignore[override]  # derived, not kept
        """Number of items."""
        return int(self.potential.shape[1])

    def scores(self, queries: Queries, items: Numbers | None = None) -> Floats:
        chosen = self.potential if items is None else self.potential[:, items]
        return np.where(chosen > 0, chosen, -np.inf).astype(np.float32)[self._groups(queries)]

    def contributions(self, queries: Queries, candidates: Numbers, n_causes: int = 3) -> Contributions:
        groups = self._groups(queries)
        amounts = self.potential[groups[:, None], np.maximum(candidates, 0)]
        is_cause = (candidates >= 0) & (amounts > 0)
        return Contributions(
            np.full((*candidates.shape, 1), Cause.SHARE, dtype=np.int8),
            np.where(is_cause, np.rint(amounts * PER_MILLION), -1)[..., None].astype(np.int32),
            np.where(is_cause, amounts, 0)[..., None].astype(np.float32),
        )

    def neighbours(self, n: int) -> None:
        """None: no item says anything of another."""
        return None

    def state(self) -> State:
        return {"potential": self.potential, "spans": self.spans}

    @classmethod
    def restore(cls, state: State) -> "FittedMarketPotential":
        return cls(state["potential"], state["spans"])

    def _groups(self, queries: Queries) -> AnyArray:
        rows, _, n_rows = queries.bought()
        return np.searchsorted(self.spans, np.bincount(rows, minlength=n_rows), side="right")


@part
class MarketPotential(Recommender):
    """P_i = R_i / R. In an aisle, an item's share of its aisle; in a group, its share of what that group buys."""

    fitted: ClassVar[type[Fitted]] = FittedMarketPotential

    measure: Annotated[Measure, Field(description="what is shared: spend, ratings or purchases")] = "purchases"
    market: Annotated[Literal["shop", "aisle", "group"], Field(description="whose market it is")] = "shop"
    n_groups: Annotated[int, Field(ge=2, le=20, description="user groups of equal size by number of purchases")] = 3

    def fit(self, training: Training) -> FittedMarketPotential:
        """Sum and divide; a shop without what is to be shared falls back to purchases."""
        dataset = training.dataset
        amounts = amounts_of(dataset, self.measure)
        if not amounts.sum():
            amounts = amounts_of(dataset, "purchases")
        if self.market == "group":
            activity = np.bincount(dataset.events.user[dataset.is_purchase], minlength=dataset.n_users)
            spans = np.quantile(activity, np.arange(1, self.n_groups) / self.n_groups)
            groups = np.searchsorted(spans, activity, side="right")
            return FittedMarketPotential(group_potential(amounts, groups, self.n_groups).astype(np.float32), spans)
        aisles = dataset.catalogue.aisle if self.market == "aisle" else None
        potential = market_potential(np.asarray(amounts.sum(axis=0)), aisles)
        return FittedMarketPotential(potential[None, :].astype(np.float32), np.empty(0))
