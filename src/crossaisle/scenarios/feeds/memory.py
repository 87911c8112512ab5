"""What each person was shown lately, and what of it they clicked: times that fade, of items and of categories."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from crossaisle.numerics.arrays import AnyArray, Bools, Doubles, Floats, Longs, Numbers

MOST = 500
"""Items that are remembered of one person since the last learning, those that came last."""
COLUMNS = ("item_starts", "items", "shown", "category_starts", "categories", "near", "clicked")


@dataclass(frozen=True)
class Past:
    """As it was when it was last learnt from slates. User u owns the entries starts[u]:starts[u + 1].

    Args:
        until: microseconds since 1970; what happened from then on is not in it. half_life: microseconds.
        item_starts: int64 (n_users + 1,). items: int32 (n,), ascending by user. shown: float32 (n,), times.
        category_starts: int64 (n_users + 1,). categories: int32 (m,). near, clicked: float32 (m,), times.
    """

    until: int
    half_life: float
    item_starts: Longs
    items: Numbers
    shown: Floats
    category_starts: Longs
    categories: Numbers
    near: Floats
    clicked: Floats

    @property
    def n_users(self) -> int:
        """Of how many users it is."""
        return len(self.item_starts) - 1

    def without(self, users: Numbers) -> "Past":
        """What the other users were shown, who are numbered anew in their order. users: int32 (n,), distinct."""
        item_starts, of_items = _without(self.item_starts, users)
        category_starts, of_categories = _without(self.category_starts, users)
        return Past(
            self.until,
            self.half_life,
            item_starts,
            self.items[of_items],
            self.shown[of_items],
            category_starts,
            self.categories[of_categories],
            self.near[of_categories],
            self.clicked[of_categories],
        )

    def state(self) -> dict[str, AnyArray]:
        """All arrays needed to restore it."""
        moments = np.array([self.until, round(self.half_life)], dtype=np.int64)
        return {"moments": moments, **{name: getattr(self, name) for name in COLUMNS}}

    @classmethod
    def restore(cls, state: Mapping[str, AnyArray]) -> "Past":
        """The one whose `state()` this is."""
        until, half_life = (int(one) for one in state["moments"])
        return cls(until, half_life, *(state[name] for name in COLUMNS))


def _without(starts: Longs, users: Numbers) -> tuple[Longs, Bools]:
    """Where the entries of the others start then, int64 (n_others + 1,), and which entries are theirs, bool (n,)."""
    sizes = np.diff(starts)
    is_kept = np.ones(len(sizes), dtype=np.bool_)
    is_kept[users] = False
    return np.append(0, np.cumsum(sizes[is_kept])).astype(np.int64), np.repeat(is_kept, sizes)


class Times(dict[int, tuple[float, int]]):
    """Number → times as of a moment, and that moment."""

    def add(self, number: int, moment: int, half_life: float) -> None:
        """Once more, at a moment that may lie before the last."""
        times, last = self.get(number, (0.0, moment))
        newest = max(last, moment)
        faded = times * 2 ** ((last - newest) / half_life) + 2 ** ((moment - newest) / half_life)
        self[number] = faded, newest


@dataclass
class Since:
    """Of one person. last: (item, whether it was a click) → the last moment that counted."""

    items: Times = field(default_factory=Times)
    near: Times = field(default_factory=Times)
    clicked: Times = field(default_factory=Times)
    last: dict[tuple[int, bool], int] = field(default_factory=dict)


class Memory:
    """For one thread. What is told twice counts once. category: int32 (n_items,), −1 for none."""

    def __init__(self, past: Past, category: Numbers, n_categories: int) -> None:
        self.past, self.category, self.n_categories = past, category, n_categories
        self._since: dict[str, Since] = {}

    def see(self, user_id: str, item: int, is_click: bool, moment: int) -> None:
        """Somebody was shown an item, or clicked it."""
        if item < 0 or moment < self.past.until:
            return
        since = self._since.setdefault(user_id, Since())
        if since.last.get((item, is_click), -1) >= moment:
            return
        since.last.pop((item, is_click), None)
        since.last[item, is_click] = moment
        if len(since.last) > MOST:
            oldest, was_click = next(iter(since.last))
            del since.last[oldest, was_click]
            if not was_click:
                since.items.pop(oldest, None)
        half_life, category = self.past.half_life, int(self.category[item])
        if is_click:
            since.clicked.add(category, moment, half_life)
        else:
            since.items.add(item, moment, half_life)
            since.near.add(category, moment, half_life)

    def of(
        self, users: Iterable[int], ids: Iterable[str], items: Numbers, moment: int
    ) -> tuple[Doubles, Doubles, Doubles]:
        """Times that somebody was shown each of some items, float64 (n,), and each category, and clicked each category.

        Those of categories are float64 (n_categories + 1,): what has no category is the last.

        Args:
            users: the person's numbers. ids: all of theirs.
        """
        past = self.past
        shown, near, clicked = np.zeros(len(items)), np.zeros(self.n_categories + 1), np.zeros(self.n_categories + 1)
        fade = self._fade(past.until, moment)
        for user in users:
            own = slice(past.item_starts[user], past.item_starts[user + 1])
            if own.stop > own.start:
                known = past.items[own]
                place = np.minimum(np.searchsorted(known, items), len(known) - 1)
                shown += np.where(known[place] == items, past.shown[own][place] * fade, 0)
            own = slice(past.category_starts[user], past.category_starts[user + 1])
            near[past.categories[own]] += past.near[own] * fade
            clicked[past.categories[own]] += past.clicked[own] * fade
        for since in filter(None, map(self._since.get, ids)):
            lately = [since.items.get(item) for item in items.tolist()]
            shown += [0.0 if one is None else one[0] * self._fade(one[1], moment) for one in lately]
            for told, into in ((since.near, near), (since.clicked, clicked)):
                for category, (times, last) in told.items():
                    into[category] += times * self._fade(last, moment)
        return shown, near, clicked

    def forget(self, ids: Iterable[str]) -> None:
        """Know nothing of these ids that was told since."""
        for one in ids:
            self._since.pop(one, None)

    def known(self) -> list[str]:
        """The ids of which something was told since."""
        return list(self._since)

    def _fade(self, since: int, moment: int) -> float:
        return float(2 ** (-max(moment - since, 0) / self.past.half_life))
