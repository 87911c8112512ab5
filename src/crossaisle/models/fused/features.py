"""Features of users and items, each fused to one sparse matrix."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from crossaisle.data.queries import Queries
from crossaisle.data.training import Training
from crossaisle.features.feature import Feature, within
from crossaisle.features.feature_set import FeatureSet, FittedFeatures
from crossaisle.features.fusion import Fused, fit_fusion
from crossaisle.features.habits import Habits
from crossaisle.features.interests import Interests
from crossaisle.features.item_popularity import ItemPopularity
from crossaisle.features.market_potential import MarketShares
from crossaisle.features.price_bands import PriceBands
from crossaisle.features.ratings import Ratings
from crossaisle.features.text_vectors import TextVectors
from crossaisle.models.learning.network import Named
from crossaisle.numerics.arrays import AnyArray, Csr

READ: tuple[Feature, ...] = (Interests(), PriceBands(), Ratings(), Habits(), ItemPopularity(), MarketShares())
"""All that is told by a history or of an item. What only a known customer has is left out: a stranger with the same
history is scored the same."""


@dataclass(frozen=True)
class FusedFeatures:
    """Fitted features with the layout of the matrix of either side."""

    features: FittedFeatures
    of_users: Fused
    of_items: Fused

    @classmethod
    def of(cls, training: Training, reads_text: bool) -> "FusedFeatures":
        """Fitted on the training's dataset, and on its items' texts where they are to be read."""
        dataset = training.dataset
        features = FeatureSet((*READ, TextVectors()) if reads_text else READ).fit(dataset, training.encoder)
        users = features.users(dataset.queries(np.arange(dataset.n_users)))
        return cls(features, fit_fusion(users), fit_fusion(features.items()))

    @property
    def widths(self) -> tuple[int, int]:
        """How many columns users and items have."""
        return len(self.of_users.names), len(self.of_items.names)

    def named(self) -> tuple[Named, Named]:
        """The columns of users and of items, which a warm start finds by their names."""
        return Named(self.of_users.names, _names_of("of_users")), Named(self.of_items.names, _names_of("of_items"))

    def users(self, queries: Queries) -> Csr:
        """sparse float32 (n_queries, n_user_columns), read from the histories."""
        return self.of_users.apply(self.features.users(queries))

    @cached_property
    def items(self) -> Csr:
        """sparse float32 (n_items, n_item_columns)."""
        return self.of_items.apply(self.features.items())

    def state(self) -> dict[str, AnyArray]:
        """All arrays needed to restore them."""
        states = {
            "features": self.features.state(),
            "of_users": self.of_users.state(),
            "of_items": self.of_items.state(),
        }
        return {f"{name}/{key}": one for name, state in states.items() for key, one in state.items()}

    @classmethod
    def restore(cls, state: Mapping[str, AnyArray]) -> "FusedFeatures":
        """The features whose `state()` this holds."""
        layouts = (Fused.restore(within(state, name)) for name in ("of_users", "of_items"))
        return cls(FittedFeatures.restore(within(state, "features")), *layouts)


def _names_of(side: str) -> Callable[[Mapping[str, AnyArray]], tuple[str, ...]]:
    return lambda state: Fused.restore(within(state, side)).names if f"{side}/columns" in state else ()
