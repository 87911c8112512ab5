"""A shop as a graph: users joined to the items, categories and brands of their purchases, items to what they are bought
with."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import DAY
from crossaisle.models.learning.graphs import USER_EXPONENT, sizes
from crossaisle.numerics.arrays import AnyArray, Csr, Floats, Longs, Numbers, csr
from crossaisle.numerics.degrees import power
from crossaisle.numerics.neighbours import nearest_rows
from crossaisle.numerics.propagation import normalised


@dataclass(frozen=True)
class Nodes:
    """What a history leads to: its items, then their categories, then their brands, n_nodes in all.

    Args:
        category, brand: int32 (n_items,), −1 where unknown.
        scales: float32 (n_nodes,), weight of an edge to each node.
        n_categories, n_brands: how many there are.
    """

    category: Numbers
    brand: Numbers
    scales: Floats
    n_categories: int
    n_brands: int

    @property
    def n_items(self) -> int:
        """Number of items."""
        return len(self.category)

    @property
    def n_nodes(self) -> int:
        """Number of items, categories and brands."""
        return self.n_items + self.n_categories + self.n_brands

    @classmethod
    def of(cls, dataset: Dataset, exponent: float, of_category: float, of_brand: float) -> "Nodes":
        """Nodes of a shop: an edge weighs |N_n|^−exponent, and one to a category or brand `of_category` or `of_brand`
        times that."""
        catalogue, index = dataset.catalogue, dataset.index
        n_items, n_categories, n_brands = dataset.n_items, len(index.categories), len(index.brands)
        kinds = np.repeat([1.0, of_category, of_brand], [n_items, n_categories, n_brands]).astype(np.float32)
        plain = cls(catalogue.category, catalogue.brand, np.ones(len(kinds), dtype=np.float32), n_categories, n_brands)
        degrees = np.bincount(plain.edges(dataset.purchases()).indices, minlength=len(kinds))
        return replace(plain, scales=(kinds * power(degrees, -exponent)).astype(np.float32))

    def edges(self, histories: Csr) -> Csr:
        """float32 (n, n_nodes): histories, sparse (n, n_items), joined by `scales` to what they lead to.

        A category or brand counts once, however many of its items were bought; long histories are held back.
        """
        blocks = [histories, *(_members(histories, of, n) for of, n in self._kinds())]
        together = sparse.diags_array(sizes(histories, USER_EXPONENT)[:, 0]) @ sparse.hstack(blocks, format="csr")
        return sparse.csr_array(together @ sparse.diags_array(self.scales)).astype(np.float32)

    def placed(self, of_items: Floats) -> Floats:
        """float32 (n_nodes, width): vectors of items, and of a category or brand the mean over those it has."""
        blocks = [of_items]
        for kind, n in self._kinds():
            items = np.flatnonzero(kind >= 0)
            members = csr(kind[items], items, np.ones(len(items)), (n, self.n_items))
            blocks.append(np.asarray(normalised(members, "mean") @ of_items, dtype=np.float32))
        return np.concatenate(blocks)

    def state(self) -> dict[str, AnyArray]:
        """As arrays, each under `nodes/NAME`."""
        return {f"nodes/{name}": np.asarray(values) for name, values in vars(self).items()}

    @classmethod
    def restore(cls, state: Mapping[str, AnyArray]) -> "Nodes":
        """The nodes whose `state()` this holds."""
        category, brand, scales = (state[f"nodes/{name}"] for name in ("category", "brand", "scales"))
        return cls(category, brand, scales, int(state["nodes/n_categories"]), int(state["nodes/n_brands"]))

    def _kinds(self) -> list[tuple[Numbers, int]]:
        return [(self.category, self.n_categories), (self.brand, self.n_brands)]


def _members(histories: Csr, of: Numbers, n: int) -> Csr:
    """float32 (n_histories, n): the largest weight of an item of each kind."""
    rows, items = histories.nonzero()
    weights, kinds = histories.data[histories.data != 0], of[items]
    order = np.lexsort((weights, kinds, rows))
    order = order[kinds[order] >= 0]
    keys = rows[order].astype(np.int64) * max(1, n) + kinds[order]
    last = np.flatnonzero(np.append(keys[1:] != keys[:-1], True)) if len(keys) else np.empty(0, dtype=np.int64)
    return csr(rows[order][last], kinds[order][last], weights[order][last], (histories.shape[0], n))


def bought_with(dataset: Dataset, n_neighbours: int) -> Csr:
    """float32 (n_items, n_items): of each item the items most often bought with it, as a mean.

    Nearness is the cosine of the items' baskets, long ones held back; a basket is what a user buys on one day.
    """
    events, is_purchase = dataset.events, dataset.is_purchase
    days = events.time[is_purchase] // DAY
    keys = np.stack([events.user[is_purchase].astype(np.int64), days])
    kinds, basket = np.unique(keys, axis=1, return_inverse=True)
    baskets = csr(basket, events.item[is_purchase], np.ones(len(basket)), (kinds.shape[1], dataset.n_items))
    baskets.data = np.minimum(baskets.data, 1)
    near = nearest_rows(sparse.csr_array(normalised(baskets).T), n_neighbours)
    return normalised(near, "mean")


@dataclass(frozen=True)
class Shares:
    """Histories parted by category, one group for each category that a history holds, by category.

    Args:
        edges: sparse float32 (n_groups, n_items), what a group holds, weighed as the nodes' edges are.
        rows, categories: int64 (n_groups,), whose history it is of, and the category.
    """

    edges: Csr
    rows: Longs
    categories: Longs

    @classmethod
    def of(cls, histories: Csr, nodes: Nodes) -> "Shares":
        """Of histories, sparse (n, n_items); items without a category are left out."""
        rows, items = histories.nonzero()
        held = histories.data[histories.data != 0] * sizes(histories, USER_EXPONENT)[rows, 0]
        weights = held * nodes.scales[items]
        keys = nodes.category[items].astype(np.int64) * histories.shape[0] + rows
        kept = nodes.category[items] >= 0
        groups, places = np.unique(keys[kept], return_inverse=True)
        edges = csr(places, items[kept], weights[kept], (len(groups), nodes.n_items))
        categories, rows = np.divmod(groups, max(1, histories.shape[0]))
        return cls(edges, rows, categories)

    def within(self, item_category: AnyArray) -> Iterator[tuple[slice, Longs]]:
        """For each category held: its groups, and the places of its items in `item_category`, (n,)."""
        order = np.argsort(item_category, kind="stable")
        for category, first, end in _runs(self.categories):
            start, stop = np.searchsorted(item_category[order], (category, category + 1))
            if stop > start:
                yield slice(first, end), order[start:stop]


def _runs(ascending: Longs) -> Iterator[tuple[int, int, int]]:
    """Each value with the places where it starts and ends."""
    values, starts = np.unique(ascending, return_index=True)
    ends = np.append(starts, len(ascending))[1:]
    yield from zip(values.tolist(), starts.tolist(), ends.tolist(), strict=True)
