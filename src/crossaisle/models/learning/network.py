"""What a model that learns by gradient brings to the loop, and the options that all such models share."""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, Protocol

import numpy as np
from pydantic import Field
from torch import Tensor, nn

from crossaisle.data.dataset import Index
from crossaisle.data.training import Start, Training, no_validation
from crossaisle.models.learning.curves import Curves
from crossaisle.models.learning.losses import Loss
from crossaisle.models.part import part
from crossaisle.models.recommender import Fitted, Recommender, State

Rows = Literal["users", "items", "categories", "aisles", "brands"]


@dataclass(frozen=True)
class Named:
    """Rows that the model itself names.

    Args:
        now: a name a row, each once.
        earlier: what an earlier fit's state says that its rows were named; none where it does not say.
    """

    now: Sequence[str]
    earlier: Callable[[State], Sequence[str]]


class Taught(Protocol):
    """A module and what it learns from."""

    @property
    def module(self) -> nn.Module:
        """What is learnt; its initial weights are drawn from torch's random numbers, which the loop has seeded."""

    def batches(self, rng: np.random.Generator) -> Iterator[Any]:
        """The batches of one epoch, shuffled, augmented and with negatives drawn, all from `rng`."""

    def loss(self, batch: Any) -> Tensor:
        """The mean loss of a batch; the module is in training mode, and dropout is seeded."""


class Learner(Taught, Protocol):
    """A network together with what it learns from, to be fitted as a recommender."""

    @property
    def rows(self) -> Mapping[str, Rows | Named]:
        """Of each weight whose rows stand for users, items, …: whose they are. A warm start finds them by id or name.

        Rows before those, such as one for the unknown, are kept as they are.
        """

    def fitted(self, curves: Curves) -> Fitted:
        """What would be published now; its state holds the weights, see `tensors.weights_of`, and the curves."""


@part
class Network(Recommender):
    """Options of the loop: a subclass is a part that adds its own, and says what it learns from."""

    epochs: Annotated[
        int, Field(ge=1, le=10_000, description="epochs; at most so many where a validation window is watched")
    ] = 50
    patience: Annotated[
        int, Field(ge=1, le=1000, description="epochs without a better validation after which learning stops")
    ] = 5
    refit: Annotated[
        bool,
        Field(
            description="after validation learn once more on everything, for as many epochs as were best; "
            "else go on with the weights of the best epoch"
        ),
    ] = True
    batch_size: Annotated[int, Field(ge=1, le=1_000_000, description="examples in a batch")] = 256
    learning_rate: Annotated[float, Field(gt=0, le=10, description="step size of Adam")] = 0.001
    l1: Annotated[float, Field(ge=0, le=10, description="shrinks every weight by learning_rate · l1 a step")] = 0.0
    l2: Annotated[
        float, Field(ge=0, le=10, description="shrinks every weight by the share learning_rate · l2 a step")
    ] = 0.0
    clip: Annotated[
        float | None, Field(gt=0, le=1e6, description="length that a gradient is cut to, none for no limit")
    ] = 10.0
    dropout: Annotated[float, Field(ge=0, lt=1, description="share of units left out at random while learning")] = 0.1
    dimension: Annotated[int, Field(ge=1, le=4096, description="length of the vectors")] = 64
    loss: Annotated[Loss, Field(description="what is made small, see above")] = "softmax"
    negatives: Annotated[int, Field(ge=1, le=100_000, description="items not bought drawn for comparison")] = 1000

    def fold_in(self, fitted: Any, known: Index, training: Training) -> Any:
        """What was learnt is passed along where that does, else there is one more epoch over everything."""
        updated = super().fold_in(fitted, known, training)
        if updated is not None:
            return updated
        start = Start(known, fitted.state())
        return replace(self, epochs=1).fit(replace(training, start=start, validate=no_validation))

    @abstractmethod
    def learner(self, training: Training) -> Learner:
        """The network, fresh, and what it learns from `training.dataset`."""
