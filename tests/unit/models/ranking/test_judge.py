"""Judges: voices are mixed by hand, trees learn what no line can, and calibration finds the log-odds behind a draw."""

import numpy as np
import pytest

from crossaisle.models.ranking.examples import Examples
from crossaisle.models.ranking.judge import BLEND, LEARNT, Judge, Rankers, TreeOptions, calibrated, mixed
from crossaisle.numerics.arrays import AnyArray, Floats

NONE = -np.inf
OPTIONS = TreeOptions(rounds=40, leaves=8, learning_rate=0.1)


def row(*values: float) -> Floats:
    """float32 (1, n)."""
    return np.array([values], dtype=np.float32)


def test_voices_are_standardised_over_the_candidates_and_weighed() -> None:
    """Trees 1 and 3 come to ∓1, the blend's 0 and 2 too, so the mix is ∓1.5; whatever is said of none is not read."""
    voices = (row(1, 3, 100), row(5, 7, -100), row(9, 4, 0), row(0, 2, NONE))
    assert mixed(voices, (1.0, 0.0, 0.0, 0.5)).tolist() == [[-1.5, 1.5, NONE]]
    assert mixed(voices, (1.0, 1.0, 0.0, 0.5)).tolist() == [[-2.5, 2.5, NONE]]
    assert mixed(voices, LEARNT).tolist() == [[0.75, -0.75, NONE]]
    assert mixed(voices, BLEND).tolist() == [[-1, 1, NONE]]


def test_a_judge_who_learnt_nothing_goes_by_the_blend() -> None:
    judge = Judge(np.ones(1), None, BLEND, np.array([-4.0, 1.0, 0.0]))
    assert not judge.is_learnt
    assert judge.scores(np.empty((1, 3, 0), dtype=np.float32), row(0, 2, NONE)).tolist() == [[-1, 1, NONE]]


