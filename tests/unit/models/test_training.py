"""The loop: the same whatever interrupts it, watched by the protocol, guarded against leading nowhere."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from crossaisle.data.dataset import Dataset, Ids
from crossaisle.data.moments import moment
from crossaisle.data.split import Split
from crossaisle.data.training import Progress, Start, Training
from crossaisle.errors import ArtifactError, DivergenceError
from crossaisle.evaluation.protocol import evaluate
from crossaisle.evaluation.validation import validated
from crossaisle.models.learning.curves import Curves
from crossaisle.models.learning.tensors import WEIGHTS, weights_of
from crossaisle.models.training import adopt

from .factorisation import Factorisation, Factors, FittedFactors

WEIGHT = f"{WEIGHTS}weight"
QUICK: dict[str, Any] = {"epochs": 6, "dimension": 4, "negatives": 3, "learning_rate": 0.05}


def weight_of(fitted: FittedFactors) -> Any:
    return fitted.weights[WEIGHT]


def test_learning_lowers_the_loss_and_reaches_more(wide_shop: Dataset) -> None:
    curves = Factorisation(**QUICK | {"epochs": 30, "patience": 30}).fit(validated(wide_shop, seed=1)).curves
    assert curves.loss[-1] < 0.8 * curves.loss[0]
    assert curves.validation.max() > curves.validation[0]


def test_without_a_window_all_epochs_are_run(small_shop: Dataset) -> None:
    curves = Factorisation(**QUICK).fit(Training(small_shop)).curves
    assert (len(curves.loss), len(curves.validation), len(curves.refit)) == (6, 0, 0)


def test_with_a_window_learning_stops_early_and_all_is_learnt_for_as_many_epochs_as_were_best(
    small_shop: Dataset,
) -> None:
    network = Factorisation(**QUICK | {"epochs": 60, "patience": 3})
    fitted = network.fit(validated(small_shop, seed=1))
    curves = fitted.curves
    best = int(np.argmax(curves.validation)) + 1
    assert len(curves.loss) == len(curves.validation) == min(60, best + 3)
    assert len(curves.refit) == best
    by_count = Factorisation(**QUICK | {"epochs": best, "patience": 3}).fit(Training(small_shop, seed=1))
    np.testing.assert_array_equal(weight_of(fitted), weight_of(by_count))


def test_without_a_second_fit_the_best_weights_stay_with_their_items(small_shop: Dataset) -> None:
    training = validated(small_shop, seed=1)
    network = Factorisation(**QUICK | {"epochs": 60, "patience": 3, "refit": False})
    fitted = network.fit(training)
    assert training.validation
    past = training.validation.dataset
    best = fitted.curves.best
    watched = Factorisation(**QUICK | {"epochs": best}).fit(Training(past, seed=1))
    places = small_shop.index.items.numbers(past.index.items.values)
    np.testing.assert_array_equal(weight_of(fitted)[places], weight_of(watched))


def test_the_watched_measure_is_that_of_the_protocol(wide_shop: Dataset) -> None:
    """The curve's last point equals what evaluation finds for the same weights on the same window."""
    known = wide_shop.before(moment("2017-12-01"))
    curves = Factorisation(**QUICK | {"patience": 100}).fit(validated(known, seed=1, horizon="60d")).curves
    split = Split.at(known, "2017-10-02")
    measured = evaluate(Factorisation(**QUICK).fit(Training(split.train, seed=1)), split)
    assert measured.figures[0].metric == "capped_recall@20"
    assert 0 < curves.validation[-1] < 1
    assert curves.validation[-1] == pytest.approx(measured.figures[0].value, abs=1e-6)


def test_a_run_that_was_broken_off_ends_as_one_that_was_not(small_shop: Dataset, tmp_path: Path) -> None:
    network = Factorisation(**QUICK, dropout=0.3)
    whole = network.fit(validated(small_shop, seed=1))

    def stop_after(n_epochs: int) -> Progress:
        left = iter(range(n_epochs - 1))

        def told(stage: str, done: float) -> None:
            if next(left, None) is None:
                raise KeyboardInterrupt

        return told

    for n_epochs in (1, 3, 1, 2):
        with pytest.raises(KeyboardInterrupt):
            network.fit(validated(small_shop, seed=1, checkpoints=tmp_path, progress=stop_after(n_epochs)))
    again = network.fit(validated(small_shop, seed=1, checkpoints=tmp_path))
    np.testing.assert_array_equal(weight_of(again), weight_of(whole))
    for name, values in whole.curves.state().items():
        np.testing.assert_array_equal(again.curves.state()[name], values)


