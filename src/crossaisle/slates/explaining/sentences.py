"""Facts put into sentences: one for each kind of cause, the first with a word on the item's category."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from crossaisle.models.recommender import Cause
from crossaisle.slates.explaining.names import Names
from crossaisle.slates.slate import Reason
from crossaisle.words import ALL, Language, feature_name

K = TypeVar("K")
BOUGHT = "bought"


class Fact(NamedTuple):
    """A cause of a score.

    Args:
        times, day: how often and when last (day since 1970) the user bought, or searched for, that.
        days: how many days its buyers were counted in, all when None.
        label: the name of a feature, or what was searched for.
        act: what ties the user to an item: bought, looked, cart, wished or found (by a search).
    """

    cause: int
    subject: int
    amount: float
    times: int
    day: int
    days: int | None = None
    label: str = ""
    act: str = BOUGHT


class Place(NamedTuple):
    """Where a pick stands: its rank, its brand, and its category with how often and when last it was bought from.

    times is −1 where it is known that the category was bought from, but not how often.
    """

    item: int
    rank: int
    n_ranked: int
    category: int
    times: int
    day: int
    has_history: bool
    brand: int = -1

    @property
    def is_new(self) -> bool:
        """Whether somebody with a history has bought nothing of the category."""
        return self.has_history and self.times == 0 and self.category >= 0


@dataclass(frozen=True)
class Sentences:
    """Writes reasons in one language. dates: day since 1970 → words, empty where the data tell no time."""

    names: Names
    dates: dict[int, str]
    language: Language
    _habits: dict[tuple[int, int], str] = field(default_factory=dict, repr=False, compare=False)
    _new: dict[int, str] = field(default_factory=dict, repr=False, compare=False)
    _clauses: dict[tuple[int, int, int], str] = field(default_factory=dict, repr=False, compare=False)

    def reasons(self, facts: Sequence[Fact], place: Place) -> tuple[Reason, ...]:
        """Reasons of the two strongest kinds of causes; the place in the ranking where there is no cause.

        What has a name of its own goes before a feature if it is among the three strongest causes.
        """
        if not facts:
            text = self._say("reason.rank", rank=place.rank, n=place.n_ranked)
            return (Reason("rank", self._with_category(text, place), (place.rank,), 0.0),)
        first, second = _two_kinds(_own_first(facts))
        head, other = self._reason(first, place), self._reason(second, place) if second else None
        is_told = head.kind == "category" or (other is not None and other.kind == "category")
        if not is_told and (place.is_new or head.kind in _OF_THE_ITEM):
            head = Reason(head.kind, self._with_category(head.text, place), head.subjects, head.amount)
        return (head,) if other is None else (head, other)

    def named(self, fact: Fact) -> str:
        """What a fact is about, in a few words."""
        if fact.cause == Cause.FEATURE:
            return feature_name(fact.label, self.language)
        if fact.cause == Cause.BUYERS:
            key = "why.buyers" + _form(fact)
            return self._say(key, n=fact.subject, days=fact.days)
        if fact.cause == Cause.RISE:
            return self._say("why.rise", percent=fact.subject)
        if fact.cause == Cause.SHARE:
            return self._say("why.share", share=percent_of_million(fact.subject))
        if fact.cause == Cause.SEARCH:
            return self._say("why.search", search=fact.label, habit=self._habit(fact.times, fact.day))
        names = {Cause.ITEM: self.names.items, Cause.CATEGORY: self.names.categories, Cause.BRAND: self.names.brands}
        name = names[Cause(fact.cause)][fact.subject]
        return self._say("why.named", name=name, habit=self._habit(fact.times, fact.day))

    def _reason(self, facts: Sequence[Fact], place: Place) -> Reason:
        cause = facts[0].cause
        if cause == Cause.ITEM:
            return self._of_items(facts)
        if cause == Cause.CATEGORY:
            return self._of_categories(facts, place)
        if cause == Cause.BRAND:
            return self._of_brands(facts, place)
        if cause == Cause.FEATURE:
            return self._of_features(facts, place)
        if cause == Cause.SEARCH:
            return self._of_search(facts[0])
        fact, kind = facts[0], Cause(cause).name.lower()
        item = self.names.items[place.item]
        if cause == Cause.BUYERS:
            key = "reason.buyers" + _form(fact)
            text = self._say(key, item=item, n=fact.subject, days=fact.days)
        elif cause == Cause.RISE:
            text = self._say("reason.rise", item=item, percent=fact.subject)
        else:
            text = self._say("reason.share", item=item, share=percent_of_million(fact.subject))
        return Reason(kind, text, (fact.subject,), fact.amount)

    def _of_items(self, facts: Sequence[Fact]) -> Reason:
        first, other = facts[0], _named_otherwise(facts, self.names.items)
        told = (first.subject, first.times, first.day)
        if other is None:
            return Reason(*self.of_one(first.act, *told), (first.subject,), first.amount)
        kind, text = self.of_two(first.act, *told, other.subject, other.times, other.day)
        return Reason(kind, text, (first.subject, other.subject), first.amount + other.amount)

    def of_one(self, act: str, item: int, times: int, day: int) -> tuple[str, str]:
        """The kind and the text of a reason: what ties the user to an item. See Fact."""
        name = self.names.items[item]
        if act != BOUGHT:
            return act, self._say(f"reason.{act}.one", item=name)
        return "item", self._say("reason.item.one", item=name, habit=self._habit(times, day))

    def of_two(
        self, act: str, item: int, times: int, day: int, other: int, other_times: int, other_day: int
    ) -> tuple[str, str]:
        """As `of_one`, of two items that the user is tied to in the same way."""
        names = self.names.items
        if act != BOUGHT:
            return act, self._say(f"reason.{act}.two", item=names[item], other=names[other])
        habits = {"habit": self._habit(times, day), "other_habit": self._habit(other_times, other_day)}
        return "item", self._say("reason.item.two", item=names[item], other=names[other], **habits)

    def new_category(self, category: int) -> str:
        """What is put behind a text to say that its category is new to the user."""
        told = self._new.get(category)
        if told is None:
            clause = self._say("reason.new_category", category=self.names.categories[category])
            told = _kept(self._new, category, self._say("reason.joined", first="", second=clause))
        return told

    def _of_categories(self, facts: Sequence[Fact], place: Place) -> Reason:
        names = self.names.categories
        first, other = facts[0], _named_otherwise(facts, names)
        habit = self._habit(first.times, first.day)
        is_own = first.subject == place.category
        item = self.names.items[place.item]
        told = {"item": item, "category": self._named_as_new(place), "source": names[first.subject], "habit": habit}
        if other is None or other.subject == place.category:
            text = self._say("reason.category.own" if is_own else "reason.category.one", **told)
            return Reason("category", text, (first.subject,), first.amount)
        told |= {"other": names[other.subject], "other_habit": self._habit(other.times, other.day)}
        text = self._say("reason.category.own_and_other" if is_own else "reason.category.two", **told)
        return Reason("category", text, (first.subject, other.subject), first.amount + other.amount)

    def _of_brands(self, facts: Sequence[Fact], place: Place) -> Reason:
        names = self.names.brands
        first, other = facts[0], _named_otherwise(facts, names)
        told = {
            "item": self.names.items[place.item],
            "source": names[first.subject],
            "habit": self._habit(first.times, first.day),
        }
        is_own = first.subject == place.brand
        if other is None:
            text = self._say("reason.brand.own" if is_own else "reason.brand.one", **told)
            return Reason("brand", text, (first.subject,), first.amount)
        told |= {"other": names[other.subject], "other_habit": self._habit(other.times, other.day)}
        text = self._say("reason.brand.own_and_other" if is_own else "reason.brand.two", **told)
        return Reason("brand", text, (first.subject, other.subject), first.amount + other.amount)

    def _of_features(self, facts: Sequence[Fact], place: Place) -> Reason:
        item = self.names.items[place.item]
        named = [feature_name(fact.label, self.language) for fact in facts]
        other = next((at for at, name in enumerate(named) if name != named[0]), None)
        if other is None:
            text = self._say("reason.feature.one", item=item, feature=named[0])
            return Reason("feature", text, (facts[0].subject,), facts[0].amount)
        text = self._say("reason.feature.two", item=item, feature=named[0], other=named[other])
        subjects = (facts[0].subject, facts[other].subject)
        return Reason("feature", text, subjects, facts[0].amount + facts[other].amount)

    def _of_search(self, fact: Fact) -> Reason:
        text = self._say("reason.search", search=fact.label, habit=self._habit(fact.times, fact.day))
        return Reason("search", text, (fact.subject,), fact.amount)

    def _with_category(self, text: str, place: Place) -> str:
        if place.category < 0:
            return text
        if place.is_new:
            return text + self.new_category(place.category)
        key = place.category, place.times, place.day
        clause = self._clauses.get(key)
        if clause is None:
            clause = _kept(self._clauses, key, self._clause(place))
        return self._say("reason.joined", first=text, second=clause)

    def _clause(self, place: Place) -> str:
        category = self.names.categories[place.category]
        if place.times:
            habit = self._habit(place.times, place.day)
            return self._say("reason.known_category", category=category, habit=habit)
        return self._say("reason.of_category", category=category)

    def _named_as_new(self, place: Place) -> str:
        if place.category < 0:
            return self.names.items[place.item]
        name = self.names.categories[place.category]
        return self._say("name.new", name=name) if place.is_new else name

    def _habit(self, times: int, day: int) -> str:
        if times < 1:
            return ""
        told = self._habits.get((times, day))
        if told is None:
            key = "habit.once" if times == 1 else "habit.times"
            told = self._say(f"{key}.date", n=times, date=self.dates[day]) if self.dates else self._say(key, n=times)
            _kept(self._habits, (times, day), told)
        return told

    def _say(self, key: str, **facts: object) -> str:
        return ALL[key][self.language].format(**facts)


MOST_KEPT = 10_000
"""Habits, and clauses on categories, that are remembered: one person after the other has the same."""
N_STRONGEST = 3
"""Causes of which the first reason names one."""
_OF_THE_ITEM = ("buyers", "rise", "share", "feature")
"""Kinds of reasons that name nothing of the user's own: a word on the category does."""


