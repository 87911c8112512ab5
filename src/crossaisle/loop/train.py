"""Training: choose a recommender on windows before the cut, fit it on everything before the cut, and publish it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from crossaisle.data.dataset import Dataset, Index
from crossaisle.data.event_types import EVENT_TYPES
from crossaisle.data.moments import as_text
from crossaisle.data.text_encoder import TextEncoder
from crossaisle.data.training import Progress, Training
from crossaisle.errors import InputError
from crossaisle.evaluation.selection import choose
from crossaisle.evaluation.validation import validated
from crossaisle.loop import prepared
from crossaisle.loop.categories import n_made
from crossaisle.models.artifacts import Artifact, write_artifact
from crossaisle.models.erasure import without
from crossaisle.models.recommender import Fitted, Recommender
from crossaisle.models.shelf import described
from crossaisle.stores.lake import Lake
from crossaisle.stores.registry import Registry


@dataclass(frozen=True)
class TrainOptions:
    """How training runs.

    Args:
        horizon: length of a validation window, such as "60d". windows: how many end before the cut.
        seed: of all randomness. min_purchases: what makes an item established.
        checkpoints: a folder from which a training that was broken off goes on; whoever gives it clears it.
        encoder: of texts, the embedded one when None.
    """

    horizon: str = "60d"
    windows: int = 2
    seed: int = 0
    min_purchases: int = 5
    checkpoints: Path | None = None
    encoder: TextEncoder | None = None


@dataclass(frozen=True)
class Trained:
    """A fitted recommender.

    Args:
        validation: recommender → mean capped_recall@20 over the windows, empty where there was no choice.
        n_users, n_items: of what it was fitted on.
        full_until: cut of the full fit that what came later was folded into; None where all was fitted at once.
    """

    name: str
    recommender: Recommender
    fitted: Fitted
    validation: Mapping[str, float]
    n_users: int
    n_items: int
    full_until: int | None = None


def train(
    dataset: Dataset, recommenders: Mapping[str, Recommender], options: TrainOptions, progress: Progress
) -> Trained:
    """Fit the recommender that wins on validation; with one alone there is nothing to choose.

    Raises:
        InputError: the data hold no purchase.
    """
    if not dataset.is_purchase.any():
        there = ", ".join(sorted({EVENT_TYPES[code] for code in set(dataset.events.type.tolist())}))
        raise InputError(
            f"there is no purchase to learn from, only {there}",
            "events",
            "Load purchases, or map the event that matters most to purchase in [columns.events].",
        )
    names = list(recommenders)
    validation: Mapping[str, float] = {}
    if len(names) > 1:
        choice = choose(
            recommenders,
            dataset,
            horizon=options.horizon,
            n_windows=options.windows,
            min_purchases=options.min_purchases,
            seed=options.seed,
            progress=progress,
            checkpoints=options.checkpoints,
            encoder=options.encoder,
        )
        names, validation = [choice.name], choice.scores
    chosen = recommenders[names[0]]
    training = validated(
        dataset,
        horizon=options.horizon,
        min_purchases=options.min_purchases,
        seed=options.seed,
        progress=progress,
        checkpoints=options.checkpoints,
        encoder=options.encoder,
    )
    fitted = chosen.fit(training)
    return Trained(names[0], chosen, fitted, validation, dataset.n_users, dataset.n_items)


def fold_in(
    earlier: Trained, known: Index, dataset: Dataset, options: TrainOptions, progress: Progress
) -> Trained | None:
    """What is new folded into an earlier model; None where its recommender takes nothing in without a full fit.

    Args:
        earlier: with the cut of its full fit. known: the ids of what it was fitted on.
        dataset: ends later.
    """
    training = Training(dataset, options.seed, progress, encoder=options.encoder)
    progress("fold in", 0)
    fitted = earlier.recommender.fold_in(earlier.fitted, known, training)
    progress("fold in", 1)
    if fitted is None:
        return None
    return replace(earlier, fitted=fitted, validation={}, n_users=dataset.n_users, n_items=dataset.n_items)


def nothing_beside(folder: Path) -> None:
    """Writes no further files."""


def publish(
    registry: Registry,
    trained: Trained,
    dataset: Dataset,
    facts: Mapping[str, Any],
    lake: Lake,
    beside: Callable[[Path], None] = nothing_beside,
) -> int:
    """Write the trained model with its manifest and make it live; its version.

    Users whom the lake has lost while the model was trained, because they were forgotten, are left out of it.

    Args:
        beside: writes further files into the version's folder.
    """
    known = {
        "options": described(trained.recommender),
        "until": as_text(dataset.until),
        "until_microseconds": dataset.until,
        "full_until_microseconds": dataset.until if trained.full_until is None else trained.full_until,
        "n_users": dataset.n_users,
        "n_items": dataset.n_items,
        "n_events": len(dataset.events),
        "title_categories": n_made(dataset),
        "validation": dict(trained.validation),
        **facts,
    }
    # what was made is kept with the model: titles that come later would make others
    item_category = dataset.catalogue.category if n_made(dataset) else None
    artifact = Artifact(trained.name, known, dataset.index, trained.fitted.state(), item_category)

    def write(folder: Path) -> None:
        lost = np.flatnonzero(lake.users().numbers(artifact.index.users.values) < 0).astype(np.int32)
        write_artifact(folder, without(artifact, trained.fitted, lost))
        beside(folder)
        prepared.without(folder / prepared.PREPARED, lost, dataset.n_users)

    return registry.publish(write)
