"""Fuse: named, weighted blocks become one sparse matrix, each scaled to rows of comparable length."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from crossaisle.errors import UsageError
from crossaisle.features.feature import Block, Matrix, State, as_csr, packed, unpacked
from crossaisle.numerics.arrays import AnyArray, Csr, Doubles


@dataclass(frozen=True)
class Fused:
    """The layout of the one matrix.

    Args:
        blocks: names, in order.
        columns: the columns of each block.
        scales: float64 (n_blocks,), what each block is multiplied by.
    """

    blocks: tuple[str, ...]
    columns: tuple[tuple[str, ...], ...]
    scales: Doubles

    @property
    def names(self) -> tuple[str, ...]:
        """One name a column of the matrix: `block: column`."""
        return tuple(
            f"{block}: {column}" for block, columns in zip(self.blocks, self.columns, strict=True) for column in columns
        )

    def columns_of(self, block: str) -> slice:
        """Where a block's columns lie.

        Raises:
            UsageError: no block has this name.
        """
        if block not in self.blocks:
            raise UsageError(f'there is no block "{block}"', remedy=f"There is {', '.join(self.blocks)}.")
        place = self.blocks.index(block)
        start = sum(len(columns) for columns in self.columns[:place])
        return slice(start, start + len(self.columns[place]))

    def apply(self, blocks: Sequence[Block]) -> Csr:
        """float32 (n_rows, n_columns): the blocks side by side.

        Raises:
            UsageError: the blocks are not those of the fit.
        """
        if tuple(block.name for block in blocks) != self.blocks or any(
            block.columns != columns for block, columns in zip(blocks, self.columns, strict=True)
        ):
            raise UsageError(
                "these blocks are not the ones the fusion was fitted on",
                remedy=f"Hand it {', '.join(self.blocks)} of the same features, in this order.",
            )
        scaled = [as_csr(block.values) * np.float32(scale) for block, scale in zip(blocks, self.scales, strict=True)]
        return sparse.csr_array(sparse.hstack(scaled, format="csr", dtype=np.float32))

    def state(self) -> dict[str, AnyArray]:
        """All arrays needed to restore it."""
        lengths = np.array([len(columns) for columns in self.columns], dtype=np.int64)
        every = [column for columns in self.columns for column in columns]
        return {
            "blocks": packed(self.blocks),
            "columns": packed(every),
            "lengths": lengths,
            "scales": self.scales,
        }

    @classmethod
    def restore(cls, state: State) -> "Fused":
        """The fusion whose `state()` this is."""
        every, ends = unpacked(state["columns"]), np.cumsum(state["lengths"])
        columns = tuple(every[end - length : end] for length, end in zip(state["lengths"], ends, strict=True))
        return cls(unpacked(state["blocks"]), columns, state["scales"])


def fit_fusion(blocks: Sequence[Block], weights: Mapping[str, float] | None = None) -> Fused:
    """Scale each block so that its rows, where not empty, have a root mean square length of its weight.

    Args:
        blocks: of equal numbers of training rows.
        weights: block name → weight ≥ 0, 1 by default.

    Raises:
        UsageError: no block, blocks of different length or one name, a negative weight or one for no block.
    """
    weights = weights or {}
    names = tuple(block.name for block in blocks)
    _check(blocks, names, weights)
    scales = [weights.get(block.name, 1.0) / (_typical_length(block.values) or 1.0) for block in blocks]
    return Fused(names, tuple(block.columns for block in blocks), np.array(scales))


def _check(blocks: Sequence[Block], names: tuple[str, ...], weights: Mapping[str, float]) -> None:
    if not blocks:
        raise UsageError("there is no block to fuse", remedy="Fit at least one feature that fits this shop's data.")
    if len({len(block) for block in blocks}) > 1 or len(set(names)) < len(names):
        raise UsageError("blocks differ in their rows or share a name", ", ".join(names), "Fuse one side at a time.")
    for name, weight in weights.items():
        if name not in names:
            raise UsageError(f'weight of "{name}", which is no block', remedy=f"There is {', '.join(names)}.")
        if not (np.isfinite(weight) and weight >= 0):
            raise UsageError(f'weight {weight} of "{name}"', remedy="Weights are numbers from 0 on.")


def _typical_length(values: Matrix) -> float:
    """Root mean square of the lengths of rows that are not empty, 0 if all are."""
    squared: Doubles = np.asarray(as_csr(values).astype(np.float64).power(2).sum(axis=1)).ravel()
    return float(np.sqrt(squared[squared > 0].mean())) if (squared > 0).any() else 0.0
