"""What the shop sells: items that differ in brand, pack, price, quality and looks, some of them new, some leaving."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from simulated_shop.chance import Bools, Floats, Ints, Words, marks
from simulated_shop.needs import CATEGORIES, CATEGORY_NUMBER, OCCASIONS, PACK, PRICE, SHELF_LIFE
from simulated_shop.shift import INCOMING, OUTGOING

FEWEST, MOST = 20, 60
"""Items of a category, launched and delisted ones together."""
NEVER = 10**6
"""A week after any other."""
WAVE, TREND_WAVE = 0.05, 0.15
"""Shares of a category's items that are launched, and as many delisted, at the shift; the second where taste turns."""
TRICKLE = 0.08
"""Share of the items that are launched, and share delisted, in some other week from 20 before the start to 40 after."""

_AISLE_BRANDS = {
    "Fresh": ("Meadowly", "Greenacre", "Dewfield", "Farmgate", "Orchard Row"),
    "Pantry": ("Millstone", "Larder & Co", "Golden Sheaf", "Pantryman", "Saltmarsh"),
    "Snacks and drinks": ("Zingo", "Highbrook", "Roundhouse", "Brightcup", "Nibbly"),
    "Household": ("Sparkwell", "Tidyhome", "Blue Wave", "Scrubb", "Lumen"),
    "Baby and school": ("Tinytoes", "Cradle", "Little Oak", "Pencilcase", "Hopscotch"),
    "Pets": ("Wagtail", "Whisker", "Good Paw", "Kennelmate", "Furline"),
    "Care": ("Alma", "Dermisse", "Fresca", "Vitalis", "Rosewater"),
    "Home and leisure": ("Hearth", "Outbound", "Boxwood", "Emberly", "Craftline"),
}
BRANDS = ("Homestead", *(name for names in _AISLE_BRANDS.values() for name in names))
"""The first is the shop's own, in every aisle."""
_LINES = ("Classic", "Everyday", "Select", "Original", "Pure", "Gentle", "Family", "Bright", "Rich", "Natural")
_PACKS = np.array([0.5, 1.0, 2.0])
_TIERS = np.array([0.75, 1.0, 1.45])
"""What a budget, a middle and a premium brand ask, relative to the usual price."""


