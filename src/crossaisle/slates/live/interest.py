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
"""What several events on one item may come to together."""


@dataclass(frozen=True, slots=True)
class Session:
    """The meaning of recent events.

    Args:
        weights: item → how much it speaks for what goes with it, below 0 against.
        kinds: item → the event type that says most of that.
        taken: items bought or in the cart: what is of their own category gains nothing by them.
        gone: items that are not shown for now.
        bought: item → when last, microseconds since 1970, of what was bought and not given back.
        factors: category → what the interest in its items is multiplied by.
    """

    weights: Mapping[int, float] = field(default_factory=dict)
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
        category: int32 (n_items,), −1 for none. rest: float32 (n_items,), days that an item rests once bought.
        until: the model's cut: of what was bought before it the model itself speaks.
    """

    options: LiveOptions
    category: Numbers
    rest: Floats
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
            resting = 1 - (moment - time) / max(float(self.rest[item]) * DAY, 1.0)
            if resting > 0:
                gone.append(item)
                category = int(self.category[item])
                left[category] = min(left.get(category, 1.0), 1 - options.satiation * min(resting, 1.0))
        for item, time in told.less.items():
            if moment - time < options.less_days * DAY:
                category = int(self.category[item])
                left[category] = min(left.get(category, 1.0), 1 - options.less)
        left.pop(-1, None)
        factors = {**interests, **{category: share * interests.get(category, 1.0) for category, share in left.items()}}
        weights = {item: min(weight, HIGHEST) * options.session for item, weight in told.weights.items() if weight}
        return Session(weights, told.kinds, frozenset((*told.cart, *told.bought)), gone, told.bought, factors)

    @cached_property
    def _weights(self) -> dict[int, tuple[float, float]]:
        """Event type → weight and half-life in microseconds."""
        options = self.options
        minutes, days = options.half_life_minutes * MINUTE, options.half_life_days * DAY
        return {
            VIEW: (options.view, minutes),
            CLICK: (options.click, minutes),
            SEARCH: (options.search, minutes),
            PURCHASE: (options.purchase, days),
            CART: (options.cart, days),
            WISHLIST: (options.wishlist, days),
            DISMISS: (-options.dismiss, days),
        }


class _Told:
    """What was done with each item, event by event, the later undoing the earlier."""

    __slots__ = ("bought", "cart", "dismissed", "highest", "kinds", "less", "weights")

    def __init__(self) -> None:
        self.weights: dict[int, float] = {}
        self.highest: dict[int, float] = {}
        self.kinds: dict[int, int] = {}
        self.bought: dict[int, int] = {}
        self.cart: dict[int, int] = {}
        self.dismissed: dict[int, int] = {}
        self.less: dict[int, int] = {}

    def hear(self, item: int, kind: int, time: int, weight: float) -> None:
        if kind == PURCHASE:
            self.bought[item] = time
            self.cart.pop(item, None)
        elif kind == CART:
            self.cart[item] = time
        elif kind == DISMISS:
            self.dismissed[item] = time
        elif kind == LESS_OF_CATEGORY:
            self.less[item] = time
        elif kind in (RETURN, REMOVE_FROM_CART):
            (self.bought if kind == RETURN else self.cart).pop(item, None)
            self.weights[item] = 0.0
        self._weigh(item, kind, weight)

    def _weigh(self, item: int, kind: int, weight: float) -> None:
        before = self.weights.get(item, 0.0)
        turns = (weight < 0 < before) or (before < 0 < weight)
        self.weights[item] = weight if turns else before + weight
        if turns or weight > self.highest.get(item, 0.0):
            self.highest[item] = weight
            self.kinds[item] = kind
