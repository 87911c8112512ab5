"""How items are rated and how users rate: the share of each level, shrunk towards the shop's distribution."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from crossaisle.data.dataset import Dataset
from crossaisle.data.event_types import EVENT_TYPES, RATING
from crossaisle.data.queries import Queries
from crossaisle.features.feature import Block, Feature, FittedFeature, State, options
from crossaisle.numerics.arrays import AnyArray, Bools, Codes, Doubles, Floats, row_numbers

REVIEW = EVENT_TYPES.index("review")


@dataclass(frozen=True)
class FittedRatings(FittedFeature):
    """Levels, how often each was given, and to which item.

    Args:
        levels: float64 (n_levels,), ascending; a rating belongs to the nearest.
        overall: float64 (n_levels,), the shop's shares.
        of_items: float32 (n_items, n_levels), counts.
        prior: ratings of the shop's distribution that are added to everybody's own.
    """

    levels: Doubles
    overall: Doubles
    of_items: Floats
    prior: float

    def items(self) -> tuple[Block, ...]:
        """Shares of the levels, mean rating less the shop's, and log of 1 + number of ratings."""
        return self._blocks("item rating", self.of_items.astype(np.float64))

    def users(self, queries: Queries) -> tuple[Block, ...]:
        """The same of the ratings that the user gave."""
        if not len(self.levels):
            return ()
        kept = is_rated(queries.types, queries.values)
        places = row_numbers(queries.indptr)[kept].astype(np.int64) * len(self.levels)
        places += nearest(self.levels, queries.values[kept])
        counts = np.bincount(places, minlength=len(queries) * len(self.levels))
        return self._blocks("rating given", counts.reshape(len(queries), -1).astype(np.float64))

    def _blocks(self, name: str, counts: Doubles) -> tuple[Block, ...]:
        if not len(self.levels):
            return ()
        n_ratings = counts.sum(axis=1, keepdims=True)
        shares = (counts + self.prior * self.overall) / (n_ratings + self.prior)
        mean = shares @ self.levels - self.overall @ self.levels
        columns = (*(f"rated {level:g}" for level in self.levels), "mean rating", "log number of ratings")
        values = np.column_stack([shares, mean, np.log1p(n_ratings)])
        return (Block(name, columns, values.astype(np.float32)),)

    def state(self) -> dict[str, AnyArray]:
        return {
            "levels": self.levels,
            "overall": self.overall,
            "of_items": self.of_items,
            "prior": np.array(self.prior),
        }

    @classmethod
    def restore(cls, state: State) -> "FittedRatings":
        return cls(state["levels"], state["overall"], state["of_items"], float(state["prior"]))


@options
class Ratings(Feature):
    """Distribution of ratings; a shop without ratings gets no block."""

    name: ClassVar[str] = "ratings"
    fitted: ClassVar[type[FittedFeature]] = FittedRatings

    max_levels: Annotated[
        int,
        Field(ge=2, le=100, description="levels told apart; more distinct ratings are put to equal steps"),
    ] = 10
    prior: Annotated[
        float, Field(gt=0, description="ratings of the shop's distribution added to each item's and user's")
    ] = 5.0

    def fit(self, dataset: Dataset) -> FittedRatings:
        rated = is_rated(dataset.events.type, dataset.events.value) & (dataset.events.item >= 0)
        events = dataset.events.at(rated)
        levels = self._levels(events.value)
        places = events.item.astype(np.int64) * len(levels) + nearest(levels, events.value)
        counts = np.bincount(places, minlength=dataset.n_items * len(levels))
        counts = counts.reshape(dataset.n_items, len(levels))
        overall = counts.sum(axis=0) / max(1, len(events))
        return FittedRatings(levels, overall, counts.astype(np.float32), self.prior)

    def _levels(self, values: Floats) -> Doubles:
        distinct = np.unique(values).astype(np.float64)
        if len(distinct) <= self.max_levels:
            return distinct
        return np.linspace(distinct[0], distinct[-1], self.max_levels)


def is_rated(types: Codes, values: Floats) -> Bools:
    """bool (n,): ratings and reviews that carry a value."""
    return np.asarray(((types == RATING) | (types == REVIEW)) & ~np.isnan(values))


def nearest(levels: Doubles, values: Floats) -> AnyArray:
    """int64 (n,): the place of the level nearest to each value, the lower of two."""
    return np.searchsorted((levels[1:] + levels[:-1]) / 2, values, side="left")