def percent_of_million(parts: int) -> str:
    """Parts per million as a percentage with two figures that count: 12,345 is `1.2`, 40 is `0.004`."""
    percent = parts / 10_000
    return f"{percent:.0f}" if percent >= 10 else f"{float(f'{percent:.2g}'):.6f}".rstrip("0").rstrip(".")


def _form(fact: Fact) -> str:
    """The ending of the key for how many buyers there were and in what time."""
    return (".days" if fact.days else "") + (".one" if fact.subject == 1 else "")


def _own_first(facts: Sequence[Fact]) -> Sequence[Fact]:
    """The same facts, the strongest that is no feature first where it is one of the `N_STRONGEST`."""
    if not facts or facts[0].cause != Cause.FEATURE:
        return facts
    first = next((at for at, fact in enumerate(facts[:N_STRONGEST]) if fact.cause != Cause.FEATURE), 0)
    return [*facts[first : first + 1], *facts[:first], *facts[first + 1 :]]


def _kept(told: dict[K, str], key: K, text: str) -> str:
    """Remember a text; of too many, none."""
    if len(told) >= MOST_KEPT:
        told.clear()
    told[key] = text
    return text


def _two_kinds(facts: Sequence[Fact]) -> tuple[Sequence[Fact], Sequence[Fact]]:
    """The facts of the first kind and those of the second, each in their order."""
    kinds = [(fact.cause, fact.act) for fact in facts]
    first = kinds[0]
    if kinds.count(first) == len(kinds):
        return facts, ()
    second = next(kind for kind in kinds if kind != first)
    told = [[fact for fact, kind in zip(facts, kinds, strict=True) if kind == wanted] for wanted in (first, second)]
    return told[0], told[1]


def _named_otherwise(facts: Sequence[Fact], names: list[str]) -> Fact | None:
    """The strongest further fact whose subject has another name than the first: a name is not told twice."""
    first = names[facts[0].subject]
    for fact in facts[1:]:
        if names[fact.subject] != first:
            return fact
    return None
