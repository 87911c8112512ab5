"""How likely each place of a slate is looked at, told from logged slates.

The position-based click model of Craswell, Zoeter, Taylor and Ramsey (2008): P(click) = θ_rank · γ(user, item). What is
drawn at random tells θ without an assumption (Joachims, Swaminathan and Schnabel 2017, "Unbiased Learning-to-Rank with
Biased Feedback"): the explored item itself, and all items behind it, which it pushed one place down. Without enough of
it, θ is harvested from like items that happened to stand at different ranks (Agarwal, Zaitsev, Wang, Li, Najork and
Joachims 2019, "Estimating Position Bias without Intrusive Interventions"). Like are items of one model version with the
same score in slates of the same mean score: the model knew of nothing else that could put one above the other.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from crossaisle.evaluation.feedback.levels import quantile_bins
from crossaisle.evaluation.feedback.logged import Logged
from crossaisle.evaluation.feedback.strata import Strata
from crossaisle.numerics.arrays import AnyArray, Doubles, Longs
from crossaisle.numerics.bootstrap import interval

Method = Literal["intervention", "harvesting", "none"]

LEAST_CLICKS = 50
"""Fewer clicks in strata than these, and no place is told from another."""
LARGEST_ERROR = 0.1
"""Standard error of log θ, mean over ranks, up to which interventions are enough by themselves."""
LARGEST_SHIFT = 0.15
"""By how much of the mean step in score from rank to rank pushed items may differ from those that they are held to."""
N_SCORES, N_LEVELS = 50, 10
ROWS_PER_SCORE, ROWS_PER_LEVEL = 100, 2000
"""Entries for each bin of scores and of slates' means, up to N_SCORES and N_LEVELS bins."""


@dataclass(frozen=True)
class Examination:
    """How likely places are looked at, relative to the first.

    Args:
        shares: θ, float64 (n_ranks,), θ_1 = 1.
        low, high: 95 % interval by resampled slates, float64 (n_ranks,); NaN where nothing is known.
        n_clicks: clicks that it rests on.
        method: where from; none: too few clicks, every place counts as looked at.
    """

    shares: Doubles
    low: Doubles
    high: Doubles
    n_clicks: int
    method: Method

    def of(self, rank: AnyArray) -> Doubles:
        """θ of ranks from 1: float64, a rank below all known ones has the last one's."""
        shares: Doubles = self.shares[np.minimum(rank, len(self.shares)) - 1]
        return shares

    def weights(self, rank: AnyArray, clip: float) -> Doubles:
        """1 / θ of ranks from 1, at most `clip`: what a click counts in training that should not learn the places."""
        return np.minimum(1 / self.of(rank), clip)


def examination(logged: Logged, *, seed: int = 0, n_resamples: int = 200) -> Examination:
    """θ of every rank that was shown; by interventions where they are enough, else by harvesting."""
    shown = logged.at(logged.in_seen_slates())
    n_ranks = max(1, shown.n_ranks)
    if not shown.is_clicked.any() or n_ranks == 1:
        return _unknown(n_ranks)
    drawn = intervened(shown)
    if drawn.n_clicks >= LEAST_CLICKS:
        table = drawn.table()
        shares = table.shares()
        if np.sqrt(np.mean(table.errors(shares) ** 2)) <= LARGEST_ERROR:
            return _answer(drawn, shares, "intervention", seed, n_resamples)
    alike = harvested(shown)
    if alike.n_clicks < LEAST_CLICKS:
        return _unknown(n_ranks)
    return _answer(alike, alike.table().shares(), "harvesting", seed, n_resamples)


