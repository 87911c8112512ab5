"""Diversity by maximal marginal relevance: Carbonell and Goldstein (1998), "The Use of MMR"."""

from dataclasses import dataclass

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.models.recommender import Fitted
from crossaisle.numerics.arrays import AnyArray, Floats, Numbers


@dataclass(frozen=True)
class Likeness:
    """How alike items are: cosine of `vectors` where the model has them, else the share of equal labels.

    Args:
        vectors: float32 (n_items, n_dimensions) of length one or zero, or None.
        labels: int32 (n_labels, n_items): what the catalogue tells of items, −1 where unknown.
    """

    vectors: Floats | None
    labels: Numbers

    @classmethod
    def of(cls, model: Fitted, dataset: Dataset) -> "Likeness":
        """By the model's vectors, else by category and brand."""
        vectors = model.vectors()
        if vectors is not None:
            lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
            vectors = (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)
        labels = [dataset.catalogue.category, dataset.catalogue.brand]
        told = [column for column in labels if (column >= 0).any()]
        return cls(vectors, np.array(told, dtype=np.int32).reshape(len(told), dataset.n_items))

    def between(self, items: Numbers, others: Numbers) -> Floats:
        """float32 (n, n_others): items int32 (n,) beside others (n, n_others); 0 for −1."""
        if self.vectors is not None:
            one, many = self.vectors[np.maximum(items, 0)], self.vectors[np.maximum(others, 0)]
            alike: AnyArray = np.einsum("nd,ncd->nc", one, many)
        else:
            alike = np.zeros(others.shape, dtype=np.float32)
            for column in self.labels:
                label = column[np.maximum(items, 0)][:, None]
                alike += ((column[np.maximum(others, 0)] == label) & (label >= 0)) / np.float32(len(self.labels))
        return np.where((items[:, None] >= 0) & (others >= 0), alike, 0).astype(np.float32)


@dataclass(frozen=True)
class Sameness:
    """The cost of a candidate: its likeness to the item of the slate that it is most like (equation 1).

    Args:
        likeness: between items.
        items: int32 (n_queries, n_candidates).
        most: float32, the same shape, kept up to date in place; 0 beside an empty slate.
    """

    likeness: Likeness
    items: Numbers
    most: Floats

    @classmethod
    def begin(cls, likeness: Likeness, items: Numbers) -> "Sameness":
        """With empty slates."""
        return cls(likeness, items, np.zeros(items.shape, dtype=np.float32))

    def costs(self) -> Floats:
        """float32 (n_queries, n_candidates)."""
        return self.most

    def add(self, chosen: Numbers) -> None:
        """Put one more item into each slate, int32 (n_queries,), −1 for none."""
        np.maximum(self.most, self.likeness.between(chosen, self.items), out=self.most)
