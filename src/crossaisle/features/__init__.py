"""Extract, select and fuse: what is known of users and items, as named blocks of numbers."""

from crossaisle.features.customer_facts import CustomerFacts
from crossaisle.features.feature import Block, Feature, FittedFeature
from crossaisle.features.feature_set import SHELF, FeatureSet, FittedFeatures
from crossaisle.features.fusion import Fused, fit_fusion
from crossaisle.features.habits import Habits
from crossaisle.features.interests import Interests
from crossaisle.features.item_popularity import ItemPopularity
from crossaisle.features.market_potential import MarketShares, group_potential, market_potential
from crossaisle.features.price_bands import PriceBands
from crossaisle.features.ratings import Ratings
from crossaisle.features.selection import FittedSelection, Selection
from crossaisle.features.text_vectors import TextVectors

__all__ = [
    "SHELF",
    "Block",
    "CustomerFacts",
    "Feature",
    "FeatureSet",
    "FittedFeature",
    "FittedFeatures",
    "FittedSelection",
    "Fused",
    "Habits",
    "Interests",
    "ItemPopularity",
    "MarketShares",
    "PriceBands",
    "Ratings",
    "Selection",
    "TextVectors",
    "fit_fusion",
    "group_potential",
    "market_potential",
]
