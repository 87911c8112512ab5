"""All features of a shop under one roof: fitted together, asked together, kept together."""

from collections.abc import Mapping
from dataclasses import dataclass

from crossaisle.data.dataset import Dataset
from crossaisle.data.queries import Queries
from crossaisle.data.text_encoder import TextEncoder
from crossaisle.errors import ArtifactError
from crossaisle.features.customer_facts import CustomerFacts
from crossaisle.features.feature import Block, Feature, FittedFeature, State, TextFeature, packed, unpacked, within
from crossaisle.features.habits import Habits
from crossaisle.features.interests import Interests
from crossaisle.features.item_popularity import ItemPopularity
from crossaisle.features.market_potential import MarketShares
from crossaisle.features.price_bands import PriceBands
from crossaisle.features.ratings import Ratings
from crossaisle.features.text_vectors import TextVectors
from crossaisle.numerics.arrays import AnyArray, Numbers

SHELF: tuple[type[Feature], ...] = (
    Interests,
    PriceBands,
    Ratings,
    Habits,
    CustomerFacts,
    ItemPopularity,
    MarketShares,
    TextVectors,
)
"""Every kind of feature there is."""


@dataclass(frozen=True)
class FittedFeatures:
    """Fitted features by name."""

    fitted: Mapping[str, FittedFeature]

    def users(self, queries: Queries) -> tuple[Block, ...]:
        """All blocks about users, each of len(queries) rows. A history that is empty gives rows, too."""
        return tuple(block for feature in self.fitted.values() for block in feature.users(queries))

    def items(self) -> tuple[Block, ...]:
        """All blocks about items, each of n_items rows."""
        return tuple(block for feature in self.fitted.values() for block in feature.items())

    def without(self, users: Numbers) -> "FittedFeatures":
        """The same without what is kept of single users: see FittedFeature.without."""
        return FittedFeatures({name: feature.without(users) for name, feature in self.fitted.items()})

    def state(self) -> dict[str, AnyArray]:
        """All arrays needed to restore them, under `NAME/`."""
        arrays = {
            f"{name}/{key}": array for name, feature in self.fitted.items() for key, array in feature.state().items()
        }
        return {"names": packed(list(self.fitted)), **arrays}

    @classmethod
    def restore(cls, state: State) -> "FittedFeatures":
        """The features whose `state()` this is.

        Raises:
            ArtifactError: a feature is of a kind that this version does not know.
        """
        kinds = {kind.name: kind for kind in SHELF}
        fitted: dict[str, FittedFeature] = {}
        for name in unpacked(state["names"]):
            if name not in kinds:
                raise ArtifactError(f'feature "{name}" is unknown', remedy="Train again with this version.")
            fitted[name] = kinds[name].fitted.restore(within(state, name))
        return cls(fitted)


@dataclass(frozen=True)
class FeatureSet:
    """Features to fit, by default all that exist with their default options."""

    features: tuple[Feature, ...] = tuple(kind() for kind in SHELF)

    def fit(self, dataset: Dataset, encoder: TextEncoder | None = None) -> FittedFeatures:
        """Fit each feature on what the dataset holds, which ends at the cut. encoder: the embedded one when None."""
        fitted = {
            feature.name: feature.fit(dataset, encoder) if isinstance(feature, TextFeature) else feature.fit(dataset)
            for feature in self.features
        }
        return FittedFeatures(fitted)
