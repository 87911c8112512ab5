"""What items say of themselves and people search for, as vectors of a text encoder, reduced to a few dozen dimensions.

The encoder is pre-trained (see data.text_encoder); the directions kept are those of a truncated SVD, as in latent
semantic analysis: Deerwester et al. (1990), "Indexing by Latent Semantic Analysis".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
import pyarrow as pa
from pydantic import Field

from crossaisle.data.dataset import Dataset
from crossaisle.data.event_types import EVENT_TYPES, SEARCH
from crossaisle.data.moments import DAY
from crossaisle.data.queries import Queries
from crossaisle.data.text_encoder import EncodedTexts, TextEncoder, encode_texts
from crossaisle.features.feature import Block, FittedFeature, State, TextFeature, options, within
from crossaisle.features.interests import LOOKED, TAKEN
from crossaisle.features.searches import Searches
from crossaisle.features.selection import Selection
from crossaisle.features.text_encoders.embedded import Embedded
from crossaisle.numerics.arrays import AnyArray, Bools, Floats, csr, row_numbers

FIELDS: Mapping[str, float] = {"title": 1.0, "description": 0.5, "category": 0.3, "brand": 0.2, "reviews": 0.3}
"""Columns of the catalogue that are read, and their weights in an item's vector."""


def item_texts(dataset: Dataset, encoder: TextEncoder, fields: Mapping[str, float] = FIELDS) -> EncodedTexts:
    """Items as vectors: the weighted sum of their fields' vectors, at length one; items of equal texts share one."""
    columns = {name: one for name, one in _columns(dataset).items() if name in fields}
    encoded = {name: encode_texts(encoder, one) for name, one in columns.items()}
    encoded = {name: one for name, one in encoded.items() if len(one.vectors)}
    if not encoded:
        return EncodedTexts(np.full(dataset.n_items, -1, dtype=np.int32), np.zeros((0, 0), dtype=np.float32))
    together = np.column_stack([one.places for one in encoded.values()])
    distinct, places = np.unique(together, axis=0, return_inverse=True)
    vectors = np.zeros((len(distinct), next(iter(encoded.values())).vectors.shape[1]), dtype=np.float32)
    for column, (name, one) in enumerate(encoded.items()):
        has_text = distinct[:, column] >= 0
        vectors[has_text] += np.float32(fields[name]) * one.vectors[distinct[has_text, column]]
    lengths = np.linalg.norm(vectors, axis=1)
    vectors[lengths > 0] /= lengths[lengths > 0, None]
    said = np.where(lengths > 0, np.cumsum(lengths > 0) - 1, -1)
    return EncodedTexts(said[places.ravel()].astype(np.int32), vectors[lengths > 0])


def _columns(dataset: Dataset) -> dict[str, "pa.Array[Any] | pa.ChunkedArray[Any]"]:
    """The texts of each field that the catalogue has: Arrow strings (n_items,)."""
    table, index = dataset.catalogue.columns, dataset.index
    found: dict[str, Any] = {
        name: table[name]
        for name in ("title", "description", "reviews")
        if name in table.column_names
        and pa.types.is_string(table[name].type) | pa.types.is_large_string(table[name].type)
    }
    return found | {
        "category": index.categories.at(dataset.catalogue.category),
        "brand": index.brands.at(dataset.catalogue.brand),
    }


