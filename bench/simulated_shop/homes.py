"""What a household has, knows and has come to like: the state that a visit changes.

A category is known, tried, then kept or dropped by how the first item pleased: awareness, trial and reinforcement
(Ehrenberg, 1974). A pantry is used up and replenished (Ailawadi & Neslin, 1998).
"""

from dataclasses import dataclass, field
from typing import Self

import numpy as np

from simulated_shop.chance import Bools, Floats, Ints, address, uniform
from simulated_shop.goods import Goods
from simulated_shop.needs import CATEGORIES, CORE, PACK, roles
from simulated_shop.people import People
from simulated_shop.shift import Changes

UNKNOWN, KNOWN, ADOPTED, DROPPED = range(4)
"""A category to a household: not aware of it, aware but without use of it, used, tried and left."""

FORGETS = 0.8
"""What a week leaves of how often an item was seen."""
LOOKS_FOR = 0.5
"""Chance that whoever begins an occasion knows to look for something at its core."""
DROPS = 0.6
"""Chance that a first item which did not please ends all interest in its category."""

_ROLES = roles()
_PLEASED, _DROPS, _LOOKS, _STOCK = range(1, 5)


@dataclass
class Home:
    """One household's state.

    Args:
        number: the household. at: the address of its lasting tastes.
        lived: bool (n_occasions,). rate: uses a day of each category. stock: uses at home of each category.
        standing: int64 (n_categories,), UNKNOWN to DROPPED. favourite: an item of each category, −1 for none.
        bought: bool (n_categories,), ever in this shop.
        week: up to which life has been lived. day: of the last visit, since the start. ordinal: of it in its week.
        disliked: items. seen: item → how often it was noticed, and the week that this was counted in.
    """

    number: int
    at: int
    lived: Bools
    rate: Floats
    stock: Floats
    standing: Ints
    favourite: Ints
    bought: Bools
    week: int
    day: float
    ordinal: int = -1
    disliked: set[int] = field(default_factory=set)
    seen: dict[int, tuple[float, int]] = field(default_factory=dict)

    @classmethod
    def first(cls, seed: int, number: int, people: People, week: int) -> Self:
        """The household at the beginning of the history, which begins with `week`."""
        at = address(seed, number)
        lived = people.lives[number]
        rate = people.needs[number, lived].sum(axis=0).astype(np.float64)
        n = len(CATEGORIES)
        full = np.array([uniform(at, _STOCK, one) for one in range(n)])
        return cls(
            number=number,
            at=at,
            lived=lived,
            rate=rate,
            stock=np.where(rate > 0, full * PACK, 0.0),
            standing=np.where(people.knows[number], ADOPTED, UNKNOWN),
            favourite=np.full(n, -1, dtype=np.int64),
            bought=np.zeros(n, dtype=np.bool_),
            week=week,
            day=7.0 * week,
        )

    def copy(self) -> Self:
        """The same, to be changed apart."""
        return type(self)(
            self.number,
            self.at,
            self.lived,
            self.rate,
            self.stock.copy(),
            self.standing.copy(),
            self.favourite.copy(),
            self.bought.copy(),
            self.week,
            self.day,
            self.ordinal,
            set(self.disliked),
            dict(self.seen),
        )

    def cover(self) -> Floats:
        """float64 (n_categories,): days until what is at home is used up; endless where nothing is used."""
        days = np.full(len(self.rate), np.inf)
        np.divide(self.stock, self.rate, out=days, where=self.rate > 0)
        return days

    def live_until(self, week: int, day: float, uneven: Floats, changes: Changes, people: People) -> None:
        """Let time pass: lives change by the week, and the pantry is used up.

        Args:
            uneven: (n_categories,), use since the last visit relative to the usual.
        """
        for one in range(self.week + 1, week + 1):
            lived = changes.after(self.number, one, self.lived)
            if (lived != self.lived).any():
                self._begin(lived, people)
        self.week = week
        self.stock = np.where(self.rate > 0, np.maximum(self.stock - self.rate * uneven * (day - self.day), 0.0), 0.0)
        self.day = day

    def hear_of(self, category: int) -> None:
        """A category they may not have known is known now."""
        if self.standing[category] == UNKNOWN:
            self.standing[category] = KNOWN

    def times_seen(self, item: int) -> float:
        """How often an item was noticed on slates, older sights counting less."""
        times, week = self.seen.get(item, (0.0, self.week))
        return float(times * FORGETS ** (self.week - week))

    def see(self, item: int) -> None:
        """An item was noticed on a slate."""
        self.seen[item] = (self.times_seen(item) + 1, self.week)

    def bring(self, item: int, packs: int, goods: Goods, people: People) -> bool:
        """Put a purchase into the pantry and judge it. True if the household never bought of this category before.

        What cannot be used before it spoils is lost. A verdict on an item is the household's own and stays.
        """
        category = int(goods.category[item])
        usable = min(packs * goods.uses[item], self.rate[category] * goods.shelf_life[item])
        self.stock[category] += usable
        is_new = not self.bought[category]
        self.bought[category] = True
        if self._is_pleased(item, goods, people):
            self.favourite[category] = item
            self.standing[category] = ADOPTED
            return is_new
        self.disliked.add(item)
        if self.favourite[category] == item:
            self.favourite[category] = -1
        if self.standing[category] != ADOPTED:
            self.standing[category] = DROPPED if uniform(self.at, _DROPS, category) < DROPS else KNOWN
        return is_new

    def _is_pleased(self, item: int, goods: Goods, people: People) -> bool:
        chance = 0.45 + 0.5 * goods.quality[item] + 0.15 * people.loves[self.number, goods.brand[item]]
        lacking = max(people.standard[self.number] - goods.quality[item], 0.0)
        return uniform(self.at, _PLEASED, item) < float(chance - lacking)

    def _begin(self, lived: Bools, people: People) -> None:
        """Live other occasions from now on, and look for some of what is at the core of new ones."""
        core = (_ROLES[lived & ~self.lived] == CORE).any(axis=0)
        for category in np.flatnonzero(core & (self.standing == UNKNOWN)).tolist():
            if uniform(self.at, _LOOKS, category) < LOOKS_FOR:
                self.standing[category] = ADOPTED
        self.lived = lived
        self.rate = people.needs[self.number, lived].sum(axis=0).astype(np.float64)
