"""EASE, a linear item–item model in closed form: Steck (2019), "Embarrassingly Shallow
Autoencoders for Sparse Data"."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from crossaisle.data.queries import Queries, Weighting
from crossaisle.data.training import Training
from crossaisle.models.linear import item_contributions
from crossaisle.models.neighbours import Neighbours
from crossaisle.models.part import part
from crossaisle.models.recommender import Contributions, Fitted, Recommender, State
from crossaisle.numerics.arrays import AnyArray, Floats, Numbers
from crossaisle.numerics.ridge import gram_of, weights_of_others


@dataclass(frozen=True)
class FittedEASE(Fitted):
    """weights: float32 (n_kept, n_kept) from bought to scored item; kept: int32 (n_kept,), the items they stand for."""

    weights: Floats
    kept: Numbers
    n_items: int

    def scores(self, queries: Queries, items: Numbers | None = None) -> Floats:
        wanted = np.arange(self.n_items, dtype=np.int32) if items is None else items
        places = self._places()[wanted]
        scores = np.full((len(queries), len(wanted)), -np.inf, dtype=np.float32)
        history = queries.purchases()[:, self.kept]
        known = places >= 0
        scores[:, known] = (history @ self.weights)[:, places[known]]
        return scores

    def contributions(self, queries: Queries, candidates: Numbers, n_causes: int = 3) -> Contributions:
        places = self._places()

        def effects(items: Numbers, weights: Floats, scored: Numbers) -> AnyArray:
            parts = self.weights[np.ix_(places[items], places[scored])] * weights[:, None]
            return np.where((places[items] >= 0)[:, None] & (places[scored] >= 0), parts, 0)

        return item_contributions(queries, candidates, n_causes, effects)

    def neighbours(self, n: int) -> Neighbours:
        """Rows of the weights."""
        among = Neighbours.of_scores(lambda places: self.weights[places], len(self.kept), n)
        return among.of_some(self.kept, self.n_items)

    def state(self) -> State:
        return {"weights": self.weights, "kept": self.kept, "n_items": np.array(self.n_items)}

    @classmethod
    def restore(cls, state: State) -> "FittedEASE":
        return cls(state["weights"], state["kept"], int(state["n_items"]))

    def _places(self) -> Numbers:
        places = np.full(self.n_items, -1, dtype=np.int32)
        places[self.kept] = np.arange(len(self.kept), dtype=np.int32)
        return places


@part
class EASE(Recommender):
    """Each item's score is a weighted sum of the user's items: min ‖X − XB‖² + λ‖B‖², diag B = 0.

    Solving takes 4 to 12 bytes · max_items², by the precision that λ asks for: at most 0.5 GB at the default. Items
    beyond the most bought `max_items` are not scored.
    """

    fitted: ClassVar[type[Fitted]] = FittedEASE

    l2: Annotated[float, Field(ge=1e-3, le=1e6, description="λ, weight of the penalty on B")] = 1000.0
    max_items: Annotated[
        int,
        Field(
            ge=1,
            le=50_000,
            description="how many of the most bought items are modelled",
            json_schema_extra={"search": [1000, 12_000]},
        ),
    ] = 6000
    weighting: Annotated[Weighting, Field(description="an item bought counts once, or each time")] = "binary"

    def fit(self, training: Training) -> FittedEASE:
        """Solve for B (equation 8)."""
        training.progress("fit", 0)
        matrix = training.dataset.purchases(self.weighting)
        buyers: AnyArray = np.asarray(matrix.sum(axis=0))
        kept = np.sort(np.argsort(-buyers, kind="stable")[: min(self.max_items, int((buyers > 0).sum()))]).astype(
            np.int32
        )
        gram = gram_of(matrix[:, kept])
        training.progress("fit", 0.2)
        weights = weights_of_others(gram, self.l2)
        training.progress("fit", 1)
        return FittedEASE(weights, kept, training.dataset.n_items)
