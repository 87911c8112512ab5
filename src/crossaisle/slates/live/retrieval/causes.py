"""Which items of a person moved each pick of a slate: the strongest parts of its score."""

from collections.abc import Mapping

import numpy as np

from crossaisle.data.event_types import PURCHASE
from crossaisle.numerics.arrays import Codes, Floats, Numbers
from crossaisle.slates.live.live_slate import N_CAUSES, Ranked
from crossaisle.slates.live.retrieval.gathering import Scratch, Told
from crossaisle.slates.live.retrieval.kernels import strongest_causes


def causes_of(
    picks: Ranked, history: Told, session: Told | None, kinds: Mapping[int, int], scratch: Scratch
) -> tuple[Numbers, Floats, Codes]:
    """Causes int32 (n, N_CAUSES), −1 for none, their amounts and their event types, strongest first.

    The long-term part of a score is shared among the items of the history as they speak for the pick. An item that
    speaks in the session, too, is told as what was done with it lately.

    Args:
        history, session: who says what; amounts of the session are parts of scores. kinds: item → event type.
    """
    late = session or _SILENT
    of_history = (history.items, history.amounts, history.speakers)
    of_session = (late.items, late.amounts, late.speakers)
    scores = (picks.items, picks.base, picks.scale)
    causes, amounts, rows = strongest_causes(*scores, *of_history, *of_session, scratch.work, N_CAUSES)
    if session is None:
        return causes, amounts, np.full(causes.shape, PURCHASE, dtype=np.int8)
    types = np.array([*(kinds[item] for item in session.speakers.tolist()), PURCHASE], dtype=np.int8)
    return causes, amounts, types[rows]


_SILENT = Told(np.empty(0, dtype=np.int32), np.empty((0, 1), dtype=np.int32), np.empty((0, 1), dtype=np.float32))
