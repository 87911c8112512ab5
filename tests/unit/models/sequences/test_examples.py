"""What sequences are learnt from: nothing later is shown, all that is later is told."""

import numpy as np
import pytest

from crossaisle.data.moments import DAY
from crossaisle.data.queries import from_histories
from crossaisle.models.sequences.examples import Drawing
from crossaisle.models.sequences.visits import Visits

NONE = np.full(40, -1, dtype=np.int32)
"""The category of each item, where nothing is known."""


def visits_at(*rows: list[int]) -> Visits:
    """Visits of one item each, at these days; item 10 · row + place."""
    days = np.array([day for row in rows for day in row])
    items = np.array([10 * number + place for number, row in enumerate(rows) for place in range(len(row))])
    queries = from_histories(items, np.cumsum([0, *map(len, rows)]), 10 * len(rows), 0)
    queries.times[:] = days * DAY
    return Visits.of(queries)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_what_is_bought_within_the_horizon_is_told_by_hand(rng: np.random.Generator) -> None:
    """Visits at days 0, 1 and 100: after the first, within 30 days, the second; after that the third, late as it is."""
    visits = visits_at([0, 1, 100])
    drawn = Drawing(
        length=5, n_moments=40, horizon=30, thinning=0.0, category_thinning=0.0, repeats=1.0, category=NONE
    ).of(visits, np.array([0]), rng)
    assert set(drawn.before[0].tolist()) == {1, 2}
    for before, moment, told in zip(drawn.before[0], drawn.moments[0], drawn.told.toarray(), strict=True):
        assert np.flatnonzero(told).tolist() == [before]
        assert visits.times[before - 1] <= moment <= visits.times[before]


def test_moments_lie_between_two_visits_and_tell_all_that_follows_by_then(rng: np.random.Generator) -> None:
    days = np.sort(rng.choice(300, 9, replace=False)).tolist()
    visits = visits_at(days, days[:4])
    for _ in range(20):
        drawn = Drawing(
            length=3, n_moments=4, horizon=20, thinning=0.0, category_thinning=0.0, repeats=1.0, category=NONE
        ).of(visits, np.array([1, 0]), rng)
        assert (np.diff(drawn.visits.indptr) == 3).all()
        told = drawn.told.toarray().reshape(2, 4, 20)
        for row, user in enumerate((1, 0)):
            own = drawn.visits.items[row * 3 : row * 3 + 3] - 10 * user
            times = np.array(days[: 4 if user else 9]) * DAY
            for before, moment, found in zip(drawn.before[row], drawn.moments[row], told[row], strict=True):
                n_before = own[0] + before
                assert times[n_before - 1] <= moment <= times[n_before]
                follows = (np.arange(len(times)) >= n_before) & (times < moment + 20 * DAY)
                follows[n_before] = True
                assert (np.flatnonzero(found) - 10 * user).tolist() == np.flatnonzero(follows).tolist()


def test_every_stretch_is_as_likely(rng: np.random.Generator) -> None:
    """Three starts of two in four visits, 600 draws: 200 each within 4 standard errors."""
    visits = visits_at([0, 1, 2, 3])
    drawing = Drawing(length=2, n_moments=1, horizon=1, thinning=0.0, category_thinning=0.0, repeats=1.0, category=NONE)
    first = [drawing.of(visits, np.array([0]), rng).visits.items[0] for _ in range(600)]
    assert (np.abs(np.bincount(first, minlength=3) - 200) < 4 * np.sqrt(600 * 2 / 9)).all()


def test_what_is_left_out_is_told_and_not_shown(rng: np.random.Generator) -> None:
    """Of one visit alone, as in data without times, a part tells the rest."""
    queries = from_histories(np.arange(10), np.array([0, 10]), 10, 0)
    drawn = Drawing(
        length=5, n_moments=1, horizon=1, thinning=0.4, category_thinning=0.0, repeats=0.0, category=NONE
    ).of(Visits.of(queries), np.array([0]), rng)
    shown, told = drawn.visits.items.tolist(), np.flatnonzero(drawn.told.toarray()[0]).tolist()
    assert 0 < len(shown) < 10
    assert sorted(shown + told) == list(range(10))


@pytest.mark.parametrize(("repeats", "expected"), [(0.0, [2]), (1.0, [1, 2])])
def test_what_was_bought_before_is_told_as_often_as_is_wanted(
    repeats: float, expected: list[int], rng: np.random.Generator
) -> None:
    """Item 1 on days 0 and 1, item 2 on day 1."""
    queries = from_histories(np.array([1, 1, 2]), np.array([0, 3]), 3, 0)
    queries.times[:] = np.array([0, DAY, DAY])
    drawing = Drawing(
        length=5, n_moments=1, horizon=1, thinning=0.0, category_thinning=0.0, repeats=repeats, category=NONE
    )
    drawn = drawing.of(Visits.of(queries), np.array([0]), rng)
    assert np.flatnonzero(drawn.told.toarray()[0]).tolist() == expected


def test_categories_are_left_out_of_a_stretch_as_a_whole_and_told(rng: np.random.Generator) -> None:
    """Items 0 to 9 one a day, even ones of category 0, odd ones of 1, 8 and 9 of none: either is seen or it is told."""
    category = np.where(np.arange(10) < 8, np.arange(10) % 2, -1).astype(np.int32)
    visits = visits_at(list(range(10)))
    drawing = Drawing(10, n_moments=1, horizon=1, thinning=0.0, category_thinning=0.5, repeats=0.0, category=category)
    seen = set()
    for _ in range(40):
        drawn = drawing.of(visits, np.array([0]), rng)
        before = int(drawn.before[0, 0])
        shown, told = set(drawn.visits.items.tolist()), set(np.flatnonzero(drawn.told.toarray()[0]).tolist())
        dark = {one for one in (0, 1) if not shown & set(np.flatnonzero(category == one).tolist())}
        assert shown == {one for one in range(10) if category[one] not in dark}
        assert told - {before, before + 1} == {one for one in range(before) if category[one] in dark}
        seen.add(tuple(sorted(dark)))
    assert seen == {(), (0,), (1,), (0, 1)}
