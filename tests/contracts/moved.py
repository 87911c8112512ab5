"""A value for every option of every recommender, other than its default, that has to move the model."""

from typing import Any

from crossaisle.models.recommenders.ease import EASE
from crossaisle.models.recommenders.popularity import Popularity

LEARNING: dict[str, Any] = {
    "epochs": 3,
    "patience": 1,
    "refit": False,
    "batch_size": 16,
    "learning_rate": 0.01,
    "l1": 0.1,
    "l2": 1.0,
    "clip": 0.01,
    "dropout": 0.5,
    "dimension": 8,
    "loss": "bpr",
    "negatives": 3,
}
"""Options of all networks."""
WATCHED = ("patience", "refit")
"""Options of what is done with a validation window."""

MOVED: dict[str, dict[str, Any]] = {
    "popularity": {"window": 30, "by": "purchases", "trend": 1.0},
    "category-popularity": {
        "l2": 1.0,
        "own": 2.0,
        "anyone": 1.0,
        "shrink": 500.0,
        "window": 200,
        "recency": 1.0,
    },
    "market-potential": {"measure": "spend", "market": "aisle", "n_groups": 5},
    "item-knn": {"neighbours": 2, "weighting": "bm25", "counting": "count", "k1": 50.0, "b": 0.1},
    "als": {"factors": 3, "alpha": 20.0, "l2": 10.0, "iterations": 2, "weighting": "count"},
    "ease": {"l2": 10.0, "max_items": 10, "weighting": "count"},
    "graph-filter": {
        "components": 2,
        "near_components": 4,
        "power": 1.0,
        "user_exponent": 0.1,
        "item_exponent": 0.7,
        "return_exponent": 0.7,
        "linear": 0.0,
        "linear_power": 3.0,
        "neighbours": 2,
        "iterations": 0,
    },
    "category-transition": {"half_life": 1.0, "smoothing": 0.0},
    "fusion": {
        "parts": (Popularity(), EASE(l2=10.0)),
        "horizon": 30,
        "windows": 3,
        "min_purchases": 30,
        "rounds": 20,
        "leaves": 3,
        "learning_rate": 0.5,
    },
    "two-tower": {
        **LEARNING,
        "target": "rating",
        "layers": 1,
        "initialisation": "he",
        "event_dropout": 0.5,
        "item_dropout": 0.5,
        "min_buyers": 40,
        "text": False,
    },
    "mlp": {
        **LEARNING,
        "users_per_epoch": 20,
        "layers": 3,
        "hidden": 4,
        "initialisation": "he",
        "category_dropout": 0.6,
        "event_dropout": 0.6,
        "repeats": 1.0,
        "item_dropout": 0.5,
        "min_buyers": 40,
        "text": False,
    },
    "sas-rec": {
        **LEARNING,
        "length": 3,
        "heads": 4,
        "blocks": 1,
        "moments": 1,
        "horizon": 7,
        "repeats": 1.0,
        "initialisation": "he",
        "category_dropout": 0.6,
        "event_dropout": 0.5,
        "item_dropout": 0.5,
        "min_buyers": 40,
        "text": False,
    },
    "content": {"neighbours": 2, "sharpness": 1.0, "category": 3.0, "l2": 5.0, "search": 3.0, "half_life_days": 2.0},
}
GRAPH_NETWORK = LEARNING | {"initialisation": "he", "temperature": 1.0, "edge_dropout": 0.5, "layers": 3}
MOVED |= {
    "gcn": GRAPH_NETWORK | {"normalisation": "mean", "activation": "relu"},
    "light-gcn": GRAPH_NETWORK | {"normalisation": "mean"},
    "cross-category-gnn": GRAPH_NETWORK
    | {
        "staying": 3,
        "orthogonality": 10.0,
        "category_weight": 1.0,
        "brand_weight": 2.0,
        "co_purchase": 1.0,
        "neighbours": 2,
        "item_exponent": 0.5,
        "return_exponent": 0.5,
        "category_dropout": 0.6,
    },
}
SEARCHED = ("search", "half_life_days")
"""Options of what is read of searches."""
READ_SEARCHES = ("content", "mlp", "fusion")
BESIDE: dict[tuple[str, str], dict[str, Any]] = {
    ("market-potential", "n_groups"): {"market": "group"},
    ("item-knn", "k1"): {"weighting": "bm25", "counting": "count"},
    ("item-knn", "b"): {"weighting": "bm25", "counting": "count"},
    ("graph-filter", "iterations"): {"components": 4},
}
