"""Learning to judge: windows lie where they should, none sees what is after it, and what does not carry is not used."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import DAY
from crossaisle.data.split import Split
from crossaisle.data.training import Training
from crossaisle.models.ranking.context import Context
from crossaisle.models.ranking.examples import Asked, Judged, drawn
from crossaisle.models.ranking.judge import BLEND, UNTAUGHT, Judge, Rankers, TreeOptions
from crossaisle.models.ranking.learning import Lesson, School, cuts
from crossaisle.models.ranking.panel import Panel, pool_of
from crossaisle.models.ranking.pool import KINDS
from crossaisle.models.shelf import recommender
from crossaisle.numerics.arrays import Floats

from .shops import five_items, moment_of, shop

LENGTH = 30 * DAY
OPTIONS = TreeOptions(rounds=20, leaves=6, learning_rate=0.1)
PARTS = ("category-popularity", "ease")


def test_cuts_lie_half_a_window_apart_from_the_end_while_a_window_lies_before_them() -> None:
    """Of 100 days with windows of 20 the cuts are 20, 30 … 90: before day 20 there is less than a window."""
    dataset = shop([("u", "a1", 0), ("u", "a1", 100)])
    found = cuts(dataset, 20 * DAY, 24)
    assert found == [moment_of(day) + 1 for day in (20, 30, 40, 50, 60, 70, 80, 90)]
    assert cuts(dataset, 20 * DAY, 2) == found[-2:]
    assert cuts(dataset, 20 * DAY, 0) == cuts(dataset, 80 * DAY, 24) == []


def test_a_window_without_known_people_and_items_is_none() -> None:
    """After day 19 x alone buys, for the first time; after day 17 the known u buys the known a2."""
    assert Split.window(five_items(), moment_of(19), 10 * DAY) is None
    assert Split.window(five_items(), moment_of(0), 10 * DAY) is None
    split = Split.window(five_items(), moment_of(17.5), 10 * DAY)
    assert split is not None
    assert split.truth.sum() == 1


def test_a_window_ends_after_its_length() -> None:
    """Three days from day 14 end before day 17, on which u buys b2, and hold all that is bought on days 15 and 16."""
    split = Split.window(five_items(), moment_of(14), 3 * DAY)
    assert split is not None
    truth = split.truth.tocoo()
    users, items = split.train.index.users.at(truth.row), split.train.index.items.at(truth.col)
    pairs = set(zip(users.to_pylist(), items.to_pylist(), strict=True))
    assert pairs == {("u", "b1"), ("v", "a1"), ("w", "a2"), ("w", "c1")}


def panel(split: Split) -> Panel:
    """Two parts and everything else that is known, fitted on what lies before the split."""
    parts = {name: recommender(name)().fit(Training(split.train)) for name in PARTS}
    return Panel(parts, pool_of(split.train, 1), Context.fit(split.train, LENGTH, 0))


def marked(frames: tuple[pd.DataFrame, ...], first: int, last: int) -> Dataset:
    """The small shop where everybody bought one item every third day from `first` to `last`, at a strange price."""
    events, catalog = frames
    times = pd.to_datetime(np.arange(first, last, 3 * DAY), unit="us")
    users = events["user_id"].unique()
    planted = pd.DataFrame(
        {
            "user_id": np.tile(users, len(times)),
            "item_id": "i039",
            "timestamp": np.repeat(times, len(users)),
            "event_type": "purchase",
            "quantity": 1,
            "price": 777.0,
            "order_id": [f"m{one}" for one in range(len(times) * len(users))],
        }
    )
    return Dataset.from_frames(pd.concat([events, planted], ignore_index=True), catalog)


def assert_same(one: Lesson, other: Lesson) -> None:
    """Number for number."""
    assert one.cut == other.cut
    for kind in KINDS:
        for name in ("signals", "is_right", "is_soon", "is_drawn", "sizes"):
            assert np.array_equal(getattr(one.examples[kind], name), getattr(other.examples[kind], name))
        judged, again = one.judged[kind], other.judged[kind]
        assert (judged is None) == (again is None)
        if judged is not None and again is not None:
            assert (judged.learnt is None) == (again.learnt is None)
            told = zip(judged.learnt or (), again.learnt or (), strict=True)
            assert all(np.array_equal(*both) for both in told)
            for name in ("ranks", "is_right", "n_right", "n_bought"):
                assert np.array_equal(getattr(judged, name), getattr(again, name))


def attended(dataset: Dataset, split: Split) -> Lesson:
    """A lesson judged by rankers who learnt from the same window, so that something is said."""
    school, known = School(2, OPTIONS, LENGTH, 0), panel(split)
    half = Split.window(dataset, split.cut, LENGTH // 2)
    first = school.lesson(known, split, half)
    assert first is not None
    assert first.judged == (None,) * len(KINDS)
    again = school.lesson(known, split, half, school.rankers([first]))
    assert again is not None
    assert_same(Lesson(again.cut, again.examples, first.judged), first)
    return again


@pytest.mark.parametrize("place", [2, 4])
def test_what_happens_after_a_window_changes_nothing_in_it(
    frames: tuple[pd.DataFrame, ...], small_shop: Dataset, place: int
) -> None:
    """A marker planted after the window leaves the panel and the lesson as they were; one within it only what is right,
    and one before it the panel."""
    cut = cuts(small_shop, LENGTH, 8)[place]
    end = small_shop.span()[1]
    split = Split.window(small_shop, cut, LENGTH)
    assert split is not None
    known = panel(split)
    lesson = attended(small_shop, split)
    after, inside, earlier = (
        marked(frames, *span) for span in ((cut + LENGTH, end), (cut, cut + LENGTH), (cut - LENGTH, cut))
    )
    later, within, before = (Split.window(one, cut, LENGTH) for one in (after, inside, earlier))
    assert later is not None
    assert within is not None
    assert before is not None
    for one in (later, within):
        for name, array in panel(one).state().items():
            assert np.array_equal(array, known.state()[name]), name
    assert_same(attended(after, later), lesson)
    assert n_right(attended(inside, within)) > n_right(lesson)
    assert any(not np.array_equal(array, known.state()[name]) for name, array in panel(before).state().items())


def n_right(lesson: Lesson) -> int:
    """All that is right in a lesson."""
    return sum(int(one.n_right.sum()) for one in lesson.judged if one is not None)


def window(
    cut: int, slope: float, seed: int, before: Sequence[Rankers | None] | None, deaf: int | None = None
) -> Lesson:
    """A window where the ranks of both parts find half of what is right, and a further signal rises by `slope` where
    one is right; the `deaf` part's ranks are chance."""
    rng = np.random.default_rng(seed)
    n_queries, n_candidates = 60, 80
    is_right = np.zeros((n_queries, n_candidates), dtype=np.bool_)
    is_right[:, :4] = True
    signals: Floats = rng.normal(size=(*is_right.shape, 4)).astype(np.float32)
    signals[..., 0] += 1.5 * is_right * (deaf != 0)
    signals[..., 1] += 1.5 * is_right * (deaf != 1)
    signals[..., 2] += np.float32(slope) * is_right
    counts = np.full(n_queries, 4)
    columns = np.broadcast_to(np.arange(n_candidates, dtype=np.int32), is_right.shape)
    is_soon = is_right & (np.arange(n_candidates) % 2 == 0)
    is_drawn = drawn(np.ones_like(is_right), seed)
    asked = Asked(columns, signals[..., :2].mean(axis=2), is_right, is_soon, is_drawn, signals[..., :0], counts)
    judged: list[Judged | None] = [None] * len(KINDS)
    for kind, rankers in enumerate(before or ()):
        learnt = rankers.scores(signals) if rankers else None
        judged[kind] = Judged(signals[..., :2], learnt, is_right, counts, counts * 3)
    return Lesson(cut, (asked.examples(signals),) * len(KINDS), tuple(judged))


