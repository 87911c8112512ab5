"""Logs for tests: by hand from a few columns, and simulated where the truth is known."""

from typing import Any

import numpy as np

from crossaisle.evaluation.feedback.logged import Logged
from crossaisle.numerics.arrays import AnyArray, Doubles

_TYPES: dict[str, Any] = {
    "slate": np.int64,
    "user": np.int32,
    "item": np.int32,
    "rank": np.int32,
    "score": np.float32,
    "propensity": np.float32,
    "is_explored": np.bool_,
    "model_version": np.int32,
    "is_seen": np.bool_,
    "is_clicked": np.bool_,
    "is_bought": np.bool_,
    "is_dismissed": np.bool_,
}


def logged(n: int, **columns: Any) -> Logged:
    """A log of n entries in slates of one, all of item 0 at rank 1; columns may be given, one value for all too."""
    given: dict[str, Any] = {"slate": np.arange(n), "rank": 1, "propensity": 1} | columns
    return Logged(**{name: np.array(np.broadcast_to(given.get(name, 0), n), kind) for name, kind in _TYPES.items()})


def shares_of(form: str, n_ranks: int) -> Doubles:
    """θ of a form: `power 0.5`, `steps`, or `grid` of rows of three, whose last place is seen more than the middle."""
    rank = np.arange(1, n_ranks + 1)
    if form.startswith("power"):
        return np.asarray(rank ** -float(form.split()[1]), dtype=np.float64)
    if form == "steps":
        return np.where(rank <= 2, 1.0, np.where(rank <= 4, 0.6, 0.3))
    return np.asarray(np.array([1, 0.6, 0.8])[(rank - 1) % 3] * 0.7 ** ((rank - 1) // 3), dtype=np.float64)


N_APPEALS = 20
"""Kinds of items that a simulated ranker tells apart."""


def simulated(
    shares: Doubles, n_slates: int, *, explored: float = 0.0, seed: int = 0, replaces: bool = False
) -> Logged:
    """Slates in which γ is a function of the score, and places depend on scores and on what else was at hand.

    Every slate picks the best of twice as many items, each of 20 kinds of appeal from 3 to 60 %, by the score, which
    says the kind; equal ones lie as they fall. In a share of slates an item from behind is put at a random rank.

    Args:
        shares: θ, (n_ranks,).
        explored: share of slates with an explored place.
        replaces: the explored item takes another's place; else it pushes those behind it.
    """
    rng, n_ranks = np.random.default_rng(seed), len(shares)
    # slates differ in level, as people do
    level = rng.integers(0, 6, (n_slates, 1))
    kind = -np.sort(-(level + rng.integers(0, N_APPEALS - 5, (n_slates, 2 * n_ranks))), axis=1)
    shown, is_explored = kind[:, :n_ranks].copy(), np.zeros((n_slates, n_ranks), dtype=np.bool_)
    rows = np.flatnonzero(rng.random(n_slates) < explored)
    place, extra = rng.integers(0, n_ranks, len(rows)), rng.integers(n_ranks, 2 * n_ranks, len(rows))
    is_explored[rows, place] = True
    if not replaces:
        shown[rows, 1:] = np.where(np.arange(1, n_ranks) > place[:, None], shown[rows, :-1], shown[rows, 1:])
    shown[rows, place] = kind[rows, extra]
    clicked = rng.random(shown.shape) < appeal(shown) * shares
    n = shown.size
    return logged(
        n,
        slate=np.repeat(np.arange(n_slates), n_ranks),
        item=shown.ravel(),
        rank=np.tile(np.arange(1, n_ranks + 1), n_slates),
        score=shown.ravel(),
        propensity=np.where(is_explored.ravel(), 1 / n_ranks**2, 1),
        is_explored=is_explored.ravel(),
        is_clicked=clicked.ravel(),
    )


def appeal(kind: AnyArray) -> Doubles:
    """γ of kinds: from 3 % to 60 %, each the same factor above the one before."""
    return np.asarray(0.03 * 20 ** (kind / (N_APPEALS - 1)), dtype=np.float64)