@dataclass(frozen=True)
class FittedTextVectors(FittedFeature):
    """Vectors of items and of searches, in the same few dimensions.

    Args:
        of_items: float32 (n_items, n_components), zeros for an item without text.
        searches: what was searched for before the cut.
        type_weights: float32 (n_event_types,), how much an event on an item counts.
        half_life: microseconds after which an event counts half.
    """

    of_items: Floats
    searches: Searches
    type_weights: Floats
    half_life: float

    def users(self, queries: Queries) -> tuple[Block, ...]:
        """Means of what each history holds and searched for, the latest weighing most; a mark where there is none."""
        if not self.of_items.shape[1]:
            return ()
        weights = queries.weights * self._freshness(queries)
        on_items = (queries.items >= 0) & (self.type_weights[queries.types] > 0)
        blocks = [self._mean("text of history", queries, on_items, self.of_items, queries.items, weights)]
        if len(self.searches.keys):
            on_searches = (queries.types == SEARCH) & (queries.searched >= 0)
            vectors = self.searches.of(queries)
            blocks.append(self._mean("text of searches", queries, on_searches, vectors, queries.searched, weights))
        return tuple(blocks)

    def items(self) -> tuple[Block, ...]:
        """The items' own vectors."""
        if not self.of_items.shape[1]:
            return ()
        return (Block("text", self._columns(), self.of_items),)

    def _columns(self) -> tuple[str, ...]:
        return tuple(f"text direction {number + 1}" for number in range(self.of_items.shape[1]))

    def _freshness(self, queries: Queries) -> Floats:
        age = np.maximum(queries.moments[row_numbers(queries.indptr)] - queries.times, 0)
        weights = np.where(queries.types == SEARCH, 1, self.type_weights[queries.types])
        return np.asarray(weights * 0.5 ** (age / self.half_life), dtype=np.float32)

    def _mean(
        self, name: str, queries: Queries, kept: Bools, vectors: Floats, places: AnyArray, weights: Floats
    ) -> Block:
        """Weighted means of the vectors at `places`; those without text count neither above nor below the line."""
        says = kept & (weights > 0)
        says[says] = vectors[places[says]].any(axis=1)
        rows = row_numbers(queries.indptr)[says]
        shares = csr(rows, places[says], weights[says], (len(queries), len(vectors)))
        whole: Floats = np.asarray(shares.sum(axis=1), dtype=np.float32).reshape(-1, 1)
        means = np.divide(shares @ vectors, whole, out=np.zeros((len(queries), vectors.shape[1])), where=whole > 0)
        values = np.column_stack([means, whole == 0]).astype(np.float32)
        return Block(name, (*self._columns(), "no text"), values)

    def state(self) -> dict[str, AnyArray]:
        return {
            "items": self.of_items,
            **{f"searches/{name}": array for name, array in self.searches.state().items()},
            "type_weights": self.type_weights,
            "half_life": np.array(self.half_life),
        }

    @classmethod
    def restore(cls, state: State) -> "FittedTextVectors":
        searches = Searches.restore(within(state, "searches"))
        return cls(state["items"], searches, state["type_weights"], float(state["half_life"]))


@options
class TextVectors(TextFeature):
    """Titles, descriptions, categories, brands and searches in one space, whatever their language."""

    name: ClassVar[str] = "text vectors"
    fitted: ClassVar[type[FittedFeature]] = FittedTextVectors

    components: Annotated[int, Field(ge=1, le=512, description="dimensions kept at most")] = 48
    half_life_days: Annotated[float, Field(gt=0, description="age at which an event counts half, days")] = 90.0
    look_weight: Annotated[
        float, Field(ge=0, le=1, description="weight of a view, cart, click or wish beside a purchase")
    ] = 0.2

    def fit(self, dataset: Dataset, encoder: TextEncoder | None = None) -> FittedTextVectors:
        """Read all texts; learn the directions from items that are known to have been there before the cut."""
        reader = Embedded() if encoder is None else encoder
        texts = item_texts(dataset, reader)
        directions = self._directions(dataset, texts)
        searches = Searches.fit(dataset.labels.queries.values, reader, directions)
        type_weights = np.zeros(len(EVENT_TYPES), dtype=np.float32)
        type_weights[[EVENT_TYPES.index(name) for name in TAKEN]] = 1
        type_weights[[EVENT_TYPES.index(name) for name in LOOKED]] = self.look_weight
        return FittedTextVectors(texts.whole() @ directions, searches, type_weights, self.half_life_days * DAY)

    def _directions(self, dataset: Dataset, texts: EncodedTexts) -> Floats:
        """float32 (n_dimensions, n_components)."""
        seen = texts.places[dataset.seen_items()]
        rows = np.unique(seen[seen >= 0])
        learnt_from = texts.vectors[rows] if len(rows) else texts.vectors
        if not len(learnt_from) or not np.var(learnt_from, axis=0).any():
            # one text alone tells nothing apart
            return np.zeros((texts.vectors.shape[1], 0), dtype=np.float32)
        return Selection(variance=1.0, max_components=self.components).fit(learnt_from).directions