def test_log_odds_by_hand() -> None:
    """Constant −4, slope 2 on the score, 0.5 on the log of one more than was bought."""
    judge = Judge(np.ones(1), None, BLEND, np.array([-4.0, 2.0, 0.5]))
    told = judge.log_odds(np.array([[1.0, NONE], [0.0, -1.0]], dtype=np.float32), np.array([0, 9]))
    assert told[0].tolist() == [-2, NONE]
    assert told[1] == pytest.approx([-4 + 0.5 * np.log(10), -6 + 0.5 * np.log(10)], rel=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_calibration_finds_the_log_odds_that_purchases_were_drawn_by(seed: int) -> None:
    """Within five standard errors by the Fisher information at the truth, beside what the penalty does.

    What is no candidate is no example either.
    """
    rng = np.random.default_rng(seed)
    truth = np.array([-2.0, 1.2, 0.4])
    scores = rng.normal(size=(300, 60)).astype(np.float32)
    n_bought = rng.integers(0, 50, 300)
    inputs = np.stack([np.ones(scores.shape), scores, np.broadcast_to(np.log1p(n_bought)[:, None], scores.shape)], 2)
    chances = 1 / (1 + np.exp(-(inputs @ truth)))
    is_right = rng.random(scores.shape) < chances
    known = inputs.reshape(-1, 3)
    information = (known * (chances * (1 - chances)).reshape(-1, 1)).T @ known
    errors = np.sqrt(np.diag(np.linalg.inv(information)))
    drawn_aside = np.abs(np.linalg.inv(information) @ (np.array([1e-3, 1e-3, 1.0]) * truth))
    assert (np.abs(calibrated(scores, is_right, n_bought) - truth) < 5 * errors + drawn_aside).all()
    padded = np.concatenate([scores, np.full((300, 5), NONE, dtype=np.float32)], axis=1)
    same = calibrated(padded, np.pad(is_right, ((0, 0), (0, 5)), constant_values=True), n_bought)
    assert same == pytest.approx(calibrated(scores, is_right, n_bought))


def test_calibration_is_where_no_further_step_helps() -> None:
    """Rare purchases, people who bought much and scores far apart: observed and expected agree in each direction."""
    rng = np.random.default_rng(0)
    scores = (2.5 * rng.normal(size=(400, 150))).astype(np.float32)
    n_bought = rng.integers(1, 900, 400)
    chances = 1 / (1 + np.exp(-(-6 + 0.4 * scores + 0.7 * np.log1p(n_bought)[:, None])))
    is_right = rng.random(scores.shape) < chances
    constant, slope, by_bought = calibrated(scores, is_right, n_bought)
    excess = 1 / (1 + np.exp(-(constant + slope * scores + by_bought * np.log1p(n_bought)[:, None]))) - is_right
    assert abs(excess.sum()) < 1
    assert abs((excess * scores).sum()) < 1
    assert abs((excess * np.log1p(n_bought)[:, None]).sum()) < 1 + abs(by_bought)


def test_calibration_never_turns_the_order_round() -> None:
    """Where the worst are bought the slope stays at its least, so that a kind keeps its order."""
    scores = np.tile(np.linspace(-2, 2, 20, dtype=np.float32), (10, 1))
    assert calibrated(scores, scores < -1, np.zeros(10))[1] == 0.05


def lists(n_lists: int, seed: int) -> tuple[Floats, AnyArray]:
    """Lists of 30 with four signals, of which the first alone tells: those far from 0 on either side are right."""
    rng = np.random.default_rng(seed)
    signals = rng.normal(size=(n_lists, 30, 4)).astype(np.float32)
    return signals, np.abs(signals[:, :, 0]) > 1.5


def share_of_pairs(scores: Floats, is_right: AnyArray) -> float:
    """Share of pairs of a right and a wrong one of the same list that are in order."""
    ahead = scores[:, :, None] > scores[:, None, :]
    pairs = is_right[:, :, None] & ~is_right[:, None, :]
    return float(ahead[pairs].mean())


def examples_of(signals: Floats, is_right: AnyArray) -> Examples:
    """All of lists of the same size, what is right being so at once."""
    right, sizes = is_right.ravel(), np.full(len(signals), signals.shape[1])
    return Examples(signals.reshape(-1, 4), right, right, np.ones_like(right), sizes)


@pytest.fixture(scope="module")
def rankers() -> Rankers:
    """Learnt from 200 lists."""
    signals, is_right = lists(200, seed=1)
    return Rankers.fit(examples_of(signals, is_right), OPTIONS, seed=0)


def test_trees_and_a_hidden_layer_learn_what_rises_on_both_sides_and_a_line_cannot(rankers: Rankers) -> None:
    signals, is_right = lists(100, seed=2)
    trees, linear, wide_deep = rankers.scores(signals)
    assert trees.shape == linear.shape == wide_deep.shape == is_right.shape
    assert share_of_pairs(trees, is_right) > 0.95
    assert share_of_pairs(wide_deep, is_right) > 0.7
    assert share_of_pairs(linear, is_right) < 0.6


def test_a_line_learns_what_rises() -> None:
    signals, _ = lists(100, seed=3)
    is_right = signals[:, :, 2] > 1
    found = Rankers.fit(examples_of(signals, is_right), OPTIONS, seed=0)
    fresh, _ = lists(50, seed=4)
    assert share_of_pairs(found.scores(fresh)[1], fresh[:, :, 2] > 1) > 0.95
    assert np.argmax(found.linear.weights) == 2


def test_the_same_seed_learns_the_same(rankers: Rankers) -> None:
    signals, is_right = lists(200, seed=1)
    examples = examples_of(signals, is_right)
    assert Rankers.fit(examples, OPTIONS, seed=0).trees == rankers.trees
    assert Rankers.fit(examples, OPTIONS, seed=1).trees != rankers.trees


@pytest.mark.parametrize("is_learnt", [True, False])
def test_a_judge_is_restored_from_its_state(rankers: Rankers, is_learnt: bool) -> None:
    weights, calibration = np.array([0.25, 0.75]), np.array([-3.0, 0.5, 0.1])
    judge = Judge(weights, rankers if is_learnt else None, LEARNT if is_learnt else BLEND, calibration)
    again = Judge.restore(judge.state())
    signals, _ = lists(5, seed=5)
    blend = signals[:, :, 1]
    assert again.is_learnt == is_learnt
    assert (again.mix, again.part_weights.tolist()) == (judge.mix, [0.25, 0.75])
    assert np.array_equal(again.scores(signals, blend), judge.scores(signals, blend))
    assert np.array_equal(again.log_odds(blend, np.arange(5)), judge.log_odds(blend, np.arange(5)))


def test_no_candidates_get_no_scores(rankers: Rankers) -> None:
    for scores in rankers.scores(np.empty((3, 0, 4), dtype=np.float32)):
        assert scores.shape == (3, 0)
