"""What people's answers say of items beyond what the model's scores say, freed of the places where they stood.

An item's exposure is Σ θ_rank over the times it was shown (see `position_bias`), so a rate is that of a place which is
surely looked at. Old answers fade by half in each half-life, the gamma discounting of Harvey and Fernandes (1989),
"Time Series Models for Count or Qualitative Observations".
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from crossaisle.evaluation.feedback.levels import quantile_bins
from crossaisle.evaluation.feedback.logged import Logged, require
from crossaisle.evaluation.feedback.position_bias import Examination
from crossaisle.evaluation.feedback.shrinkage import shrunk
from crossaisle.numerics.arrays import AnyArray, Bools, Doubles, Floats

N_DECILES = 10
KINDS = ("clicks", "purchases", "dismissals")


@dataclass(frozen=True)
class Rates:
    """One kind of answer to each item.

    Args:
        rate: answers an exposure, shrunk to the category and the shop, float32 (n_items,) in [0, 1].
        lift: log(answers / answers to items shown with the same deciles of scores), the ratio shrunk to the category's
            and to 1, clipped, float32 (n_items,).
    """

    rate: Floats
    lift: Floats


@dataclass(frozen=True)
class FeedbackRates:
    """What was learnt from answers.

    Args:
        clicks, purchases, dismissals: rates of each kind.
        exposure: float32 (n_items,), faded Σ θ_rank: how often it was looked at.
    """

    clicks: Rates
    purchases: Rates
    dismissals: Rates
    exposure: Floats

    @property
    def lift(self) -> Floats:
        """How much more people click it than its scores let expect: float32 (n_items,), natural log, 0 for as expected.

        To be added to scores that are logs, or to others with a factor.
        """
        return self.clicks.lift

    def state(self) -> dict[str, AnyArray]:
        """All arrays needed to restore it."""
        state: dict[str, AnyArray] = {"exposure": self.exposure}
        for kind in KINDS:
            rates: Rates = getattr(self, kind)
            state |= {f"{kind}/rate": rates.rate, f"{kind}/lift": rates.lift}
        return state

    @classmethod
    def restore(cls, state: Mapping[str, AnyArray]) -> "FeedbackRates":
        """The rates whose `state()` this is."""
        clicks, purchases, dismissals = (Rates(state[f"{kind}/rate"], state[f"{kind}/lift"]) for kind in KINDS)
        return cls(clicks, purchases, dismissals, state["exposure"])


@dataclass(frozen=True)
class _Shown:
    """Shown items (n,) with what each weighs.

    Args:
        exposure: float64 (n,), faded θ. faded: float64 (n,), in (0, 1].
        decile: of the score within its model version, from 0; N_DECILES where there is no score.
        category: of each item of the shop (n_items,) from 0.
    """

    item: AnyArray
    exposure: Doubles
    faded: Doubles
    decile: AnyArray
    category: AnyArray

    def by_item(self, values: Doubles) -> Doubles:
        return np.bincount(self.item, values, len(self.category)).astype(np.float64)

    def rates(self, is_answered: Bools, clip: float) -> Rates:
        answers, exposures = self.by_item(self.faded * is_answered), self.by_item(self.exposure)
        squares = self.by_item(self.exposure * self.faded)
        evenness = np.divide(exposures, squares, out=np.ones(len(exposures)), where=squares > 0)
        rate = shrunk(answers, exposures, evenness, self.category)
        ratio = shrunk(answers, self._expected(is_answered), evenness, self.category)
        # without any answer no rate is above another
        lift = np.clip(np.log(np.where(ratio > 0, ratio, 1)), -clip, clip)
        return Rates(np.minimum(rate, 1).astype(np.float32), lift.astype(np.float32))

    def _expected(self, is_answered: Bools) -> Doubles:
        """Answers to each item if people answered every item as others of the same decile: float64 (n_items,)."""
        answers = np.bincount(self.decile, self.faded * is_answered, N_DECILES + 1)
        exposures = np.bincount(self.decile, self.exposure, N_DECILES + 1)
        rate = np.divide(answers, exposures, out=np.zeros(N_DECILES + 1), where=exposures > 0)
        return self.by_item(self.exposure * rate[self.decile])


def feedback_rates(
    logged: Logged,
    examination: Examination,
    category: AnyArray,
    age: AnyArray,
    *,
    half_life: float | None = None,
    clip: float = 1.5,
) -> FeedbackRates:
    """Rates and lifts of all items of the shop.

    Args:
        category: number of each item's category (n_items,), −1 for none; those without one are a group of their own.
        age: of each logged entry in days (n,), 0 for now.
        half_life: days after which an answer counts half; None for answers that do not age.
        clip: the largest lift either way; 1.5 is a factor of 4.5.
    """
    require(age.shape == (len(logged),), f"its shape is {age.shape}, not ({len(logged)},)", "age")
    require(bool((age >= 0).all()), "an entry lies in the future", "age", "Hand in days before now.")
    is_in = int(logged.item.max(initial=-1)) < len(category)
    require(is_in, "an item has no category entry", "category", "Hand in one entry for each item, −1 for none.")
    require(half_life is None or half_life > 0, "it must be above 0 days", "half_life", "Choose days, or None.")
    is_kept = logged.in_seen_slates()
    shown = logged.at(is_kept)
    faded = np.ones(len(shown)) if half_life is None else np.exp2(-age[is_kept].astype(np.float64) / half_life)
    version = np.unique(shown.model_version, return_inverse=True)[1]
    decile = quantile_bins(shown.score, version, N_DECILES)
    entries = _Shown(
        item=shown.item,
        exposure=faded * examination.of(shown.rank),
        faded=faded,
        decile=np.where(np.isnan(shown.score), N_DECILES, decile),
        category=np.asarray(category, dtype=np.int64) + 1,
    )
    return FeedbackRates(
        clicks=entries.rates(shown.is_clicked, clip),
        purchases=entries.rates(shown.is_bought, clip),
        dismissals=entries.rates(shown.is_dismissed, clip),
        exposure=entries.by_item(entries.exposure).astype(np.float32),
    )