def school(seed: int) -> School:
    """One whose windows have the length 2."""
    return School(2, OPTIONS, 2, seed)


def lessons(slopes: Sequence[float], seed: int, deaf: int | None = None) -> list[Lesson]:
    """Windows at half-window cuts with a slope each, the earliest first, the two latest checked."""
    found: list[Lesson] = []
    for place, slope in enumerate(slopes):
        before = school(seed).rankers(found, until=place) if place >= len(slopes) - 2 else None
        found.append(window(place, slope, seed + place, before, deaf))
    return found


def judges(slopes: Sequence[float], seed: int) -> tuple[Judge, ...]:
    """Learnt from windows with these slopes."""
    return school(seed).judges(lessons(slopes, seed))


def test_without_a_window_to_check_on_the_parts_ranks_decide_in_equal_shares() -> None:
    for judge in judges((), seed=0):
        assert (judge.rankers, judge.mix) == (None, BLEND)
        assert judge.part_weights.tolist() == [0.5, 0.5]
        assert np.array_equal(judge.calibration, UNTAUGHT)


def test_where_nothing_could_be_learnt_before_a_window_the_parts_ranks_decide() -> None:
    for judge in judges((2.0,), seed=0):
        assert (judge.rankers, judge.mix) == (None, BLEND)
        assert judge.part_weights.tolist() == [0.5, 0.5]
        assert judge.calibration[1] > 0.05


