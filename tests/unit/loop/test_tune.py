"""Tuning: begins with what is, never ends worse, stops what falls behind, goes on where it was, says what failed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar

import numpy as np
import pandas as pd
import pytest
from pydantic import Field

from crossaisle.data.dataset import Dataset
from crossaisle.data.queries import Queries
from crossaisle.data.training import Training
from crossaisle.errors import BusyError, InputError, StorageError, UsageError
from crossaisle.evaluation.selection import choose
from crossaisle.loop.study import UNPRUNED, opened
from crossaisle.loop.train import TrainOptions
from crossaisle.loop.tune import tune
from crossaisle.models.part import part
from crossaisle.models.recommender import Fitted, Recommender, State
from crossaisle.models.recommenders.popularity import Popularity
from crossaisle.models.search import search_space
from crossaisle.numerics.arrays import Floats, Numbers

HOW = TrainOptions(horizon="60d", windows=2)


@dataclass(frozen=True)
class FittedLeaning(Fitted):
    """worth: float32 (n_items,)."""

    worth: Floats

    @property
    def n_items(self) -> int:  # type: ignore[override]  # derived, not kept
        return len(self.worth)

    def scores(self, queries: Queries, items: Numbers | None = None) -> Floats:
        return np.tile(self.worth if items is None else self.worth[items], (len(queries), 1))

    def state(self) -> State:
        return {"worth": self.worth}

    @classmethod
    def restore(cls, state: State) -> "FittedLeaning":
        return cls(state["worth"])


@part
class Leaning(Recommender):
    """lean · purchases + (1 − |lean|) · noise: the more it leans, the better."""

    fitted: ClassVar[type[Fitted]] = FittedLeaning
    fits: ClassVar[list[float]] = []

    lean: Annotated[float, Field(ge=-1, le=1, description="towards what is bought, or away from it")] = -0.5
    heavy: Annotated[bool, Field(description="takes more memory than there is")] = False
    label: Annotated[str, Field(description="is not searched")] = "plain"

    def fit(self, training: Training) -> FittedLeaning:
        self.fits.append(self.lean)
        if self.heavy:
            raise MemoryError
        counts = training.dataset.purchase_counts()
        noise = np.random.default_rng(training.seed).random(len(counts)) * counts.max()
        return FittedLeaning((self.lean * counts + (1 - abs(self.lean)) * noise).astype(np.float32))


@pytest.fixture(autouse=True)
def fits() -> list[float]:
    Leaning.fits.clear()
    return Leaning.fits


@pytest.fixture(scope="module")
def shop() -> Dataset:
    """60 users buy of 300 items in 30 categories, the early ones of each more than the late, over all of 2017."""
    rng = np.random.default_rng(5)
    n = 5000
    items = rng.integers(0, 30, n) * 10 + np.minimum(rng.geometric(0.3, n) - 1, 9)
    days = pd.to_timedelta(rng.integers(0, 365 * 86_400, n), unit="s")
    events = pd.DataFrame(
        {
            "user_id": rng.integers(0, 60, n).astype(str),
            "item_id": items.astype(str),
            "timestamp": pd.Timestamp("2017-01-01") + days,
            "event_type": "purchase",
        }
    )
    events = events[rng.random(n) < np.where(events["user_id"].astype(int) % 30 == items // 10 % 30, 1, 0.2)]
    catalog = pd.DataFrame(
        {"item_id": [str(one) for one in range(300)], "category": [f"c{one // 10}" for one in range(300)]}
    )
    return Dataset.from_frames(events, catalog)


def told(found: Any) -> list[tuple[Any, ...]]:
    """All of the trials but how long they took."""
    return [(one.number, one.options, one.scores, one.state, one.why) for one in found.trials]


def test_the_first_trial_is_what_is_and_its_score_is_that_of_training(shop: Dataset) -> None:
    found = tune(Popularity(window=40), shop, 3, how=HOW)
    assert found.trials[0].options == {"window": 40, "by": "buyers", "trend": 0.0}
    assert found.trials[1].options == {"window": None, "by": "buyers", "trend": 0.0}
    both = {"now": Popularity(window=40), "default": Popularity()}
    scores = choose(both, shop, horizon="60d", n_windows=2).scores
    assert [one.score for one in found.trials[:2]] == [pytest.approx(scores[name]) for name in ("now", "default")]
    assert found.task == "new-categories"
    assert (found.current, len(found.windows)) == (0, 2)


def test_the_best_is_the_highest_that_ran_on_every_window_and_never_worse_than_what_is(shop: Dataset) -> None:
    found = tune(Leaning(), shop, 25, how=HOW)
    complete = [one for one in found.trials if one.state == "complete"]
    best = found.trials[found.best]
    assert best.score == max(one.score for one in complete if one.score is not None)
    assert best.score > (found.trials[found.current].score or 0)
    assert found.recommender == Leaning(**best.options)
    assert found.to_frame()["score"].max() >= best.score
    assert tune(Leaning(lean=best.options["lean"]), shop, 1, how=HOW).best == 0


def test_a_trial_that_falls_behind_is_not_measured_on_the_next_window(shop: Dataset, fits: list[float]) -> None:
    """By hand: pruned is what lies below the median of the complete ones after the first window."""
    found = tune(Leaning(), shop, 25, how=HOW)
    pruned = [one for one in found.trials if one.state == "pruned"]
    assert pruned
    for one in pruned:
        before = [other for other in found.trials[: one.number] if other.state == "complete"]
        assert len(before) >= UNPRUNED
        assert one.scores[0] < np.median([other.scores[0] for other in before])
        assert fits.count(one.options["lean"]) == len(one.scores) == 1


def test_what_fails_is_told_and_does_not_end_the_search(shop: Dataset) -> None:
    found = tune(Leaning(), shop, 12, how=HOW)
    failed = [one for one in found.trials if one.options["heavy"]]
    assert {(one.state, one.why, one.score) for one in failed} == {("failed", "MemoryError", None)}
    assert found.recommender.heavy is False  # type: ignore[attr-defined]
    with pytest.raises(MemoryError):
        tune(Leaning(heavy=True), shop, 12, how=HOW)


def test_the_same_seed_gives_the_same_trials_and_another_seed_others(shop: Dataset) -> None:
    first = tune(Leaning(), shop, 14, how=HOW)
    assert told(tune(Leaning(), shop, 14, how=HOW)) == told(first)
    assert told(tune(Leaning(), shop, 14, how=TrainOptions(windows=2, seed=1))) != told(first)


def test_a_search_in_pieces_is_the_search_in_one(shop: Dataset, tmp_path: Path, fits: list[float]) -> None:
    whole = tune(Leaning(), shop, 14, how=HOW)
    file = tmp_path / "a folder?" / "leaning.db"
    for trials in (1, 6, 14):
        pieces = tune(Leaning(), shop, trials, how=HOW, file=file)
    assert told(pieces) == told(whole)
    n_fits = len(fits)
    assert told(tune(Leaning(), shop, 5, how=HOW, file=file)) == told(whole)
    assert len(fits) == n_fits


def test_options_that_were_set_since_are_tried_when_the_search_goes_on(shop: Dataset, tmp_path: Path) -> None:
    file = tmp_path / "leaning.db"
    tune(Leaning(), shop, 3, how=HOW, file=file)
    found = tune(Leaning(lean=0.75), shop, 3, how=HOW, file=file)
    assert (len(found.trials), found.current) == (4, 3)
    assert found.trials[3].options == {"lean": 0.75, "heavy": False}


@pytest.mark.parametrize(
    ("beside", "label"), [({"facts": {"data": "other"}}, "plain"), ({"how": TrainOptions(seed=5)}, "plain"), ({}, "x")]
)
def test_other_data_seeds_or_options_left_alone_are_another_search(
    shop: Dataset, tmp_path: Path, beside: dict[str, Any], label: str
) -> None:
    file = tmp_path / "leaning.db"
    tune(Leaning(), shop, 3, how=HOW, file=file)
    assert len(tune(Leaning(label=label), shop, 1, **{"how": HOW, "file": file, **beside}).trials) == 1


def test_no_trial_begins_after_the_time_but_the_first_is_always_made(shop: Dataset) -> None:
    ticks = iter(range(100))
    found = tune(Leaning(), shop, 50, 6, how=HOW, clock=lambda: float(next(ticks)))
    assert [one.seconds for one in found.trials] == [1.0, 1.0]
    assert len(tune(Leaning(), shop, 50, 0, how=HOW).trials) == 1


def test_progress_tells_the_share_of_the_trials(shop: Dataset) -> None:
    heard: list[tuple[str, float]] = []
    tune(Leaning(), shop, 4, how=HOW, progress=lambda stage, done: heard.append((stage, done)))
    assert heard == [("tune Leaning", share) for share in (0.0, 0.25, 0.5, 0.75, 1.0)]


def test_what_cannot_be_tuned_is_refused_with_advice(shop: Dataset, tmp_path: Path) -> None:
    @part
    class Plain(Recommender):
        fitted: ClassVar[type[Fitted]] = FittedLeaning

        def fit(self, training: Training) -> FittedLeaning:
            return FittedLeaning(np.ones(training.dataset.n_items, dtype=np.float32))

    with pytest.raises(UsageError, match="no option to search"):
        tune(Plain(), shop)
    with pytest.raises(UsageError, match="trials=0"):
        tune(Leaning(), shop, 0)
    with pytest.raises(InputError, match="too short for a window of 400d"):
        tune(Leaning(), shop, how=TrainOptions(horizon="400d"))
    broken = tmp_path / "broken.db"
    broken.write_text("no study " * 1000)
    with pytest.raises(StorageError, match=r"broken\.db.*move the file away"):
        tune(Leaning(), shop, 1, how=HOW, file=broken)
    held = tmp_path / "held.db"
    with opened(held, {}, search_space(Leaning), 0), pytest.raises(BusyError, match="another process"):
        tune(Leaning(), shop, 1, how=HOW, file=held)


def test_optuna_is_as_talkative_afterwards_as_it_was_before(shop: Dataset, capfd: pytest.CaptureFixture[str]) -> None:
    import optuna

    before = optuna.logging.get_verbosity()
    tune(Leaning(), shop, 12, how=HOW)
    assert optuna.logging.get_verbosity() == before
    assert capfd.readouterr() == ("", "")
