"""What occasions of life need: categories by use, not by likeness (Srivastava, Leone & Shocker, 1981).

The tables are made up by common sense. Nothing in them was counted in any data set.
"""

from dataclasses import dataclass

import numpy as np

from simulated_shop.chance import Bools, Ints

NONE, RARE, COMMON, CORE = range(4)
"""A category's role in an occasion; the number orders them."""
USES = np.array([0, 0.25, 0.6, 1.0])
"""Uses of a category each time that an occasion is lived, by role."""
NEEDED = np.array([0, 0.3, 0.65, 0.95])
"""Chance that a household which lives the occasion needs the category for it, by role."""

STAGES = ("single", "couple", "baby", "school", "elders")


@dataclass(frozen=True)
class Category:
    """price: currency of a usual pack. uses: of a usual pack. shelf_life: days."""

    name: str
    aisle: str
    price: float
    uses: float
    shelf_life: float


@dataclass(frozen=True)
class Occasion:
    """A part of life that needs things.

    Args:
        times: a week, where it is lived.
        shares: of the households of each stage, who live it at the beginning.
    """

    name: str
    times: float
    shares: tuple[float, float, float, float, float]
    core: tuple[str, ...]
    common: tuple[str, ...] = ()
    rare: tuple[str, ...] = ()


_AISLES: dict[str, tuple[tuple[str, float, float, float], ...]] = {
    "Fresh": (
        ("Milk", 2.2, 14, 10),
        ("Bread", 2.8, 12, 6),
        ("Eggs", 3.6, 12, 25),
        ("Fruit", 4.2, 12, 9),
        ("Vegetables", 3.9, 9, 8),
        ("Meat", 8.5, 6, 6),
        ("Cheese", 5.2, 12, 30),
        ("Yoghurt", 3.1, 8, 20),
    ),
    "Pantry": (
        ("Cereal", 4.1, 16, 240),
        ("Pasta and rice", 2.6, 14, 500),
        ("Sauces", 3.4, 12, 200),
        ("Canned food", 2.4, 6, 900),
        ("Spreads", 3.8, 24, 250),
        ("Flour and baking", 3.2, 5, 300),
        ("Nuts and seeds", 5.4, 12, 180),
        ("Plant protein", 4.9, 6, 40),
    ),
    "Snacks and drinks": (
        ("Snack bars", 4.4, 8, 200),
        ("Crisps", 2.9, 3, 120),
        ("Chocolate", 3.3, 5, 250),
        ("Coffee", 7.8, 40, 300),
        ("Tea", 4.3, 30, 600),
        ("Juice", 3.0, 8, 30),
        ("Soft drinks", 4.6, 6, 250),
        ("Beer and wine", 9.5, 4, 400),
        ("Plant drinks", 3.3, 8, 90),
        ("Sports drinks", 5.8, 8, 250),
    ),
    "Household": (
        ("Laundry", 9.8, 20, 900),
        ("Dish care", 6.2, 24, 900),
        ("Cleaners", 4.5, 16, 900),
        ("Paper goods", 6.6, 16, 2000),
        ("Bin bags", 3.7, 16, 2000),
    ),
    "Baby and school": (
        ("Nappies", 14.5, 40, 1500),
        ("Baby food", 8.2, 20, 200),
        ("Baby care", 5.1, 28, 700),
        ("Toys", 12.0, 14, 3000),
        ("Stationery", 6.0, 20, 3000),
    ),
    "Pets": (
        ("Dog food", 16.0, 26, 300),
        ("Cat food", 12.5, 26, 400),
        ("Cat litter", 8.8, 26, 3000),
        ("Pet treats", 4.7, 18, 300),
        ("Pet care", 9.2, 20, 900),
    ),
    "Care": (
        ("Shampoo and shower", 5.5, 24, 900),
        ("Oral care", 4.2, 26, 900),
        ("Skin care", 11.0, 24, 500),
        ("Cosmetics", 12.5, 14, 600),
        ("Sun care", 10.5, 4, 500),
        ("Medicine", 7.4, 8, 700),
        ("Vitamins", 10.8, 20, 500),
    ),
    "Home and leisure": (
        ("Charcoal and grills", 11.5, 6, 3000),
        ("Party tableware", 6.4, 2, 3000),
        ("Candles", 7.2, 4, 3000),
        ("Storage boxes", 9.9, 6, 3000),
        ("Tools and paint", 18.0, 6, 2000),
        ("Seeds and soil", 8.6, 5, 300),
        ("Travel goods", 13.5, 6, 3000),
        ("Bakeware", 14.0, 4, 3000),
        ("Gym gear", 22.0, 12, 3000),
    ),
}

CATEGORIES = tuple(Category(row[0], aisle, *row[1:]) for aisle, rows in _AISLES.items() for row in rows)

