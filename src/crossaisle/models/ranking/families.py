"""Families of signals that tell of the same thing, under which reasons name them: one alone would share its weight with
those beside it."""

from crossaisle.models.ranking.people import OF_WHOEVER

HABITS = "habits"
"""What is the same for every candidate, and so no reason for one."""
_PREFIXES = {
    "rank": "part",
    "score": "part",
    "inclination": "leaning",
    "bought": "leaning",
    "bought_lately": "leaning",
    "entry": "leaning",
}
_FAMILIES = {
    "category_demand": (
        "category_buyers",
        "recent_category_buyers",
        "category_conversion",
        "later_category_conversion",
        "latest_category_conversion",
    ),
    "price": ("price", "price_level", "price_distance"),
    "own": ("own_purchases", "own_absence", "own_rhythm", "category_absence"),
    "alike": ("alike=items", "alike_lately=items", "alike=categories", "alike_lately=categories"),
    HABITS: OF_WHOEVER,
}
_OF = {name: family for family, names in _FAMILIES.items() for name in names}


def family(name: str) -> str:
    """The family of a signal: `name`, or `name=of`; what belongs to no other tells of demand."""
    kind, _, of = name.partition("=")
    return f"{_PREFIXES[kind]}={of}" if kind in _PREFIXES else _OF.get(name, "demand")
