"""Choosing on windows before the cut."""

import numpy as np
import pytest

from crossaisle.data.dataset import Dataset
from crossaisle.data.split import Split
from crossaisle.data.training import Training, silent
from crossaisle.evaluation.protocol import evaluate
from crossaisle.evaluation.scoring import rank_tasks
from crossaisle.evaluation.selection import choose, validate
from crossaisle.evaluation.tasks import counted_tasks
from crossaisle.evaluation.windows import earlier_cuts, validation_splits
from crossaisle.loop.evaluate import fit_and_measure
from crossaisle.models.recommenders.ease import EASE
from crossaisle.models.recommenders.popularity import Popularity
from crossaisle.numerics.arrays import AnyArray

DAY = 86_400_000_000
CUT = "2017-10-01"


def test_windows_end_where_the_next_begins_and_leave_a_past(small_shop: Dataset) -> None:
    first, last = small_shop.span()
    cuts = earlier_cuts(small_shop, 90 * DAY, 10)
    assert cuts == [last + 1 - 90 * DAY, last + 1 - 180 * DAY, last + 1 - 270 * DAY]
    assert cuts[-1] - first >= 90 * DAY


def test_a_validation_window_ends_at_the_cut_and_is_as_long_as_the_one_measured(small_shop: Dataset) -> None:
    split = Split.at(small_shop, CUT, "60d")
    (before,) = validation_splits(split.train, 60 * DAY, 1)
    assert (before.cut, before.end) == (split.cut - 60 * DAY, split.train.span()[1] + 1)
    assert before.end <= split.cut
    assert before.train.events.time.max() < before.cut


def test_choice_is_the_best_mean_over_windows(small_shop: Dataset) -> None:
    both = {"popularity": Popularity(), "ease": EASE(l2=20.0)}
    choice = choose(both, small_shop, horizon="60d", n_windows=2)
    assert choice.task == "new-categories"
    assert choice.name == max(choice.scores, key=lambda name: choice.scores[name])
    splits = validation_splits(small_shop, 60 * DAY, 2)
    means = [validate(both, split, counted_tasks(split, 5)).scores["ease"] for split in splits]
    assert len(means) == 2
    assert choice.scores["ease"] == pytest.approx(np.mean(means))


def test_without_a_window_the_first_is_chosen(small_shop: Dataset) -> None:
    choice = choose({"ease": EASE(), "popularity": Popularity()}, small_shop, horizon="300d", n_windows=2)
    assert (choice.name, choice.scores, choice.task) == ("ease", {}, "")


def test_no_other_threshold_is_right_more_often_on_the_window_it_was_chosen_on(small_shop: Dataset) -> None:
    """Measured on the validation window itself, against a hundred other thresholds."""
    split = Split.at(small_shop, CUT)
    tasks = counted_tasks(split, 5)
    chosen = validate({"model": Popularity()}, split, tasks)
    for task, ranking in zip(tasks, rank_tasks(Popularity().fit(split.training), split, tasks, 20), strict=True):
        middle = (ranking.below + ranking.up_to) / 2
        weights = np.repeat(1 / task.sizes, task.sizes)

        def right(threshold: float, middle: AnyArray = middle, weights: AnyArray = weights) -> float:
            return float((weights @ (middle >= threshold)) / weights.sum() + threshold) / 2

        best = right(chosen.thresholds[task.name, "model"])
        assert all(right(one) <= best + 1e-9 for one in np.linspace(0, 1, 100))


def test_the_best_is_chosen_by_validation_and_every_model_has_a_balanced_accuracy(small_shop: Dataset) -> None:
    split = Split.at(small_shop, CUT, "60d")
    both = {"popularity": Popularity(), "ease": EASE(l2=20.0)}
    measured = fit_and_measure(both, split, seed=0, min_purchases=5, progress=silent)
    assert set(measured.validation) == set(both)
    assert measured.best == max(both, key=lambda name: measured.validation[name])
    for model in both:
        figure = measured.value("new-categories", model, "accuracy_balanced")
        assert 0 <= figure.low <= figure.value <= figure.high <= 1


def test_a_past_too_short_for_a_window_leaves_balanced_accuracy_out(small_shop: Dataset) -> None:
    split = Split.at(small_shop, "2017-05-01")
    measured = fit_and_measure({"popularity": Popularity()}, split, seed=0, min_purchases=5, progress=silent)
    assert not measured.validation
    assert measured.best == "popularity"
    assert "accuracy_balanced" not in set(measured.to_frame()["metric"])


def test_ratio_to_a_named_baseline_is_one_for_itself(small_shop: Dataset) -> None:
    split = Split.at(small_shop, CUT)
    fitted = {name: one.fit(Training(split.train)) for name, one in {"a": Popularity(), "b": EASE(l2=20.0)}.items()}
    measured = evaluate(fitted, split, baseline="b")
    ratios = {one.model: one for one in measured.ratios if (one.task, one.metric) == ("all", "ndcg@20")}
    assert (ratios["b"].low, ratios["b"].value, ratios["b"].high) == (1, 1, 1)
    values = [measured.value("all", name, "ndcg@20").value for name in fitted]
    assert ratios["a"].value == pytest.approx(values[0] / values[1])
    assert ratios["a"].low < ratios["a"].value < ratios["a"].high
