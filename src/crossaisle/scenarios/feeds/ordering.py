"""The order of a slate by what people answered to slates before: see evaluation.feedback.appeal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from crossaisle.evaluation.feedback.appeal import Appeal, score_levels, times_levels
from crossaisle.numerics.arrays import AnyArray, Doubles
from crossaisle.scenarios.feeds.memory import Memory
from crossaisle.slates.live.live_slate import LiveSlate

SMALLEST = 1e-6
"""A score that a lift can multiply."""


@dataclass(frozen=True)
class Ordering:
    """Args:
    n_candidates: items among which it chooses.
    power: of all factors but the score's.
    """

    appeal: Appeal
    memory: Memory
    n_candidates: int
    power: float = 1.0

    def ordered(
        self,
        made: LiveSlate,
        users: Sequence[int],
        ids: Sequence[str],
        wishes: Mapping[int, float],
        k: int,
        moment: int,
    ) -> tuple[LiveSlate, Doubles]:
        """The best `k`, then what fills up; and what each score was multiplied by, float64 (≤ k,).

        Args:
            made: candidates, as many as may be. users, ids: whose it is, none for nobody.
            wishes: category → what its scores were multiplied by for the person's sake, which holds as it is.
        """
        n_said = len(made.items) - made.n_filled
        items = made.items[:n_said]
        shown, near, clicked = self.memory.of(users, ids, items, moment)
        category = self.memory.category[items]
        wished = np.array([wishes.get(one, 1.0) for one in category.tolist()])
        score = made.scores[:n_said] / np.maximum(wished, SMALLEST)
        score = np.maximum(score / max(float(score.max(initial=0)), SMALLEST), SMALLEST)
        appeal = self.appeal
        told = appeal.shown[times_levels(shown)] * appeal.clicked[times_levels(clicked)][category]
        told = (told * appeal.item[items] * appeal.category[category]).astype(np.float64) ** self.power
        worth = told * appeal.score[score_levels(score)] * wished
        places, values = self._chosen(worth, category, near, k)
        filled = np.arange(n_said, min(len(made.items), n_said + k - len(places)))
        lifts = np.append(values / score[places], np.ones(len(filled)))
        kept = np.append(places, filled)
        picks = {name: getattr(made, name)[kept] for name in ("items", "causes", "amounts", "kinds")}
        scores = np.append(values, made.scores[filled]).astype(np.float32)
        return replace(made, **picks, scores=scores, n_filled=len(filled)), lifts

    def _chosen(self, worth: Doubles, category: AnyArray, near: Doubles, k: int) -> tuple[AnyArray, Doubles]:
        """Places of the best, and what each was worth: one after the other, as each shows its category once more."""
        factors = self.appeal.near.astype(np.float64) ** self.power
        now = worth * factors[times_levels(near)][category]
        places, values = [], []
        for _ in range(min(k, len(worth))):
            best = int(np.argmax(now))
            places.append(best)
            values.append(float(now[best]))
            own = int(category[best])
            near[own] += 1
            is_own = category == own
            now[is_own] = np.where(now[is_own] < 0, -1, worth[is_own] * factors[times_levels(near[own])])
            now[best] = -1
        return np.array(places, dtype=np.int64), np.array(values)
