"""Which items may be shown to anybody, changed in place as the shop's catalogue and stock change."""

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.numerics.arrays import AnyArray, Bools, Longs, Numbers
from crossaisle.slates.filtering.eligible import Why, shop_wide
from crossaisle.slates.filtering.stock import Stock
from crossaisle.slates.live.retrieval.kernels import FIRST_CATEGORY, SHUT
from crossaisle.slates.options import ShopRules, SlateOptions

HARD = (Why.NOT_SELLABLE, Why.NOT_LAUNCHED, Why.OUT_OF_STOCK, Why.RULE_NEVER, Why.RULE_PRICE, Why.NOT_ESTABLISHED)


class LiveCatalogue:
    """What keeps each item out of all slates; for one thread.

    Args:
        reasons: uint8 (n_items,), a bit for each of `HARD`, the smaller first.
        launched: int64 (n_items,), microseconds since 1970.
        rules: the shop's own.
        category: int32 (n_items,), −1 for none.
    """

    def __init__(self, reasons: AnyArray, launched: Longs, rules: ShopRules, category: Numbers) -> None:
        self.reasons, self.rules, self._category = reasons, rules, category
        self.eligible: Bools = np.append(reasons == 0, False)
        """bool (n_items + 1,): whether an item may be shown; the last place, which −1 finds, may not."""
        self.codes: Numbers = np.where(self.eligible, np.append(category, -1) + FIRST_CATEGORY, SHUT).astype(np.int32)
        """int32 (n_items + 1,): SHUT where it may not, else its category and FIRST_CATEGORY: all that keeps an item out
        for anybody, in one place."""
        self.n_eligible = int(self.eligible.sum())
        waiting = np.flatnonzero(reasons & _bit(Why.NOT_LAUNCHED))
        order = np.argsort(-launched[waiting], kind="stable")
        self._waiting = list(zip(launched[waiting][order].tolist(), waiting[order].tolist(), strict=True))

    @classmethod
    def of(cls, dataset: Dataset, moment: int, options: SlateOptions, stock: Stock | None = None) -> "LiveCatalogue":
        """As the catalogue and the stock tell at `moment`, microseconds since 1970."""
        reasons = np.zeros(dataset.n_items, dtype=np.uint8)
        outside, _ = shop_wide(dataset, moment, options, stock)
        for why, is_out in outside:
            reasons[is_out] |= _bit(why)
        return cls(reasons, dataset.catalogue.launched, options.rules, dataset.catalogue.category)

    def at(self, moment: int) -> None:
        """Let in what is launched by now."""
        while self._waiting and self._waiting[-1][0] <= moment:
            self._set(self._waiting.pop()[1], Why.NOT_LAUNCHED, False)

    def why(self, item: int) -> Why:
        """What keeps an item out, the smallest reason; ELIGIBLE if nothing does."""
        return next((one for one in HARD if self.reasons[item] & _bit(one)), Why.ELIGIBLE)

    def triable(self, items: Numbers) -> Bools:
        """bool (n,): whether nothing keeps the items out, int32 (n,), unless that few people bought them."""
        return np.asarray((self.reasons[items] & ~_bit(Why.NOT_ESTABLISHED)) == 0)

    def set_sellable(self, item: int, is_sellable: bool) -> None:
        """The shop sells the item, or no longer does."""
        self._set(item, Why.NOT_SELLABLE, not is_sellable)

    def set_stock(self, item: int, quantity: float | None) -> None:
        """So many units are left in the whole shop; an unknown quantity, None, does not keep the item out."""
        self._set(item, Why.OUT_OF_STOCK, quantity is not None and quantity <= 0)

    def set_price(self, item: int, price: float | None) -> None:
        """Currency per unit; an unknown price, None, does not pass a rule on prices."""
        low, high = self.rules.at_least_price, self.rules.at_most_price
        if low is None and high is None:
            return
        is_inside = price is not None and (low or 0) <= price <= (np.inf if high is None else high)
        self._set(item, Why.RULE_PRICE, not is_inside)

    def _set(self, item: int, why: Why, is_out: bool) -> None:
        self.reasons[item] = self.reasons[item] | _bit(why) if is_out else self.reasons[item] & ~_bit(why)
        is_eligible = bool(self.reasons[item] == 0)
        self.n_eligible += int(is_eligible) - int(self.eligible[item])
        self.eligible[item] = is_eligible
        self.codes[item] = self._category[item] + FIRST_CATEGORY if is_eligible else SHUT


def _bit(why: Why) -> np.uint8:
    return np.uint8(1 << HARD.index(why))
