"""Candidates of one person: what is said of each item for the long term and by recent events, through neighbours."""

from dataclasses import dataclass

import numpy as np

from crossaisle.models.neighbours import Neighbours
from crossaisle.numerics.arrays import Floats, Numbers
from crossaisle.slates.live.interest import Session
from crossaisle.slates.live.live_slate import Ranked
from crossaisle.slates.live.person import Person
from crossaisle.slates.live.retrieval.gate import Gate
from crossaisle.slates.live.retrieval.gathering import Scratch, Told
from crossaisle.slates.live.retrieval.kernels import TINY, blended

Listed = tuple[Numbers, Floats]
"""Items that were ranked beforehand, int32 (n,), and what their places are worth, float32 (n,)."""


@dataclass(frozen=True)
class Retrieval:
    """For one thread.

    Args:
        neighbours: of all items. units: float32 (n_items,), see Neighbours.units: who knows little says little.
        category: int32 (n_items,), −1 for none.
        gate: what the person may be shown. n_speakers: items of a history that speak, the first.
        boost: float32 (n_items,), what the scores of each item are multiplied by; None for nothing.
    """

    neighbours: Neighbours
    units: Floats
    category: Numbers
    gate: Gate
    scratch: Scratch
    n_speakers: int
    boost: Floats | None = None

    def history(self, person: Person) -> Told:
        """What the items bought before the cut say."""
        weights = person.weights[: self.n_speakers].astype(np.float32)
        return Told.of(self.neighbours, person.bought[: self.n_speakers], weights)

    def lately(self, session: Session) -> Told | None:
        """What recent events say, the strongest neighbour 1 times its weight; None where they say nothing.

        What was bought or lies in the cart speaks for nothing of its own category.
        """
        if not session.weights:
            return None
        speakers = np.fromiter(session.weights, np.int32, len(session.weights))
        weights = np.fromiter(session.weights.values(), np.float32, len(speakers))
        told = Told.of(self.neighbours, speakers, weights * self.units.take(speakers))
        if rows := [row for row, item in enumerate(session.weights) if item in session.taken]:
            category = self.category.take(speakers[rows])[:, None]
            is_alike = (self.category.take(told.items[rows], mode="clip") == category) & (category >= 0)
            told.amounts[rows] = np.where(is_alike, 0, told.amounts[rows])
        return told

    def ranked(self, history: Told, listed: Listed | None, lately: Told | None, session: Session) -> Ranked:
        """What may be shown and has something said for it. What is said for the long term is 1 at its most.

        Args:
            listed: what is said for the long term in place of the history.
            lately: what recent events say; what lasts of it is brought to the measure of the history, in place.
        """
        said = (history.items, history.amounts) if listed is None else listed
        late = (said[0][:0], said[1][:0]) if lately is None else (lately.items, lately.amounts)
        candidates, base, late_sums = self.gate.gathered(said, late)
        if lately is not None and session.lasting:
            heard = base if listed is None else self.scratch.summed(history.items, history.amounts, candidates)
            self._measure(lately, session, float(heard.max(initial=0)))
            late_sums = self.scratch.summed(lately.items, lately.amounts, candidates)
        scores, lowest = blended(base, late_sums)
        scale = np.ones(len(base), dtype=np.float32)
        if session.factors:
            scale = self.scratch.factors(self.category.take(candidates), session.factors)
        if self.boost is not None:
            scale = scale * self.boost.take(candidates)
        if session.factors or self.boost is not None:
            scores, base, lowest = scores * scale, base * scale, min(lowest, scale.min(initial=1))
        ranked = Ranked(candidates, scores, base, scale)
        return ranked if lowest > 0 else ranked.at(np.flatnonzero(scores > 0))

    def _measure(self, lately: Told, session: Session, most: float) -> None:
        """What lasts counts as so many items of the history: in parts of the most that those say together.

        Whoever has hardly a history is shown it as anything else that happens now.
        """
        rows = [row for row, item in enumerate(session.weights) if item in session.lasting]
        strongest = 1 / self.units.take(lately.speakers[rows])
        factors = np.minimum(strongest / max(most, float(TINY)), 1).astype(np.float32)
        lately.amounts[rows] *= factors[:, None]
