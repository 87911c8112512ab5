"""What moved a judged score: causes of the parts where nothing was learnt, and amounts that say how far scores fall."""

from functools import cache

import numpy as np
import pytest

from crossaisle.data.dataset import Dataset
from crossaisle.data.training import Training
from crossaisle.models.ranking.explaining import contributions
from crossaisle.models.ranking.falls import Falls
from crossaisle.models.ranking.families import DEMAND, families_of
from crossaisle.models.ranking.judge import BLEND, Judge
from crossaisle.models.ranking.panel import Panel, pool_of
from crossaisle.models.recommender import Cause
from crossaisle.models.shelf import recommender

from .shops import shop

SLOPE = 2.0
JUDGES = (Judge(np.ones(2), None, BLEND, np.array([-4.0, SLOPE, 0.0])),) * 3


@cache
def dataset() -> Dataset:
    """Forty items in ten categories; people buy a few each."""
    rng = np.random.default_rng(1)
    categories: dict[str, str | None] = {f"i{one:02}": f"category {one // 4}" for one in range(40)}
    drawn = [(f"p{one:02}", f"i{item:02}", 1.0 + one % 9) for one in range(60) for item in rng.integers(0, 40, 5)]
    return shop([*drawn, *((f"p{one:02}", f"i{one % 40:02}", 2.0) for one in range(60))], categories)


@cache
def panel() -> Panel:
    """EASE, which names items, and category popularity, which names categories and buyers."""
    names = ("ease", "category-popularity")
    parts = {name: recommender(name)().fit(Training(dataset())) for name in names}
    return Panel(parts, pool_of(dataset(), 1), None)


def test_what_the_parts_owe_is_shared_by_their_causes_and_what_everybody_buys_is_demand() -> None:
    queries = dataset().queries(np.arange(5))
    items = np.tile(panel().pool.items, (5, 1))
    found = contributions(panel(), JUDGES, queries, items, 100)
    families = families_of(panel().names)
    assert found.labels == families == ("part=ease", "part=category-popularity", DEMAND)
    is_told = found.subjects >= 0
    assert set(np.unique(found.causes[is_told])) == {Cause.ITEM, Cause.CATEGORY, Cause.FEATURE}
    whole = np.maximum(Falls.of(panel(), JUDGES, panel().history(queries), items).amounts, 0).sum(axis=2)
    assert whole.max() > 0.1
    assert np.where(is_told, found.amounts, 0).sum(axis=2) == pytest.approx(whole, abs=1e-4)
    assert (np.diff(found.amounts, axis=2) <= 1e-6).all()


def test_a_fall_is_in_log_odds() -> None:
    """Without a part its relevance is the mean among the candidates; the blend is standardised, SLOPE times."""
    queries = dataset().queries(np.array([3]))
    items = panel().pool.items[None, :]
    history = panel().history(queries)
    falls = Falls.of(panel(), JUDGES, history, items)
    kinds = panel().pool.kinds(history)
    for kind, voices in enumerate(panel().voices(panel().scores(queries), kinds)):
        is_kind = kinds[0] == kind
        blend = (voices.relevance[0] + voices.relevance[1])[0]
        relevance = voices.relevance[0][0, is_kind]
        by_hand = SLOPE * (relevance - relevance.mean()) / blend[is_kind].std()
        assert falls.amounts[0, is_kind, 0] == pytest.approx(by_hand, abs=1e-4)


def test_causes_do_not_depend_on_how_many_are_asked_for_nor_on_who_else_asks() -> None:
    queries, items = dataset().queries(np.arange(8)), np.tile(np.arange(12, dtype=np.int32), (8, 1))
    many, few = (contributions(panel(), JUDGES, queries, items, n) for n in (50, 2))
    assert np.array_equal(many.subjects[..., :2], few.subjects)
    assert many.amounts[..., :2] == pytest.approx(few.amounts)
    alone = contributions(panel(), JUDGES, queries[np.array([6])], items[6:7, 4:5], 2)
    assert np.array_equal(alone.subjects[0, 0], few.subjects[6, 4])
    assert alone.amounts[0, 0] == pytest.approx(few.amounts[6, 4])
    assert few.amounts[6, 4, 0] > 0


def test_nothing_is_told_of_no_item() -> None:
    found = contributions(panel(), JUDGES, dataset().queries(np.array([0, -1])), np.full((2, 3), -1, dtype=np.int32), 4)
    assert (found.subjects == -1).all()
    assert (found.amounts == 0).all()
