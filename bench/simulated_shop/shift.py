"""How lives change: a child, a pet or another home in any week, and once, for many households, what they like to do."""

from dataclasses import dataclass

import numpy as np

from simulated_shop.chance import Bools, Ints, uniform
from simulated_shop.needs import OCCASION_NUMBER, OCCASIONS, STAGES

OUTGOING = ("barbecue", "gardening", "travel")
"""A season that ends at the shift."""
INCOMING = ("plant-based diet", "colds", "baking", "training")
"""What takes its place: a diet, the cold months, the gymnasium."""
TURNING = 0.5
"""Share of the households whose taste turns at the shift, if they live something that is going."""
LIFE_CHANGES = 0.003
"""Chance of a change of life, a household and week."""
MOVING_WEEKS = 6

_MOVING = OCCASION_NUMBER["moving house"]
_PETS = (OCCASION_NUMBER["dog"], OCCASION_NUMBER["cat"])
_BABY = OCCASION_NUMBER["baby"]
_MAY_HAVE_A_BABY = (STAGES.index("couple"), STAGES.index("baby"))
_COMES, _WHICH = 1, 2


@dataclass(frozen=True)
class Changes:
    """What changes for whom, and when.

    Args:
        at: the address of all life changes.
        stage: int64 (n_households,).
        ending, beginning: int64 (n_households,), occasions that give way to each other at the shift; −1 for none.
        shift_week: None for never.
    """

    at: int
    stage: Ints
    ending: Ints
    beginning: Ints
    shift_week: int | None

    def after(self, household: int, week: int, lived: Bools) -> Bools:
        """bool (n_occasions,): what a household lives in a week, from what it lived the week before."""
        begins, ends = [self._life_change(household, week)], []
        if self._life_change(household, week - MOVING_WEEKS) == _MOVING:
            ends.append(_MOVING)
        if week == self.shift_week:
            ends.append(int(self.ending[household]))
            begins.append(int(self.beginning[household]))
        lives = lived.copy()
        lives[[one for one in ends if one >= 0]] = False
        lives[[one for one in begins if one >= 0]] = True
        return lives

    def _life_change(self, household: int, week: int) -> int:
        """The occasion that life brings to a household in a week, −1 for none."""
        if uniform(self.at, _COMES, household, week) >= LIFE_CHANGES:
            return -1
        possible = [*_PETS, _MOVING]
        if self.stage[household] in _MAY_HAVE_A_BABY:
            possible.append(_BABY)
        return possible[int(uniform(self.at, _WHICH, household, week) * len(possible))]


def turns(rng: np.random.Generator, lives: Bools) -> tuple[Ints, Ints]:
    """What ends and what begins for each household at the shift: occasions, int64 (n_households,), −1 for none.

    Args:
        lives: bool (n_households, n_occasions), at the beginning.
    """
    n_households = len(lives)
    liking = rng.random(lives.shape)
    goes, comes = np.zeros(len(OCCASIONS), dtype=np.bool_), np.zeros(len(OCCASIONS), dtype=np.bool_)
    goes[[OCCASION_NUMBER[name] for name in OUTGOING]] = True
    comes[[OCCASION_NUMBER[name] for name in INCOMING]] = True
    going, coming = np.where(lives & goes, liking, -1), np.where(~lives & comes, liking, -1)
    turned = (rng.random(n_households) < TURNING) & (going.max(axis=1) >= 0) & (coming.max(axis=1) >= 0)
    return np.where(turned, going.argmax(axis=1), -1), np.where(turned, coming.argmax(axis=1), -1)