def test_a_finished_run_is_not_learnt_again_and_other_options_or_data_are(small_shop: Dataset, tmp_path: Path) -> None:
    epochs: list[str] = []

    def told(stage: str, done: float) -> None:
        epochs.append(stage)

    def fit(dataset: Dataset = small_shop, **chosen: Any) -> int:
        epochs.clear()
        Factorisation(**QUICK | chosen).fit(Training(dataset, checkpoints=tmp_path, progress=told))
        return len(epochs)

    assert (fit(), fit(), fit(dropout=0.5)) == (6, 0, 6)
    assert fit(small_shop.before(small_shop.span()[1])) == 6


def test_a_checkpoint_that_is_not_whole_is_refused(small_shop: Dataset, tmp_path: Path) -> None:
    Factorisation(**QUICK).fit(Training(small_shop, checkpoints=tmp_path))
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(ArtifactError, match="checkpoint"):
        Factorisation(**QUICK).fit(Training(small_shop, checkpoints=tmp_path))


def test_divergence_is_named_with_its_epoch_and_a_remedy(small_shop: Dataset) -> None:
    with pytest.raises(DivergenceError, match=r"epoch \d+: Factorisation diverged: its loss .* Lower learning_rate"):
        Factorisation(**QUICK | {"learning_rate": 10.0}).fit(Training(small_shop))


def test_a_warm_start_finds_items_by_their_ids(small_shop: Dataset) -> None:
    """Of three earlier items, i001 and i017 are still there; the others keep what they began with."""
    learner = Factors(Factorisation(**QUICK), Training(small_shop))
    fresh = weights_of(learner.module)[WEIGHT]
    earlier = replace(small_shop.index, items=Ids.of(["gone", "i001", "i017"]))
    vectors = np.arange(12, dtype=np.float32).reshape(3, 4)
    adopt(learner, small_shop.index, Start(earlier, {WEIGHT: vectors}))
    now = weights_of(learner.module)[WEIGHT]
    np.testing.assert_array_equal(now[[1, 17]], vectors[1:])
    np.testing.assert_array_equal(np.delete(now, [1, 17], axis=0), np.delete(fresh, [1, 17], axis=0))


def test_a_warm_start_goes_on_from_what_was_learnt(small_shop: Dataset) -> None:
    old = Factorisation(**QUICK | {"epochs": 40}).fit(Training(small_shop, seed=5))
    warm = Factorisation(**QUICK | {"epochs": 1}).fit(Training(small_shop, start=Start(small_shop.index, old.state())))
    cold = Factorisation(**QUICK | {"epochs": 1}).fit(Training(small_shop))
    assert warm.curves.loss[0] < 0.9 * cold.curves.loss[0]


def test_learning_leaves_the_random_numbers_of_the_process_alone(small_shop: Dataset) -> None:
    torch.manual_seed(3)
    expected = torch.rand(3)
    torch.manual_seed(3)
    Factorisation(**QUICK | {"epochs": 1}).fit(Training(small_shop))
    assert torch.equal(torch.rand(3), expected)
    assert not torch.are_deterministic_algorithms_enabled()


def test_an_l1_penalty_sets_weights_to_zero_and_an_l2_penalty_shortens_them(small_shop: Dataset) -> None:
    def weight(**chosen: Any) -> Any:
        return weight_of(Factorisation(**QUICK | chosen).fit(Training(small_shop)))

    plain = weight()
    assert (plain != 0).all()
    assert (weight(l1=0.5) == 0).mean() > 0.1
    assert np.linalg.norm(weight(l2=5.0)) < 0.8 * np.linalg.norm(plain)


def test_the_best_epoch_is_the_earliest_of_equals() -> None:
    curves = Curves().then(3, 0.1).then(2, 0.5).then(1, 0.5)
    assert curves.best == 2
    assert Curves().then(3, None).then(2, None).best == 2
