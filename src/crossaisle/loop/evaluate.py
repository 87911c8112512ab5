"""Evaluating: fit recommenders on the past of a split and measure them by the protocol."""

from collections.abc import Mapping

from crossaisle.data.split import Split
from crossaisle.data.text_encoder import TextEncoder
from crossaisle.data.training import Progress
from crossaisle.errors import InputError
from crossaisle.evaluation.protocol import Evaluation, evaluate
from crossaisle.evaluation.selection import Validation, validate
from crossaisle.evaluation.tasks import counted_tasks
from crossaisle.evaluation.validation import validated
from crossaisle.evaluation.windows import validation_splits
from crossaisle.models.recommender import Recommender


def fit_and_measure(
    recommenders: Mapping[str, Recommender],
    split: Split,
    *,
    seed: int,
    min_purchases: int,
    progress: Progress,
    encoder: TextEncoder | None = None,
) -> Evaluation:
    """The figures of each, the first being the baseline of the ratios; the best is chosen on the window before."""
    validation = _validated(recommenders, split, seed, min_purchases, progress, encoder)
    fitted = {}
    for name, recommender in recommenders.items():
        progress(f"fit {name}", 0)
        training = validated(split, min_purchases=min_purchases, seed=seed, progress=progress, encoder=encoder)
        fitted[name] = recommender.fit(training)
        progress(f"fit {name}", 1)
    return evaluate(fitted, split, min_purchases=min_purchases, validation=validation, seed=seed, progress=progress)


def _validated(
    recommenders: Mapping[str, Recommender],
    split: Split,
    seed: int,
    min_purchases: int,
    progress: Progress,
    encoder: TextEncoder | None,
) -> Validation | None:
    """On the window of the same length that ends at the cut; none where the past is too short for one."""
    for before in validation_splits(split.train, split.end - split.cut, 1):
        try:
            tasks = counted_tasks(before, min_purchases)
        except InputError:
            return None
        return validate(
            recommenders, before, tasks, min_purchases=min_purchases, seed=seed, progress=progress, encoder=encoder
        )
    return None
