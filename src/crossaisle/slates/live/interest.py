"""What recent events mean at a moment: which items they speak for and against, what leaves the slate, what loses."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

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
from crossaisle.data.moments import DAY, SECOND
from crossaisle.numerics.arrays import Floats, Numbers
from crossaisle.slates.live.options import LiveOptions

MINUTE = 60 * SECOND
HIGHEST = 1.0
"""What several looks at one item may come to together."""
FAINTEST = 1e-3
"""What says less says nothing."""
LASTING = frozenset((PURCHASE, WISHLIST))
"""Events that count as items of the long-term history do."""


@dataclass(frozen=True, slots=True)
class Session:
    """The meaning of recent events.

    Args:
        weights: item → how much it speaks for what goes with it, below 0 against.
        lasting: items whose weight counts items of the long-term history; of the others 1 is the most that those say.
        kinds: item → the event type that says most of that.
        taken: items bought or in the cart: what is of their own category gains nothing by them.
        gone: items that are not shown for now.
        bought: item → when last, microseconds since 1970, of what was bought and not given back.
        factors: category → what the interest in its items is multiplied by.
    """

    weights: Mapping[int, float] = field(default_factory=dict)
    lasting: frozenset[int] = frozenset()
    kinds: Mapping[int, int] = field(default_factory=dict)
    taken: frozenset[int] = frozenset()
    gone: Sequence[int] = field(default_factory=list)
    bought: Mapping[int, int] = field(default_factory=dict)
    factors: Mapping[int, float] = field(default_factory=dict)


NOTHING = Session()


@dataclass(frozen=True)
class Interest:
    """Reads recent events.

    Args:
        options: weights and half-lives.
        category: int32 (n_items,), −1 for none.
        rest, absence: float32 (n_items,) and (n_categories,), days until an item, or anything of a category, is wanted
            again once it was bought.
        until: the model's cut: of what was bought before it the model itself speaks.
    """

    options: LiveOptions
    category: Numbers
    rest: Floats
    absence: Floats
    until: int

    def session(self, recent: Sequence[tuple[int, int, int]], interests: Mapping[int, float], moment: int) -> Session:
        """What events mean at `moment`.

        Args:
            recent: item, event type and moment, oldest first. interests: category → multiplier, as the person wishes.
        """
        if not recent:
            return Session(factors=interests) if interests else NOTHING
        told = _Told()
        found = Counter(time for _, kind, time in recent if kind == SEARCH)
        for item, kind, time in recent:
            weight = self._weight(kind, time, moment)
            told.hear(item, kind, time, weight / found[time] if kind == SEARCH else weight)
        return self._read(told, interests, moment)

    def _weight(self, kind: int, time: int, moment: int) -> float:
        """Of one event, faded; 0 of what speaks in other ways."""
        if kind not in self._weights or (kind == PURCHASE and time < self.until):
            return 0.0
        weight, half_life = self._weights[kind]
        age = moment - time
        return weight if age <= 0 else float(weight * 2.0 ** -(age / half_life))

    def _read(self, told: "_Told", interests: Mapping[int, float], moment: int) -> Session:
        options = self.options
        gone = [item for item, time in told.cart.items() if moment - time < options.cart_days * DAY]
        gone += [item for item, time in told.dismissed.items() if moment - time < options.dismiss_days * DAY]
        left: dict[int, float] = {}
        for item, time in told.bought.items():
            if moment - time < float(self.rest[item]) * DAY:
                gone.append(item)
            category = int(self.category[item])
            sated = 1 - (moment - time) / max(float(self.absence[category]) * DAY, 1.0) if category >= 0 else 0.0
            if sated > 0:
                left[category] = min(left.get(category, 1.0), 1 - options.satiation * min(sated, 1.0))
        for item, time in told.less.items():
            if moment - time < options.less_days * DAY:
                category = int(self.category[item])
                left[category] = min(left.get(category, 1.0), 1 - options.less)
        left.pop(-1, None)
        factors = {**interests, **{category: share * interests.get(category, 1.0) for category, share in left.items()}}
        weights = {
            item: options.session * (weight if item in told.lasting else min(weight, HIGHEST))
            for item, weight in told.weights.items()
            if abs(weight) >= FAINTEST
        }
        taken = frozenset((*told.cart, *told.bought))
        return Session(weights, frozenset(told.lasting & weights.keys()), told.kinds, taken, gone, told.bought, factors)

    @cached_property
    def _weights(self) -> dict[int, tuple[float, float]]:
        """Event type → weight and half-life in microseconds."""
        options = self.options
        minutes, days = options.half_life_minutes * MINUTE, options.half_life_days * DAY
        return {
            VIEW: (options.view, minutes),
            CLICK: (options.click, minutes),
            SEARCH: (options.search, minutes),
            CART: (options.cart, minutes),
            PURCHASE: (options.purchase, days),
            WISHLIST: (options.wishlist, days),
            DISMISS: (-options.dismiss, days),
        }


class _Told:
    """What was done with each item, event by event, the later undoing the earlier."""

    __slots__ = ("bought", "cart", "dismissed", "kinds", "lasting", "less", "weights")

    def __init__(self) -> None:
        self.weights: dict[int, float] = {}
        self.lasting: set[int] = set()
        self.kinds: dict[int, int] = {}
        self.bought: dict[int, int] = {}
        self.cart: dict[int, int] = {}
        self.dismissed: dict[int, int] = {}
        self.less: dict[int, int] = {}

    def hear(self, item: int, kind: int, time: int, weight: float) -> None:
        if kind == LESS_OF_CATEGORY:
            self.less[item] = time
        elif kind in (RETURN, REMOVE_FROM_CART):
            (self.bought if kind == RETURN else self.cart).pop(item, None)
            self._say(item, kind, 0.0)
        elif kind == DISMISS:
            self.dismissed[item] = time
            self._say(item, kind, weight)
        elif kind == PURCHASE:
            self.bought[item] = time
            self.cart.pop(item, None)
            self._say(item, kind, weight)
        else:
            if kind == CART:
                self.cart[item] = time
            if item not in self.bought:
                self._add(item, kind, weight)

    def _say(self, item: int, kind: int, weight: float) -> None:
        """This alone holds from now on."""
        self.weights[item], self.kinds[item] = weight, kind
        (self.lasting.add if kind in LASTING else self.lasting.discard)(item)

    def _add(self, item: int, kind: int, weight: float) -> None:
        """This counts beside what was before, unless that was against the item or of another measure."""
        before = self.weights.get(item, 0.0)
        if before <= 0 or (item in self.lasting) != (kind in LASTING):
            self._say(item, kind, weight)
            return
        if weight > before / 2:
            self.kinds[item] = kind
        self.weights[item] = before + weight
