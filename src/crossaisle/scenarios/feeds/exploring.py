"""The place of a slate that tries items out: Thompson sampling over a pool of items of which little is known."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from crossaisle.data.focus import Focus
from crossaisle.evaluation.experiments.thompson import choice_probabilities, draw
from crossaisle.evaluation.feedback.shrinkage import likeliest_shape
from crossaisle.numerics.arrays import Bools, Doubles, Floats, Longs, Numbers
from crossaisle.slates.live.live_slates import Asked, LiveSlates
from crossaisle.slates.live.person import Person

UNTOLD = (1.0, 99.0)
"""The prior of click rates, as clicks and impressions without one, where nobody has clicked yet."""
LOWEST_RATE, HIGHEST_RATE = 1e-4, 0.5
"""Bounds of the mean of a prior that is told by what people clicked."""


class Explored(NamedTuple):
    """What was drawn. rank: from 1. propensity: with what chance, among the items of a pool, by its number."""

    item: int
    rank: int
    propensity: float
    pool: int


@dataclass(frozen=True)
class Evidence:
    """How items were answered so far, float32 (n_items,) each: clicks, and how often each was looked at."""

    clicks: Floats
    exposure: Floats

    @classmethod
    def none(cls, n_items: int) -> "Evidence":
        """Nothing was shown yet."""
        nothing = np.zeros(n_items, dtype=np.float32)
        return cls(nothing, nothing)

    @property
    def looks(self) -> Doubles:
        """float64 (n_items,): at least one look for a click, as places that few look at may let expect fewer."""
        return np.maximum(self.exposure, self.clicks).astype(np.float64)

    def prior(self) -> tuple[float, float]:
        """a and b of a Beta prior around the shop's rate, as far apart as the rates of its items are."""
        clicks, looks = self.clicks.astype(np.float64), self.looks
        if not clicks.sum() > 0:
            return UNTOLD
        mean = float(np.clip(clicks.sum() / looks.sum(), LOWEST_RATE, HIGHEST_RATE))
        shape = likeliest_shape(clicks, looks, np.full(len(clicks), mean))
        return shape, shape / mean - shape

    def doubt(self) -> Doubles:
        """float64 (n_items,): the standard deviation of each item's posterior click rate."""
        a, b = self.prior()
        clicks, others = self.clicks + a, self.looks - self.clicks + b
        total = clicks + others
        return np.asarray(np.sqrt(clicks * others / (total**2 * (total + 1))))


@dataclass(frozen=True)
class Pool:
    """items: int32 (n,), ascending. chances: float64 (n,), sum 1, with which each is drawn where all may be shown."""

    items: Numbers
    chances: Doubles


def pool_of(
    slates: LiveSlates, launched: Longs, evidence: Evidence, moment: int, new: int, size: int, floor: float
) -> Pool:
    """The items of which least is known, up to half of them new ones.

    Of what is known alike, the newest of the new and the most bought of the others come first. New items need not sell
    yet to be tried out.

    Args:
        launched: int64 (n_items,), microseconds since 1970. new: microseconds after which an item is new no longer.
        floor: see `choice_probabilities`.
    """
    slates.catalogue.at(moment)
    every = np.arange(len(launched), dtype=np.int32)
    is_new = (launched > moment - new) & (launched <= moment)
    is_there = slates.catalogue.triable(every) & (slates.catalogue.eligible[:-1] | is_new)
    doubt, buyers = evidence.doubt(), slates.popular.buyers
    fresh, others = every[is_there & is_new], every[is_there & ~is_new]
    fresh = fresh[np.lexsort((fresh, -launched[fresh], -doubt[fresh]))]
    others = others[np.lexsort((others, -buyers[others], -doubt[others]))]
    n_fresh = min(len(fresh), max(size // 2, size - len(others)))
    items = np.sort(np.concatenate([fresh[:n_fresh], others[: size - n_fresh]]))
    clicks, looks = evidence.clicks[items].astype(np.float64), evidence.looks[items]
    return Pool(items, choice_probabilities(clicks, looks, evidence.prior(), floor))


@dataclass(frozen=True)
class Exploring:
    """rank: the place, from 1. number: of the pool, as it is kept."""

    rank: int
    pool: Pool
    number: int

    def drawn(
        self, slates: LiveSlates, person: Person, focus: Focus, picks: Numbers, k: int, moment: int, uniform: float
    ) -> Explored | None:
        """What comes to the place in a slate of `picks`, int32 (n,); None where nothing may, or it ends before it.

        Args:
            uniform: a random number in [0, 1).
        """
        staying = picks[: k - 1]
        if self.rank > min(k, len(staying) + 1):
            return None
        found = draw(self.pool.chances, self._open(slates, person, focus, picks, staying, moment), uniform)
        return Explored(int(self.pool.items[found[0]]), self.rank, found[1], self.number) if found else None

    def _open(
        self, slates: LiveSlates, person: Person, focus: Focus, picks: Numbers, staying: Numbers, moment: int
    ) -> Bools:
        """bool (n_pool,): what may be shown to the person beside what stays of the picks, and is none of them."""
        items = self.pool.items
        wanted = slates.categories.number(focus.category) if focus.category else None
        session = slates.interest.session(person.recent, person.interests, moment)
        with slates.gate.open(person, session, focus, wanted) as gate:
            is_open = gate.less(slates.catalogue.triable(items), items)
        is_open &= ~np.isin(items, picks)
        asked = Asked(person, wanted, len(picks), moment, len(slates.category))
        is_near = slates.choosing.passes(items, asked.queries)
        if is_near is not None:
            is_open &= is_near
        limits = slates.choosing.limits
        if not limits.is_free:
            places = limits.begin(items[None, :])
            for item in staying:
                places.add(np.array([item]))
            is_open &= places.is_open[0]
        return is_open
