"""A wide and deep ranker: a line beside a hidden layer (Cheng et al. 2016, "Wide & Deep Learning for Recommender
Systems", equation 3), under the listwise softmax loss (Cao et al. 2007, equation 4)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from crossaisle.models.learning.tensors import array, device, reproducible, tensor
from crossaisle.models.ranking.listwise import fewer, moments_of_columns, starts_of, worth_of
from crossaisle.models.training import one_epoch
from crossaisle.numerics.arrays import AnyArray, Bools, Floats, Longs, batches

HIDDEN, DROPOUT = 128, 0.4
EPOCHS, LISTS_PER_BATCH, LEARNING_RATE, L2, CLIP = 6, 64, 2e-3, 1e-2, 10.0
MOST_LISTS = 16_000
"""Of more every second, third … is learnt from."""
FARTHEST = 4.0
"""Standard deviations from the mean from which on all values are alike."""
_NAMES = ("middle", "spread", "wide", "inner", "bias", "outer")


@dataclass(frozen=True)
class WideDeep:
    """score = wide · x + outer · relu(inner · x + bias), x = (signals − middle) / spread within ±`FARTHEST`.

    Args:
        middle, spread, wide: float32 (n_names,). inner: float32 (n_hidden, n_names). bias, outer: float32 (n_hidden,).
    """

    middle: Floats
    spread: Floats
    wide: Floats
    inner: Floats
    bias: Floats
    outer: Floats

    def scores(self, signals: Floats) -> Floats:
        """float32 (...,): for signals (..., n_names)."""
        flat = signals.reshape(-1, signals.shape[-1])
        told = np.empty(len(flat), dtype=np.float32)
        for rows in batches(len(flat), 4 * (2 * flat.shape[1] + 2 * len(self.bias))):
            inputs = _inputs(flat[rows], self.middle, self.spread)
            hidden = inputs @ self.inner.T + self.bias
            told[rows] = inputs @ self.wide + np.maximum(hidden, 0, out=hidden) @ self.outer
        return told.reshape(signals.shape[:-1])

    def state(self) -> dict[str, AnyArray]:
        """All arrays."""
        return {name: getattr(self, name) for name in _NAMES}

    @classmethod
    def restore(cls, state: Mapping[str, AnyArray]) -> "WideDeep":
        """The ranker whose `state()` this is."""
        return cls(*(state[name] for name in _NAMES))


def fit_wide_deep(signals: Floats, is_right: Bools, sizes: Longs, seed: int) -> WideDeep:
    """Minimise, over lists, −Σ share of the right · log softmax(score), by steps that lengthen and then shorten (Smith
    and Topin 2018, "Super-Convergence").

    A list counts by the root of how many in it are right.

    Args:
        signals: float32 (n, n_names). is_right: bool (n,). sizes: int64 (n_lists,), consecutive.
    """
    signals, is_right, sizes = fewer(signals, is_right, sizes, MOST_LISTS)
    middle, spread = (one.astype(np.float32) for one in moments_of_columns(signals))
    with reproducible(len(signals)):
        torch.manual_seed(seed)
        lists = _Lists(_inputs(signals, middle, spread), worth_of(is_right, sizes).astype(np.float32), sizes)
        module = lists.module
        optimiser = torch.optim.AdamW(module.parameters(), LEARNING_RATE, weight_decay=L2)
        n_steps = EPOCHS * -(-len(sizes) // LISTS_PER_BATCH)
        steps = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=n_steps)
        optimiser.register_step_post_hook(lambda *_: steps.step())
        for epoch in range(EPOCHS):
            one_epoch(lists, optimiser, [seed, epoch], CLIP)
        wide, outer = (array(layer.weight[0]) for layer in (module.wide, module.outer))
        return WideDeep(middle, spread, wide, array(module.inner.weight), array(module.inner.bias), outer)


def _inputs(signals: Floats, middle: Floats, spread: Floats) -> Floats:
    inputs = signals - middle
    inputs /= spread
    return np.clip(inputs, -FARTHEST, FARTHEST, out=inputs)


class _Module(nn.Module):
    """It begins with every score at 0."""

    def __init__(self, n_names: int) -> None:
        super().__init__()
        self.wide, self.inner = nn.Linear(n_names, 1, bias=False), nn.Linear(n_names, HIDDEN)
        self.outer, self.dropout = nn.Linear(HIDDEN, 1, bias=False), nn.Dropout(DROPOUT)
        for layer in (self.wide, self.outer):
            nn.init.zeros_(layer.weight)

    def forward(self, inputs: Tensor) -> Tensor:
        """(...,): the scores of inputs (..., n_names)."""
        hidden = self.dropout(torch.relu(self.inner(inputs)))
        scores: Tensor = (self.wide(inputs) + self.outer(hidden))[..., 0]
        return scores


class _Lists:
    """The lists, some of them at a time, side by side."""

    def __init__(self, inputs: Floats, worth: Floats, sizes: Longs) -> None:
        self.module = _Module(inputs.shape[1]).to(device())
        self.inputs, self.worth = (torch.from_numpy(one).to(device()) for one in (inputs, worth))
        self.sizes = sizes
        self.starts = starts_of(sizes)

    def batches(self, rng: np.random.Generator) -> Iterator[tuple[Tensor, Tensor]]:
        """Places (n_lists, n_longest) among all inputs, and where there are any."""
        order = rng.permutation(len(self.sizes))
        for first in range(0, len(order), LISTS_PER_BATCH):
            chosen = order[first : first + LISTS_PER_BATCH]
            steps = np.arange(self.sizes[chosen].max())
            is_there = steps < self.sizes[chosen, None]
            yield tensor(np.where(is_there, self.starts[chosen, None] + steps, 0)), tensor(is_there)

    def loss(self, batch: tuple[Tensor, Tensor]) -> Tensor:
        """The mean over lists."""
        places, is_there = batch
        scores = self.module(self.inputs[places]).masked_fill(~is_there, -torch.inf)
        told = torch.log_softmax(scores, dim=1).masked_fill(~is_there, 0)
        return -(self.worth[places] * is_there * told).sum(dim=1).mean()
