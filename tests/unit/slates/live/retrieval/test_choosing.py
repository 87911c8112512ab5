"""Knobs and limits act at once as in the slate path, wherever both see the same candidates."""

from typing import Any

import numpy as np
import pytest

from crossaisle import plugins
from crossaisle.data.dataset import Dataset
from crossaisle.data.focus import Focus
from crossaisle.data.training import Training
from crossaisle.slates.live.live_slates import LiveSlates
from crossaisle.slates.live.options import LiveOptions
from crossaisle.slates.live.person import Person
from crossaisle.slates.live.retrieval.choosing import Choosing
from crossaisle.slates.options import Apart, Group, ShopRules, SlateOptions
from crossaisle.slates.path import SlatePath

from ...shop import A, B, C, D, E, G, shop

KNOBS: list[dict[str, Any]] = [
    {"max_per_category": 1},
    {"diversity": 0.3},
    {"calibration": 0.6},
    {"calibration": 0.3, "calibrate_by": "category", "diversity": 0.2, "max_per_category": 2},
    {"price_band": "penalty", "price_width": 1.0, "price_penalty": 1.0},
    {"price_band": "filter", "price_width": 1.3, "price_within": "shop"},
]


@pytest.mark.parametrize("knobs", KNOBS, ids=str)
def test_a_sum_over_neighbours_gives_the_slates_of_the_path(knobs: dict[str, Any], small_shop: Dataset) -> None:
    """Item-KNN has no negative weights: with all neighbours nothing is lost. Users paid the catalogue's prices here."""
    fitted = plugins.recommender("item-knn")().fit(Training(small_shop))
    options = SlateOptions(**knobs)
    path, moment = SlatePath.of(fitted, small_shop, options), small_shop.span()[1]
    allowed = path.allowed(Focus("explore"), moment)
    users = small_shop.buyers()
    queries = small_shop.queries(users)
    if "price_band" in knobs:
        queries.prices[:] = np.nan
    wanted = path.slates(queries, allowed, 8)
    live = LiveSlates.of(
        small_shop, fitted.neighbours(40), LiveOptions(neighbours=40, history=1000, candidates=200), options
    )
    for row, user in enumerate(users.tolist()):
        slate = live.slate(Person.of(live.histories, [user]), Focus("explore"), 8, moment)
        assert slate.items.tolist() == [item for item in wanted.items[row].tolist() if item >= 0]


def choosing(n_candidates: int = 2, **knobs: Any) -> Choosing:
    return Choosing.of(shop(), SlateOptions(**knobs), n_candidates)


ITEMS, SCORES = np.arange(8, dtype=np.int32), np.arange(8, 0, -1, dtype=np.float32)
NOTHING = np.empty(0, dtype=np.int32)


def test_without_knobs_the_strongest_are_chosen() -> None:
    assert choosing().is_plain
    assert choosing().chosen(ITEMS, SCORES, NOTHING, 3, None).tolist() == [0, 1, 2]


def test_a_limit_is_kept_however_few_candidates_are_looked_at() -> None:
    """a, c, e, g and h, which has no category; what the slate holds already counts."""
    one = choosing(max_per_category=1)
    assert one.chosen(ITEMS, SCORES, NOTHING, 8, None).tolist() == [A, C, E, G, 7]
    assert one.chosen(ITEMS, SCORES, np.array([D], dtype=np.int32), 2, None).tolist() == [A, E]
    assert one.chosen(ITEMS[:0], SCORES[:0], NOTHING, 2, None).tolist() == []


def test_groups_apart_do_not_meet() -> None:
    rules = ShopRules(not_together=(Apart(one=Group(items=("a",)), other=Group(categories=("FRUIT",))),))
    apart = choosing(rules=rules)
    assert apart.chosen(ITEMS, SCORES, NOTHING, 3, None).tolist() == [A, B, E]
    assert apart.chosen(ITEMS, SCORES, np.array([C], dtype=np.int32), 2, None).tolist() == [B, D]
