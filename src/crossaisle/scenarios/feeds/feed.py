"""The feed: slates for anybody at once, changed by every event."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from crossaisle.data.dataset import Index
from crossaisle.data.event_types import CLICK, EVENT_TYPES, IMPRESSION, SEARCH
from crossaisle.data.focus import Focus
from crossaisle.privacy.notice import Notice
from crossaisle.scenarios.feeds.acquaintance import Acquaintance
from crossaisle.scenarios.feeds.exploring import Explored, Exploring
from crossaisle.scenarios.feeds.interests import interests_of
from crossaisle.scenarios.feeds.lookup import Lookup
from crossaisle.scenarios.feeds.ordering import Ordering
from crossaisle.scenarios.feeds.searching import Searching
from crossaisle.slates.live.live_slate import LiveSlate
from crossaisle.slates.live.live_slates import LiveSlates
from crossaisle.slates.live.person import Person, Recent
from crossaisle.slates.slate import Reason
from crossaisle.words import Language

NUMBER_OF = {name: number for number, name in enumerate(EVENT_TYPES)}


class Seen(NamedTuple):
    """What a feed wants to know of an event. time: microseconds since 1970."""

    user_id: str
    item_id: str | None
    event_type: str
    time: int
    query: str | None = None


class Choice(NamedTuple):
    """A slate with ids.

    Args:
        reasons: of each pick.
        customer: whose it is, after ids were joined.
        is_personal: whether anything known of the person was asked.
        lifts: what each score was multiplied by because of earlier answers to the item; empty for 1.
        explored: the place that tried an item out, with a score that says nothing.
    """

    items: Sequence[str]
    scores: Sequence[float]
    reasons: Sequence[Sequence[Reason]]
    fallback: bool
    customer: str
    is_personal: bool
    lifts: Sequence[float] = ()
    explored: Explored | None = None


@dataclass
class Feed:
    """Slates from one published model. One thread changes it and asks it.

    Args:
        slates: makes them. index: its ids. searching: what a search is about.
        people: what is known of people beside events; it outlives the model.
        is_personal_by_default: whether somebody who said nothing gets personal slates.
        version: of the model, 0 for none.
        exploring: the place that tries items out, None for none.
        ordering: the order that answers to slates taught, None for that of scores.
        forgotten: whose histories are not read, until a feed is made that holds them no more.
    """

    slates: LiveSlates
    index: Index
    searching: Searching
    people: Acquaintance
    is_personal_by_default: bool
    version: int
    until: int
    exploring: Exploring | None = None
    ordering: Ordering | None = None
    forgotten: tuple[Notice, ...] = ()

    def __post_init__(self) -> None:
        """Make ready to look ids up."""
        self._items = {one: number for number, one in enumerate(self.index.items.to_list())}
        self._item_ids = list(self._items)
        self._categories = {one: number for number, one in enumerate(self.index.categories.to_list())}
        self._users = Lookup.of(self.index.users)
        self._recent: dict[str, Recent] = {}
        self._most = self.slates.options.recent

    def observe(self, events: Iterable[Seen]) -> None:
        """Let events count from now on; the same one again changes nothing."""
        for user_id, item_id, event_type, time, query in events:
            kind = NUMBER_OF.get(event_type, -1)
            recent = self._recent.get(user_id)
            if recent is None:
                recent = self._recent[user_id] = Recent(self._most)
            if kind == SEARCH and item_id is None:
                found = self.searching.found(query or "")
                if found and not _is_known(recent, found[0], kind, time):
                    recent.search(found, time)
            else:
                item = self._items.get(item_id or "", -1)
                if not _is_known(recent, item, kind, time):
                    recent.add(item, kind, time)
                if self.ordering is not None and kind in (IMPRESSION, CLICK):
                    self.ordering.memory.see(user_id, item, kind == CLICK, time)

    def slate(
        self,
        user_id: str,
        focus: Focus,
        k: int,
        moment: int,
        language: Language,
        is_personal: bool = True,
        uniform: float | None = None,
    ) -> Choice:
        """A slate for somebody, known or not; what most people bought where it is not to be personal.

        Args:
            uniform: a random number in [0, 1), by which an item is tried out; None for none.

        Raises:
            UsageError: the focus names a category that the shop does not have.
        """
        customer = self.people.customer(user_id)
        if not is_personal or not self.people.allows(customer, "personalisation", self.is_personal_by_default):
            return self._made(self._nobody(), customer, focus, k, moment, language, False, uniform)
        return self._made(self._person(customer), customer, focus, k, moment, language, True, uniform)

    def slate_of(self, events: Sequence[Seen], focus: Focus, k: int, moment: int, language: Language) -> Choice:
        """A slate for a visitor of whom nothing is known but these events."""
        recent = Recent(self._most)
        for one in sorted(events, key=lambda event: event.time):
            if one.event_type == EVENT_TYPES[SEARCH] and one.item_id is None:
                recent.search(self.searching.found(one.query or ""), one.time)
            else:
                recent.add(self._items.get(one.item_id or "", -1), NUMBER_OF[one.event_type], one.time)
        person = Person.of(self.slates.histories, (), (recent,))
        return self._made(person, "", focus, k, moment, language)

    def interests(self, user_id: str, moment: int) -> list[dict[str, Any]]:
        """What the person is held to care for: categories with a weight, strongest first, and what they corrected."""
        customer = self.people.customer(user_id)
        names = self.index.categories
        wishes = self.people.interests.get(customer, {})
        found = interests_of(self.slates, self._person(customer), moment)
        told = [
            {"category": names.one(category), "weight": weight, "corrected": wishes.get(names.one(category))}
            for category, weight in found
        ]
        said = {one["category"] for one in told}
        return told + [
            {"category": name, "weight": 0.0, "corrected": one} for name, one in wishes.items() if name not in said
        ]

    def item(self, item_id: str) -> int:
        """The number of an item, −1 if the model does not know it."""
        return self._items.get(item_id, -1)

    def named(self, slate: LiveSlate) -> list[tuple[str, float]]:
        """Ids and scores of picks."""
        return [
            (self._item_ids[item], score)
            for item, score in zip(slate.items.tolist(), slate.scores.tolist(), strict=True)
        ]

    def change_item(self, item_id: str, facts: Mapping[str, Any]) -> None:
        """Let what was said of an item act at once; of an item that the model does not know nothing acts yet."""
        item = self.item(item_id)
        if item < 0:
            return
        catalogue = self.slates.catalogue
        if "is_sellable" in facts:
            catalogue.set_sellable(item, facts["is_sellable"] is not False)
        if "units" in facts:
            catalogue.set_stock(item, facts["units"])
        if "price" in facts:
            catalogue.set_price(item, facts["price"])

    def forget(self, notice: Notice) -> None:
        """Know nothing of somebody any more: neither what they did lately nor what the model's histories hold."""
        for user_id in [one for one in self._recent if notice.is_about([one])]:
            del self._recent[user_id]
        if self.ordering is not None:
            self.ordering.memory.forget(one for one in self.ordering.memory.known() if notice.is_about([one]))
        self.people.forget(notice)
        self.forgotten = (*self.forgotten, notice)

    def _person(self, customer: str) -> Person:
        users, ids = self._known(customer)
        recent = [one for one in map(self._recent.get, ids) if one is not None]
        wishes = self.people.interests.get(customer)
        interests = (
            {self._categories[name]: one for name, one in wishes.items() if name in self._categories}
            if wishes
            else None
        )
        return Person.of(self.slates.histories, users, recent, interests)

    def _known(self, customer: str) -> tuple[Sequence[int], Sequence[str]]:
        """The numbers of a customer whose histories may be read, and all of their ids."""
        ids = self.people.ids(customer)
        is_forgotten = any(one.is_about(ids) for one in self.forgotten)
        return [number for number in map(self._users.number, ids) if number >= 0 and not is_forgotten], ids

    def _nobody(self) -> Person:
        return Person.of(self.slates.histories)

    def _made(
        self,
        person: Person,
        customer: str,
        focus: Focus,
        k: int,
        moment: int,
        language: Language,
        is_personal: bool = True,
        uniform: float | None = None,
    ) -> Choice:
        made, lifts = self._ranked(person, customer if is_personal else "", focus, k, moment)
        reasons = self.slates.reasons(person, made, moment, language)
        items = [self._item_ids[item] for item in made.items.tolist()]
        choice = Choice(items, made.scores.tolist(), reasons, made.fallback, customer, is_personal, lifts)
        if self.exploring is None or uniform is None:
            return choice
        explored = self.exploring.drawn(self.slates, person, focus, made.items, k, moment, uniform)
        return choice if explored is None else self._with(choice, explored, k)

    def _ranked(
        self, person: Person, customer: str, focus: Focus, k: int, moment: int
    ) -> tuple[LiveSlate, Sequence[float]]:
        """A slate, and what its scores were multiplied by because of answers. customer: "" for nobody."""
        if self.ordering is None:
            made, boost = self.slates.slate(person, focus, k, moment), self.slates.retrieval.boost
            return made, () if boost is None else boost[made.items].tolist()
        made = self.slates.slate(person, focus, max(k, self.ordering.n_candidates) if k > 0 else k, moment)
        users, ids = self._known(customer) if customer else ((), ())
        wishes = self.slates.interest.session(person.recent, person.interests, moment).factors
        made, lifts = self.ordering.ordered(made, users, ids, wishes, k, moment)
        return made, lifts.tolist()

    def _with(self, choice: Choice, explored: Explored, k: int) -> Choice:
        """The slate with what was drawn at its rank and what stood there and behind it pushed down by one."""
        at = explored.rank - 1

        def pushed(values: Sequence[Any], value: Any) -> Sequence[Any]:
            return [*values[:at], value, *values[at:]][:k]

        score = choice.scores[min(at, len(choice.scores) - 1)] if choice.scores else 0.0
        return choice._replace(
            items=pushed(choice.items, self._item_ids[explored.item]),
            scores=pushed(choice.scores, score),
            reasons=pushed(choice.reasons, ()),
            lifts=pushed(choice.lifts, 1.0) if choice.lifts else (),
            explored=explored,
        )


def _is_known(recent: Recent, item: int, kind: int, time: int) -> bool:
    """Whether the event was told before: by the worker that took it, and by the log that all workers read."""
    place = bisect_left(recent.times, time)
    while place < len(recent) and recent.times[place] == time:
        if (recent.items[place], recent.types[place]) == (item, kind):
            return True
        place += 1
    return False