@pytest.mark.parametrize(("slopes", "is_learnt"), [((2.0, 2.0), True), ((2.0, -2.0), False)])
def test_the_first_half_of_a_window_teaches_what_is_checked_on_the_second(
    slopes: tuple[float, ...], is_learnt: bool
) -> None:
    """Two windows half a length apart overlap; before the later one only half of the earlier is known."""
    before, after = lessons(slopes, seed=0)
    assert before.told(0, 2, until=1) is not None
    assert before.told(0, 2, until=0) is after.told(0, 2, until=1) is None
    assert before.told(0, 2, until=2) is before.told(0, 2, until=None) is before.examples[0]
    for judge in school(0).judges([before, after]):
        assert judge.is_learnt == is_learnt


@pytest.mark.parametrize("deaf", [0, 1])
def test_a_part_that_tells_nothing_has_no_weight(deaf: int) -> None:
    """On the windows checked the other part alone does better than both."""
    for judge in school(0).judges(lessons((0.0,) * 5, 0, deaf)):
        assert judge.part_weights.tolist() == [deaf, 1 - deaf]


@pytest.mark.parametrize("seed", [0, 10])
def test_what_carries_over_is_used(seed: int) -> None:
    for judge in judges((2.0,) * 5, seed):
        assert judge.is_learnt
        assert judge.mix != BLEND
        assert judge.calibration[1] > 0.05


TURNED = (2.0, 2.0, 2.0, -2.0, -2.0)
"""What a signal tells in the last two windows is the contrary of what it told before."""


@pytest.mark.parametrize("seed", [0, 10])
def test_what_does_not_carry_over_leaves_the_parts_ranks(seed: int) -> None:
    for judge in judges(TURNED, seed):
        assert (judge.rankers, judge.mix) == (None, BLEND)
        assert judge.calibration[1] > 0.05


def test_kinds_are_judged_apart() -> None:
    """What carries over for one kind is used for it alone."""
    useful, turned = lessons((2.0,) * 5, 0), lessons(TURNED, 0)
    mingled = [
        Lesson(one.cut, (one.examples[0], *other.examples[1:]), (one.judged[0], *other.judged[1:]))
        for one, other in zip(useful, turned, strict=True)
    ]
    assert [judge.is_learnt for judge in school(0).judges(mingled)] == [True, False, False]
