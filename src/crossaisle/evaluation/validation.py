"""Validation for models that learn in epochs: a window of the protocol taken off the end of what they may know."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.data.focus import Allowed, Focus
from crossaisle.data.moments import FOREVER, span
from crossaisle.data.split import Split
from crossaisle.data.training import Training, Validation
from crossaisle.evaluation.tasks import tasks_of
from crossaisle.evaluation.windows import validation_splits
from crossaisle.numerics.arrays import csr

MOST_USERS = 4000
"""Users that a model watches itself on, drawn at random where there are more; items are never drawn."""
HORIZON = "60d"


def validated(
    data: Dataset | Split,
    *,
    horizon: str | int | None = None,
    min_purchases: int = 5,
    holdout: float = 0.1,
    seed: int = 0,
    **named: Any,
) -> Training:
    """A Training on the dataset, or on a split's past, with a window at its end for models that validate.

    Args:
        horizon: length of the window; by default that of the split, else 60 days.
        min_purchases: what makes an item established.
        holdout: share of each user's items that is held out where data have no times.
        seed: of all randomness.
        named: what else a Training takes.
    """
    dataset, length = (data.train, data.end - data.cut) if isinstance(data, Split) else (data, span(HORIZON))
    length = length if horizon is None else span(horizon)
    return Training(dataset, seed, validate=window(length, min_purchases, holdout, seed), **named)


def window(
    length: int, min_purchases: int, holdout: float = 0.1, seed: int = 0
) -> Callable[[Dataset], Validation | None]:
    """What takes a validation off a dataset: the last `length` microseconds, or a share of each user's items."""
    return partial(_taken, length=length, min_purchases=min_purchases, holdout=holdout, seed=seed)


def _taken(dataset: Dataset, length: int, min_purchases: int, holdout: float, seed: int) -> Validation | None:
    first, last = dataset.span()
    if first == last and dataset.until == FOREVER:
        return held_out(dataset, holdout, seed)
    return last_window(dataset, length, min_purchases, seed)


def last_window(dataset: Dataset, length: int, min_purchases: int, seed: int = 0) -> Validation | None:
    """The first task that somebody counts for, on the window that ends where the dataset does; None without one."""
    for split in validation_splits(dataset, length, 1):
        for task in tasks_of(split, min_purchases):
            if len(task.users):
                rows = _drawn(len(task.users), seed)
                queries = split.train.queries(task.users[rows], split.cut)
                return Validation(split.train, queries, task.allowed, task.truth[rows])
    return None


def held_out(dataset: Dataset, share: float, seed: int = 0) -> Validation | None:
    """A seeded share of the items of each user who has two or more, the numbering kept; None where nobody has."""
    rng = np.random.default_rng(seed)
    bought = dataset.purchases()
    order = np.lexsort((rng.random(len(bought.indices)), np.repeat(np.arange(dataset.n_users), np.diff(bought.indptr))))
    sizes = np.diff(bought.indptr)
    n_held = np.minimum(np.maximum(1, np.rint(share * sizes)), sizes - 1)
    is_held = np.empty(len(order), dtype=np.bool_)
    place = np.arange(len(order)) - np.repeat(bought.indptr[:-1], sizes)
    is_held[order] = place < np.repeat(n_held, sizes)
    users = np.repeat(np.arange(dataset.n_users), sizes)[is_held]
    items = bought.indices[is_held]
    if not len(users):
        return None
    pairs = np.sort(users * np.int64(dataset.n_items) + items)
    own = dataset.events.user * np.int64(dataset.n_items) + dataset.events.item
    past = replace(dataset, events=dataset.events.at(~np.isin(own, pairs)))
    truth = csr(users, items, np.ones(len(users)), bought.shape)
    chosen = np.flatnonzero(np.diff(truth.indptr))
    chosen = chosen[_drawn(len(chosen), seed)]
    every = np.arange(dataset.n_items, dtype=np.int32)
    allowed = Allowed(Focus("explore"), every, dataset.catalogue.category, dataset.index.categories)
    return Validation(past, past.queries(chosen), allowed, truth[chosen], "recall")


def _drawn(n_users: int, seed: int) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """Ascending places of the users that count."""
    if n_users <= MOST_USERS:
        return np.arange(n_users)
    return np.sort(np.random.default_rng(seed).choice(n_users, MOST_USERS, replace=False))
