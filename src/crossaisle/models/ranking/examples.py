"""Examples: at an earlier cut, what was known of each candidate, and whether it was bought in the window after."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from crossaisle.numerics.arrays import Bools, Csr, Doubles, Floats, Longs, Numbers, holds

N_NEGATIVES = 100
"""Candidates of a query, not bought, that are learnt from; all of those bought are."""

N_RANKERS = 3
"""Trees, a linear ranker, and a wide and deep one learn from the same examples."""


@dataclass(frozen=True)
class Examples:
    """Lists to learn from, of one window.

    Args:
        signals: float32 (n, n_names).
        is_right: bool (n,), bought in the window.
        is_soon: bool (n,), bought in the first half of it.
        is_drawn: bool (n,), would stand here if it had not been bought.
        sizes: int64 (n_lists,).
    """

    signals: Floats
    is_right: Bools
    is_soon: Bools
    is_drawn: Bools
    sizes: Longs

    @classmethod
    def joined(cls, several: "Sequence[Examples]") -> "Examples":
        """One after the other."""
        return cls(*(np.concatenate([getattr(one, each.name) for one in several]) for each in fields(cls)))

    def soon(self) -> "Examples":
        """As they would have been drawn from the first half of the window alone."""
        lists = np.repeat(np.arange(len(self.sizes)), self.sizes)
        is_told = np.bincount(lists, weights=self.is_soon, minlength=len(self.sizes)) > 0
        kept = (self.is_soon | self.is_drawn) & is_told[lists]
        return Examples(
            self.signals[kept],
            self.is_soon[kept],
            self.is_soon[kept],
            self.is_drawn[kept],
            np.bincount(lists[kept], minlength=len(self.sizes))[is_told].astype(np.int64),
        )


@dataclass(frozen=True)
class Asked:
    """Candidates of one kind for queries of one window.

    Args:
        columns: int32 (n_queries, n_candidates), places in the pool, −1 for none.
        blend: float32, the same shape.
        is_right, is_soon: bool, the same shape, which of them were bought in the window, and in the first half of it.
        is_drawn: bool, the same shape, which of them are learnt from whether bought or not.
        advice: float32 (n_queries, n_candidates, n_numbers), see `Panel.advice`.
        n_right: int64 (n_queries,), all of the kind that were bought.
    """

    columns: Numbers
    blend: Floats
    is_right: Bools
    is_soon: Bools
    is_drawn: Bools
    advice: Floats
    n_right: Longs

    @property
    def is_there(self) -> Bools:
        """bool (n_queries, n_candidates): where there is a candidate."""
        return np.asarray(self.columns >= 0)

    @property
    def is_kept(self) -> Bools:
        """bool (n_queries, n_candidates): all that are right, and those drawn, of the queries with any right."""
        is_asked = np.asarray(self.is_right.any(axis=1, keepdims=True))
        return np.asarray(self.is_there & (self.is_right | self.is_drawn) & is_asked)

    def only_kept(self) -> "Asked":
        """Those kept, in their order at the beginning of each row."""
        kept = self.is_kept
        width = int(kept.sum(axis=1).max(initial=0))
        order = np.argsort(~kept, axis=1, kind="stable")[:, :width]
        is_there = np.take_along_axis(kept, order, axis=1)
        columns, blend = (np.take_along_axis(one, order, axis=1) for one in (self.columns, self.blend))
        is_right, is_soon, is_drawn = (
            is_there & np.take_along_axis(one, order, axis=1) for one in (self.is_right, self.is_soon, self.is_drawn)
        )
        return Asked(
            np.where(is_there, columns, -1).astype(np.int32),
            np.where(is_there, blend, -np.inf).astype(np.float32),
            is_right,
            is_soon,
            is_drawn,
            np.take_along_axis(self.advice, order[..., None], axis=1),
            self.n_right,
        )

    def examples(self, signals: Floats) -> Examples:
        """Lists of those kept, with their signals (n_queries, n_candidates, n_names)."""
        kept = self.is_kept
        sizes = kept.sum(axis=1)
        is_right, is_soon, is_drawn = (one[kept] for one in (self.is_right, self.is_soon, self.is_drawn))
        return Examples(signals[kept], is_right, is_soon, is_drawn, sizes[sizes > 0].astype(np.int64))


@dataclass(frozen=True)
class Judged:
    """What is said of all candidates of one kind in a window.

    Args:
        ranks: float32 (n_queries, n_candidates, n_parts), the relevance by each part, −inf for no candidate.
        learnt: float32 (n_queries, n_candidates) each, what the rankers say that learnt before the window; None where
            nothing could be learnt.
        is_right: bool (n_queries, n_candidates). n_right: int64 (n_queries,), all of the kind that were bought.
        n_bought: int64 (n_queries,), items in the history.
    """

    ranks: Floats
    learnt: tuple[Floats, ...] | None
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
        learnt = tuple(np.concatenate(batches) for batches in zip(*told, strict=True)) if told else None
        return cls(ranks, learnt, is_right, n_right, n_bought)

    def blend(self, weights: Doubles) -> Floats:
        """float32 (n_queries, n_candidates): the ranks weighed by part; −inf for no candidate."""
        with np.errstate(invalid="ignore"):
            told = self.ranks @ weights.astype(np.float32)
        return np.where(np.isfinite(self.ranks[..., 0]), told, -np.inf).astype(np.float32)

    def voices(self, weights: Doubles) -> tuple[Floats, ...]:
        """What the rankers say, zeros where nothing could be learnt, and the blend."""
        blend = self.blend(weights)
        return (*(self.learnt or unlearnt(blend)), blend)

    def capped_recall(self, scores: Floats, k: int = 20) -> float:
        """Mean over queries with any of the kind bought: hits among the k best over min(bought, k)."""
        counted = self.n_right > 0
        best = np.argsort(-scores[counted], axis=1, kind="stable")[:, :k]
        hits = np.take_along_axis(self.is_right[counted], best, axis=1).sum(axis=1)
        return float((hits / np.minimum(self.n_right[counted], k)).mean()) if counted.any() else 0.0


def unlearnt(blend: Floats) -> tuple[Floats, ...]:
    """Zeros of that shape, one for each of `N_RANKERS`."""
    return (np.zeros(blend.shape, dtype=np.float32),) * N_RANKERS


def right(truth: Csr, items: Numbers) -> Bools:
    """bool (n_queries, n_candidates): which candidates the truth (n_queries, n_items) holds."""
    return holds(truth, np.arange(len(items))[:, None], items)


def drawn(is_there: Bools, seed: int) -> Bools:
    """bool, the same shape: which candidates are learnt from whether bought or not, `N_NEGATIVES` a row on average."""
    share = N_NEGATIVES / np.maximum(is_there.sum(axis=1, keepdims=True), 1)
    return np.asarray(is_there & (np.random.default_rng(seed).random(is_there.shape) < share))
