"""What a click hangs on: factors are found from answers, apart from each other and from places."""

import numpy as np
import pytest

from crossaisle.evaluation.feedback.appeal import EDGES, N_SCORES, Appeal, Traits, appeal, score_levels, times_levels
from crossaisle.numerics.arrays import AnyArray

N, N_ITEMS, N_CATEGORIES = 60_000, 12, 4


def shown(rng: np.random.Generator) -> dict[str, AnyArray]:
    """Places filled at random, none hanging on another."""
    item = rng.integers(0, N_ITEMS, N)
    times = np.array([0.0, 1.0, 4.0, 20.0])
    return {
        "rank": rng.integers(1, 6, N),
        "score": rng.random(N),
        "shown": times[rng.integers(0, 4, N)],
        "near": times[rng.integers(0, 4, N)],
        "clicked": times[rng.integers(0, 2, N)],
        "item": item,
        "category": item // 3,
    }


def found(told: dict[str, AnyArray], chance: AnyArray, seed: int = 1) -> Appeal:
    is_clicked = np.random.default_rng(seed).random(N) < chance
    one = appeal(Traits(**told), is_clicked, np.ones(N), N_ITEMS, N_CATEGORIES)
    assert one is not None
    return one


def test_factors_are_told_apart_from_each_other_and_from_places() -> None:
    told = shown(np.random.default_rng(0))
    chance = 0.2 / told["rank"] * np.where(told["shown"] > 2, 0.5, 1.0) * np.where(told["clicked"] > 0, 2.0, 1.0)
    one = found(told, chance * np.where(told["category"] == 3, 1.5, 1.0))
    often, never = times_levels(np.array([20.0, 0.0]))
    assert one.shown[often] / one.shown[never] == pytest.approx(0.5, abs=0.08)
    assert one.clicked[times_levels(np.array(1.0))] / one.clicked[never] == pytest.approx(2, abs=0.2)
    assert one.near[often] / one.near[never] == pytest.approx(1, abs=0.1)
    worth = one.item * one.category[np.arange(N_ITEMS) // 3]
    assert worth[9:].mean() / worth[:9].mean() == pytest.approx(1.5, abs=0.15)
    # scores tell nothing here, so that all levels are alike
    assert one.score[:N_SCORES] / one.score[:N_SCORES].mean() == pytest.approx(1, abs=0.15)


def test_what_stands_below_is_not_taken_for_what_appeals_less() -> None:
    told = shown(np.random.default_rng(0))
    is_low = told["item"] == 0
    told["rank"] = np.where(is_low, 5 - (told["rank"] == 1), told["rank"])
    one = found(told, 0.3 / told["rank"])
    assert one.item[0] * one.category[0] == pytest.approx(1, abs=0.25)


def test_without_much_data_scores_are_worth_what_they_say() -> None:
    told = shown(np.random.default_rng(0))
    few = {name: values[:500] for name, values in told.items()}
    is_clicked = np.zeros(500, dtype=np.bool_)
    is_clicked[:50] = True
    one = appeal(Traits(**few), is_clicked, np.ones(500), N_ITEMS, N_CATEGORIES)
    assert one is not None
    assert np.corrcoef(one.score[:N_SCORES], np.arange(N_SCORES))[0, 1] > 0.8
    is_clicked[0] = False
    assert appeal(Traits(**few), is_clicked, np.ones(500), N_ITEMS, N_CATEGORIES) is None


def test_what_has_no_category_and_no_score_has_levels_of_its_own() -> None:
    told = shown(np.random.default_rng(0))
    told["category"] = np.where(told["item"] < 3, -1, told["category"])
    told["score"] = np.where(told["item"] < 3, np.nan, told["score"])
    one = found(told, np.where(told["item"] < 3, 0.3, 0.1))
    assert len(one.category) == N_CATEGORIES + 1
    assert one.category[-1] * one.score[-1] > 2 * one.category[1] * one.score[:-1].mean()


def test_it_is_kept_as_arrays() -> None:
    one = found(shown(np.random.default_rng(0)), np.full(N, 0.1))
    again = Appeal.restore(one.state())
    assert all((again.state()[name] == values).all() for name, values in one.state().items())


def test_levels() -> None:
    assert score_levels(np.array([0, 0.05, 0.1, 0.999, 1, 2, np.nan])).tolist() == [0, 0, 1, 9, 9, 9, N_SCORES]
    assert times_levels(np.array([0, 0.1, 1, 2, 1000])).tolist() == [0, 1, 2, 3, len(EDGES)]
