"""Checkpoints: where a run stands after an epoch, in one file that appears whole or not at all, never pickled."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from crossaisle.data.dataset import Dataset
from crossaisle.data.training import Training
from crossaisle.errors import ArtifactError, StorageError
from crossaisle.features.feature import within
from crossaisle.models.learning.curves import Curves
from crossaisle.models.learning.network import Network

_CURVES, _VERSION = "curves/", "1"


@dataclass(frozen=True)
class Standing:
    """Where a run stands.

    Args:
        weights, best: the module's by name, after the last epoch and after the best.
        optimiser: its state by parameter and name.
    """

    weights: Mapping[str, Tensor]
    best: Mapping[str, Tensor]
    optimiser: Mapping[str, Tensor]
    curves: Curves


class Checkpoint:
    """The file of one run: of a network with its options on its data, from its seed, in one stage of learning."""

    def __init__(self, folder: Path, network: Network, training: Training, stage: str) -> None:
        self.path = folder / f"{fingerprint(network, training)}-{stage}.safetensors"

    def write(self, standing: Standing) -> None:
        """Replace the file by one of this standing.

        Raises:
            StorageError: it cannot be written.
        """
        curves = {f"{_CURVES}{name}": torch.from_numpy(values) for name, values in vars(standing.curves).items()}
        arrays = {
            f"{group}/{name}": values.contiguous().clone()
            for group in ("weights", "best", "optimiser")
            for name, values in getattr(standing, group).items()
        }
        fresh = self.path.with_suffix(f".{os.getpid()}.new")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            save_file(arrays | curves, fresh, metadata={"version": _VERSION})
            with fresh.open("rb+") as file:
                os.fsync(file.fileno())
            fresh.replace(self.path)
        except OSError as error:
            raise StorageError(f"a checkpoint cannot be written: {error.strerror}", str(self.path)) from None

    def read(self) -> Standing | None:
        """What was written last; None if nothing was.

        Raises:
            ArtifactError: the file is not whole, or of another version.
        """
        if not self.path.exists():
            return None
        try:
            with safe_open(self.path, framework="pt") as file:
                if (file.metadata() or {}).get("version") != _VERSION:
                    raise _foreign(self.path)
                arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
        except SafetensorError:
            raise _foreign(self.path) from None
        weights, best, optimiser = (within(arrays, group) for group in ("weights", "best", "optimiser"))
        curves = {name: one.numpy() for name, one in arrays.items() if name.startswith(_CURVES)}
        return Standing(weights, best, optimiser, Curves.restore(curves))


def fingerprint(network: Network, training: Training) -> str:
    """Hexadecimal digits that differ as soon as options, seed, data or start do."""
    seen = hashlib.sha256(json.dumps([type(network).__name__, repr(network), training.seed]).encode())
    _see_data(seen, training.dataset)
    for name, values in sorted(training.start.state.items()) if training.start else ():
        seen.update(name.encode())
        seen.update(np.ascontiguousarray(values).data)
    return seen.hexdigest()[:24]


def _see_data(seen: "hashlib._Hash", dataset: Dataset) -> None:
    for columns in (vars(dataset.events), vars(dataset.catalogue)):
        for values in columns.values():
            if isinstance(values, np.ndarray):
                seen.update(np.ascontiguousarray(values).data)
    for ids in (dataset.index.users, dataset.index.items):
        seen.update(str(len(ids)).encode())


def _foreign(path: Path) -> ArtifactError:
    return ArtifactError("the checkpoint is not whole or not of this version", str(path), "Delete it, and train again.")
