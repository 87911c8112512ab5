"""What the shop sells, one row an item of the index."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crossaisle.data.dataset.index import Ids, Index
from crossaisle.numerics.arrays import AnyArray, Bools, Floats, Longs, Numbers


@dataclass(frozen=True)
class Catalogue:
    """Columns of length n_items.

    Args:
        category, aisle, brand: int32, −1 where unknown.
        price: float32, currency per unit, NaN where unknown.
        launched: int64, microseconds since 1970; the beginning of time where unknown.
        is_sellable: bool, True where unknown.
        columns: the catalogue's table as it is, a null row for an item it lacks.
    """

    category: Numbers
    aisle: Numbers
    brand: Numbers
    price: Floats
    launched: Longs
    is_sellable: Bools
    columns: "pa.Table"

    def at(self, items: AnyArray, kept: "KeptLabels") -> "Catalogue":
        """The rows of `items`, with categories, aisles and brands renumbered."""
        return Catalogue(
            category=kept.categories[self.category[items]],
            aisle=kept.aisles[self.aisle[items]],
            brand=kept.brands[self.brand[items]],
            price=self.price[items],
            launched=self.launched[items],
            is_sellable=self.is_sellable[items],
            columns=self.columns.take(pa.array(items)),
        )

    def titles(self) -> "pa.Array[Any]":
        """Arrow strings (n_items,): titles, null where unknown."""
        if "title" not in self.columns.column_names:
            return pa.nulls(len(self.category), pa.large_string())
        return self.columns["title"].cast(pa.large_string()).combine_chunks()


@dataclass(frozen=True)
class KeptLabels:
    """Old number → new number of categories, aisles and brands; the last place holds −1, which −1 finds."""

    categories: Numbers
    aisles: Numbers
    brands: Numbers


NEVER = -(2**62)
"""A launch before any event."""


def read_catalogue(table: "pa.Table | None", index: Index) -> Catalogue:
    """Align a catalogue table, unique by item_id, with the items of `index`."""
    if table is None:
        table = pa.table({"item_id": pa.array([], pa.large_string())})
    places = _places(table, index.items)
    aligned = table.take(pa.array(places, mask=places < 0))
    n_items = len(index.items)
    return Catalogue(
        category=_numbers(aligned, "category", index.categories, n_items),
        aisle=_numbers(aligned, "aisle", index.aisles, n_items),
        brand=_numbers(aligned, "brand", index.brands, n_items),
        price=_column(aligned, "price", pa.float32(), np.nan, n_items),
        launched=_column(aligned, "launched_at", pa.timestamp("us", "UTC"), NEVER, n_items),
        is_sellable=_column(aligned, "is_sellable", pa.bool_(), True, n_items),
        columns=aligned,
    )


def _places(table: "pa.Table", items: Ids) -> Numbers:
    """int32 (n_items,): the row of the table for each item, −1 where there is none; the last row wins."""
    places = np.full(len(items), -1, dtype=np.int32)
    numbers = items.numbers(table["item_id"])
    places[numbers[numbers >= 0]] = np.flatnonzero(numbers >= 0)
    return places


def _numbers(table: "pa.Table", name: str, ids: Ids, n_items: int) -> Numbers:
    if name not in table.column_names:
        return np.full(n_items, -1, dtype=np.int32)
    return ids.numbers(table[name])


def _column(table: "pa.Table", name: str, kind: "pa.DataType", missing: Any, n_items: int) -> AnyArray:
    is_there = name in table.column_names
    column = table[name].cast(kind) if is_there else pa.chunked_array([pa.nulls(n_items, kind)])
    if pa.types.is_timestamp(kind):
        column = column.cast(pa.int64())
    return np.asarray(pc.fill_null(column, missing).to_numpy())
