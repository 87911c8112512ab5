"""Working memory for one slate: arrays as long as the shop, touched only where candidates are and left as found."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from crossaisle.models.neighbours import Neighbours
from crossaisle.numerics.arrays import AnyArray, Bools, Floats, Numbers
from crossaisle.slates.live.retrieval.kernels import N_WORK, first_of, spoken, summed

FEW = 256
"""So many of the highest scores are sought one by one."""


@dataclass(frozen=True, slots=True)
class Told:
    """What several items say of their neighbours.

    Args:
        speakers: int32 (n_speakers,), the items that speak.
        items: int32 (n_speakers, n_kept), of whom, −1 for nobody. amounts: float32, the same shape, 0 for nobody.
    """

    speakers: Numbers
    items: Numbers
    amounts: Floats

    @classmethod
    def of(cls, neighbours: Neighbours, speakers: Numbers, weights: Floats | None = None) -> "Told":
        """Each speaks with a weight of its own, float32 (n_speakers,), 1 by default."""
        by = np.ones(len(speakers), dtype=np.float32) if weights is None else weights
        return cls(speakers, *spoken(neighbours.items, neighbours.weights, speakers, by))


class Scratch:
    """For one thread. The last place of each array is what −1 finds."""

    def __init__(self, n_items: int, n_categories: int) -> None:
        self.work: Floats = np.zeros((n_items + 1, N_WORK), dtype=np.float32)
        """Of each item together what a slate works out of it, so that it is fetched from memory once: a mark and sums;
        zeros between slates."""
        self._factors: Floats = np.ones(n_categories + 1, dtype=np.float32)
        self._is_known: Bools = np.zeros(n_categories + 1, dtype=np.bool_)

    def summed(self, items: AnyArray, amounts: AnyArray, candidates: Numbers) -> Floats:
        """float32 (n_candidates,): sums of the amounts of each. items: int32, amounts: float32, of one shape."""
        return summed(items.reshape(-1), amounts.reshape(-1), candidates, self.work)

    def factors(self, category: Numbers, told: Mapping[int, float]) -> Floats:
        """float32 (n,): what is told of each category, 1 where nothing is."""
        numbers = list(told)
        self._factors[numbers] = list(told.values())
        found = self._factors.take(category, mode="wrap")
        self._factors[numbers] = 1
        return found

    def known(self, category: Numbers, among: Numbers) -> Bools:
        """bool (n,): whether each category is one of those, int32 (n_known,)."""
        self._is_known[among] = True
        found = self._is_known.take(category, mode="wrap")
        self._is_known[among] = False
        return found


def highest(scores: Floats, items: Numbers, n: int) -> AnyArray:
    """Places of the `n` highest scores, highest first; of equal ones the smaller item, int32 (n_scores,)."""
    return first_of(scores, items, n) if n <= FEW else np.lexsort((items, -scores))[:n]
