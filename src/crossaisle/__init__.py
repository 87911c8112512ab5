"""Crossaisle: recommendations across categories, for a shop that runs them itself."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crossaisle.data.dataset import Dataset
    from crossaisle.data.split import Split
    from crossaisle.evaluation.protocol import evaluate
    from crossaisle.evaluation.validation import validated
    from crossaisle.features.title_categories import with_title_categories
    from crossaisle.loop.tune import tune
    from crossaisle.models.recommenders.als import ALS
    from crossaisle.models.recommenders.category_popularity import CategoryPopularity
    from crossaisle.models.recommenders.category_transition import CategoryTransition
    from crossaisle.models.recommenders.content import Content
    from crossaisle.models.recommenders.cross_category_gnn import CrossCategoryGNN
    from crossaisle.models.recommenders.ease import EASE
    from crossaisle.models.recommenders.fusion import Fusion, default_parts
    from crossaisle.models.recommenders.gcn import GCN
    from crossaisle.models.recommenders.graph_filter import GraphFilter
    from crossaisle.models.recommenders.item_knn import ItemKNN
    from crossaisle.models.recommenders.light_gcn import LightGCN
    from crossaisle.models.recommenders.market_potential import MarketPotential
    from crossaisle.models.recommenders.mlp import MLP
    from crossaisle.models.recommenders.popularity import Popularity
    from crossaisle.models.recommenders.sas_rec import SASRec
    from crossaisle.models.recommenders.two_tower import TwoTower
    from crossaisle.shop import Shop
    from crossaisle.slates.explain import explain
    from crossaisle.slates.recommend import recommend

_HOMES = {
    "ALS": "models.recommenders.als",
    "EASE": "models.recommenders.ease",
    "GCN": "models.recommenders.gcn",
    "MLP": "models.recommenders.mlp",
    "CategoryPopularity": "models.recommenders.category_popularity",
    "CategoryTransition": "models.recommenders.category_transition",
    "Content": "models.recommenders.content",
    "CrossCategoryGNN": "models.recommenders.cross_category_gnn",
    "Dataset": "data.dataset",
    "Fusion": "models.recommenders.fusion",
    "GraphFilter": "models.recommenders.graph_filter",
    "ItemKNN": "models.recommenders.item_knn",
    "LightGCN": "models.recommenders.light_gcn",
    "MarketPotential": "models.recommenders.market_potential",
    "Popularity": "models.recommenders.popularity",
    "SASRec": "models.recommenders.sas_rec",
    "Shop": "shop",
    "Split": "data.split",
    "TwoTower": "models.recommenders.two_tower",
    "default_parts": "models.recommenders.fusion",
    "evaluate": "evaluation.protocol",
    "explain": "slates.explain",
    "recommend": "slates.recommend",
    "tune": "loop.tune",
    "validated": "evaluation.validation",
    "with_title_categories": "features.title_categories",
}

__all__ = [
    "ALS",
    "EASE",
    "GCN",
    "MLP",
    "CategoryPopularity",
    "CategoryTransition",
    "Content",
    "CrossCategoryGNN",
    "Dataset",
    "Fusion",
    "GraphFilter",
    "ItemKNN",
    "LightGCN",
    "MarketPotential",
    "Popularity",
    "SASRec",
    "Shop",
    "Split",
    "TwoTower",
    "default_parts",
    "evaluate",
    "explain",
    "recommend",
    "tune",
    "validated",
    "with_title_categories",
]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """A public name, imported when it is first asked for, so that nobody waits for what is not used."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        return found

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
