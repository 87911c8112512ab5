"""How somebody reads a slate: downwards, until patience runs out or a need is met.

The reader goes from item to item as in the cascade model (Craswell, Zoeter, Taylor & Ramsey, 2008); whether they go on
depends on what they met so far, as in the click chain model (Guo et al., 2009) and with satisfaction as in the dynamic
Bayesian network (Chapelle & Zhang, 2009). What was seen too often is overlooked (Benway & Lane, 1998).
"""

from dataclasses import dataclass

import numpy as np

from simulated_shop.chance import Bools, Floats, Ints, address, uniform, uniforms
from simulated_shop.goods import Goods
from simulated_shop.homes import ADOPTED, DROPPED, UNKNOWN, Home
from simulated_shop.needs import IS_TELLTALE, PACK
from simulated_shop.people import People

MOODS = ((0.25, 0.86, 0.5), (0.8, 1.0, 0.75), (1.0, 1.05, 0.9))
"""Hurried, usual, at leisure: cumulated share of visits, factor of patience, chance of looking at a slate at all."""
MOST_PATIENT = 0.985
BORED, DISMISSED, CLICKED, REFRESHED = 0.95, 0.85, 0.93, 1.04
"""What patience becomes, as a factor, after an item that says nothing, a nuisance, a click in vain, one of interest."""
SATISFIED = 0.6
"""Chance of ending the reading after a purchase."""
TELLING = 0.25
"""Chance that somebody who notices an item remembers that there is such a category."""
CLICK, IDLE_CLICK = 0.35, 0.006
"""Chance of clicking on what answers an urgent need in every respect, and on what answers none."""
BLIND = 4.0
"""Sights of an item after which half of them are overlooked."""
CHECKED_OUT = 0.85
"""Share of what was put into the cart that is paid for."""

_NOTICE, _CLICK, _CART, _PAY, _DISMISS, _GO_ON, _SATISFIED, _TELL, _N_PURPOSES = range(9)
_MOOD, _LOOK, _READ = range(101, 104)


@dataclass(frozen=True)
class Answer:
    """What somebody did with an item of a slate: `is_noticed` alone leaves no trace in the shop's log."""

    item: int
    is_noticed: bool = False
    is_clicked: bool = False
    is_carted: bool = False
    is_bought: bool = False
    is_dismissed: bool = False


@dataclass(frozen=True)
class Appeal:
    """Of items to a household at a moment: chance of a click when noticed, of a purchase when clicked, and whether an
    item answers a need, or is plainly wrong in this home.
    """

    click: Floats
    buy: Floats
    answers: Bools
    is_wrong: Bools


def appeal(goods: Goods, people: People, home: Home, items: Ints) -> Appeal:
    """How items (n,) appeal to a household as it lives today."""
    number, category = home.number, goods.category[items]
    rate, standing = home.rate[category], home.standing[category]
    is_needed, is_used = rate > 0, standing == ADOPTED
    between = 7 / people.pace[number] + 7
    due = np.clip(1 - home.cover()[category] / between, 0.03, 1.0)
    packs_a_month = 30 * rate / PACK[category]
    interest = (0.2 + 0.8 * people.curiosity[number]) * packs_a_month / (packs_a_month + 0.4)
    urge = np.where(is_used, due, np.where(standing == DROPPED, 0.15, 1.0) * interest) * is_needed
    suits = _suits(goods, people, home, items) * goods.on_sale(items, home.week)
    buy = np.where(is_used, 0.1 + 0.7 * due, 0.15 + 0.6 * interest) * suits
    idle_buy = np.where(standing == UNKNOWN, 0.0, 0.01)
    return Appeal(
        click=np.where(is_needed, CLICK * urge * suits, 0.0) + IDLE_CLICK * goods.eye[items] * (suits > 0),
        buy=np.where(is_needed, buy, idle_buy * (suits > 0)),
        answers=urge * suits > 0.15,
        is_wrong=~is_needed & IS_TELLTALE[category],
    )