@dataclass(frozen=True)
class Goods:
    """Columns of length n_items.

    Args:
        category, brand: int64.
        price: currency per pack. uses: of a pack. shelf_life: days.
        quality: in [0, 1]. eye: how much an item catches the eye, in [0, 1]. room: its share of the shelf, above 0.
        launched, delisted: weeks; week 0 is the first after the history.
        titles, ids: texts. numbers: id → item. of_category: the items of each category.
        pack: uses, relative to the usual pack. dear: price a use, relative to the usual.
    """

    category: Ints
    brand: Ints
    price: Floats
    uses: Floats
    shelf_life: Floats
    quality: Floats
    eye: Floats
    room: Floats
    launched: Ints
    delisted: Ints
    titles: tuple[str, ...]
    marks: Words = field(init=False, repr=False)
    ids: tuple[str, ...] = field(init=False, repr=False)
    numbers: dict[str, int] = field(init=False, repr=False)
    of_category: tuple[Ints, ...] = field(init=False, repr=False)
    pack: Floats = field(init=False, repr=False)
    dear: Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Number the items, and find them by category."""
        ids = tuple(f"i{item:05}" for item in range(len(self.category)))
        object.__setattr__(self, "ids", ids)
        object.__setattr__(self, "numbers", {item_id: item for item, item_id in enumerate(ids)})
        object.__setattr__(self, "marks", marks(len(ids)))
        of_category = tuple(np.flatnonzero(self.category == one) for one in range(len(CATEGORIES)))
        object.__setattr__(self, "of_category", of_category)
        pack = self.uses / PACK[self.category]
        object.__setattr__(self, "pack", pack)
        object.__setattr__(self, "dear", self.price / PRICE[self.category] / pack)

    def on_sale(self, items: Ints, week: int) -> Bools:
        """bool as `items`: launched and not yet delisted."""
        on_sale: Bools = (self.launched[items] <= week) & (week < self.delisted[items])
        return on_sale

    def changed(self, weeks: Ints, week: int) -> list[str]:
        """Ids of the items whose launch or end, as `weeks` says, is in this week."""
        return [self.ids[item] for item in np.flatnonzero(weeks == week)]

    def frame(self, week: int, monday: pd.Timestamp) -> pd.DataFrame:
        """The catalogue as it stands in a week: every item launched so far, the delisted not sellable.

        Args:
            monday: the first moment of week 0.
        """
        items = np.flatnonzero(self.launched <= week)
        categories = [CATEGORIES[one] for one in self.category[items]]
        return pd.DataFrame(
            {
                "item_id": [self.ids[item] for item in items],
                "title": [self.titles[item] for item in items],
                "category": [category.name for category in categories],
                "aisle": [category.aisle for category in categories],
                "brand": [BRANDS[one] for one in self.brand[items]],
                "price": self.price[items],
                "portions": self.uses[items],
                "launched_at": monday + pd.to_timedelta(7 * self.launched[items], unit="D"),
                "is_sellable": self.on_sale(items, week),
            }
        )


def make_goods(rng: np.random.Generator, shift_week: int | None) -> Goods:
    """The goods of a shop. Those of a shop without a shift are the same, except that its wave never comes."""
    category = np.repeat(np.arange(len(CATEGORIES)), rng.integers(FEWEST, MOST + 1, len(CATEGORIES)))
    n_items = len(category)
    tier_of = rng.choice(3, len(BRANDS), p=(0.3, 0.4, 0.3))
    tier_of[0] = 0
    brand = _brands(rng, category)
    tier = tier_of[brand]
    pack = rng.choice(3, n_items, p=(0.2, 0.55, 0.25))
    price = PRICE[category] * _TIERS[tier] * _PACKS[pack] ** 0.88 * rng.lognormal(0, 0.12, n_items)
    launched, delisted = _lives(rng, category, shift_week)
    uses = PACK[category] * _PACKS[pack]
    line = rng.integers(0, len(_LINES), n_items)
    return Goods(
        category=category,
        brand=brand,
        price=np.maximum(np.round(price, 1) - 0.01, 0.29).round(2),
        uses=uses,
        shelf_life=SHELF_LIFE[category] * rng.lognormal(0, 0.2, n_items),
        quality=np.clip(0.45 + 0.13 * (tier - 1) + rng.normal(0, 0.17, n_items), 0.02, 0.98),
        eye=rng.beta(2, 2, n_items),
        room=rng.lognormal(0, 0.9, n_items),
        launched=launched,
        delisted=delisted,
        titles=tuple(
            f"{BRANDS[b]} {_LINES[one]} {CATEGORIES[c].name}, {n:g} portions"
            for b, one, c, n in zip(brand, line, category, uses, strict=True)
        ),
    )


def turning(occasions: tuple[str, ...]) -> Bools:
    """bool (n_categories,): categories at the core of one of these occasions."""
    found = np.zeros(len(CATEGORIES), dtype=np.bool_)
    found[[CATEGORY_NUMBER[name] for one in OCCASIONS if one.name in occasions for name in one.core]] = True
    return found


def _brands(rng: np.random.Generator, category: Ints) -> Ints:
    """int64 (n_items,): of each item one of its aisle's brands, one in five the shop's own."""
    starts = {aisle: 1 + 5 * place for place, aisle in enumerate(_AISLE_BRANDS)}
    first = np.array([starts[CATEGORIES[one].aisle] for one in category])
    return np.where(rng.random(len(category)) < 0.2, 0, first + rng.integers(0, 5, len(category)))


def _lives(rng: np.random.Generator, category: Ints, shift_week: int | None) -> tuple[Ints, Ints]:
    """int64 (n_items,) twice: the week of an item's launch, and that of its end."""
    n_items = len(category)
    at_shift = NEVER if shift_week is None else shift_week
    comes = rng.random(n_items)
    wave = np.where(turning(INCOMING)[category], TREND_WAVE, WAVE)
    launched = np.where(comes > 1 - TRICKLE, rng.integers(-20, 40, n_items), rng.integers(-250, -60, n_items))
    launched = np.where(comes < wave, at_shift, launched)
    goes = rng.random(n_items)
    wave = np.where(turning(OUTGOING)[category], TREND_WAVE, WAVE)
    delisted = np.where(goes > 1 - TRICKLE, rng.integers(-20, 40, n_items), NEVER)
    delisted = np.where(goes < wave, at_shift, delisted)
    return launched, np.where(delisted <= launched, NEVER, delisted)
