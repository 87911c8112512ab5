"""Content: items by what is said of them, so that one that was never sold is scored like those that were.

Nearest neighbours in the space of a pre-trained text encoder, as in content-based filtering: Lops, de Gemmis and
Semeraro (2011), "Content-based Recommender Systems"; with the user's inclination to the item's category, and what is
near to the user's searches, beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field
from scipy import sparse

from crossaisle.data.moments import DAY
from crossaisle.data.queries import Queries
from crossaisle.data.training import Training
from crossaisle.features.feature import within
from crossaisle.features.searches import Searches
from crossaisle.features.text_encoders.embedded import Embedded
from crossaisle.features.text_vectors import item_texts
from crossaisle.models.inclinations import Inclinations, fit_inclinations
from crossaisle.models.linear import item_contributions, joined
from crossaisle.models.part import part
from crossaisle.models.recommender import Contributions, Fitted, Recommender, State
from crossaisle.models.sought import Sought
from crossaisle.numerics.arrays import AnyArray, Csr, Doubles, Floats, Numbers, batches, csr
from crossaisle.numerics.svd import randomised_svd
from crossaisle.numerics.topk import top_k

FIELDS: Mapping[str, float] = {"title": 1.0, "description": 0.5, "reviews": 0.3}
"""Columns of the catalogue that are read. The category speaks through inclinations."""
DIMENSIONS = 256
"""Half of the embedded encoder's lose nothing, and halve the time."""
OWN, ANYONE = 0.2, 0.05
"""Of inclinations, as in category-popularity."""


@dataclass(frozen=True)
class FittedContent(Fitted):
    """What is near to what, by text, inclinations to categories, and what is near to searches.

    Args:
        text: int32 (n_items,), which text the item has, −1 for none; items of the same text are told apart by nothing.
        near: sparse float32 (n_texts, n_texts), from a text to be scored to the weight of having bought another.
        share: float32 (n_items,), the weight of the inclination to the item's category.
        inclinations: to categories.
        sought: what is near to searches.
    """

    text: Numbers
    near: Csr
    share: Floats
    inclinations: Inclinations
    sought: Sought

    @property
    def n_items(self) -> int:  # type: ignore[override]  # derived, not kept
        """Number of items."""
        return len(self.text)

    def scores(self, queries: Queries, items: Numbers | None = None) -> Floats:
        wanted = np.arange(self.n_items, dtype=np.int32) if items is None else items
        scores: Floats = self.inclinations.of(queries)[:, self.inclinations.category[wanted]] * self.share[wanted]
        has_text = self.text[wanted] >= 0
        texts, columns = np.unique(self.text[wanted[has_text]], return_inverse=True)
        by_text = (queries.purchases() @ self._membership()) @ self.near[texts].T.tocsr()
        of_texts = np.asarray(by_text.toarray(), dtype=np.float32) + self.sought.of(queries, texts)
        scores[:, has_text] += of_texts[:, columns]
        return scores

    def contributions(self, queries: Queries, candidates: Numbers, n_causes: int = 3) -> Contributions:
        def effects(items: Numbers, weights: Floats, scored: Numbers) -> AnyArray:
            near = self.near[self.text[scored]][:, self.text[items]].toarray().T
            has_text = (self.text[items] >= 0)[:, None] & (self.text[scored] >= 0)
            return np.where(has_text, near, 0) * weights[:, None]

        categories = self.inclinations.contributions(queries, candidates, n_causes, self.share)
        if not self.near.shape[0]:
            return categories
        items = item_contributions(queries, candidates, n_causes, effects)
        searches = self.sought.contributions(queries, candidates, n_causes, self.text)
        return joined(joined(items, categories, n_causes), searches, n_causes)

    def state(self) -> State:
        near = {"near_values": self.near.data, "near_columns": self.near.indices, "near_indptr": self.near.indptr}
        sought = {f"sought/{name}": array for name, array in self.sought.state().items()}
        return {"text": self.text, "share": self.share, **near, **self.inclinations.state(), **sought}

    @classmethod
    def restore(cls, state: State) -> "FittedContent":
        arrays = (state["near_values"], state["near_columns"], state["near_indptr"])
        n_texts = len(state["near_indptr"]) - 1
        near = sparse.csr_array(arrays, shape=(n_texts, n_texts))
        sought = Sought.restore(within(state, "sought"))
        return cls(state["text"], near, state["share"], Inclinations.restore(state), sought)

    def _membership(self) -> Csr:
        """float32 (n_items, n_texts): 1 where the item has the text."""
        items = np.flatnonzero(self.text >= 0)
        return csr(items, self.text[items], np.ones(len(items)), (self.n_items, self.near.shape[0]))


