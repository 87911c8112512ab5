"""What a household buys because it is due, slate or no slate: replenishment, and the choice of an item by elimination.

Within a category people take what pleased before, or drop one item after another by aspects, in an order of their own
(Tversky, 1972), and settle for what the shelf then puts before them (Simon, 1955). Nothing is a sum of tastes.
"""

from dataclasses import dataclass

import numpy as np

from simulated_shop.chance import Bools, Floats, Ints, address, marks, uniform, uniforms
from simulated_shop.goods import Goods
from simulated_shop.homes import ADOPTED, KNOWN, Home
from simulated_shop.needs import CATEGORIES, PACK
from simulated_shop.people import People

COMES_TO_BUY = 0.75
"""Share of visits to buy; on the others they only look around."""
DISCOVERY = 0.012
"""Chance that somebody who came to buy comes upon a category by accident; whether it is new to them is chance again."""
TRIES = 0.06
"""Chance at a visit that somebody tries a category which they need and know but never used, at full curiosity."""
LOOKS_AT = 0.12
"""Chance for each thing in use that somebody who only looks around views an item of it."""
MOST_PACKS = 4

_DUE, _FORGET, _ELSEWHERE, _TRY, _LOOK, _N_PURPOSES = range(6)
_SHELF, _PURPOSE, _DISCOVERS, _FINDS, _HABIT, _COMPARES, _PANTRY, _UNEVEN = range(201, 209)
_CATEGORIES = marks(len(CATEGORIES))


@dataclass(frozen=True)
class Line:
    """Items looked at on the way to one that is then bought, or, at 0 packs, to none."""

    looked_at: tuple[int, ...]
    item: int
    packs: int


def comes_to_buy(at: int) -> bool:
    """Whether the visit at this address is one to buy."""
    return uniform(at, _PURPOSE) < COMES_TO_BUY


def uneven(at: int) -> Floats:
    """float64 (n_categories,), mean 1: how use since the last visit was above or below the usual."""
    luck: Floats = uniforms(address(at, _UNEVEN), _CATEGORIES, 1)[0]
    return 0.4 + 1.2 * luck


def discover(home: Home, at: int) -> None:
    """Perhaps come upon a category by accident."""
    if uniform(at, _DISCOVERS) < DISCOVERY:
        home.hear_of(int(uniform(at, _FINDS) * len(CATEGORIES)))


def planned(goods: Goods, people: People, home: Home, at: int) -> list[Line]:
    """What is due and neither forgotten nor bought in another shop; the latter is in the pantry afterwards.

    Args:
        at: the visit's address.
    """
    number = home.number
    draws = _luck(at)
    between = 7 / people.pace[number]
    tries = (home.standing == KNOWN) & (draws[_TRY] < TRIES * people.curiosity[number])
    is_due = (home.rate > 0) & (home.cover() < between * (0.5 + draws[_DUE]))
    is_due &= ((home.standing == ADOPTED) | tries) & (draws[_FORGET] >= people.forgetful[number])
    is_elsewhere = is_due & (draws[_ELSEWHERE] >= people.loyalty[number])
    home.stock[is_elsewhere] += PACK[is_elsewhere]
    lines = []
    for category in np.flatnonzero(is_due & ~is_elsewhere).tolist():
        looked_at = _choice(goods, people, home, category, at)
        if looked_at:
            lines.append(Line(looked_at, looked_at[-1], _packs(goods, home, looked_at[-1], between)))
    return lines


def looked_around(goods: Goods, people: People, home: Home, at: int) -> list[Line]:
    """What somebody views who did not come to buy."""
    is_viewed = (home.rate > 0) & (home.standing == ADOPTED) & (_luck(at)[_LOOK] < LOOKS_AT)
    found = (_choice(goods, people, home, category, at) for category in np.flatnonzero(is_viewed).tolist())
    return [Line(looked_at, looked_at[-1], 0) for looked_at in found if looked_at]


def _luck(at: int) -> Floats:
    """float64 (n_purposes, n_categories): what a visit's chances are about each category."""
    return uniforms(address(at, _PANTRY), _CATEGORIES, _N_PURPOSES)


def _choice(goods: Goods, people: People, home: Home, category: int, at: int) -> tuple[int, ...]:
    """The items looked at, the last of them the one that is taken; empty if nothing is for sale."""
    favourite = int(home.favourite[category])
    is_habit = favourite >= 0 and uniform(at, _HABIT, category) < people.habit[home.number]
    if is_habit and goods.on_sale(np.array([favourite]), home.week)[0]:
        return (favourite,)
    items = goods.of_category[category]
    items = items[goods.on_sale(items, home.week)]
    if home.disliked:
        items = _narrowed(items, np.array([item not in home.disliked for item in items.tolist()], dtype=np.bool_))
    if len(items) == 0:
        return ()
    for aspect in people.aspects[home.number].tolist():
        items = _narrowed(items, _aspect(goods, people, home.number, items, aspect))
    # first to arrive in a race of exponential clocks: chances are as the room on the shelf
    arrival = -np.log1p(-uniforms(address(at, _SHELF), goods.marks[items], 1)[0]) / goods.room[items]
    n_compared = int(3 * uniform(at, _COMPARES, category))
    by_arrival = items[np.argsort(arrival)[: n_compared + 1]].tolist()
    return tuple(reversed(by_arrival))


def _aspect(goods: Goods, people: People, number: int, items: Ints, aspect: int) -> Bools:
    """bool as `items`: which pass one aspect: price, pack, brand or quality."""
    passed: Bools
    if aspect == 0:
        passed = goods.dear[items] <= people.tolerance[number]
    elif aspect == 1:
        size = people.size[number]
        passed = goods.pack[items] <= 1 if size == 1 else goods.pack[items] >= (1 if size == 2 else 2)
    elif aspect == 2:
        passed = people.loves[number, goods.brand[items]]
    else:
        passed = goods.quality[items] >= people.standard[number]
    return passed


def _narrowed(items: Ints, passed: Bools) -> Ints:
    """Those that pass, or all where none does."""
    return items[passed] if passed.any() else items


def _packs(goods: Goods, home: Home, item: int, between: float) -> int:
    """Packs that last until the next visit but one, as far as they keep."""
    days = min(2 * between, float(goods.shelf_life[item]))
    category = goods.category[item]
    wanted = (home.rate[category] * days - home.stock[category]) / goods.uses[item]
    return min(max(round(float(wanted)), 1), MOST_PACKS)
