"""Cold start: items first sold after the cut, ranked among each other, for the users who went on to buy one.

As in Schein, Popescul, Ungar and Pennock (2002), "Methods and Metrics for Cold-Start Recommendations": nothing is known
of how such an item sells, only what the catalogue says of it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from crossaisle.data.queries import Queries
from crossaisle.data.split import Split
from crossaisle.evaluation.figure import Figure
from crossaisle.models.recommender import Fitted
from crossaisle.models.recommenders.category_popularity import CategoryPopularity
from crossaisle.numerics.arrays import Csr, Doubles, Floats, Numbers, batches
from crossaisle.numerics.bootstrap import interval, known_means, ratio_of, resampled_means
from crossaisle.numerics.metrics import tied_hits

Scorer = Callable[[Queries, Numbers], Floats]
TASK = "new-items"
RANDOM, BUYERS, INCLINATION, EXPECTED = BASELINES = (
    "random",
    "category buyers",
    "category inclination",
    "category popularity",
)
"""What is known of a new item without reading it: nothing; how many users buy from its category; how inclined the user
is to that category; and that times the average share of an item sold in it."""


@dataclass(frozen=True)
class ColdStart:
    """How recommenders rank new items.

    Args:
        figures: recall@k of each recommender and of the baselines; without categories `random` is the only one.
        ratios: of each recommender to each baseline, which is the figure's `group`; NaN where that is 0.
        n_items: how many items were ranked among each other.
    """

    figures: Sequence[Figure]
    ratios: Sequence[Figure]
    n_items: int

    @property
    def best_baseline(self) -> str:
        """The baseline with the largest figure: what there is to beat."""
        return max((one for one in self.figures if one.model in BASELINES), key=lambda one: one.value).model

    def to_dict(self) -> dict[str, Any]:
        """Everything in plain values, for JSON."""
        figures, ratios = ([one.to_dict() for one in some] for some in (self.figures, self.ratios))
        return {"n_items": self.n_items, "figures": figures, "ratios": ratios}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "ColdStart":
        """What `to_dict` gave."""
        figures, ratios = ([Figure.from_dict(one) for one in plain[key]] for key in ("figures", "ratios"))
        return cls(figures, ratios, plain["n_items"])


def cold_start(
    models: Mapping[str, Fitted], split: Split, *, k: int = 20, min_purchases: int = 5, seed: int = 0
) -> ColdStart | None:
    """recall@k among the items never sold before the cut and bought `min_purchases` times in the window.

    Equal scores are told apart at random, in expectation; what a recommender has nothing to say about (−inf) is never
    shown. None where no more than k items are new, or nobody who bought before bought one: there is nothing to tell.

    Args:
        models: fitted on `split.training`, by name.
        seed: of the bootstrap.
    """
    items = new_items(split, min_purchases)
    truth = split.truth[:, items].tocsr()
    users = np.intersect1d(np.flatnonzero(np.diff(truth.indptr)), split.train.buyers())
    if len(items) <= k or not len(users):
        return None
    scorers: dict[str, Scorer] = {name: one.scores for name, one in models.items()}
    scorers |= baselines(split)
    queries, truth = split.train.queries(users), truth[users]
    recalls = np.column_stack([_recalls(one, queries, items, truth, k) for one in scorers.values()])
    means, resampled = known_means(recalls), resampled_means(recalls, seed)
    low, high = interval(resampled)
    names, metric = list(scorers), f"recall@{k}"
    figures = [
        Figure(TASK, name, metric, float(means[at]), float(low[at]), float(high[at]), len(users))
        for at, name in enumerate(names)
    ]
    ratios = [
        Figure(
            TASK, model, metric, *ratio_of(means, resampled, names.index(model), names.index(other)), len(users), other
        )
        for model in models
        for other in names[len(models) :]
    ]
    return ColdStart(figures, ratios, len(items))


def new_items(split: Split, min_purchases: int) -> Numbers:
    """int32 (n,), ascending: items of the catalogue that nobody bought before the cut, and enough in the window."""
    is_new = (split.train.purchase_counts() == 0) & (split.sales >= min_purchases)
    return np.flatnonzero(is_new).astype(np.int32)


def baselines(split: Split) -> dict[str, Scorer]:
    """What can be said of new items without reading them, by name."""

    def random(queries: Queries, items: Numbers) -> Floats:
        return np.zeros((len(queries), len(items)), dtype=np.float32)

    if not split.train.n_categories:
        return {RANDOM: random}
    fitted = CategoryPopularity().fit(split.training)
    inclinations, sold = fitted.inclinations, fitted.share > 0
    category, n_categories = inclinations.category, len(inclinations.anyone)
    n_sold = np.bincount(category[sold], minlength=n_categories)
    typical = np.bincount(category[sold], fitted.share[sold], minlength=n_categories) / np.maximum(n_sold, 1)

    def buyers(queries: Queries, items: Numbers) -> Floats:
        return np.tile(inclinations.anyone[category[items]], (len(queries), 1))

    def inclination(queries: Queries, items: Numbers) -> Floats:
        return inclinations.of(queries)[:, category[items]]

    def expected(queries: Queries, items: Numbers) -> Floats:
        return np.asarray(inclination(queries, items) * typical[category[items]], dtype=np.float32)

    return dict(zip(BASELINES, (random, buyers, inclination, expected), strict=True))


def _recalls(score: Scorer, queries: Queries, items: Numbers, truth: Csr, k: int) -> Doubles:
    """float64 (n_queries,): expected share of each query's truth among its k highest scores."""
    found = np.empty(len(queries))
    for rows in batches(len(queries), 16 * len(items) + 4 * queries.n_items):
        scores = np.asarray(score(queries[rows], items), dtype=np.float32)
        found[rows] = tied_hits(scores, truth[rows].toarray() > 0, k)
    return np.asarray(found / np.diff(truth.indptr))
