"""Reasons of slates made at once, in words: the causes of each pick, with names and days that are read once."""

from dataclasses import dataclass, field

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.data.event_types import CART, CLICK, PURCHASE, SEARCH, VIEW, WISHLIST
from crossaisle.data.moments import DAY, as_datetime
from crossaisle.models.recommender import Cause
from crossaisle.numerics.arrays import Floats, Numbers
from crossaisle.slates.explaining.names import Names, days
from crossaisle.slates.explaining.sentences import BOUGHT, Fact, Place, Sentences
from crossaisle.slates.filtering.eligible import has_times
from crossaisle.slates.live.live_slate import N_CAUSES, LiveSlate
from crossaisle.slates.live.person import Person
from crossaisle.slates.live.retrieval.gathering import Scratch
from crossaisle.slates.slate import Reason
from crossaisle.words import Language

ITEM, NEVER = int(Cause.ITEM), (0, 0)
ACTS = {PURCHASE: BOUGHT, VIEW: "looked", CLICK: "looked", CART: "cart", WISHLIST: "wished", SEARCH: "found"}
"""Event types that speak for something → what ties a person to the item."""


class Days(dict[int, str]):
    """Day since 1970 → the day in words, written when it is first asked for; of another year with the year."""

    def __init__(self, now: int, language: Language) -> None:
        super().__init__(days(np.array([now]), now, language))
        self._now, self._language = now, language

    def __missing__(self, day: int) -> str:
        self[day] = days(np.array([day * DAY]), self._now, self._language)[day]
        return self[day]


@dataclass(frozen=True)
class LiveReasons:
    """What is read once.

    Args:
        category, brand: int32 (n_items,), −1 where unknown. buyers: float32 (n_items,).
        until: the model's cut. is_dated: whether the data tell when things were bought.
        n_speakers: items of a history that can be a cause, the first.
    """

    names: Names
    category: Numbers
    brand: Numbers
    buyers: Floats
    scratch: Scratch
    until: int
    is_dated: bool
    n_speakers: int
    _sentences: dict[tuple[Language, int], Sentences] = field(default_factory=dict)

    @classmethod
    def of(cls, dataset: Dataset, buyers: Floats, scratch: Scratch, until: int, n_speakers: int) -> "LiveReasons":
        """Read the names once."""
        catalogue = dataset.catalogue
        return cls(
            Names.of(dataset),
            catalogue.category,
            catalogue.brand,
            buyers,
            scratch,
            until,
            has_times(dataset),
            n_speakers,
        )

    def of_picks(
        self, person: Person, slate: LiveSlate, n_eligible: int, moment: int, language: Language
    ) -> list[tuple[Reason, ...]]:
        """Up to two reasons for each pick, strongest first.

        Args:
            n_eligible: how many items may be shown to anybody.
        """
        lately = self._bought_lately(person)
        facts = self._facts(person, lately, slate)
        n_said = len(slate.items) - slate.n_filled
        facts[n_said:] = [self._bought_by(item) for item in slate.items[n_said:].tolist()]
        places = self._places(person, lately, slate.items, n_eligible)
        sentences = self._in(language, moment)
        return [sentences.reasons(causes, place) for causes, place in zip(facts, places, strict=True)]

    def _in(self, language: Language, moment: int) -> Sentences:
        """The sentences of a language, days of other years told with their year."""
        key = language, as_datetime(moment).year
        if key not in self._sentences:
            self._sentences[key] = Sentences(self.names, Days(moment, language) if self.is_dated else {}, language)
        return self._sentences[key]

    def _bought_lately(self, person: Person) -> dict[int, tuple[int, int]]:
        """Item → how often and on which day last it was bought after the cut."""
        lately: dict[int, tuple[int, int]] = {}
        for item, kind, time in person.recent:
            if kind == PURCHASE and time >= self.until:
                lately[item] = lately.get(item, (0, 0))[0] + 1, time // DAY
        return lately

    def _facts(self, person: Person, lately: dict[int, tuple[int, int]], slate: LiveSlate) -> list[list[Fact]]:
        """The causes of each pick."""
        n = self.n_speakers
        columns = (person.bought[:n], person.times[:n], person.days[:n])
        habits = {item: (times, day) for item, times, day in zip(*(one.tolist() for one in columns), strict=True)}
        for item, (times, day) in lately.items():
            habits[item] = habits.get(item, (0, 0))[0] + times, day
        columns = (slate.causes.ravel(), slate.amounts.ravel(), slate.kinds.ravel())
        told = [
            Fact(ITEM, item, amount, *habits.get(item, NEVER), None, "", ACTS[kind])
            for item, amount, kind in zip(*(one.tolist() for one in columns), strict=True)
        ]
        sizes = (slate.causes >= 0).sum(axis=1).tolist()
        return [told[start : start + size] for start, size in zip(range(0, len(told), N_CAUSES), sizes, strict=True)]

    def _bought_by(self, item: int) -> list[Fact]:
        """How many people bought the item, if anybody did."""
        n = int(self.buyers[item])
        return [Fact(int(Cause.BUYERS), n, 0.0, 0, 0)] if n else []

    def _places(
        self, person: Person, lately: dict[int, tuple[int, int]], items: Numbers, n_eligible: int
    ) -> list[Place]:
        """Where each pick stands; of a category that was bought from nobody counts how often."""
        bought = np.concatenate((person.bought, np.array(list(lately), dtype=np.int32)))
        category = self.category.take(items)
        known = self.scratch.known(category, self.category.take(bought))
        columns = (items, category, self.brand.take(items), known)
        has_history = len(bought) > 0
        return [
            Place(item, rank, n_eligible, label, -1 if is_known else 0, 0, has_history, brand)
            for rank, (item, label, brand, is_known) in enumerate(
                zip(*(one.tolist() for one in columns), strict=True), start=1
            )
        ]
