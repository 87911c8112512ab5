"""Evaluating: fit recommenders on the past of a split and measure them by the protocol."""

from collections.abc import Mapping

from crossaisle.data.split import Split
from crossaisle.data.training import Progress, Training
from crossaisle.evaluation.protocol import Evaluation, evaluate
from crossaisle.models.recommender import Recommender


def fit_and_measure(
    recommenders: Mapping[str, Recommender],
    split: Split,
    *,
    seed: int,
    min_purchases: int,
    progress: Progress,
) -> Evaluation:
    """The figures of each, the first being the baseline of the ratios."""
    fitted = {}
    for name, recommender in recommenders.items():
        progress(f"fit {name}", 0)
        fitted[name] = recommender.fit(Training(split.train, seed))
        progress(f"fit {name}", 1)
    return evaluate(fitted, split, min_purchases=min_purchases, seed=seed, progress=progress)
