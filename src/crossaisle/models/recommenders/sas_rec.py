"""SASRec over visits: Kang and McAuley (2018), "Self-Attentive Sequential Recommendation".

What was bought at one moment is one basket, without an order among it, and a step of the sequence. A moment is a step,
too, which looks at the visits before it. It tells not the next item alone but all that is bought within a horizon, as
in Pancha, Zhai, Leskovec and Rosenberg (2022), "PinnerFormer", by a sampled softmax, Klenitskiy and Vasilev (2023),
"Turning Dross Into Gold Loss: is BERT4Rec really better than SASRec?"
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, ClassVar

import numpy as np
import torch
from pydantic import Field
from torch import Tensor

from crossaisle.data.queries import Queries
from crossaisle.data.training import Training
from crossaisle.models.learning.candidates import Candidates, Pool, only
from crossaisle.models.learning.content import ItemContent, content_rows
from crossaisle.models.learning.curves import Curves
from crossaisle.models.learning.initial import Initialisation, begin, begin_at_popularity, has_enough
from crossaisle.models.learning.network import Network, Rows
from crossaisle.models.learning.tensors import WEIGHTS, array, device, tensor, weights_of, with_weights
from crossaisle.models.learning.towers import Towers
from crossaisle.models.occlusion import occluded
from crossaisle.models.part import part
from crossaisle.models.recommender import Contributions, Fitted, State
from crossaisle.models.sequences.encoder import Encoder, Sequences
from crossaisle.models.sequences.examples import Drawing
from crossaisle.models.sequences.visits import Visits
from crossaisle.models.training import learn
from crossaisle.numerics.arrays import Bools, Floats, Numbers, batches

ROWS: dict[str, Rows] = {f"towers.{name}.weight": "items" for name in ("history", "own", "own_bias")}
BYTES_PER_PAIR, BYTES_PER_ENTRY = 64, 32
"""What a pair of places, and a number of a place's state, take while scoring."""


@dataclass(frozen=True)
class FittedSASRec(Fitted):
    """The encoder with what it reads of items.

    Args:
        is_learnt: bool (n_items,), items that speak for themselves.
        length: visits that are looked at.
    """

    module: Encoder
    content: ItemContent
    is_learnt: Bools
    length: int
    curves: Curves

    @property
    def n_items(self) -> int:  # type: ignore[override]  # derived, not kept
        """Number of items."""
        return len(self.is_learnt)

    def scores(self, queries: Queries, items: Numbers | None = None) -> Floats:
        vectors, bias = self._items
        chosen = slice(None) if items is None else items
        return np.asarray(self._users(queries) @ vectors[chosen].T + bias[chosen], dtype=np.float32)

    def score_candidates(self, queries: Queries, candidates: Numbers) -> Floats:
        vectors, bias = self._items
        scored = np.einsum("qd,qcd->qc", self._users(queries), vectors[candidates]) + bias[candidates]
        return np.where(candidates < 0, -np.inf, scored).astype(np.float32)

    def contributions(self, queries: Queries, candidates: Numbers, n_causes: int = 3) -> Contributions:
        """What the score loses without an item of the history."""
        return occluded(self.score_candidates, queries, candidates, n_causes)

    def vectors(self) -> Floats:
        """float32 (n_items, dimension): the items' vectors."""
        return self._items[0]

    def state(self) -> State:
        own = {"is_learnt": self.is_learnt, "length": np.array(self.length)}
        return {**weights_of(self.module), **self.content.state(), **own, **self.curves.state()}

    @classmethod
    def restore(cls, state: State) -> "FittedSASRec":
        content, is_learnt = ItemContent.restore(state), state["is_learnt"]
        towers = Towers(content, is_learnt, len(state[f"{WEIGHTS}towers.anyone"]), 0, 0)
        steps = [one for name, one in state.items() if name.endswith("step.weight")]
        module = Encoder(towers, steps[0].shape[1] if steps else 1, len(steps), 0)
        return cls(with_weights(module, state), content, is_learnt, int(state["length"]), Curves.restore(state))

    @torch.no_grad()
    def _users(self, queries: Queries) -> Floats:
        """float32 (n_queries, dimension): what each moment makes of the visits before it."""
        visits = Visits.of(queries).latest(self.length)
        sizes = np.diff(visits.indptr)
        dimension, length = self.vectors().shape[1], int(sizes.max(initial=0)) + 1
        users = np.empty((len(queries), dimension), dtype=np.float32)
        for rows in batches(len(queries), length * (BYTES_PER_PAIR * length + BYTES_PER_ENTRY * dimension)):
            own = visits.at(visits.indptr[:-1][rows], visits.indptr[1:][rows])
            sequences = Sequences.of(own, queries.moments[rows, None], sizes[rows, None])
            users[rows] = array(self.module(sequences)[:, 0])
        return users

    @cached_property
    def _items(self) -> tuple[Floats, Floats]:
        """Vectors (n_items, dimension) and biases (n_items,), −inf for an item of which nothing is known."""
        with torch.no_grad():
            vectors, bias = self.module.towers.items(torch.arange(self.n_items, device=device()))
        is_known = self.is_learnt | self.content.says
        return array(vectors), np.where(is_known, array(bias), -np.inf).astype(np.float32)


