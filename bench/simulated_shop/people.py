"""Who shops: households with a life to supply and habits of their own, and when they come, whatever they are shown."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from simulated_shop.chance import Bools, Floats, Ints
from simulated_shop.goods import BRANDS
from simulated_shop.needs import CATEGORIES, CORE, NEEDED, OCCASIONS, RARE, STAGES, USES, roles

_SIZES = {"single": (1, 1), "couple": (2, 2), "baby": (3, 4), "school": (3, 6), "elders": (1, 2)}
_STAGE_SHARES = (0.25, 0.25, 0.12, 0.2, 0.18)
_KNOWN = np.array([0.25, 0.3, 0.5, 0.85])
"""Chance that a household knows of a category of middling fame, by its role in what the household lives."""
_HOURS = np.array([10.0, 13.5, 19.0])
"""Of those who shop in the morning, at noon and after work."""


@dataclass(frozen=True)
class People:
    """Households as they are at the beginning of the history, and traits that stay.

    Args:
        stage, size: int64 (n_households,): number of a life stage, persons.
        pace: visits a week. hour: when they like to come. weekdays: (n_households, 7), chances of each day.
        tolerance: the highest price a use they pay, relative to the usual. standard: quality they ask for, in [0, 1].
        habit: chance of taking what pleased before. curiosity: drawn to what is new, in [0, 1].
        patience: chance of reading on after an item of a slate. irritable: chance of dismissing what is plainly wrong.
        forgetful: chance of forgetting what is due. loyalty: share of what is due that they buy here.
        aspects: int64 (n_households, 4): the order in which they look at price, pack, brand and quality.
        loves: bool (n_households, n_brands).
        lives: bool (n_households, n_occasions). knows: bool (n_households, n_categories).
        needs: float32 (n_households, n_occasions, n_categories), uses a day where the occasion is lived.
    """

    stage: Ints
    size: Ints
    pace: Floats
    hour: Floats
    weekdays: Floats
    tolerance: Floats
    standard: Floats
    habit: Floats
    curiosity: Floats
    patience: Floats
    irritable: Floats
    forgetful: Floats
    loyalty: Floats
    aspects: Ints
    loves: Bools
    lives: Bools
    knows: Bools
    needs: "np.ndarray[tuple[int, int, int], np.dtype[np.float32]]"

    def __len__(self) -> int:
        """Number of households."""
        return len(self.stage)


@dataclass(frozen=True, order=True)
class Visit:
    """A household comes to the shop.

    Args:
        moment: UTC.
        household: its number.
        week: whole weeks since the start, below 0 in the history.
        ordinal: which of the household's visits of the week, from 0.
        user_id: the household's id.
    """

    moment: datetime
    household: int
    week: int
    ordinal: int
    user_id: str


def user_id(household: int) -> str:
    """The id of a household."""
    return f"h{household:05}"


def make_people(rng: np.random.Generator, n: int) -> People:
    """n households."""
    stage = rng.choice(len(STAGES), n, p=_STAGE_SHARES)
    low, high = np.array([_SIZES[name] for name in STAGES]).T
    size = rng.integers(low[stage], high[stage] + 1)
    income = rng.lognormal(0, 0.45, n)
    shares = np.array([occasion.shares for occasion in OCCASIONS])
    lives = rng.random((n, len(OCCASIONS))) < shares.T[stage]
    role = roles()
    weekdays = rng.gamma(1.0, 1.0, (n, 7)) * np.array([1, 1, 1, 1, 1.5, 2, 1.2])
    return People(
        stage=stage,
        size=size,
        pace=np.clip(rng.gamma(4.0, 0.4, n), 0.3, 4.0),
        hour=_HOURS[rng.choice(3, n, p=(0.3, 0.2, 0.5))] + rng.normal(0, 1, n),
        weekdays=weekdays / weekdays.sum(axis=1, keepdims=True),
        tolerance=np.clip(1.25 * income**0.5 * rng.lognormal(0, 0.12, n), 0.8, 3.0),
        standard=np.clip(0.36 + 0.12 * np.log(income) + rng.normal(0, 0.1, n), 0.05, 0.8),
        habit=rng.beta(6, 3, n),
        curiosity=rng.beta(2.5, 2.5, n),
        patience=0.7 + 0.28 * rng.beta(3, 2, n),
        irritable=0.25 * rng.beta(1.2, 3, n),
        forgetful=0.3 * rng.beta(2, 3, n),
        loyalty=0.35 + 0.6 * rng.beta(2, 2, n),
        aspects=rng.permuted(np.tile(np.arange(4), (n, 1)), axis=1),
        loves=rng.random((n, len(BRANDS))) < 0.12,
        lives=lives,
        knows=_knows(rng, lives, role),
        needs=_needs(rng, size, role),
    )


def visits_of_week(rng: np.random.Generator, people: People, week: int, monday: datetime) -> list[Visit]:
    """A week's visits by time.

    Args:
        monday: the first moment of week 0.
    """
    household = np.repeat(np.arange(len(people)), rng.poisson(people.pace))
    day = (rng.random(len(household))[:, None] > people.weekdays[household].cumsum(axis=1)[:, :6]).sum(axis=1)
    hour = np.clip(people.hour[household] + rng.normal(0, 1.5, len(household)), 6, 22) + rng.random(len(household))
    second = (86_400 * day + 3_600 * hour).astype(np.int64)
    order = np.lexsort((second, household))
    household, second = household[order], second[order]
    ordinal = np.arange(len(household)) - np.searchsorted(household, household)
    first = monday + timedelta(weeks=week)
    rows = zip(household.tolist(), ordinal.tolist(), second.tolist(), strict=True)
    return sorted(Visit(first + timedelta(seconds=when), one, week, nth, user_id(one)) for one, nth, when in rows)


def _needs(
    rng: np.random.Generator, size: Ints, role: Ints
) -> "np.ndarray[tuple[int, int, int], np.dtype[np.float32]]":
    """What each household would use a day for each occasion: not everybody needs all that could belong to it."""
    n = len(size)
    times = np.array([occasion.times for occasion in OCCASIONS]) / 7 * rng.lognormal(0, 0.35, (n, len(OCCASIONS)))
    wide = (n, *role.shape)
    is_needed = rng.random(wide, dtype=np.float32) < NEEDED[role].astype(np.float32)
    amount = np.exp(0.25 * rng.standard_normal(wide, dtype=np.float32))
    needs = np.where(is_needed, amount * USES[role].astype(np.float32), np.float32(0))
    scaled: np.ndarray[tuple[int, int, int], np.dtype[np.float32]] = (
        needs * (times * size[:, None] ** 0.7)[:, :, None]
    ).astype(np.float32)
    return scaled


def _knows(rng: np.random.Generator, lives: Bools, role: Ints) -> Bools:
    """Whoever lives with a thing has mostly found it; some categories are known to many, others to few."""
    n = len(lives)
    fame = rng.uniform(-0.2, 0.15, len(CATEGORIES))
    strongest = np.zeros((n, len(CATEGORIES)), dtype=np.int64)
    for one in range(RARE, CORE + 1):
        strongest[lives.astype(np.int64) @ (role == one) > 0] = one
    knows: Bools = rng.random((n, len(CATEGORIES))) < _KNOWN[strongest] + fame
    return knows
