"""What is known of somebody now: what they bought before the model's cut, what they did lately, what they wish."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from crossaisle.data.event_types import (
    CART,
    CLICK,
    DISMISS,
    LESS_OF_CATEGORY,
    PURCHASE,
    REMOVE_FROM_CART,
    RETURN,
    SEARCH,
    VIEW,
    WISHLIST,
)
from crossaisle.numerics.arrays import AnyArray, Numbers
from crossaisle.slates.live.past.histories import Histories, strongest_first

PASSING = frozenset((VIEW, CLICK, SEARCH))
"""Events that make room first: what they tell is soon over."""
LASTING = frozenset((PURCHASE, RETURN, CART, REMOVE_FROM_CART, WISHLIST, DISMISS, LESS_OF_CATEGORY))
N_FOUND = 5
"""Items that a search speaks for, the first it found."""


class Recent:
    """Recent events of one person, oldest first, at most so many. Of what tells nothing of interest none is kept.

    Events from before the model's cut may stay: what rests, was turned down or is wanted less of still counts.

    Args:
        most: how many are kept; the oldest look, click or search gives way first, then the oldest of all.
    """

    __slots__ = ("items", "most", "times", "types")

    def __init__(self, most: int) -> None:
        self.most = most
        self.items, self.types, self.times = array("i"), array("b"), array("q")

    def __len__(self) -> int:
        return len(self.items)

    def add(self, item: int, event_type: int, moment: int) -> None:
        """Remember an event on a known item.

        Args:
            item: its number; an item that the model does not know, −1, tells nothing.
            event_type: a place in EVENT_TYPES. moment: microseconds since 1970; a late one finds its place.
        """
        if item < 0 or (event_type not in PASSING and event_type not in LASTING):
            return
        place = len(self.times)
        while place and self.times[place - 1] > moment:
            place -= 1
        self.items.insert(place, item)
        self.types.insert(place, event_type)
        self.times.insert(place, moment)
        if len(self.items) > self.most:
            self._forget(next((at for at, one in enumerate(self.types) if one in PASSING), 0))

    def search(self, found: Sequence[int], moment: int) -> None:
        """Remember a search by the first items that it found."""
        for item in found[:N_FOUND]:
            self.add(item, SEARCH, moment)

    def renumbered(self, numbers: Numbers) -> "Recent":
        """The same events for a new model: numbers int32 (n_items_before,), −1 where it does not know the item."""
        kept = Recent(self.most)
        for item, kind, moment in zip(self.items, self.types, self.times, strict=True):
            kept.add(int(numbers[item]), kind, moment)
        return kept

    def _forget(self, place: int) -> None:
        del self.items[place], self.types[place], self.times[place]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at one moment.

    Args:
        user: the number among the model's users whose lists were made beforehand, −1 for a visitor.
        bought: int32 (n,), distinct items, those that speak most first.
        weights: float (n,), trust in them. times: (n,), how often. days: (n,), when last, days since 1970.
        recent: item, event type and moment of recent events, oldest first.
        interests: category number → what its items' scores are multiplied by, as the person wishes; 0 for never.
    """

    user: int
    bought: Numbers
    weights: AnyArray
    times: AnyArray
    days: AnyArray
    recent: Sequence[tuple[int, int, int]] = ()
    interests: Mapping[int, float] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        histories: Histories,
        users: Sequence[int] = (),
        recent: Sequence[Recent] = (),
        interests: Mapping[int, float] | None = None,
    ) -> "Person":
        """Somebody known under several ids, or under none: all that was done under them is theirs.

        Args:
            users: numbers of users; −1 is somebody whom the model does not know.
            recent: of all their ids.
        """
        events = [event for one in recent for event in zip(one.items, one.types, one.times, strict=True)]
        if len(recent) > 1:
            events.sort(key=_moment)
        known = [user for user in users if user >= 0]
        wishes = interests or {}
        if len(known) == 1:
            rows = histories.of_user(known[0])
            own = histories.items[rows], histories.weights[rows], histories.times[rows], histories.days[rows]
            return cls(known[0], *own, events, wishes)
        if not known:
            return replace(NOBODY, recent=events, interests=wishes)
        main = max(known, key=lambda user: (histories.indptr[user + 1] - histories.indptr[user], -user))
        return cls(main, *_together(histories, known), events, wishes)


NOBODY = Person(
    -1,
    np.empty(0, dtype=np.int32),
    np.empty(0, dtype=np.float16),
    np.empty(0, dtype=np.uint16),
    np.empty(0, dtype=np.uint16),
)
"""A visitor who has done nothing yet."""


def _moment(event: tuple[int, int, int]) -> int:
    return event[2]


def _together(histories: Histories, users: Sequence[int]) -> tuple[Numbers, AnyArray, AnyArray, AnyArray]:
    """The histories of several users as one, in the same order."""
    rows = np.concatenate([np.arange(*histories.of_user(user).indices(len(histories.items))) for user in set(users)])
    items, places = np.unique(histories.items[rows], return_inverse=True)
    weights = np.zeros(len(items), dtype=np.float16)
    np.maximum.at(weights, places, histories.weights[rows])
    times = np.bincount(places, weights=histories.times[rows], minlength=len(items)).astype(np.int32)
    times = np.minimum(times, np.iinfo(np.uint16).max)
    days = np.zeros(len(items), dtype=np.uint16)
    np.maximum.at(days, places, histories.days[rows])
    order = strongest_first(weights, times, days, np.zeros(len(items), dtype=np.int64))
    return items[order], weights[order], times[order], days[order]
