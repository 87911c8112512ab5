"""A judge of candidates: boosted trees under LambdaRank (Burges 2010, "From RankNet to LambdaRank to LambdaMART"), a
linear ranker, a wide and deep one, and the blend of the parts' ranks, standardised for each query and added up."""

from dataclasses import dataclass
from functools import cached_property

import lightgbm as lgb
import numpy as np
from scipy import optimize, special

from crossaisle.features.feature import State, within
from crossaisle.models.ranking.examples import Examples, unlearnt
from crossaisle.models.ranking.listwise import Linear, fit_listwise
from crossaisle.models.ranking.pool import standardised
from crossaisle.models.ranking.wide_deep import WideDeep, fit_wide_deep
from crossaisle.numerics.arrays import AnyArray, Doubles, Floats

Mix = tuple[float, float, float, float]
"""Weights of trees, linear ranker, wide and deep ranker, and blend."""
LEARNT: Mix = (0.25, 0.0, 1.0, 0.0)
BLEND: Mix = (0.0, 0.0, 0.0, 1.0)
MIXES: tuple[Mix, ...] = (LEARNT, (1.0, 1.0, 1.0, 0.5), (1.0, 1.0, 0.0, 0.5), (0.0, 1.0, 0.0, 0.5), BLEND)
L2_OF_LINEAR = 3e-3
UNTAUGHT = np.array([-4.0, 1.0, 0.0])
"""The calibration where no window says anything."""
RIDGE, LEAST_SLOPE = np.array([1e-3, 1e-3, 1.0]), 0.05
WORTH_THREADS = 50_000
"""Examples from which on more than one thread is faster; the trees are the same."""


@dataclass(frozen=True)
class TreeOptions:
    """Of the booster: rounds of boosting, leaves of a tree, and shrinkage of each round."""

    rounds: int
    leaves: int
    learning_rate: float


