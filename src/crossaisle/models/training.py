"""The loop by which networks learn: forward, loss, backward, update, validate, stop early, checkpoint, resume.

With a validation window, learning watches the protocol's measure on it and stops when that gets no better; a second
run then learns from everything for as many epochs as were best, so that the newest events count. Each epoch's random
numbers come from the seed and the epoch's number, so that a run that was broken off ends as one that was not.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from crossaisle.data.dataset import Index
from crossaisle.data.training import Start, Training, Validation
from crossaisle.errors import DivergenceError
from crossaisle.models.learning.checkpoints import Checkpoint, Standing
from crossaisle.models.learning.curves import Curves
from crossaisle.models.learning.network import Learner, Named, Network, Rows, Taught
from crossaisle.models.learning.tensors import WEIGHTS, device, reproducible, tensor
from crossaisle.models.learning.watching import reached
from crossaisle.models.recommender import Fitted
from crossaisle.numerics.arrays import AnyArray

EXPLODED = 10
"""An epoch whose mean loss is so many times that of the first batch, or of 1 if that is more, has exploded."""


def learn(network: Network, training: Training) -> Fitted:
    """The network fitted to the training's dataset.

    Raises:
        DivergenceError: the loss or a weight is no number any more, or the loss exploded.
        ArtifactError: a checkpoint is not whole.
    """
    with reproducible(len(training.dataset.events)):
        validation = training.validation
        if validation is None:
            learner, curves = _run(network, training, "whole", network.epochs)
            return learner.fitted(curves)
        watched, curves = _run(network, training.on(validation.dataset), "watched", network.epochs, validation)
        if network.refit:
            learner, whole = _run(network, training, "whole", curves.best)
            return learner.fitted(replace(curves, refit=whole.loss))
        learner = _fresh(network, training)
        adopt(learner, training.dataset.index, Start(validation.dataset.index, watched.fitted(curves).state()))
        return learner.fitted(curves)


def _run(
    network: Network, training: Training, stage: str, n_epochs: int, validation: Validation | None = None
) -> tuple[Learner, Curves]:
    """Learn for up to `n_epochs`; the learner as it was at its best, if a validation was watched, else at its end."""
    learner = _fresh(network, training)
    module, first = learner.module, _first_loss(learner, training.seed)
    optimiser = torch.optim.AdamW(
        module.parameters(), network.learning_rate, weight_decay=network.l2, fused=device().type in ("cpu", "cuda")
    )
    checkpoint = Checkpoint(training.checkpoints, network, training, stage) if training.checkpoints else None
    standing = checkpoint.read() if checkpoint else None
    curves, best = Curves(), _weights(module)
    if standing and len(standing.curves) <= n_epochs:
        curves, best = standing.curves, dict(standing.best)
        module.load_state_dict(standing.weights)
        _restore(optimiser, standing.optimiser)
    while len(curves) < n_epochs and not (validation and len(curves) - curves.best >= network.patience):
        shrink = network.learning_rate * network.l1
        loss = one_epoch(learner, optimiser, [training.seed, len(curves)], network.clip, shrink)
        _guard(network, learner, len(curves) + 1, first, loss)
        score = reached(learner.fitted(curves), validation) if validation else None
        curves = curves.then(loss, score)
        if curves.best == len(curves):
            best = _weights(module)
        if checkpoint:
            checkpoint.write(Standing(_weights(module), best, _flat(optimiser), curves))
        _tell(training, curves, n_epochs, score)
    module.load_state_dict(best)
    return learner, curves


def one_epoch(
    learner: Taught, optimiser: torch.optim.Optimizer, seeds: Sequence[int], clip: float | None, shrink: float = 0.0
) -> float:
    """One pass over the batches; the mean loss.

    Args:
        seeds: of its random numbers. clip: length that a gradient is cut to. shrink: what every weight loses a step.
    """
    rng = np.random.default_rng(seeds)
    torch.manual_seed(int(rng.integers(2**62)))
    learner.module.train()
    total, n_batches = torch.zeros((), device=device()), 0
    for batch in learner.batches(rng):
        optimiser.zero_grad(set_to_none=True)
        loss = learner.loss(batch)
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        if clip is not None:
            torch.nn.utils.clip_grad_norm_(learner.module.parameters(), clip)
        optimiser.step()
        if shrink:
            _shrink(learner.module, shrink)
        total, n_batches = total + loss.detach(), n_batches + 1
    learner.module.eval()
    return float(total) / max(1, n_batches)


@torch.no_grad()
def _shrink(module: torch.nn.Module, by: float) -> None:
    """The proximal step of an L1 penalty: every weight goes towards 0 by `by`, and stays there."""
    for weight in module.parameters():
        weight.copy_(weight.sign() * (weight.abs() - by).clamp(min=0))


@torch.no_grad()
def _first_loss(learner: Learner, seed: int) -> float:
    """The loss of a batch before anything is learnt."""
    torch.manual_seed(seed)
    return next((float(learner.loss(batch)) for batch in learner.batches(np.random.default_rng(seed))), 0.0)


def _guard(network: Network, learner: Learner, epoch: int, first: float, loss: float) -> None:
    is_sound = all(bool(torch.isfinite(weight).all()) for weight in learner.module.parameters())
    if is_sound and np.isfinite(loss) and loss <= EXPLODED * max(1.0, first):
        return
    raise DivergenceError(
        f"{type(network).__name__} diverged: its loss went from {first:.4g} to {loss:.4g}"
        + ("" if is_sound else ", and weights are no numbers any more"),
        f"epoch {epoch}",
        f"Lower learning_rate, now {network.learning_rate:g}, or clip, now {network.clip}.",
    )


def _tell(training: Training, curves: Curves, n_epochs: int, score: float | None) -> None:
    """One line an epoch: a stage, then facts as `name=value`."""
    stage = "learn" if score is None else "watch"
    found = "" if score is None else f" validation={score:.4f} best={curves.validation.max():.4f}"
    facts = f"epoch={len(curves)}/{n_epochs} loss={curves.loss[-1]:.4f}{found}"
    training.progress(f"{stage}: {facts}", len(curves) / n_epochs)


def _fresh(network: Network, training: Training) -> Learner:
    torch.manual_seed(training.seed)
    learner = network.learner(training)
    learner.module.to(device()).eval()
    if training.start:
        adopt(learner, training.dataset.index, training.start)
    return learner


@torch.no_grad()
def adopt(learner: Learner, index: Index, start: Start) -> None:
    """Take over an earlier fit's weights: rows of users, items, … by their ids, the others where their shapes agree.

    Args:
        index: ids of the learner's own rows; rows beyond their number come first and stand for what is unknown.
        start: what has no counterpart there is left out.
    """
    for name, weight in learner.module.state_dict().items():
        earlier = start.state.get(f"{WEIGHTS}{name}")
        if earlier is None or earlier.shape[1:] != weight.shape[1:]:
            continue
        if name not in learner.rows:
            if earlier.shape == tuple(weight.shape):
                weight.copy_(tensor(earlier))
            continue
        places, n_earlier = _places(learner.rows[name], index, start)
        lead, earlier_lead = len(weight) - len(places), len(earlier) - n_earlier
        if lead == earlier_lead:
            weight[:lead] = tensor(earlier[:lead])
        known = np.flatnonzero(places >= 0)
        weight[tensor(lead + known)] = tensor(earlier[earlier_lead + places[known]])


def _places(rows: Rows | Named, index: Index, start: Start) -> tuple[AnyArray, int]:
    """int (n_rows,): where each row stood earlier, −1 for one that did not, and how many there were."""
    if isinstance(rows, Named):
        earlier = {name: place for place, name in enumerate(rows.earlier(start.state))}
        return np.array([earlier.get(name, -1) for name in rows.now], dtype=np.int64), len(earlier)
    ids, earlier_ids = (getattr(one, rows) for one in (index, start.index))
    return earlier_ids.numbers(ids.values), len(earlier_ids)


def _weights(module: torch.nn.Module) -> dict[str, Tensor]:
    return {name: values.detach().clone() for name, values in module.state_dict().items()}


def _flat(optimiser: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Its state, `PARAMETER/NAME` → values."""
    state: dict[int, dict[str, Tensor]] = optimiser.state_dict()["state"]
    return {f"{number}/{name}": values for number, one in state.items() for name, values in one.items()}


def _restore(optimiser: torch.optim.Optimizer, flat: Any) -> None:
    state: dict[int, dict[str, Tensor]] = {}
    for key, values in flat.items():
        number, _, name = key.partition("/")
        state.setdefault(int(number), {})[name] = values
    optimiser.load_state_dict({**optimiser.state_dict(), "state": state})