OCCASIONS = (
    Occasion(
        "breakfast", 6, (0.75, 0.9, 0.95, 0.95, 0.95), ("Milk", "Bread", "Coffee"),
        ("Eggs", "Spreads", "Yoghurt", "Fruit", "Cereal", "Juice"), ("Tea", "Cheese", "Nuts and seeds"),
    ),
    Occasion(
        "cooking", 4.5, (0.6, 0.85, 0.9, 0.95, 0.9), ("Vegetables", "Pasta and rice", "Meat"),
        ("Sauces", "Cheese", "Canned food", "Eggs"), ("Beer and wine", "Fruit"),
    ),
    Occasion(
        "commuting", 4, (0.6, 0.55, 0.4, 0.45, 0.05), ("Snack bars", "Fruit"),
        ("Juice", "Coffee", "Yoghurt"), ("Nuts and seeds", "Chocolate", "Travel goods"),
    ),
    Occasion(
        "cleaning", 2.5, (0.8, 0.9, 0.95, 0.95, 0.9), ("Laundry", "Dish care", "Cleaners"),
        ("Paper goods", "Bin bags"), ("Candles",),
    ),
    Occasion(
        "self-care", 4, (0.85, 0.85, 0.8, 0.85, 0.8), ("Shampoo and shower", "Oral care"),
        ("Skin care",), ("Cosmetics", "Candles", "Vitamins"),
    ),
    Occasion(
        "baby", 14, (0, 0.02, 1, 0.05, 0), ("Nappies", "Baby food", "Baby care"),
        ("Laundry", "Paper goods"), ("Toys", "Medicine"),
    ),
    Occasion(
        "school", 5, (0, 0, 0.2, 0.95, 0), ("Snack bars", "Juice", "Stationery"),
        ("Bread", "Fruit"), ("Chocolate", "Toys"),
    ),
    Occasion("dog", 10, (0.12, 0.2, 0.15, 0.25, 0.2), ("Dog food",), ("Pet treats",), ("Pet care",)),
    Occasion("cat", 10, (0.2, 0.2, 0.15, 0.22, 0.22), ("Cat food", "Cat litter"), ("Pet treats",), ("Pet care",)),
    Occasion(
        "barbecue", 1, (0.25, 0.45, 0.4, 0.55, 0.2), ("Meat", "Charcoal and grills", "Sauces"),
        ("Beer and wine", "Vegetables", "Soft drinks", "Bread"), ("Party tableware", "Crisps"),
    ),
    Occasion(
        "party", 0.7, (0.45, 0.4, 0.25, 0.4, 0.15), ("Crisps", "Soft drinks", "Beer and wine"),
        ("Party tableware", "Chocolate", "Candles"), ("Toys", "Paper goods"),
    ),
    Occasion(
        "baking", 1, (0.15, 0.25, 0.25, 0.35, 0.4), ("Flour and baking", "Eggs"),
        ("Chocolate", "Milk", "Nuts and seeds"), ("Bakeware", "Spreads"),
    ),
    Occasion(
        "plant-based diet", 5, (0.15, 0.12, 0.08, 0.08, 0.04), ("Plant protein", "Plant drinks", "Vegetables"),
        ("Nuts and seeds", "Canned food"), ("Vitamins", "Spreads"),
    ),
    Occasion(
        "training", 3, (0.35, 0.3, 0.15, 0.2, 0.1), ("Sports drinks", "Snack bars"),
        ("Yoghurt", "Vitamins"), ("Gym gear", "Nuts and seeds"),
    ),
    Occasion(
        "gardening", 1.2, (0.05, 0.25, 0.2, 0.3, 0.45), ("Seeds and soil",),
        ("Tools and paint",), ("Skin care", "Storage boxes"),
    ),
    Occasion(
        "travel", 0.6, (0.3, 0.35, 0.15, 0.3, 0.3), ("Sun care", "Travel goods"),
        ("Snack bars", "Medicine"), ("Cosmetics", "Soft drinks"),
    ),
    Occasion(
        "colds", 1.5, (0.2, 0.2, 0.35, 0.35, 0.3), ("Medicine", "Tea"),
        ("Paper goods", "Canned food"), ("Vitamins", "Candles"),
    ),
    Occasion(
        "moving house", 2, (0.04, 0.04, 0.04, 0.03, 0.01), ("Storage boxes", "Tools and paint"),
        ("Cleaners", "Bin bags"), ("Candles", "Paper goods"),
    ),
)  # fmt: skip

PRICE, PACK, SHELF_LIFE = np.array([(one.price, one.uses, one.shelf_life) for one in CATEGORIES]).T
"""Of each category's usual pack: currency, uses, days."""
CATEGORY_NUMBER = {category.name: number for number, category in enumerate(CATEGORIES)}
OCCASION_NUMBER = {occasion.name: number for number, occasion in enumerate(OCCASIONS)}


def roles() -> Ints:
    """int64 (n_occasions, n_categories): the role of each category in each occasion."""
    found = np.zeros((len(OCCASIONS), len(CATEGORIES)), dtype=np.int64)
    for row, occasion in enumerate(OCCASIONS):
        for role, names in ((RARE, occasion.rare), (COMMON, occasion.common), (CORE, occasion.core)):
            found[row, [CATEGORY_NUMBER[name] for name in names]] = role
    return found


def _telltales() -> Bools:
    role = roles() >= COMMON
    is_of_few = np.array([occasion.name in ("baby", "dog", "cat") for occasion in OCCASIONS])
    found: Bools = role[is_of_few].any(axis=0) & ~role[~is_of_few].any(axis=0)
    return found


IS_TELLTALE = _telltales()
"""bool (n_categories,): plainly wrong in a home without the child or the pet that it is for."""