@dataclass(frozen=True)
class Rankers:
    """All that are learnt from the same examples. trees: a LightGBM model as text."""

    trees: str
    linear: Linear
    wide_deep: WideDeep

    @cached_property
    def booster(self) -> "lgb.Booster":
        """The trees, read."""
        return lgb.Booster(model_str=self.trees)

    @classmethod
    def fit(cls, examples: Examples, options: TreeOptions, seed: int) -> "Rankers":
        """Learn all; LightGBM runs in its deterministic mode."""
        data = lgb.Dataset(examples.signals, examples.is_right.astype(np.float32), group=examples.sizes)
        parameters = {
            "objective": "lambdarank",
            "label_gain": [0, 1],
            "lambdarank_truncation_level": 30,
            "num_leaves": options.leaves,
            "learning_rate": options.learning_rate,
            "min_data_in_leaf": max(1, min(500, len(examples.signals) // 50)),
            "feature_fraction": 0.5,
            "bagging_fraction": 0.7,
            "bagging_freq": 1,
            "lambda_l2": 10.0,
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": 0 if len(examples.signals) > WORTH_THREADS else 1,
            "seed": seed,
            "verbose": -1,
        }
        booster = lgb.train(parameters, data, options.rounds)
        lists = (examples.signals, examples.is_right, examples.sizes)
        return cls(booster.model_to_string(), fit_listwise(*lists, L2_OF_LINEAR), fit_wide_deep(*lists, seed))

    def scores(self, signals: Floats) -> tuple[Floats, ...]:
        """float32 (n_queries, n_candidates) of the trees, of the linear ranker, and of the wide and deep one."""
        shape = signals.shape[:2]
        flat = signals.reshape(-1, signals.shape[2])
        n_threads = 0 if len(flat) > WORTH_THREADS else 1
        trees = self.booster.predict(flat, num_threads=n_threads) if len(flat) else np.empty(0)
        of_trees = np.asarray(trees, dtype=np.float32).reshape(shape)
        return of_trees, self.linear.scores(signals), self.wide_deep.scores(signals)

    def state(self) -> dict[str, AnyArray]:
        """The trees' text as bytes, and the arrays of the others."""
        one = self.linear
        return {
            "trees": np.frombuffer(self.trees.encode(), dtype=np.uint8),
            "linear": np.stack([one.weights, one.middle, one.spread]),
            **{f"wide_deep/{name}": values for name, values in self.wide_deep.state().items()},
        }

    @classmethod
    def restore(cls, state: State) -> "Rankers":
        """From bytes and numbers; a model as text holds no code."""
        wide_deep = WideDeep.restore(within(state, "wide_deep"))
        return cls(state["trees"].tobytes().decode(), Linear(*state["linear"]), wide_deep)


@dataclass(frozen=True)
class Judge:
    """How candidates of one kind are put in order.

    Args:
        part_weights: float64 (n_parts,), of the blend.
        rankers: None where no earlier window taught any.
        mix: weights of the voices.
        calibration: float64 (3,), the log-odds of a purchase: constant, slope on the score, slope on the log of what
            the user has bought.
    """

    part_weights: Doubles
    rankers: Rankers | None
    mix: Mix
    calibration: Doubles

    @property
    def is_learnt(self) -> bool:
        """Whether signals are read at all."""
        return self.rankers is not None

    def scores(self, signals: Floats, blend: Floats) -> Floats:
        """float32 (n_queries, n_candidates): the mix; −inf where the blend is."""
        return mixed(self.voices(signals, blend), self.mix)

    def voices(self, signals: Floats, blend: Floats) -> tuple[Floats, ...]:
        """What the rankers say, zeros where nothing was learnt, and the blend."""
        if self.rankers is None:
            return (*unlearnt(blend), blend)
        return (*self.rankers.scores(signals), blend)

    def log_odds(self, scores: Floats, n_bought: AnyArray) -> Floats:
        """float32 (n_queries, n_candidates), comparable between kinds."""
        constant, slope, by_bought = self.calibration
        return np.asarray(constant + by_bought * np.log1p(n_bought)[:, None] + slope * scores, dtype=np.float32)

    def state(self) -> dict[str, AnyArray]:
        """All arrays needed to restore it."""
        numbers = {
            "part_weights": self.part_weights,
            "mix": np.array(self.mix, dtype=np.float64),
            "calibration": self.calibration,
        }
        return numbers | {
            f"rankers/{name}": one for name, one in (self.rankers.state() if self.rankers else {}).items()
        }

    @classmethod
    def restore(cls, state: State) -> "Judge":
        """The judge whose `state()` this is."""
        own = within(state, "rankers")
        trees, linear, wide_deep, blend = (float(one) for one in state["mix"])
        rankers = Rankers.restore(own) if own else None
        return cls(state["part_weights"], rankers, (trees, linear, wide_deep, blend), state["calibration"])


def mixed(voices: tuple[Floats, ...], mix: Mix) -> Floats:
    """The voices, each standardised over a query's candidates, weighed and added up; −inf where the blend, the last,
    is."""
    is_there = np.isfinite(voices[-1])
    total = np.zeros(is_there.shape, dtype=np.float32)
    for weight, voice in zip(mix, voices, strict=True):
        if weight:
            total += np.float32(weight) * standardised(np.where(is_there, voice, -np.inf))
    return np.where(is_there, total, -np.inf).astype(np.float32)


def calibrated(scores: Floats, is_right: AnyArray, n_bought: AnyArray) -> Doubles:
    """Logistic regression of being right on score and log of what was bought: float64 (3,), the slope on the score > 0.

    Args:
        scores, is_right: (n_queries, n_candidates), −inf where there is no candidate. n_bought: (n_queries,).
    """
    is_there = np.isfinite(scores)
    rows = np.nonzero(is_there)[0]
    inputs = np.column_stack([np.ones(len(rows)), scores[is_there], np.log1p(n_bought)[rows]]).astype(np.float64)
    right = is_right[is_there].astype(np.float64)

    def loss(weights: Doubles) -> tuple[float, Doubles]:
        odds = inputs @ weights
        value = np.logaddexp(0, odds).sum() - right @ odds + (RIDGE * weights**2).sum() / 2
        slope = inputs.T @ (special.expit(odds) - right) + RIDGE * weights
        return float(value / len(right)), slope / len(right)

    if not len(right):
        return UNTAUGHT
    bounds = [(None, None), (LEAST_SLOPE, None), (None, None)]
    found = optimize.minimize(
        loss, UNTAUGHT, jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-12, "gtol": 1e-8}
    )
    return np.asarray(found.x, dtype=np.float64)
