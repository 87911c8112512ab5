"""Candidates of one person: what is said of each item for the long term and by recent events, through neighbours."""

from dataclasses import dataclass

import numpy as np

from crossaisle.models.neighbours import Neighbours
from crossaisle.numerics.arrays import Floats, Numbers
from crossaisle.slates.live.gate import Gate
from crossaisle.slates.live.gathering import Scratch, Told, distinct
from crossaisle.slates.live.interest import Session
from crossaisle.slates.live.live_slate import Ranked
from crossaisle.slates.live.person import Person


@dataclass(frozen=True)
class Retrieval:
    """For one thread.

    Args:
        neighbours: of all items. units: float32 (n_items,), see Neighbours.units: who knows little says little.
        category: int32 (n_items,), −1 for none.
        gate: what the person may be shown. n_speakers: items of a history that speak, the first.
    """

    neighbours: Neighbours
    units: Floats
    category: Numbers
    gate: Gate
    scratch: Scratch
    n_speakers: int

    def history(self, person: Person) -> Told:
        """What the items bought say."""
        weights = person.weights[: self.n_speakers]
        told = Told.of(self.neighbours, person.bought[: self.n_speakers])
        return told if not len(weights) or weights.min() == 1 else told.weighed(weights)

    def lately(self, session: Session) -> Told | None:
        """What recent events say, in parts of a score; None where they say nothing.

        What was bought or lies in the cart speaks for nothing of its own category.
        """
        if not session.weights:
            return None
        speakers = np.fromiter(session.weights, np.int32, len(session.weights))
        weights = np.fromiter(session.weights.values(), np.float32, len(speakers))
        told = Told.of(self.neighbours, speakers).weighed(weights * self.units.take(speakers))
        if session.taken:
            rows = [row for row, item in enumerate(session.weights) if item in session.taken]
            category = self.category.take(speakers[rows])[:, None]
            is_alike = (self.category.take(told.items[rows], mode="clip") == category) & (category >= 0)
            told.amounts[rows] = np.where(is_alike, 0, told.amounts[rows])
        return told

    def ranked(self, items: Numbers, amounts: Floats, lately: Told | None, session: Session) -> Ranked:
        """What may be shown and has something said for it.

        Args:
            items, amounts: (n,), what is said for the long term; the most that is said of an item comes to 1.
            lately: what recent events say.
        """
        told = items if lately is None else np.concatenate((items, lately.items.ravel()))
        candidates = distinct(told)
        candidates = candidates[self.gate(candidates)]
        base = self.scratch.summed(items, amounts, candidates)
        base /= max(float(base.max(initial=0)), _TINY)
        scores, scale = base, np.ones(len(base), dtype=np.float32)
        if lately is not None:
            scores = base + self.scratch.summed(lately.items.ravel(), lately.amounts.ravel(), candidates)
        if session.factors:
            scale = self.scratch.factors(self.category.take(candidates), session.factors)
            scores, base = scores * scale, base * scale
        return Ranked(candidates, scores, base, scale).at(np.flatnonzero(scores > 0))


_TINY = 1e-30