def intervened(logged: Logged) -> Strata:
    """Strata of what was drawn: explored items, each weighing 1 / propensity, and by their natural rank the others.

    An item's natural rank is the one that it would have without the explored item before it.
    """
    slate = _dense(logged.slate)
    is_one = (np.bincount(slate, logged.is_explored) == 1)[slate]
    explored = np.flatnonzero(is_one & logged.is_explored & (logged.propensity > 0))
    place = np.zeros(int(slate.max(initial=-1)) + 1, dtype=np.int64)
    place[slate[explored]] = logged.rank[explored]
    others = np.flatnonzero((place[slate] > 0) & ~logged.is_explored)
    is_pushed = place[slate[others]] < logged.rank[others]
    natural = logged.rank[others] - is_pushed
    if not _are_pushed_ones_alike(logged.at(others), natural, is_pushed):
        others, natural = others[:0], natural[:0]
    inverse = 1 / logged.propensity[explored].astype(np.float64)
    # as many as equally weighing ones that tell as much (Kish 1965), so that errors hold
    inverse *= inverse.sum() / max(float((inverse**2).sum()), 1.0)
    rows = np.concatenate([explored, others])
    return Strata.of(
        np.concatenate([np.zeros(len(explored), dtype=np.int64), natural]),
        logged.rank[rows],
        slate[rows],
        logged.is_clicked[rows],
        np.concatenate([inverse, np.ones(len(others))]),
        logged.n_ranks,
    )


def harvested(logged: Logged) -> Strata:
    """Strata of one model version, the same bin of scores, and slates of the same bin of mean scores.

    Versions with too few entries for all bins share strata, each binned by its own scores.
    """
    slate, version = _dense(logged.slate), _dense(logged.model_version)
    score = np.where(logged.is_explored, 0, logged.score).astype(np.float64)
    n_scored = np.maximum(np.bincount(slate, ~logged.is_explored), 1)
    mean = (np.bincount(slate, score) / n_scored)[slate]
    has_own = np.bincount(version)[version] >= ROWS_PER_LEVEL * N_LEVELS
    group = np.where(has_own, version + 1, 0)
    n_rows = np.bincount(group)[group]
    scores = quantile_bins(logged.score, version, np.clip(n_rows // ROWS_PER_SCORE, 1, N_SCORES))
    levels = quantile_bins(mean, version, np.clip(n_rows // ROWS_PER_LEVEL, 1, N_LEVELS))
    key = (group * N_SCORES + scores) * N_LEVELS + levels
    return Strata.of(key, logged.rank, slate, logged.is_clicked, np.ones(len(logged)), logged.n_ranks)


def _are_pushed_ones_alike(others: Logged, natural: AnyArray, is_pushed: AnyArray) -> bool:
    """Whether at a natural rank the pushed items score as the others do.

    They do not where the explored item took another's place instead of pushing it, or where its own place hangs on the
    scores.
    """
    score = quantile_bins(others.score, _dense(others.model_version), 1000) / 1000
    n_ranks = others.n_ranks + 1
    pushed, unpushed = (_means(score[one], natural[one], n_ranks) for one in (is_pushed, ~is_pushed))
    step, shift = unpushed[:-1] - unpushed[1:], unpushed - pushed
    is_known = ~np.isnan(step)
    has_both = ~np.isnan(shift)
    if not is_known.any() or not has_both.any():
        return False
    return bool(abs(shift[has_both].mean()) < LARGEST_SHIFT * step[is_known].mean())


def _means(values: Doubles, groups: AnyArray, n_groups: int) -> Doubles:
    n_each = np.bincount(groups, minlength=n_groups)
    sums = np.bincount(groups, values, n_groups)
    means: Doubles = np.divide(sums, n_each, out=np.full(n_groups, np.nan), where=n_each > 0)
    return means


def _answer(strata: Strata, shares: Doubles, method: Method, seed: int, n_resamples: int) -> Examination:
    rng = np.random.default_rng(seed)
    n_slates = int(strata.slate.max()) + 1
    drawn = np.ones((n_resamples, strata.n_ranks))
    for at in range(n_resamples):
        times = np.bincount(rng.integers(0, n_slates, n_slates), minlength=n_slates).astype(np.float64)
        drawn[at] = strata.table(times).shares()
    low, high = interval(drawn)
    return Examination(shares, low, high, strata.n_clicks, method)


def _unknown(n_ranks: int) -> Examination:
    bounds = np.where(np.arange(n_ranks) == 0, 1.0, np.nan)
    return Examination(np.ones(n_ranks), bounds, bounds, 0, "none")


def _dense(labels: AnyArray) -> Longs:
    """Labels numbered from 0: int64 (n,)."""
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)
