"""Causes are the strongest parts of scores, as a plain sum over everybody who speaks finds them."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossaisle.data.event_types import CART, PURCHASE, VIEW
from crossaisle.slates.live.live_slate import N_CAUSES, Ranked
from crossaisle.slates.live.retrieval.causes import causes_of
from crossaisle.slates.live.retrieval.gathering import Scratch, Told

N_ITEMS = 12
amounts = st.integers(-3, 6).map(lambda eighths: eighths / 8)


@st.composite
def told(draw: Any, n_kept: int) -> Told:
    """Different speakers of whom each names different items."""
    speakers = draw(st.lists(st.integers(0, N_ITEMS - 1), unique=True, max_size=4))
    rows = [draw(st.lists(st.integers(0, N_ITEMS - 1), unique=True, max_size=n_kept)) for _ in speakers]
    items = np.full((len(speakers), n_kept), -1, dtype=np.int32)
    said = np.zeros((len(speakers), n_kept), dtype=np.float32)
    for row, named in enumerate(rows):
        items[row, : len(named)] = named
        said[row, : len(named)] = [draw(amounts) for _ in named]
    return Told(np.array(speakers, dtype=np.int32), items, said)


@given(st.data())
def test_causes_are_the_strongest_parts_of_each_score(data: st.DataObject) -> None:
    history, session = data.draw(told(3)), data.draw(st.none() | told(2))
    history.amounts[:] = np.abs(history.amounts)  # a history speaks against nothing
    picks = np.array(data.draw(st.lists(st.integers(0, N_ITEMS - 1), unique=True, max_size=5)), dtype=np.int32)
    base = np.array([data.draw(st.sampled_from((0.0, 0.5, 1.0))) for _ in picks], dtype=np.float32)
    scale = np.array([data.draw(st.sampled_from((0.5, 1.0))) for _ in picks], dtype=np.float32)
    kinds = {item: data.draw(st.sampled_from((VIEW, CART))) for item in (session.speakers.tolist() if session else ())}
    scratch = Scratch(N_ITEMS, 0)
    for _ in range(2):
        found = causes_of(Ranked(picks, base, base, scale), history, session, kinds, scratch)
    for place, pick in enumerate(picks.tolist()):
        parts: dict[int, float] = {}
        own = {who: amount for who, item, amount in _named(history) if item == pick}
        for who, amount in own.items():
            parts[who] = amount * float(base[place]) / max(sum(own.values()), 1e-30)
        for who, item, amount in _named(session) if session else ():
            if item == pick:
                parts[who] = parts.get(who, 0.0) + amount * float(scale[place])
        strongest = sorted(((-amount, who) for who, amount in parts.items() if amount > 0))[:N_CAUSES]
        wanted = [who for _, who in strongest] + [-1] * (N_CAUSES - len(strongest))
        largest = [-one for one, _ in strongest] + [0.0] * (N_CAUSES - len(strongest))
        assert found[1][place].tolist() == pytest.approx(largest, abs=1e-6)
        if len({round(one, 5) for one, _ in strongest}) == len(strongest) and len(parts) <= N_CAUSES:
            assert found[0][place].tolist() == wanted
        assert [kinds.get(who, PURCHASE) for who in found[0][place].tolist()] == found[2][place].tolist()


def _named(said: Told) -> list[tuple[int, int, float]]:
    """Who says how much of whom."""
    return [
        (int(who), int(item), float(amount))
        for row, who in enumerate(said.speakers)
        for item, amount in zip(said.items[row], said.amounts[row], strict=True)
        if item >= 0
    ]
