"""What logged slates and the answers to them teach: how far places are looked at, and which items do better than their
scores let expect."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import DAY
from crossaisle.evaluation.feedback.appeal import Appeal
from crossaisle.evaluation.feedback.learned import FeedbackRates, feedback_rates
from crossaisle.evaluation.feedback.position_bias import Examination, Method, examination
from crossaisle.features.feature import within
from crossaisle.loop.feedback.answered import Answered
from crossaisle.loop.feedback.showings import learnt
from crossaisle.numerics.arrays import AnyArray, Floats
from crossaisle.scenarios.feeds.memory import Past

METHODS: tuple[Method, ...] = get_args(Method)
N_RESAMPLES = 50
"""Resamples of slates behind the interval of each place, which is told and decides nothing."""


@dataclass(frozen=True)
class Taught:
    """What was learnt from slates.

    Args:
        examination: how far places are looked at.
        rates: of the items of a dataset, and their lifts.
        clicks: float32 (n_items,), clicks on each, faded as `rates.exposure` is.
        n_slates, n_clicks: slates that came before somebody's eyes, and clicks on them.
        appeal: what a click hangs on, with what everybody was shown; None where too little was clicked.
    """

    examination: Examination
    rates: FeedbackRates
    clicks: Floats
    n_slates: int
    n_clicks: int
    appeal: tuple[Appeal, Past] | None = None

    def to_dict(self) -> dict[str, Any]:
        """What it rests on and what it says of places, in plain values."""
        seen = self.examination
        shares = [round(float(one), 4) for one in seen.shares]
        return {"slates": self.n_slates, "clicks": self.n_clicks, "method": seen.method, "examination": shares}

    def state(self) -> dict[str, AnyArray]:
        """All arrays needed to restore it."""
        seen = self.examination
        return {
            "examination/shares": seen.shares,
            "examination/low": seen.low,
            "examination/high": seen.high,
            "examination/rests_on": np.array([seen.n_clicks, METHODS.index(seen.method)]),
            **{f"rates/{name}": one for name, one in self.rates.state().items()},
            "clicks": self.clicks,
            "counts": np.array([self.n_slates, self.n_clicks]),
            **self._appeal_state(),
        }

    def _appeal_state(self) -> dict[str, AnyArray]:
        if self.appeal is None:
            return {}
        appeal, past = (one.state() for one in self.appeal)
        return {f"appeal/{name}": one for name, one in appeal.items()} | {
            f"past/{name}": one for name, one in past.items()
        }

    @classmethod
    def restore(cls, state: Mapping[str, AnyArray]) -> "Taught":
        """What `state()` tells."""
        shares, low, high, rests_on = (state[f"examination/{name}"] for name in ("shares", "low", "high", "rests_on"))
        seen = Examination(shares, low, high, int(rests_on[0]), METHODS[int(rests_on[1])])
        n_slates, n_clicks = (int(one) for one in state["counts"])
        rates, told = FeedbackRates.restore(within(state, "rates")), within(state, "appeal")
        appeal = (Appeal.restore(told), Past.restore(within(state, "past"))) if told else None
        return cls(seen, rates, state["clicks"], n_slates, n_clicks, appeal)


def teach(answered: Answered, dataset: Dataset, half_life: float, seed: int = 0) -> Taught | None:
    """Learn from slates and answers; None where no slate shows an item of the dataset.

    Places are told apart by the scores that put them in order, items by those scores without the lifts of earlier
    times, so that a lift is learnt whole each time.

    Args:
        dataset: what answers are given until its end, and how items are numbered and in which category they are.
        half_life: days after which an answer counts half.
    """
    logged, places = answered.logged(dataset.index.items)
    if not len(logged):
        return None
    made_at = answered.slates.made_at[answered.slates.slate[places]]
    age = np.maximum((dataset.end - made_at) / DAY, 0)
    seen = examination(logged, seed=seed, n_resamples=N_RESAMPLES)
    plain = replace(logged, score=logged.score / answered.slates.lift[places])
    category = dataset.catalogue.category
    rates = feedback_rates(plain, seen, category, age, half_life=half_life)
    counted = logged.in_seen_slates()
    is_clicked = counted & logged.is_clicked
    faded = np.exp2(-age[is_clicked] / half_life)
    clicks = np.bincount(logged.item[is_clicked], faded, minlength=dataset.n_items).astype(np.float32)
    n_slates = len(np.unique(logged.slate[counted]))
    found = learnt(answered, logged, places, dataset, half_life)
    return Taught(seen, rates, clicks, n_slates, int(is_clicked.sum()), found)
