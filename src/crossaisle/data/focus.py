"""What a slate may hold: every item, items never bought, items of categories never bought, or one category."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from crossaisle.data.dataset import Ids
from crossaisle.data.queries import Queries
from crossaisle.errors import UsageError
from crossaisle.numerics.arrays import Bools, Numbers

Kind = Literal["all", "explore", "new-categories", "category"]
KINDS: tuple[Kind, ...] = ("all", "explore", "new-categories", "category")


@dataclass(frozen=True)
class Focus:
    """One of the four kinds; `category` is set for the last alone."""

    kind: Kind = "all"
    category: str | None = None

    @classmethod
    def parse(cls, text: "str | Focus") -> "Focus":
        """Read `all`, `explore`, `new-categories` or `category=NAME`.

        Raises:
            UsageError: the text is none of these.
        """
        if isinstance(text, Focus):
            return text
        kind, _, category = text.partition("=")
        if (kind == "category") != bool(category) or kind not in KINDS:
            raise UsageError(f'"{text}" is not a focus', remedy="Choose all, explore, new-categories or category=NAME.")
        return cls(kind, category or None)

    def __str__(self) -> str:
        return f"category={self.category}" if self.category else self.kind


@dataclass(frozen=True)
class Allowed:
    """Which items a focus lets into each query's slate.

    Args:
        focus: what the slates are for.
        items: int32 (n_columns,), ascending: the eligible items, columns of every mask.
        item_category: int32 (n_items,), −1 where an item has none.
        categories: ids of the categories.
    """

    focus: Focus
    items: Numbers
    item_category: Numbers
    categories: Ids

    def mask(self, queries: Queries) -> Bools:
        """bool (n_queries, n_columns): True where the item may be recommended.

        Raises:
            UsageError: the focus names a category that the shop does not have.
        """
        category = self.item_category[self.items]
        shape = (len(queries), len(self.items))
        if self.focus.kind == "all":
            return np.ones(shape, dtype=np.bool_)
        if self.focus.kind == "category":
            return np.broadcast_to(category == self._wanted(), shape).copy()
        if self.focus.kind == "explore":
            return ~np.take(_marked(queries.bought(), queries.n_items), self.items, axis=1)
        known = _marked(queries.known_categories(self.item_category, len(self.categories)), len(self.categories))
        return ~np.take(known, category, axis=1) & (category >= 0)[None, :]

    def _wanted(self) -> int:
        number = self.categories.number(self.focus.category or "")
        if number < 0:
            raise UsageError(
                f'the shop has no category "{self.focus.category}"',
                remedy="Write the category as it stands in the catalogue.",
            )
        return number


def _marked(pairs: tuple[Numbers, Numbers, int], n_columns: int) -> Bools:
    rows, columns, n_rows = pairs
    marked = np.zeros((n_rows, max(1, n_columns)), dtype=np.bool_)
    marked[rows, columns] = True
    return marked
