"""The small shop of slates with neighbours by hand, and helpers to ask for slates."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.data.event_types import EVENT_TYPES
from crossaisle.data.focus import Focus
from crossaisle.models.neighbours import Neighbours
from crossaisle.slates.live.live_slate import LiveSlate
from crossaisle.slates.live.live_slates import LiveSlates
from crossaisle.slates.live.options import LiveOptions
from crossaisle.slates.live.person import Person
from crossaisle.slates.live.standing import Standing
from crossaisle.slates.options import SlateOptions

from ..shop import A, B, C, D, E, F, G, H, shop

NOW = 10 * 86_400 * 1_000_000
"""When the small shop's past ends."""
TABLE: dict[int, dict[int, float]] = {
    A: {B: 4, E: 2, G: 1},
    B: {A: 3},
    C: {D: 4, E: 3, F: 1},
    E: {F: 4, G: 2, A: 1},
    G: {H: 4, E: 2},
}
"""Item → what goes with it."""


def neighbours_of(table: dict[int, dict[int, float]], n_items: int = 8, n: int = 3) -> Neighbours:
    """The same as arrays."""
    scores = np.zeros((n_items, n_items), dtype=np.float32)
    for item, near in table.items():
        scores[item, list(near)] = list(near.values())
    return Neighbours.of_scores(lambda items: scores[items], n_items, n)


def live_of(
    dataset: Dataset | None = None,
    table: dict[int, dict[int, float]] = TABLE,
    standing: Standing | None = None,
    knobs: dict[str, Any] | None = None,
    **options: Any,
) -> LiveSlates:
    """The small shop; every item is established."""
    slate_options = SlateOptions(**{"min_purchases": 0, **(knobs or {})})
    chosen = dataset or shop()
    return LiveSlates.of(chosen, neighbours_of(table, chosen.n_items), LiveOptions(**options), slate_options, standing)


def person_of(
    live: LiveSlates, users: Sequence[int] = (), events: Sequence[tuple[int, str, int]] = (), **interests: float
) -> Person:
    """Somebody with recent events (item, type, microseconds before NOW); interests by category."""
    recent = live.recent()
    for item, kind, ago in events:
        recent.add(item, EVENT_TYPES.index(kind), NOW - ago)
    wishes = {live.categories.number(name): factor for name, factor in interests.items()}
    return Person.of(live.histories, users, [recent], wishes)


def asked(live: LiveSlates, person: Person, focus: str = "all", k: int = 8, moment: int = NOW) -> LiveSlate:
    """A slate."""
    return live.slate(person, Focus.parse(focus), k, moment)


def said(slate: LiveSlate) -> dict[int, float]:
    """Item → score of the picks that something speaks for, in their order."""
    n = len(slate.items) - slate.n_filled
    return {int(item): round(float(score), 4) for item, score in zip(slate.items[:n], slate.scores[:n], strict=True)}


def causes(slate: LiveSlate) -> dict[int, list[tuple[int, float, str]]]:
    """Item → its causes: item, amount, event type."""
    found: dict[int, list[tuple[int, float, str]]] = {}
    for at, item in enumerate(slate.items.tolist()):
        rows = zip(slate.causes[at].tolist(), slate.amounts[at].tolist(), slate.kinds[at].tolist(), strict=True)
        found[item] = [(cause, round(amount, 4), EVENT_TYPES[kind]) for cause, amount, kind in rows if cause >= 0]
    return found
