"""A shop's own rules as masks over items."""

from difflib import get_close_matches

import numpy as np

from crossaisle.data.dataset import Dataset, Ids
from crossaisle.errors import UsageError
from crossaisle.numerics.arrays import Bools, Floats, Numbers
from crossaisle.slates.options import Group, ShopRules


def members(group: Group, dataset: Dataset) -> Bools:
    """bool (n_items,): the items of a group. Ids of items that the shop does not know name nothing.

    Raises:
        UsageError: the shop has no such category, aisle or brand.
    """
    chosen = np.zeros(dataset.n_items, dtype=np.bool_)
    items = dataset.index.items.numbers(list(group.items))
    chosen[items[items >= 0]] = True
    catalogue, index = dataset.catalogue, dataset.index
    for kind, names, ids, column in (
        ("category", group.categories, index.categories, catalogue.category),
        ("aisle", group.aisles, index.aisles, catalogue.aisle),
        ("brand", group.brands, index.brands, catalogue.brand),
    ):
        chosen |= np.isin(column, _numbers(kind, names, ids))
    return chosen


def apart(rules: ShopRules, dataset: Dataset) -> tuple[tuple[Bools, Bools], ...]:
    """Pairs of masks bool (n_items,): no item of the first stands beside one of the second."""
    return tuple((members(pair.one, dataset), members(pair.other, dataset)) for pair in rules.not_together)


def outside_prices(rules: ShopRules, prices: Floats) -> Bools:
    """bool (n_items,): items whose price breaks the rules, or cannot be told to keep them.

    Raises:
        UsageError: the lowest price is above the highest, or no item has a price.
    """
    low, high = rules.at_least_price, rules.at_most_price
    if low is None and high is None:
        return np.zeros(len(prices), dtype=np.bool_)
    if low is not None and high is not None and low > high:
        raise UsageError(
            f"at_least_price={low} is above at_most_price={high}", "shop rules", "Exchange the two prices."
        )
    if np.isnan(prices).all():
        raise UsageError(
            "a rule on prices, but no item has a price",
            "shop rules",
            "Load prices with the catalogue or the events.",
        )
    inside = (prices >= (low or 0)) & (prices <= (np.inf if high is None else high))
    return ~np.asarray(inside, dtype=np.bool_)


def _numbers(kind: str, names: tuple[str, ...], ids: Ids) -> Numbers:
    numbers = ids.numbers(list(names))
    for name, number in zip(names, numbers, strict=True):
        if number < 0:
            close = get_close_matches(name, ids.to_list(), 1, cutoff=0.5)
            advice = f'Did you mean "{close[0]}"?' if close else f"Write the {kind} as it stands in the catalogue."
            raise UsageError(f'the shop has no {kind} "{name}"', "shop rules", advice)
    return numbers
