"""Families of signals that tell of the same thing, under which reasons name them: one alone would share its weight with
those beside it."""

from collections.abc import Sequence

from crossaisle.models.ranking.people import OF_WHOEVER

HABITS = "habits"
"""What is the same for every candidate, and so no reason for one."""
DEMAND = "demand"
"""What everybody buys: the item, or from its category."""
_PREFIXES = {
    "rank": "part",
    "score": "part",
    "inclination": "leaning",
    "bought": "leaning",
    "bought_lately": "leaning",
    "entry": "leaning",
}
_FAMILIES = {
    "price": ("price", "price_level", "price_distance"),
    "own": ("own_purchases", "own_absence", "own_rhythm", "category_absence"),
    "alike": ("alike=items", "alike_lately=items", "alike=categories", "alike_lately=categories"),
    HABITS: OF_WHOEVER,
}
_OF = {name: family for family, names in _FAMILIES.items() for name in names}


def family(name: str) -> str:
    """The family of a signal: `name`, or `name=of`; what belongs to no other tells of demand, the item's or its
    category's."""
    kind, _, of = name.partition("=")
    return f"{_PREFIXES[kind]}={of}" if kind in _PREFIXES else _OF.get(name, DEMAND)


def families_of(names: Sequence[str]) -> tuple[str, ...]:
    """The families of these signals, each once, and demand."""
    return tuple(dict.fromkeys([*map(family, names), DEMAND]))


def is_of_categories(name: str) -> bool:
    """Whether what single purchases have of a signal is told by their categories, and not by the items themselves."""
    return name.endswith(("=category", "=categories")) or name == "category_absence"