@dataclass(frozen=True)
class Batch:
    """Some sequences, and what their moments tell among candidates.

    Args:
        shown: float32 (n_candidates,), 0 for a candidate that its content has to speak for.
    """

    sequences: Sequences
    candidates: Candidates
    shown: Tensor


class Lesson:
    """Users, asked at some moments of their past what they bought next."""

    def __init__(self, options: "SASRec", training: Training) -> None:
        self.options, dataset = options, training.dataset
        self.visits = Visits.of(dataset.queries(np.arange(dataset.n_users)))
        self.drawing = Drawing(
            options.length,
            options.moments,
            options.horizon,
            options.event_dropout,
            options.category_dropout,
            options.repeats,
            dataset.catalogue.category,
        )
        bought = dataset.purchases()
        bought.eliminate_zeros()
        self.is_learnt = has_enough(bought, options.min_buyers)
        self.content = ItemContent.of(training, options.text)
        towers = Towers(self.content, self.is_learnt, options.dimension, 0, 0)
        for table in (towers.history, towers.own):
            begin(table, options.initialisation, training, bought)
        begin_at_popularity(towers.own_bias, bought, self.is_learnt)
        self.module = Encoder(towers, options.heads, options.blocks, options.dropout)
        content = (f"towers.{name}" for name in ("history_content", "content", "content_bias"))
        self.rows = ROWS | content_rows(self.content, *content)
        self.pool = Pool(only(bought, self.is_learnt))
        self.users = np.flatnonzero(np.diff(self.visits.indptr))

    def batches(self, rng: np.random.Generator) -> Iterator[Batch]:
        options, order = self.options, rng.permutation(self.users)
        for start in range(0, len(order), options.batch_size):
            users = order[start : start + options.batch_size]
            drawn = self.drawing.of(self.visits, users, rng)
            told = only(drawn.told, self.is_learnt)
            candidates = self.pool.telling(told, drawn.aside, rng, options.negatives, options.moments)
            shown = rng.random(len(candidates.items)) >= options.item_dropout
            sequences = Sequences.of(drawn.visits, drawn.moments, drawn.before)
            yield Batch(sequences, candidates, tensor(shown.astype(np.float32)))

    def loss(self, batch: Batch) -> Tensor:
        vectors, bias = self.module.towers.items(batch.candidates.items, batch.shown)
        users = self.module(batch.sequences).flatten(0, 1)
        return batch.candidates.loss(self.options.loss, users @ vectors.T + bias)

    def fitted(self, curves: Curves) -> FittedSASRec:
        return FittedSASRec(self.module, self.content, self.is_learnt, self.options.length, curves)


@part
class SASRec(Network):
    """score(u, i) = h · v(i) + b(i), h the state of the moment after blocks of attention among the visits before it."""

    fitted: ClassVar[type[Fitted]] = FittedSASRec

    epochs: Annotated[
        int, Field(ge=1, le=10_000, description="epochs; at most so many where a validation window is watched")
    ] = 10
    patience: Annotated[
        int, Field(ge=1, le=1000, description="epochs without a better validation after which learning stops")
    ] = 3
    batch_size: Annotated[int, Field(ge=1, le=1_000_000, description="users in a batch")] = 128
    learning_rate: Annotated[float, Field(gt=0, le=10, description="step size of Adam")] = 0.002
    length: Annotated[
        int,
        Field(ge=1, le=1000, description="visits that are looked at, the latest; a stretch of so many is learnt from"),
    ] = 50
    heads: Annotated[int, Field(ge=1, le=64, description="heads of attention")] = 2
    blocks: Annotated[int, Field(ge=0, le=16, description="blocks of attention")] = 2
    moments: Annotated[int, Field(ge=1, le=100, description="moments of each stretch at which it is asked")] = 4
    horizon: Annotated[
        int, Field(ge=1, le=3650, description="days after a moment that it tells; the next visit always")
    ] = 60
    repeats: Annotated[
        float, Field(ge=0, le=1, description="share of items bought before about which a moment is asked, too")
    ] = 0.1
    initialisation: Annotated[
        Initialisation, Field(description="where the vectors begin: at random, or with what is known before")
    ] = "xavier"
    category_dropout: Annotated[
        float, Field(ge=0, lt=1, description="share of the categories of a stretch left out while learning, and told")
    ] = 0.2
    event_dropout: Annotated[
        float, Field(ge=0, lt=1, description="share of each visit left out at random while learning, and told")
    ] = 0.2
    item_dropout: Annotated[
        float, Field(ge=0, lt=1, description="share of items that their content speaks for while learning")
    ] = 0.1
    min_buyers: Annotated[
        int, Field(ge=1, le=1_000_000, description="buyers from which an item has a vector of its own")
    ] = 3
    text: Annotated[bool, Field(description="whether titles and descriptions are read")] = True

    def learner(self, training: Training) -> Lesson:
        """The encoder and what it learns from."""
        return Lesson(self, training)

    def fit(self, training: Training) -> Any:
        return learn(self, training)
