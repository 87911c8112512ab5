"""Lists made beforehand: without a recent event, the slate is the one that the slate path makes."""

from typing import Any

import numpy as np
import pytest

from crossaisle import plugins
from crossaisle.data.dataset import Dataset
from crossaisle.data.event_types import CLICK, DISMISS
from crossaisle.data.focus import Focus
from crossaisle.data.training import Training
from crossaisle.models.recommender import Fitted
from crossaisle.models.recommenders.ease import EASE
from crossaisle.slates.live.live_slates import LiveSlates
from crossaisle.slates.live.options import LiveOptions
from crossaisle.slates.live.person import Person
from crossaisle.slates.live.standing import FOCI, Once, Standing, make_standing
from crossaisle.slates.options import SlateOptions
from crossaisle.slates.path import SlatePath
from crossaisle.slates.recommend import Request

from ..shop import ANN, BOB, CAT, DESCENDING, A, B, C, D, E, F, G, H, Scored, shop

KNOBS: list[dict[str, Any]] = [
    {},
    {"max_per_category": 2},
    {"diversity": 0.5},
    {"calibration": 0.4, "max_per_category": 3},
    {"price_band": "penalty", "price_width": 1.0},
    {"repeats": False},
]


@pytest.fixture(scope="module")
def fitted(small_shop: Dataset) -> Fitted:
    model: Fitted = EASE(l2=20.0).fit(Training(small_shop))
    return model


@pytest.mark.parametrize("knobs", KNOBS, ids=str)
def test_without_recent_events_the_slate_is_that_of_the_model(
    knobs: dict[str, Any], small_shop: Dataset, fitted: Fitted
) -> None:
    options = SlateOptions(**knobs)
    source = plugins.recommender("category-transition")().fit(Training(small_shop))
    path = SlatePath.of(fitted, small_shop, options, sources=(source,))
    moment = small_shop.span()[1]
    standing = make_standing(path, moment, LiveOptions(standing_items=30))
    neighbours = fitted.neighbours(64)
    assert neighbours is not None
    live = LiveSlates.of(small_shop, neighbours, slate_options=options, standing=standing)
    for kind in FOCI:
        request = Request.of(fitted, small_shop, kind, options=options, sources=(source,))
        buyers = small_shop.index.users.at(small_shop.buyers()).to_pylist()
        (batch,) = request.batches(buyers, k=10)
        for user, wanted in zip(small_shop.buyers().tolist(), batch.slates.items, strict=True):
            slate = live.slate(Person.of(live.histories, [user]), Focus(kind), 10, moment)
            assert slate.items.tolist() == wanted[wanted >= 0].tolist()
            assert not slate.n_filled


def test_an_event_moves_what_was_made_beforehand(small_shop: Dataset, fitted: Fitted) -> None:
    path = SlatePath.of(fitted, small_shop)
    moment = small_shop.span()[1]
    standing, neighbours = make_standing(path, moment, LiveOptions()), fitted.neighbours(64)
    assert neighbours is not None
    live = LiveSlates.of(small_shop, neighbours, standing=standing)
    n_moved = 0
    for user in small_shop.buyers().tolist():

        def slate(events: list[tuple[int, int]], user: int = user) -> list[int]:
            recent = live.recent()
            for item, kind in events:
                recent.add(item, kind, moment)
            found: list[int] = live.slate(
                Person.of(live.histories, [user], [recent]), Focus(), 10, moment
            ).items.tolist()
            return found

        before = slate([])
        assert before[0] not in slate([(before[0], DISMISS)])
        n_moved += slate([(before[0], CLICK)]) != before
    assert n_moved > len(small_shop.buyers()) / 2


def test_lists_are_of_the_most_recently_active_buyers() -> None:
    """Ann's last event is on day 3, bob's on day 2; cat only looked. Ann knows drinks and fruit."""
    dataset = shop()
    path = SlatePath.of(Scored.of(DESCENDING), dataset, SlateOptions(min_purchases=0))
    standing = make_standing(path, dataset.until, LiveOptions(standing_users=1, standing_items=4))
    assert standing.rows.tolist() == [0, -1, -1]
    told = {kind: standing.of(ANN, kind) for kind in FOCI}
    assert {kind: one[0].tolist() for kind, one in told.items() if one} == {
        "all": [A, B, C, D],
        "explore": [B, D, E, F],
        "new-categories": [E, F, G],
    }
    assert standing.of(BOB, "all") is None
    assert standing.of(CAT, "all") is None
    assert standing.of(-1, "all") is None
    assert standing.of(ANN, "category") is None
    both = make_standing(path, dataset.until, LiveOptions(standing_users=5, standing_items=2))
    assert both.rows.tolist() == [0, 1, -1]
    listed = both.of(BOB, "explore")
    assert listed is not None
    assert listed[0].tolist() == [A, B]


def test_places_are_worth_less_and_less() -> None:
    """Of four: 1 − ln(1 + rank / 5) / ln(1 + 4 / 5)."""
    standing = Standing(np.zeros(1, np.int32), np.array([[[A, B, C, D]] * 3], np.int32))
    listed = standing.of(0, "all")
    assert listed is not None
    np.testing.assert_allclose(listed[1], [1, 0.6898, 0.4276, 0.2004], atol=1e-4)


def test_a_shop_without_categories_has_no_list_of_new_ones() -> None:
    dataset = shop(catalog={"item_id": list("abcdefgh")})
    path = SlatePath.of(Scored.of(DESCENDING), dataset, SlateOptions(min_purchases=0))
    standing = make_standing(path, dataset.until, LiveOptions(standing_items=2))
    assert standing.items[0].tolist() == [[A, B], [B, D], [-1, -1]]


def test_state_restores_the_same() -> None:
    one = Standing(np.array([0, -1], np.int32), np.array([[[G, H]] * 3], np.int32))
    again = Standing.restore(one.state())
    np.testing.assert_array_equal(again.rows, one.rows)
    np.testing.assert_array_equal(again.items, one.items)


def test_the_model_is_asked_once_for_all_foci(small_shop: Dataset, fitted: Fitted) -> None:
    once, queries = Once(fitted), small_shop.queries(small_shop.buyers()[:5])
    first = once.scores(queries)
    kept = first.copy()
    first[:] = 0
    np.testing.assert_array_equal(once.scores(queries), kept)
    other = np.array([3, 1], dtype=np.int32)
    np.testing.assert_array_equal(once.scores(queries, other), fitted.scores(queries, other))
    np.testing.assert_array_equal(once.scores(queries[1:3]), kept[1:3])
    candidates = np.array([[1, 2]] * 5, dtype=np.int32)
    np.testing.assert_array_equal(once.score_candidates(queries, candidates), kept[:, 1:3])


def test_without_somebody_the_others_keep_their_lists() -> None:
    rows, items = np.array([1, -1, 0, 2], dtype=np.int32), np.arange(3 * 3 * 2, dtype=np.int32).reshape(3, 3, 2)
    kept = Standing(rows, items).without(np.array([1, 2], dtype=np.int32))
    assert kept.rows.tolist() == [0, 1]
    assert kept.items.tolist() == items[[1, 2]].tolist()
