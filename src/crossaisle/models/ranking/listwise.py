"""A linear ranker under the listwise softmax loss: Cao et al. (2007), "Learning to Rank: From Pairwise Approach to
Listwise Approach", with the top-one probabilities of equation 4."""

from dataclasses import dataclass

import numpy as np
from scipy import optimize
from threadpoolctl import threadpool_limits

from crossaisle.numerics.arrays import Bools, Doubles, Floats, Longs, batches

MOST_STEPS = 100
MOST_LISTS = 6000
"""Of more every second, third … is learnt from: few weights need no more."""


@dataclass(frozen=True)
class Linear:
    """score = Σ weights · (x − middle) / spread, all float64 (n_names,)."""

    weights: Doubles
    middle: Doubles
    spread: Doubles

    def parts(self, signals: Floats) -> Floats:
        """float32 (..., n_names): what each number adds to the score."""
        return np.asarray((signals - self.middle) / self.spread * self.weights, dtype=np.float32)

    def scores(self, signals: Floats) -> Floats:
        """float32 (...,): for signals (..., n_names)."""
        slopes = (self.weights / self.spread).astype(np.float32)
        return np.asarray(signals @ slopes - np.float32(self.middle @ slopes), dtype=np.float32)


def fit_listwise(signals: Floats, is_right: Bools, sizes: Longs, l2: float) -> Linear:
    """Minimise, over lists, −Σ share of the right · log softmax(score) + l2 · ‖weights‖².

    A list counts by the root of how many in it are right.

    Args:
        signals: float32 (n, n_names). is_right: bool (n,). sizes: int64 (n_lists,), consecutive.
    """
    signals, is_right, sizes = fewer(signals, is_right, sizes, MOST_LISTS)
    middle, spread = moments_of_columns(signals)
    inputs = np.empty_like(signals)
    for rows in batches(len(signals), 16 * signals.shape[1]):
        inputs[rows] = (signals[rows] - middle) / spread
    starts = starts_of(sizes)
    worth = worth_of(is_right, sizes)
    whole = np.repeat(np.add.reduceat(worth, starts), sizes)
    n_lists = max(1, len(sizes))

    def loss(weights: Doubles) -> tuple[float, Doubles]:
        scores = (inputs @ weights.astype(np.float32)).astype(np.float64)
        scores -= np.repeat(np.maximum.reduceat(scores, starts), sizes)
        chances = np.exp(scores)
        sums = np.add.reduceat(chances, starts)
        chances /= np.repeat(sums, sizes)
        value = -(worth * (scores - np.repeat(np.log(sums), sizes))).sum() / n_lists
        slope = ((whole * chances - worth).astype(np.float32) @ inputs).astype(np.float64) / n_lists
        return float(value + l2 * (weights**2).sum()), slope + 2 * l2 * weights

    with threadpool_limits(1, "blas"):  # the products are narrow: threads would wait for each other
        found = optimize.minimize(
            loss, np.zeros(inputs.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": MOST_STEPS}
        )
    return Linear(np.asarray(found.x, dtype=np.float64), middle, spread)


def starts_of(sizes: Longs) -> Longs:
    """int64 (n_lists,): where each list begins."""
    return np.asarray(np.concatenate([[0], np.cumsum(sizes)[:-1]]), dtype=np.int64)


def worth_of(is_right: Bools, sizes: Longs) -> Doubles:
    """float64 (n,): what counts for each that is right, so that a list counts by the root of how many are."""
    n_right = np.add.reduceat(is_right.astype(np.float64), starts_of(sizes))
    return np.asarray(np.repeat(1 / np.sqrt(np.maximum(n_right, 1)), sizes) * is_right)


def fewer(signals: Floats, is_right: Bools, sizes: Longs, most: int) -> tuple[Floats, Bools, Longs]:
    """Every list, or so many of them that they are at most `most`, evenly spread."""
    step = -(-len(sizes) // most)
    if step <= 1:
        return signals, is_right, sizes
    is_kept = np.arange(len(sizes)) % step == 0
    kept = np.repeat(is_kept, sizes)
    return signals[kept], is_right[kept], sizes[is_kept]


def moments_of_columns(signals: Floats) -> tuple[Doubles, Doubles]:
    """float64 (n_names,): mean and standard deviation of each number, 1 in place of none; a batch at a time."""
    middle = signals.mean(axis=0, dtype=np.float64)
    squares = np.zeros_like(middle)
    for rows in batches(len(signals), 8 * signals.shape[1]):
        squares += ((signals[rows] - middle) ** 2).sum(axis=0)
    spread = np.sqrt(squares / max(1, len(signals)))
    return middle, np.where(spread > 1e-6, spread, 1.0)
