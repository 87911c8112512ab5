"""Examples: at an earlier cut, what was known of each candidate, and whether it was bought in the window after."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crossaisle.numerics.arrays import Bools, Csr, Floats, Longs, Numbers, holds

N_NEGATIVES = 100
"""Candidates of a query, not bought, that are learnt from; all of those bought are."""


@dataclass(frozen=True)
class Examples:
    """Lists to learn from. signals: float32 (n, n_names). is_right: bool (n,). sizes: int64 (n_lists,)."""

    signals: Floats
    is_right: Bools
    sizes: Longs

    @classmethod
    def joined(cls, several: "Sequence[Examples]") -> "Examples":
        """One after the other."""
        return cls(
            np.concatenate([one.signals for one in several]),
            np.concatenate([one.is_right for one in several]),
            np.concatenate([one.sizes for one in several]),
        )


@dataclass(frozen=True)
class Judged:
    """All candidates of one kind in one window, with nothing left out.

    Args:
        signals: float32 (n_queries, n_candidates, n_names). blend: float32 (n_queries, n_candidates), −inf for none.
        is_right: bool (n_queries, n_candidates). n_right: int64 (n_queries,), all of the kind that were bought.
        n_bought: int64 (n_queries,), items in the history.
    """

    signals: Floats
    blend: Floats
    is_right: Bools
    n_right: Longs
    n_bought: Longs

    @classmethod
    def joined(cls, several: "Sequence[Judged]") -> "Judged":
        """One batch after the other."""
        names = ("signals", "blend", "is_right", "n_right", "n_bought")
        return cls(**{name: np.concatenate([getattr(one, name) for one in several]) for name in names})

    def examples(self, seed: int) -> Examples:
        """A seeded draw of those not bought beside all that were, of the queries with any bought."""
        rng = np.random.default_rng(seed)
        is_there = np.isfinite(self.blend)
        share = N_NEGATIVES / np.maximum(is_there.sum(axis=1, keepdims=True), 1)
        kept = is_there & (self.is_right | (rng.random(self.blend.shape) < share))
        kept &= self.is_right.any(axis=1, keepdims=True)
        sizes = kept.sum(axis=1)
        return Examples(self.signals[kept], self.is_right[kept], sizes[sizes > 0].astype(np.int64))

    def capped_recall(self, scores: Floats, k: int = 20) -> float:
        """Mean over queries with any of the kind bought: hits among the k best over min(bought, k)."""
        counted = self.n_right > 0
        best = np.argsort(-scores[counted], axis=1, kind="stable")[:, :k]
        hits = np.take_along_axis(self.is_right[counted], best, axis=1).sum(axis=1)
        return float((hits / np.minimum(self.n_right[counted], k)).mean()) if counted.any() else 0.0


def right(truth: Csr, items: Numbers) -> Bools:
    """bool (n_queries, n_candidates): which candidates the truth (n_queries, n_items) holds."""
    return holds(truth, np.arange(len(items))[:, None], items)
