"""Working memory for one slate: arrays as long as the shop, touched only where candidates are and left as found."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from crossaisle.models.neighbours import Neighbours
from crossaisle.numerics.arrays import AnyArray, Bools, Floats, Numbers


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
    def of(cls, neighbours: Neighbours, speakers: Numbers) -> "Told":
        """Everybody speaks with weight 1."""
        return cls(speakers, neighbours.items.take(speakers, axis=0), neighbours.weights.take(speakers, axis=0))

    def weighed(self, weights: Floats) -> "Told":
        """Each speaks with a weight of its own, float32 (n_speakers,)."""
        return Told(self.speakers, self.items, self.amounts * weights[:, None])


class Scratch:
    """For one thread. The last place of each array is what −1 finds."""

    def __init__(self, n_items: int, n_categories: int) -> None:
        self._sums: Floats = np.zeros(n_items + 1, dtype=np.float32)
        self._places: Numbers = np.full(n_items + 1, -1, dtype=np.int32)
        self._factors: Floats = np.ones(n_categories + 1, dtype=np.float32)
        self._is_known: Bools = np.zeros(n_categories + 1, dtype=np.bool_)

    def summed(self, items: AnyArray, amounts: AnyArray, candidates: Numbers) -> Floats:
        """float32 (n_candidates,): sums of the amounts of each. items: int32 (n,), amounts: float32 (n,)."""
        np.add.at(self._sums, items, amounts)
        found = self._sums.take(candidates, mode="wrap")
        self._sums[items] = 0
        return found

    def places(self, items: AnyArray, among: Numbers) -> Numbers:
        """int32 (n,): where each item stands in `among`, distinct numbers; −1 where it does not."""
        self._places[among] = np.arange(len(among), dtype=np.int32)
        found = self._places.take(items, mode="wrap")
        self._places[among] = -1
        return found

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


def distinct(items: AnyArray) -> Numbers:
    """int32 (n,): the different numbers, ascending, without −1."""
    ordered = np.sort(items)
    is_first = np.empty(len(ordered), dtype=np.bool_)
    is_first[:1] = True
    np.not_equal(ordered[1:], ordered[:-1], out=is_first[1:])
    found = ordered[is_first]
    return found[1:] if len(found) and found[0] < 0 else found


def highest(scores: Floats, n: int) -> AnyArray:
    """Places of the `n` highest scores, highest first; of equal ones the first."""
    if n < len(scores):
        lowest = np.partition(scores, len(scores) - n)[len(scores) - n]
        places = np.flatnonzero(scores >= lowest)
        return places[np.argsort(-scores[places], kind="stable")[:n]]
    return np.argsort(-scores, kind="stable")