@part
class Content(Recommender):
    """Σ over texts t near to the item's of cos⁺(t, i)^sharpness · (items of t that the user bought), over the same sum
    with all items of t that were ever sold; plus category · (inclination to the item's category) / √(its items sold);
    plus search · max over what the user searched for of 2^(−age / half_life) · cos⁺(search, i)^sharpness.

    The first part is the share of what is like the item that the user bought. Every item of the catalogue has a score.
    """

    fitted: ClassVar[type[Fitted]] = FittedContent

    neighbours: Annotated[int, Field(ge=1, le=10_000, description="texts, of items sold, that are near to one")] = 100
    sharpness: Annotated[float, Field(ge=0, le=100, description="how much more the nearest count than the others")] = (
        8.0
    )
    category: Annotated[float, Field(ge=0, le=100, description="weight of inclinations to categories beside text")] = (
        0.3
    )
    search: Annotated[float, Field(ge=0, le=100, description="weight of searches beside purchases")] = 1.0
    half_life_days: Annotated[float, Field(ge=0.01, le=10_000, description="days after which a search counts half")] = (
        30.0
    )
    l2: Annotated[float, Field(ge=1e-3, le=1e6, description="λ of EASE between categories")] = 300.0

    def fit(self, training: Training) -> FittedContent:
        """Read the texts, find what is near, and learn inclinations."""
        training.progress("fit", 0)
        dataset = training.dataset
        encoder = training.encoder or Embedded()
        texts = item_texts(dataset, encoder, FIELDS)
        training.progress("fit", 0.5)
        sold = np.asarray(dataset.purchases().sum(axis=0) > 0)
        n_sold = np.bincount(texts.places[sold & (texts.places >= 0)], minlength=len(texts.vectors))
        directions = _directions(texts.vectors, np.flatnonzero(n_sold), training.seed)
        vectors = _of_length_one(texts.vectors @ directions)
        near = self._near(vectors, n_sold)
        inclinations, _ = fit_inclinations(dataset, self.l2, OWN, ANYONE)
        n_sold_of = np.bincount(inclinations.category[sold], minlength=len(inclinations.anyone))
        share = self.category / np.sqrt(np.maximum(n_sold_of, 1))[inclinations.category]
        searches = Searches.fit(dataset.labels.queries.values, encoder, directions)
        sought = Sought(vectors, searches, self.search, self.sharpness, self.half_life_days * DAY)
        training.progress("fit", 1)
        return FittedContent(texts.places, near, share.astype(np.float32), inclinations, sought)

    def _near(self, vectors: Floats, n_sold: AnyArray) -> Csr:
        """float32 (n_texts, n_texts): rows are texts to be scored, columns those of items sold."""
        n_texts, known = len(vectors), np.flatnonzero(n_sold)
        if not len(known):
            return csr(known, known, known, (n_texts, n_texts))
        columns, values = [], []
        for rows in batches(n_texts, 16 * len(known)):
            alike = np.maximum(vectors[rows] @ vectors[known].T, 0)
            nearest = top_k(alike, min(self.neighbours, len(known)))
            weights = np.take_along_axis(alike, nearest, axis=1).astype(np.float64) ** self.sharpness
            values.append(_over_whole(weights, n_sold[known][nearest]))
            columns.append(known[nearest])
        width = columns[0].shape[1]
        rows_of = np.repeat(np.arange(n_texts), width)
        return csr(rows_of, np.concatenate(columns).ravel(), np.concatenate(values).ravel(), (n_texts, n_texts))


def _over_whole(weights: Doubles, n_sold: AnyArray) -> Doubles:
    """Each weight over the row's sum of weights, every item sold counting once; nothing where nothing is near."""
    whole = (weights * n_sold).sum(axis=1, keepdims=True)
    return np.asarray(np.divide(weights, whole, out=np.zeros_like(weights), where=whole > 0))


def _directions(vectors: Floats, known: AnyArray, seed: int) -> Floats:
    """float32 (n_dimensions, n_components): the strongest of the vectors at `known`, all where these are few."""
    n_dimensions = vectors.shape[1]
    if min(len(known), n_dimensions) <= DIMENSIONS:
        return np.eye(n_dimensions, dtype=np.float32)
    return np.asarray(randomised_svd(vectors[known], DIMENSIONS, seed)[2].T, dtype=np.float32)


def _of_length_one(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)
