"""Groups of items: the category, the aisle, the brand and every further column of the catalogue that sorts items."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from crossaisle.data.dataset import Dataset
from crossaisle.numerics.arrays import Csr, Numbers

FEWEST, MOST, MOST_GROUPINGS = 5, 2000, 6
_NO_GROUPING = ("item_id", "is_sellable", "launched_at", "price", "cost", "description")


@dataclass(frozen=True)
class Grouping:
    """One way to sort items. codes: int32 (n_items,), −1 for no group; n_groups: how many there are."""

    name: str
    codes: Numbers
    n_groups: int

    @property
    def member(self) -> Csr:
        """float32 (n_items, n_groups), 1 where the item is of the group."""
        return member(self.codes, self.n_groups)


def member(codes: Numbers, n_groups: int) -> Csr:
    """float32 (n_items, n_groups): 1 at each item's group, nothing where the code is −1."""
    items = np.flatnonzero(codes >= 0)
    one: Csr = sparse.csr_array(
        (np.ones(len(items), dtype=np.float32), (items, codes[items])), shape=(len(codes), n_groups)
    )
    return one


def groupings(dataset: Dataset) -> tuple[Grouping, ...]:
    """The columns of text in the catalogue by which items are sorted into enough groups, but not one for each item.

    Of two columns that sort alike the first is kept. A column with more groups than are kept, such as most titles,
    takes part with those of the most items.
    """
    found: list[Grouping] = []
    columns = dataset.catalogue.columns
    known = {"category": dataset.catalogue.category, "aisle": dataset.catalogue.aisle, "brand": dataset.catalogue.brand}
    others = [name for name in columns.column_names if name not in known and name not in _NO_GROUPING]
    for name in (*known, *others):
        codes = known[name] if name in known else _codes(columns[name])
        if codes is None:
            continue
        grouping = _largest(name, codes)
        if FEWEST <= grouping.n_groups <= len(codes) / 2 and not any(_same(grouping, one) for one in found):
            found.append(grouping)
    return tuple(found[:MOST_GROUPINGS])


def _codes(column: "pa.ChunkedArray") -> Numbers | None:
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return None
    encoded = column.combine_chunks().dictionary_encode()
    return np.asarray(pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False), dtype=np.int32)


def _largest(name: str, codes: Numbers) -> Grouping:
    """The groups of at least two items, those of the most items where they are too many."""
    sizes = np.bincount(codes[codes >= 0])
    kept = np.sort(np.argsort(-sizes, kind="stable")[: min(MOST, int((sizes > 1).sum()))])
    renumbered = np.full(len(sizes) + 1, -1, dtype=np.int32)
    renumbered[kept] = np.arange(len(kept), dtype=np.int32)
    return Grouping(name, renumbered[codes], len(kept))


def _same(one: Grouping, other: Grouping) -> bool:
    """Whether two groupings differ by names alone: as many pairs of groups meet as there are groups in either."""
    if one.n_groups != other.n_groups:
        return False
    pairs = one.codes.astype(np.int64) * (other.n_groups + 1) + other.codes
    return len(np.unique(pairs[(one.codes >= 0) | (other.codes >= 0)])) == one.n_groups
