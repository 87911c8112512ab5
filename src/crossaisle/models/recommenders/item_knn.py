"""Item-based nearest neighbours: Sarwar et al. (2001); BM25 and TF-IDF weights as in text retrieval."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field
from scipy import sparse

from crossaisle.data.queries import Queries, Weighting
from crossaisle.data.training import Training
from crossaisle.models.linear import item_contributions
from crossaisle.models.neighbours import Neighbours
from crossaisle.models.part import part
from crossaisle.models.recommender import Contributions, Fitted, Recommender, State
from crossaisle.numerics.arrays import AnyArray, Csr, Floats, Numbers
from crossaisle.numerics.neighbours import nearest_rows


@dataclass(frozen=True)
class FittedItemKNN(Fitted):
    """similarity: sparse float32 (n_items, n_items), row: an item bought, columns: its neighbours."""

    similarity: Csr

    @property
    def n_items(self) -> int:  # type: ignore[override]  # derived, not kept
        """Number of items."""
        return int(self.similarity.shape[0])

    def scores(self, queries: Queries, items: Numbers | None = None) -> Floats:
        similarity = self.similarity if items is None else self.similarity[:, items]
        scores = np.asarray((queries.purchases() @ similarity).toarray(), dtype=np.float32)
        scores[scores == 0] = -np.inf
        return scores

    def contributions(self, queries: Queries, candidates: Numbers, n_causes: int = 3) -> Contributions:
        def effects(items: Numbers, weights: Floats, scored: Numbers) -> AnyArray:
            return self.similarity[items][:, scored].toarray() * weights[:, None]

        return item_contributions(queries, candidates, n_causes, effects)

    def neighbours(self, n: int) -> Neighbours:
        """Rows of the similarity, of which no more are kept than there are."""
        return Neighbours.of_rows(self.similarity, n)

    def state(self) -> State:
        one = self.similarity
        return {"values": one.data, "columns": one.indices, "indptr": one.indptr}

    @classmethod
    def restore(cls, state: State) -> "FittedItemKNN":
        n_items = len(state["indptr"]) - 1
        arrays = (state["values"], state["columns"], state["indptr"])
        return cls(sparse.csr_array(arrays, shape=(n_items, n_items)))


@part
class ItemKNN(Recommender):
    """score(i) = Σ over bought j of similarity(j, i), where j keeps its `neighbours` most similar items."""

    fitted: ClassVar[type[Fitted]] = FittedItemKNN

    neighbours: Annotated[int, Field(ge=1, le=10_000, description="neighbours kept for each item")] = 200
    weighting: Annotated[
        Literal["cosine", "tf-idf", "bm25"], Field(description="how users weigh in the similarity")
    ] = "cosine"
    counting: Annotated[Weighting, Field(description="an item bought counts once, or each time")] = "binary"
    k1: Annotated[float, Field(gt=0, le=1000, description="BM25: how soon repeats stop counting")] = 1.2
    b: Annotated[float, Field(ge=0, le=1, description="BM25: how much much-bought items are held back")] = 0.75

    def fit(self, training: Training) -> FittedItemKNN:
        """Weigh and keep the nearest."""
        bought = training.dataset.purchases(self.counting)
        bought.eliminate_zeros()
        weighed = self._weighed(bought.T.tocsr().astype(np.float64))
        return FittedItemKNN(nearest_rows(weighed, self.neighbours))

    def _weighed(self, item_users: Any) -> Any:
        items = np.repeat(np.arange(item_users.shape[0]), np.diff(item_users.indptr))
        activity = np.bincount(item_users.indices, minlength=item_users.shape[1])
        idf = np.maximum(0, np.log(item_users.shape[0]) - np.log1p(activity))[item_users.indices]
        if self.weighting == "tf-idf":
            item_users.data = np.sqrt(item_users.data) * idf
        if self.weighting == "bm25":
            sums: AnyArray = np.asarray(item_users.sum(axis=1)).ravel()
            length = 1 - self.b + self.b * sums / sums.mean()
            counts = item_users.data
            item_users.data = counts * (self.k1 + 1) / (self.k1 * length[items] + counts) * idf
            return item_users
        norms = np.sqrt(np.bincount(items, item_users.data**2, minlength=item_users.shape[0]))
        item_users.data = item_users.data / np.maximum(norms, np.finfo(np.float64).tiny)[items]
        return item_users
