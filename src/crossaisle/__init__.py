"""Crossaisle: recommendations across categories, for a shop that runs them itself."""

from crossaisle.data.dataset import Dataset
from crossaisle.data.split import Split
from crossaisle.evaluation.protocol import evaluate
from crossaisle.models.recommenders.als import ALS
from crossaisle.models.recommenders.category_popularity import CategoryPopularity
from crossaisle.models.recommenders.category_transition import CategoryTransition
from crossaisle.models.recommenders.ease import EASE
from crossaisle.models.recommenders.graph_filter import GraphFilter
from crossaisle.models.recommenders.item_knn import ItemKNN
from crossaisle.models.recommenders.market_potential import MarketPotential
from crossaisle.models.recommenders.popularity import Popularity
from crossaisle.shop import Shop
from crossaisle.slates.recommend import recommend

__all__ = [
    "ALS",
    "EASE",
    "CategoryPopularity",
    "CategoryTransition",
    "Dataset",
    "GraphFilter",
    "ItemKNN",
    "MarketPotential",
    "Popularity",
    "Shop",
    "Split",
    "evaluate",
    "recommend",
]