def browse(goods: Goods, people: People, home: Home, slate: Ints, at: int, is_shopping: bool) -> list[Answer]:
    """Read a slate, item by item; the household remembers what it saw and heard of. Answers stand in the slate's order.

    Args:
        at: the visit's address.
        is_shopping: they came to buy, so that a purchase is as likely again.
    """
    share = uniform(at, _MOOD)
    _, patience, look = next(mood for mood in MOODS if share < mood[0])
    if len(slate) == 0 or uniform(at, _LOOK) >= look:
        return [Answer(item) for item in slate.tolist()]
    draws = uniforms(address(at, _READ), goods.marks[slate], _N_PURPOSES).T.tolist()
    drawn = appeal(goods, people, home, slate)
    rows = zip(
        slate.tolist(),
        goods.category[slate].tolist(),
        goods.eye[slate].tolist(),
        drawn.click.tolist(),
        (drawn.buy * (1.0 if is_shopping else 0.5)).tolist(),
        drawn.answers.tolist(),
        drawn.is_wrong.tolist(),
        draws,
        strict=True,
    )
    answers: list[Answer] = []
    stay, irritable = float(people.patience[home.number]) * patience, float(people.irritable[home.number])
    met: set[int] = set()
    for item, category, eye, click, buy, answers_need, is_wrong, luck in rows:
        answer = _answer(home, item, eye, 0.1 * click if category in met else click, buy, irritable * is_wrong, luck)
        answers.append(answer)
        if answer.is_noticed and (answer.is_clicked or luck[_TELL] < TELLING):
            home.hear_of(category)
        if answer.is_bought:
            met.add(category)
        stay = min(stay * _tired(answer, answers_need), MOST_PATIENT)
        if luck[_GO_ON] >= stay or (answer.is_bought and luck[_SATISFIED] < SATISFIED):
            break
    return answers + [Answer(item) for item in slate[len(answers) :].tolist()]


def _suits(goods: Goods, people: People, home: Home, items: Ints) -> Floats:
    """float64 (n,) in [0, 1]: how well items suit the household's purse, habits and experience."""
    number, category = home.number, goods.category[items]
    favourite = home.favourite[category]
    suits = np.where(goods.dear[items] <= people.tolerance[number], 0.75, 0.08)
    suits *= np.where((favourite >= 0) & (favourite != items), 1 - 0.85 * people.habit[number], 1.0)
    suits *= np.where(favourite == items, 1.33, 1.0)
    suits *= np.where(goods.quality[items] < people.standard[number] - 0.1, 0.6, 1.0)
    suits *= np.where(people.loves[number, goods.brand[items]], 1.3, 1.0)
    if home.disliked:
        suits[[item in home.disliked for item in items.tolist()]] = 0.02
    return np.minimum(suits, 1.0)


def _answer(home: Home, item: int, eye: float, click: float, buy: float, dismiss: float, luck: list[float]) -> Answer:
    blindness = 1 + (home.times_seen(item) / BLIND) ** 2
    if luck[_NOTICE] >= (0.45 + 0.5 * eye) / blindness:
        return Answer(item)
    home.see(item)
    if luck[_CLICK] >= click:
        return Answer(item, is_noticed=True, is_dismissed=luck[_DISMISS] < dismiss)
    is_carted = luck[_CART] < buy / CHECKED_OUT
    is_bought = is_carted and luck[_PAY] < CHECKED_OUT
    return Answer(item, is_noticed=True, is_clicked=True, is_carted=is_carted, is_bought=is_bought)


def _tired(answer: Answer, answers_need: bool) -> float:
    """What the reader's patience becomes after an item, as a factor."""
    if answer.is_dismissed:
        return DISMISSED
    if answer.is_clicked and not answer.is_bought:
        return CLICKED
    if not answer.is_noticed:
        return 1.0
    return REFRESHED if answers_need else BORED
