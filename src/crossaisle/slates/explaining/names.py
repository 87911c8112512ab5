"""Names as people read them: titles of items, categories, searches, and days."""

from dataclasses import dataclass

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import DAY, as_datetime
from crossaisle.numerics.arrays import Longs
from crossaisle.words import Language, say

LONGEST = 60
"""Signs of a search that are told."""


@dataclass(frozen=True)
class Names:
    """items, categories, brands: one readable name a number."""

    items: list[str]
    categories: list[str]
    brands: list[str]

    @classmethod
    def of(cls, dataset: Dataset) -> "Names":
        """Titles from the catalogue, else ids."""
        ids, titles = dataset.index.items.to_list(), dataset.catalogue.titles().to_pylist()
        items = [readable(title) if title else item_id for title, item_id in zip(titles, ids, strict=True)]
        categories, brands = (
            [readable(name) for name in ids.to_list()] for ids in (dataset.index.categories, dataset.index.brands)
        )
        return cls(items, categories, brands)


def readable(name: str) -> str:
    """A name that is not shouted: `FLUID MILK 2L` becomes `Fluid milk 2L`; mixed case stays as it is."""
    words = name.split()
    if name == name.upper():
        words = [word if any(map(str.isdigit, word)) else word.lower() for word in words]
    name = " ".join(words)
    return name[:1].upper() + name[1:]


def shortened(text: str) -> str:
    """What somebody typed on one line, of at most LONGEST signs."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1].rstrip()}…"


def days(moments: Longs, now: int, language: Language) -> dict[int, str]:
    """Number of the day since 1970 → the day in words, with its year where that is not the year of `now`."""
    this_year = as_datetime(now).year
    told = {}
    for day in np.unique(moments // DAY).tolist():
        when = as_datetime(day * DAY)
        key = "date.day" if when.year == this_year else "date.day_and_year"
        month = say(f"date.month.{when.month}", language)
        told[day] = say(key, language, day=when.day, month=month, year=when.year)
    return told
