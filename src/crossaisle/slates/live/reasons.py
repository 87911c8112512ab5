"""Reasons of slates made at once, in words: the causes of each pick, with names and days that are read once."""

from collections.abc import Mapping
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
from crossaisle.slates.live.live_slate import LiveSlate
from crossaisle.slates.live.person import Person
from crossaisle.slates.live.retrieval.gathering import Scratch
from crossaisle.slates.slate import Reason
from crossaisle.words import Language

NEVER = (0, 0)
ACTS = {PURCHASE: BOUGHT, VIEW: "looked", CLICK: "looked", CART: "cart", WISHLIST: "wished", SEARCH: "found"}
"""Event types that speak for something → what ties a person to the item."""


_Tie = tuple[str, str, tuple[int, ...]]
"""Kind, text and subjects of a reason."""


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
        sentences, habits = self._in(language, moment), self._habits(person, lately)
        category = self.category.take(slate.items)
        is_new = self._is_new(person, lately, category)
        labels = category.tolist()
        standing = (is_new, len(person.bought) > 0 or bool(lately))
        n_said = len(slate.items) - slate.n_filled
        pairs: dict[tuple[int, int], tuple[_Tie, _Tie | None]] = {}
        told = list[tuple[Reason, ...]]()
        columns = (slate.causes[:n_said], slate.amounts[:n_said], slate.kinds[:n_said])
        rows = zip(*(one.tolist() for one in columns), strict=True)
        for place, ((first, second), (amount, other_amount), (kind, other_kind)) in enumerate(rows):
            if first < 0:
                told.append(self._unsaid(sentences, slate, place, standing, n_eligible))
                continue
            pair = pairs.get((first, second))
            if pair is None:
                pair = pairs[first, second] = self._tied(
                    sentences, habits, (first, second), (ACTS[kind], ACTS[other_kind])
                )
            (name, text, subjects), further = pair
            if is_new[place]:
                text += sentences.new_category(labels[place])
            head = Reason(name, text, subjects, amount + other_amount if len(subjects) > 1 else amount)
            told.append((head,) if further is None else (head, Reason(*further, other_amount)))
        for place in range(n_said, len(slate.items)):
            told.append(self._unsaid(sentences, slate, place, standing, n_eligible))
        return told

    def _tied(
        self,
        sentences: Sentences,
        habits: Mapping[int, tuple[int, int]],
        causes: tuple[int, int],
        acts: tuple[str, str],
    ) -> tuple[_Tie, _Tie | None]:
        """What two causes, the second −1 for none, are told as: together where the person is tied to both alike."""
        (first, second), (act, other_act), names = causes, acts, self.names.items
        habit, other_habit = habits.get(first, NEVER), habits.get(second, NEVER)
        if second < 0 or (act == other_act and names[first] == names[second]):
            return (*sentences.of_one(act, first, *habit), (first,)), None
        if act == other_act:
            return (*sentences.of_two(act, first, *habit, second, *other_habit), (first, second)), None
        other = sentences.of_one(other_act, second, *other_habit)
        return (*sentences.of_one(act, first, *habit), (first,)), (*other, (second,))

    def _unsaid(
        self, sentences: Sentences, slate: LiveSlate, place: int, standing: tuple[list[bool], bool], n_eligible: int
    ) -> tuple[Reason, ...]:
        """Reasons of a pick that nothing of the person's speaks for: how many bought it where it fills up, its rank.

        Args:
            standing: of each pick whether its category is new to the person, and whether they bought anything.
        """
        item, is_filling = int(slate.items[place]), place >= len(slate.items) - slate.n_filled
        n = int(self.buyers[item]) if is_filling else 0
        facts = [Fact(int(Cause.BUYERS), n, 0.0, 0, 0)] if n else []
        is_new, has_history = standing
        times = -1 if has_history and not is_new[place] else 0
        label, brand = int(self.category[item]), int(self.brand[item])
        return sentences.reasons(facts, Place(item, place + 1, n_eligible, label, times, 0, has_history, brand))

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

    def _habits(self, person: Person, lately: dict[int, tuple[int, int]]) -> dict[int, tuple[int, int]]:
        """Item that can be a cause → how often and on which day last it was bought."""
        n = self.n_speakers
        columns = (person.bought[:n], person.times[:n], person.days[:n])
        habits = {item: (times, day) for item, times, day in zip(*(one.tolist() for one in columns), strict=True)}
        for item, (times, day) in lately.items():
            habits[item] = habits.get(item, (0, 0))[0] + times, day
        return habits

    def _is_new(self, person: Person, lately: dict[int, tuple[int, int]], category: Numbers) -> list[bool]:
        """Of each category whether somebody who bought anything bought nothing of it."""
        bought = np.concatenate((person.bought, np.array(list(lately), dtype=np.int32))) if lately else person.bought
        if not len(bought):
            return [False] * len(category)
        is_known = self.scratch.known(category, self.category.take(bought))
        is_new: list[bool] = (~is_known & (category >= 0)).tolist()
        return is_new
