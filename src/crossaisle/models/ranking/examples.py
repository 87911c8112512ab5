"""Examples: at an earlier cut, what was known of each candidate, and whether it was bought in the window after."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crossaisle.numerics.arrays import Bools, Csr, Doubles, Floats, Longs, Numbers, holds

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
class Asked:
    """Candidates of one kind for queries of one window.

    Args:
        columns: int32 (n_queries, n_candidates), places in the pool, −1 for none.
        blend: float32, the same shape. is_right: bool, the same shape, which of them were bought.
        n_right: int64 (n_queries,), all of the kind that were bought.
    """

    columns: Numbers
    blend: Floats
    is_right: Bools
    n_right: Longs

    def drawn(self, seed: int) -> Bools:
        """bool (n_queries, n_candidates): all that are right, and a draw of others, of the queries with any right."""
        rng = np.random.default_rng(seed)
        is_there: Bools = self.columns >= 0
        share = N_NEGATIVES / np.maximum(is_there.sum(axis=1, keepdims=True), 1)
        is_drawn = np.asarray(rng.random(is_there.shape) < share)
        is_asked = np.asarray(self.is_right.any(axis=1, keepdims=True))
        return np.asarray(is_there & (self.is_right | is_drawn) & is_asked)

    def only(self, kept: Bools) -> "Asked":
        """Those kept, in their order at the beginning of each row."""
        width = int(kept.sum(axis=1).max(initial=0))
        order = np.argsort(~kept, axis=1, kind="stable")[:, :width]
        is_there = np.take_along_axis(kept, order, axis=1)
        columns, blend = (np.take_along_axis(one, order, axis=1) for one in (self.columns, self.blend))
        return Asked(
            np.where(is_there, columns, -1).astype(np.int32),
            np.where(is_there, blend, -np.inf).astype(np.float32),
            np.take_along_axis(self.is_right & kept, order, axis=1),
            self.n_right,
        )

    def examples(self, kept: Bools, signals: Floats) -> Examples:
        """Lists of those kept, with their signals (n_queries, n_candidates, n_names)."""
        sizes = kept.sum(axis=1)
        return Examples(signals[kept], self.is_right[kept], sizes[sizes > 0].astype(np.int64))


@dataclass(frozen=True)
class Judged:
    """What is said of all candidates of one kind in a window.

    Args:
        ranks: float32 (n_queries, n_candidates, n_parts), the relevance by each part, −inf for no candidate.
        learnt: float32 (n_queries, n_candidates), what trees and linear ranker say that learnt before the window; None
            where nothing could be learnt.
        is_right: bool (n_queries, n_candidates). n_right: int64 (n_queries,), all of the kind that were bought.
        n_bought: int64 (n_queries,), items in the history.
    """

    ranks: Floats
    learnt: tuple[Floats, Floats] | None
    is_right: Bools
    n_right: Longs
    n_bought: Longs

    @classmethod
    def joined(cls, several: "Sequence[Judged]") -> "Judged":
        """One batch after the other."""
        ranks, is_right, n_right, n_bought = (
            np.concatenate([getattr(one, name) for one in several])
            for name in ("ranks", "is_right", "n_right", "n_bought")
        )
        told = [one.learnt for one in several if one.learnt is not None]
        learnt = (np.concatenate([one for one, _ in told]), np.concatenate([one for _, one in told])) if told else None
        return cls(ranks, learnt, is_right, n_right, n_bought)

    def blend(self, weights: Doubles) -> Floats:
        """float32 (n_queries, n_candidates): the ranks weighed by part; −inf for no candidate."""
        with np.errstate(invalid="ignore"):
            told = self.ranks @ weights.astype(np.float32)
        return np.where(np.isfinite(self.ranks[..., 0]), told, -np.inf).astype(np.float32)

    def voices(self, weights: Doubles) -> tuple[Floats, Floats, Floats]:
        """Trees, linear ranker and blend; of what nothing could be learnt, zeros."""
        blend = self.blend(weights)
        nothing = np.zeros(blend.shape, dtype=np.float32)
        return (*(self.learnt or (nothing, nothing)), blend)

    def capped_recall(self, scores: Floats, k: int = 20) -> float:
        """Mean over queries with any of the kind bought: hits among the k best over min(bought, k)."""
        counted = self.n_right > 0
        best = np.argsort(-scores[counted], axis=1, kind="stable")[:, :k]
        hits = np.take_along_axis(self.is_right[counted], best, axis=1).sum(axis=1)
        return float((hits / np.minimum(self.n_right[counted], k)).mean()) if counted.any() else 0.0


def right(truth: Csr, items: Numbers) -> Bools:
    """bool (n_queries, n_candidates): which candidates the truth (n_queries, n_items) holds."""
    return holds(truth, np.arange(len(items))[:, None], items)
