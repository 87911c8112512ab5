"""Interests as bags of words over categories, aisles, brands and title words, users and items in one space.

Tf-idf follows Salton and Buckley, "Term-weighting approaches in automatic text retrieval" (1988).
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from crossaisle.data.dataset import Dataset
from crossaisle.data.event_types import EVENT_TYPES
from crossaisle.data.queries import Queries
from crossaisle.features.feature import (
    Block,
    Feature,
    FittedFeature,
    State,
    matrix_of,
    matrix_state,
    options,
    packed,
    unit_rows,
    unpacked,
)
from crossaisle.numerics.arrays import AnyArray, Csr, Floats, csr, row_numbers

Kind = Literal["category", "aisle", "brand", "title"]

TAKEN = ("purchase", "rating", "review")
"""Event types that show an interest in full."""
LOOKED = ("view", "cart", "click", "wishlist")
"""Event types that show it in part."""


@dataclass(frozen=True)
class Vocabulary:
    """One kind of term.

    Args:
        kind: category, aisle, brand or title.
        terms: n_terms texts.
        of_items: float32 (n_items, n_terms), 1 where the item has the term.
        worth: float32 (n_terms,), how much the term tells.
    """

    kind: str
    terms: tuple[str, ...]
    of_items: Csr
    worth: Floats


@dataclass(frozen=True)
class FittedInterests(FittedFeature):
    """Vocabularies, the terms of every item, and how much a look counts beside a purchase."""

    vocabularies: tuple[Vocabulary, ...]
    type_weights: Floats
    is_damped: bool

    def users(self, queries: Queries) -> tuple[Block, ...]:
        """Terms of what each history holds, weighted by event, in rows of length one."""
        history = _history(queries, self.type_weights)
        return tuple(self._block("interest in", one, history @ one.of_items) for one in self.vocabularies)

    def items(self) -> tuple[Block, ...]:
        """Terms of each item, in rows of length one."""
        return tuple(self._block("item", one, one.of_items.copy()) for one in self.vocabularies)

    def _block(self, prefix: str, vocabulary: Vocabulary, counts: Csr) -> Block:
        values = np.log1p(counts.data) if self.is_damped else counts.data
        counts.data = values * vocabulary.worth[counts.indices]
        columns = tuple(f"{vocabulary.kind}={term}" for term in vocabulary.terms)
        return Block(f"{prefix} {vocabulary.kind}", columns, unit_rows(counts))

    def state(self) -> dict[str, AnyArray]:
        state = {
            "kinds": packed([one.kind for one in self.vocabularies]),
            "type_weights": self.type_weights,
            "is_damped": np.array(self.is_damped),
        }
        for one in self.vocabularies:
            state[f"{one.kind}/terms"] = packed(one.terms)
            state[f"{one.kind}/worth"] = one.worth
            state.update(matrix_state(f"{one.kind}/items", one.of_items))
        return state

    @classmethod
    def restore(cls, state: State) -> "FittedInterests":
        vocabularies = tuple(
            Vocabulary(
                kind,
                unpacked(state[f"{kind}/terms"]),
                matrix_of(f"{kind}/items", state),
                state[f"{kind}/worth"],
            )
            for kind in unpacked(state["kinds"])
        )
        return cls(vocabularies, state["type_weights"], bool(state["is_damped"]))


@options
class Interests(Feature):
    """What users care for, and what items are about, in the same columns."""

    name: ClassVar[str] = "interests"
    fitted: ClassVar[type[FittedFeature]] = FittedInterests

    kinds: Annotated[tuple[Kind, ...], Field(description="kinds of terms, one block each")] = (
        "category",
        "aisle",
        "brand",
        "title",
    )
    weighting: Annotated[
        Literal["count", "tf-idf"],
        Field(description="plain counts, or log(1 + count) · (log((1 + n) / (1 + users with the term)) + 1)"),
    ] = "tf-idf"
    look_weight: Annotated[
        float, Field(ge=0, le=1, description="weight of a view, cart, click or wish beside a purchase")
    ] = 0.2
    min_items: Annotated[int, Field(ge=1, description="items whose title has a word that is kept")] = 2
    max_share: Annotated[
        float, Field(gt=0, le=1, description="share of items above which a title word tells nothing")
    ] = 0.5
    max_words: Annotated[int, Field(ge=1, description="title words kept, the most frequent")] = 5000

    def fit(self, dataset: Dataset) -> FittedInterests:
        type_weights = np.zeros(len(EVENT_TYPES), dtype=np.float32)
        type_weights[[EVENT_TYPES.index(name) for name in TAKEN]] = 1
        type_weights[[EVENT_TYPES.index(name) for name in LOOKED]] = self.look_weight
        history = _history(dataset.queries(np.arange(dataset.n_users)), type_weights)
        vocabularies = []
        for kind in self.kinds:
            terms, of_items = self._title_words(dataset) if kind == "title" else _labels(dataset, kind)
            if terms:
                worth = self._worth(history @ of_items, dataset.n_users)
                vocabularies.append(Vocabulary(kind, terms, of_items, worth))
        return FittedInterests(tuple(vocabularies), type_weights, self.weighting == "tf-idf")

    def _worth(self, counts: Csr, n_users: int) -> Floats:
        if self.weighting == "count":
            return np.ones(counts.shape[1], dtype=np.float32)
        n_with = np.bincount(counts.indices[counts.data > 0], minlength=counts.shape[1])
        return (np.log((1 + n_users) / (1 + n_with)) + 1).astype(np.float32)

    def _title_words(self, dataset: Dataset) -> tuple[tuple[str, ...], Csr]:
        items, words = title_words(dataset.catalogue.titles())
        encoded = words.dictionary_encode()
        codes = encoded.indices.to_numpy()
        matrix = _ones(csr(items, codes, np.ones(len(codes)), (dataset.n_items, len(encoded.dictionary))))
        n_items = np.bincount(matrix.indices, minlength=matrix.shape[1])
        kept = np.flatnonzero((n_items >= self.min_items) & (n_items <= self.max_share * dataset.n_items))
        kept = kept[np.argsort(-n_items[kept], kind="stable")][: self.max_words]
        terms = np.array(encoded.dictionary.to_pylist(), dtype=object)[kept]
        alphabetical = np.argsort(terms, kind="stable")
        return tuple(terms[alphabetical]), matrix[:, kept[alphabetical]]


def title_words(titles: "pa.Array[Any]") -> "tuple[AnyArray, pa.Array[Any]]":
    """The words of titles: int (n_words,) the place of each word's title, and Arrow strings (n_words,).

    Words are runs of two or more letters and digits that begin with a letter, in lower case after NFKC; a
    sign of Chinese or Japanese is a word by itself.
    """
    texts = pc.utf8_lower(pc.utf8_normalize(titles.cast(pa.string()), "NFKC"))
    texts = pc.replace_substring_regex(texts, r"([\p{Han}\p{Hiragana}\p{Katakana}])", r" \1 ")
    lists = pc.split_pattern_regex(pc.fill_null(texts, ""), r"[^\p{L}\p{M}\p{N}]+")
    words, places = pc.list_flatten(lists), pc.list_parent_indices(lists)
    is_word = pc.match_substring_regex(words, r"^\p{L}.|^[\p{Han}\p{Hiragana}\p{Katakana}]")
    return pc.filter(places, is_word).to_numpy(), pc.filter(words, is_word)


def _labels(dataset: Dataset, kind: str) -> tuple[tuple[str, ...], Csr]:
    catalogue, index = dataset.catalogue, dataset.index
    numbers, ids = {
        "category": (catalogue.category, index.categories),
        "aisle": (catalogue.aisle, index.aisles),
        "brand": (catalogue.brand, index.brands),
    }[kind]
    items = np.flatnonzero(numbers >= 0)
    return tuple(ids.to_list()), csr(items, numbers[items], np.ones(len(items)), (dataset.n_items, len(ids)))


def _history(queries: Queries, type_weights: Floats) -> Csr:
    """float32 (n_queries, n_items): summed weights of the entries that show an interest."""
    weights = queries.weights * type_weights[queries.types]
    kept = (queries.items >= 0) & (weights > 0)
    rows = row_numbers(queries.indptr)[kept]
    return csr(rows, queries.items[kept], weights[kept], (len(queries), queries.n_items))


def _ones(matrix: Csr) -> Csr:
    matrix.data = np.ones_like(matrix.data)
    return matrix
