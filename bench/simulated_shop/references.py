"""Slates of three who do not learn: what sells most, anything, and what an oracle would show; and a way to try them.

The oracle reads what no shop can: what a household lives, knows and has at home. It shows categories that fit and are
not known, then what is running out. It does not weigh what a sight today does to later weeks: it is no upper bound.
"""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from simulated_shop.browsing import appeal
from simulated_shop.chance import address, uniforms
from simulated_shop.homes import ADOPTED, UNKNOWN
from simulated_shop.people import Visit
from simulated_shop.shop import SimulatedShop

Policy = Callable[[Visit], Sequence[str]]
"""From a visit to the ids to show, the first on top."""

_RANDOM = 301


def most_popular(shop: SimulatedShop, k: int) -> Policy:
    """The k items of the history's last four weeks that sold most, those still for sale."""
    events = shop.history()
    last = events["timestamp"].max() - pd.Timedelta(weeks=4)
    sold = events.loc[(events["event_type"] == "purchase") & (events["timestamp"] > last), "item_id"]
    counts = np.bincount([shop.goods.numbers[item] for item in sold], minlength=len(shop.goods.ids))
    by_sales = np.argsort(-counts, kind="stable")
    items = by_sales[counts[by_sales] > 0]

    def slate(visit: Visit) -> list[str]:
        return _ids(shop, items[shop.goods.on_sale(items, visit.week)][:k])

    return slate


def at_random(shop: SimulatedShop, k: int) -> Policy:
    """k items for sale, others at every visit."""
    goods = shop.goods

    def slate(visit: Visit) -> list[str]:
        items = np.flatnonzero(goods.on_sale(np.arange(len(goods.ids)), visit.week))
        at = address(shop.seed, _RANDOM, visit.household, visit.week, visit.ordinal)
        return _ids(shop, items[np.argsort(uniforms(at, goods.marks[items], 1)[0])[:k]])

    return slate


def oracle(shop: SimulatedShop, k: int) -> Policy:
    """Of each category the item that promises most; first those that fit and are not known, then what is in use."""
    goods, people = shop.goods, shop.people

    def slate(visit: Visit) -> list[str]:
        home = shop.foresee(visit)
        items = np.flatnonzero(goods.on_sale(np.arange(len(goods.ids)), visit.week))
        drawn = appeal(goods, people, home, items)
        seen = np.array([home.times_seen(item) for item in items.tolist()]) if home.seen else np.zeros(len(items))
        worth = drawn.click * drawn.buy * goods.price[items] / (1 + seen)
        standing = home.standing[goods.category[items]]
        is_fitting = home.rate[goods.category[items]] > 0
        first = np.where(is_fitting & (standing == UNKNOWN), 0, np.where(standing == ADOPTED, 2, 1))
        order = np.lexsort((-worth, np.where(is_fitting, first, 3)))
        _, best = np.unique(goods.category[items][order], return_index=True)
        return _ids(shop, items[order[np.sort(best)][:k]])

    return slate


def play(shop: SimulatedShop, policy: Policy, n_weeks: int) -> pd.DataFrame:
    """Show a policy's slates from the start on: `figures` of the weeks. The shop is left as they leave it."""
    shop.reset_to_start()
    for week in range(n_weeks):
        for number, visit in enumerate(shop.visits(week)):
            shop.respond(visit, policy(visit), f"{week}-{number}")
    return shop.figures()


def _ids(shop: SimulatedShop, items: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> list[str]:
    return [shop.goods.ids[item] for item in items.tolist()]
