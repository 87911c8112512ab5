"""What a click on a shown item hangs on: its score, how often it and its category were shown before, clicks, the item.

Clicks are Poisson around a product of factors, one for each trait of a shown item, found by proportional fitting as in
Deming and Stephan (1940). Each factor is drawn to what would be expected without data, as far as few clicks ask for it.
What is shown again and again in vain loses, as in Lee, Lakshmanan, Tiwari and Shah (2014), "Modeling impression
discounting in large-scale recommender systems"; the place is a trait too, so that it is not taken for another's doing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from crossaisle.evaluation.feedback.shrinkage import likeliest_shape
from crossaisle.numerics.arrays import AnyArray, Bools, Doubles, Floats

N_SCORES = 10
"""Levels of a score as a share of the highest; one more is for what has none."""
EDGES = np.array([0, 0.5, 1.5, 2.5, 4.5, 8.5, 16.5, 32.5])
"""Times, faded, that are told apart: none at all, up to half a time, up to one and a half, and so on."""
LEAST_CLICKS = 50
"""With fewer clicks nothing is told."""
ROUNDS = 15
FIRMEST, LOOSEST = 1e3, 1.0
"""Bounds of the clicks that would have to be expected for what is seen to count as much as what was expected."""
TRAITS = ("score", "shown", "near", "clicked", "item", "category")


@dataclass(frozen=True)
class Traits:
    """Of shown items (n,).

    Args:
        rank: from 1. score: share of the highest, NaN for none.
        shown: times, faded, that the person was shown the item before. near: that they were shown its category, before
            or above. clicked: clicks on its category.
        item: number. category: number, −1 for none.
    """

    rank: AnyArray
    score: AnyArray
    shown: AnyArray
    near: AnyArray
    clicked: AnyArray
    item: AnyArray
    category: AnyArray


@dataclass(frozen=True)
class Appeal:
    """Factors of each level of each trait, of items, and of categories with one more for what has none.

    Args:
        score: float32 (N_SCORES + 1,). shown, near, clicked: float32 (len(EDGES) + 1,).
        item: float32 (n_items,). category: float32 (n_categories + 1,).
    """

    score: Floats
    shown: Floats
    near: Floats
    clicked: Floats
    item: Floats
    category: Floats

    def state(self) -> dict[str, AnyArray]:
        """All arrays needed to restore it."""
        return {name: getattr(self, name) for name in TRAITS}

    @classmethod
    def restore(cls, state: Mapping[str, AnyArray]) -> "Appeal":
        """The one whose `state()` this is."""
        return cls(*(state[name] for name in TRAITS))


def score_levels(score: AnyArray) -> AnyArray:
    """int64 (n,): levels of scores that are shares of the highest."""
    levels = np.clip(np.nan_to_num(score) * N_SCORES, 0, N_SCORES - 1).astype(np.int64)
    return np.where(np.isnan(score), N_SCORES, levels)


def times_levels(times: AnyArray) -> AnyArray:
    """int64 (n,): levels of faded numbers of times."""
    return np.searchsorted(EDGES, times)


def appeal(traits: Traits, is_clicked: Bools, weight: Doubles, n_items: int, n_categories: int) -> Appeal | None:
    """The factors that are likeliest; None where there are fewer than LEAST_CLICKS clicks.

    Args:
        weight: float64 (n,), what each shown item counts.
    """
    if np.count_nonzero(is_clicked) < LEAST_CLICKS:
        return None
    n_times = len(EDGES) + 1
    category = np.where(traits.category < 0, n_categories, traits.category)
    levels = {
        "rank": (traits.rank - 1, int(traits.rank.max())),
        "score": (score_levels(traits.score), N_SCORES + 1),
        "shown": (times_levels(traits.shown), n_times),
        "near": (times_levels(traits.near), n_times),
        "clicked": (times_levels(traits.clicked), n_times),
        "item": (traits.item, n_items),
        "category": (category, n_categories + 1),
    }
    clicks = {name: _sums(of, weight * is_clicked, n) for name, (of, n) in levels.items()}
    # without data a score is worth what it says, and nothing else says anything
    means = {name: np.ones(n) for name, (_, n) in levels.items()}
    means["score"][:N_SCORES] = (np.arange(N_SCORES) + 0.5) / N_SCORES
    factors = {name: mean.copy() for name, mean in means.items()}
    expected = weight * np.prod([factors[name][of] for name, (of, _) in levels.items()], axis=0)
    expected *= clicks["rank"].sum() / expected.sum()
    for _ in range(ROUNDS):
        for name, (of, n) in levels.items():
            without = expected / factors[name][of]
            exposure = _sums(of, without, n)
            strength = np.clip(likeliest_shape(clicks[name], exposure, means[name]), LOOSEST, FIRMEST)
            factors[name] = (clicks[name] + strength) / (exposure + strength / means[name])
            expected = without * factors[name][of]
    return Appeal(*(factors[name].astype(np.float32) for name in TRAITS))


def _sums(of: AnyArray, values: Doubles, n: int) -> Doubles:
    return np.bincount(of, values, n).astype(np.float64)
