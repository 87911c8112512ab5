"""Finished slates: as arrays for many users, and one at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from crossaisle.data.dataset import Ids
from crossaisle.numerics.arrays import AnyArray, Bools, Codes, Floats, Numbers
from crossaisle.slates.filtering.eligible import Why
from crossaisle.slates.retrieval import Candidates

FALLBACK = -1
"""The fallback's number among rankers and sources; 0 is the model, above it the other sources in order."""


class Reason(NamedTuple):
    """One fact that moved a score.

    Args:
        kind: item, category, brand, search, buyers, rise, share, feature or rank; of recent events looked, cart, wished
            or found.
        text: the fact in words.
        subjects: what the fact is about, read by kind: item numbers, category numbers, or a figure.
        amount: the part of the score that is due to it.
    """

    kind: str
    text: str
    subjects: tuple[int, ...]
    amount: float


@dataclass(frozen=True)
class Pick:
    """An item in a slate: its number, score, rank from 1, reasons, who brought it and who scored it."""

    item: int
    score: float
    rank: int
    reasons: tuple[Reason, ...]
    source: int
    ranker: int


@dataclass(frozen=True)
class LeftOut:
    """An item that the model would have shown: its number, what removed it, and that in words."""

    item: int
    why: Why
    text: str


@dataclass(frozen=True)
class Slate:
    """One user's slate. user: the number, −1 if unknown. fallback: every pick is the fallback's."""

    user: int
    picks: tuple[Pick, ...]
    left_out: tuple[LeftOut, ...]
    fallback: bool


Explained = Sequence[Sequence[tuple[Reason, ...]]]
"""Reasons of each pick of each slate."""


@dataclass(frozen=True)
class Slates:
    """Slates of n users.

    Args:
        users: int32 (n,), user numbers, −1 if unknown.
        items: int32 (n, k), best first, −1 where no item is left.
        scores: float32 (n, k), by the ranker; those of picks that top up are moved below the ones before.
        sources, rankers: int8 (n, k), who brought an item and who scored it, see FALLBACK.
        fallback: bool (n,), every pick is the fallback's.
        reasons: of each pick, or None when not asked for.
        left_out: of each slate, or None when not asked for.
    """

    users: Numbers
    items: Numbers
    scores: Floats
    sources: Codes
    rankers: Codes
    fallback: Bools
    reasons: Explained | None = None
    left_out: Sequence[tuple[LeftOut, ...]] | None = None

    def __len__(self) -> int:
        return len(self.users)

    def slate(self, row: int) -> Slate:
        """One of the slates."""
        n_picks = int((self.items[row] >= 0).sum())
        picks = tuple(
            Pick(
                int(self.items[row, place]),
                float(self.scores[row, place]),
                place + 1,
                self.reasons[row][place] if self.reasons else (),
                int(self.sources[row, place]),
                int(self.rankers[row, place]),
            )
            for place in range(n_picks)
        )
        left_out = self.left_out[row] if self.left_out else ()
        return Slate(int(self.users[row]), picks, left_out, bool(self.fallback[row]))

    def to_table(self, user_ids: "pa.Array[Any]", items: Ids) -> "pa.Table":
        """Columns user_id, item_id, score, rank (from 1), and reason if explained.

        Args:
            user_ids: Arrow strings (n,), the users' ids in the order of the slates.
            items: the ids of the items.
        """
        rows, places = np.nonzero(self.items >= 0)
        columns: dict[str, Any] = {
            "user_id": user_ids.take(pa.array(rows)),
            "item_id": items.at(self.items[rows, places]),
            "score": self.scores[rows, places],
            "rank": (places + 1).astype(np.int32),
        }
        if self.reasons is not None:
            columns["reason"] = pa.array([_joined(one) for slate in self.reasons for one in slate], pa.large_string())
        return pa.table(columns)


def empty(users: Numbers, k: int) -> Slates:
    """Slates of `users` with `k` free places each."""
    shape = (len(users), k)
    return Slates(
        users,
        np.full(shape, -1, dtype=np.int32),
        np.full(shape, -np.inf, dtype=np.float32),
        np.zeros(shape, dtype=np.int8),
        np.zeros(shape, dtype=np.int8),
        np.zeros(len(users), dtype=np.bool_),
    )


def filled(
    slates: Slates, rows: AnyArray, begun: Slates, candidates: Candidates, columns: Numbers, ranker: int
) -> Slates:
    """The slates with the places of `rows` after their begun picks taken by the chosen candidates.

    Args:
        rows: whole numbers (n_rows,), where the candidates go.
        begun: what each slate held before.
        candidates: of the rows.
        columns: int32 (n_rows, k), the candidates chosen, best first, −1 for none.
        ranker: who scored them; the candidates' sources count from it.
    """
    n_begun = (begun.items[rows] >= 0).sum(axis=1)[:, None]
    n_chosen = (columns >= 0).sum(axis=1)[:, None]
    places = np.arange(columns.shape[1])[None, :]
    target = (places >= n_begun) & (places < n_begun + n_chosen)
    chosen = columns >= 0
    at = np.maximum(columns, 0)
    chosen_items = np.take_along_axis(candidates.items, at, axis=1)
    chosen_scores = np.take_along_axis(candidates.scores, at, axis=1)
    chosen_sources = np.take_along_axis(candidates.sources, at, axis=1) + ranker
    lowest = np.where(begun.items[rows] >= 0, begun.scores[rows], np.inf).min(axis=1, initial=np.inf)
    highest = np.where(chosen, chosen_scores, -np.inf).max(axis=1, initial=-np.inf)
    below = np.where(np.isfinite(lowest) & np.isfinite(highest), lowest - highest - 1, 0)
    chosen_scores = chosen_scores + below[:, None]
    made: tuple[AnyArray, ...] = (
        slates.items.copy(),
        slates.scores.copy(),
        slates.sources.copy(),
        slates.rankers.copy(),
    )
    held: tuple[AnyArray, ...] = (begun.items, begun.scores, begun.sources, begun.rankers)
    values: tuple[AnyArray, ...] = (
        chosen_items,
        chosen_scores,
        chosen_sources,
        np.full_like(chosen_sources, ranker),
    )
    for before, value, after in zip(held, values, made, strict=True):
        part = before[rows]
        part[target] = value[chosen]
        after[rows] = part
    items, scores, sources, rankers = made
    return replace(slates, items=items, scores=scores, sources=sources, rankers=rankers)


def _joined(reasons: tuple[Reason, ...]) -> str:
    return " ".join(reason.text for reason in reasons)
