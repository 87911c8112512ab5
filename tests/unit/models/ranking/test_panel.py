"""The panel: which items compete, and that those not judged lie below those that are, in the order of the blend."""

from functools import cache

import numpy as np
import pytest

from crossaisle.data.dataset import Dataset
from crossaisle.data.training import Training
from crossaisle.models.ranking.judge import BLEND, Judge
from crossaisle.models.ranking.panel import STEP, Panel, pool_of
from crossaisle.models.ranking.pool import BOUGHT, KINDS, N_CANDIDATES, NEW_CATEGORY, NEW_ITEM, Voices
from crossaisle.models.recommenders.mlp import MLP
from crossaisle.models.shelf import recommender

from .shops import five_items, shop

N_ITEMS = 640
UNLEARNT = tuple(Judge(np.ones(1), None, BLEND, np.array([constant, 1.0, 0.0])) for constant in (-4.0, -3.0, -1.0))
"""The parts' ranks alone; new items are likelier than new categories, and what was bought before is likeliest."""


def test_the_pool_holds_what_was_bought_often_enough() -> None:
    """a1 was sold four times, a2 twice, b1 three times, b2 and c1 once."""
    assert pool_of(five_items(), 2).items.tolist() == [0, 1, 2]
    assert pool_of(five_items(), 4).items.tolist() == [0]


def test_where_nothing_was_bought_often_enough_all_that_was_bought_competes() -> None:
    dataset = shop([("u", "b1", 0), ("v", "c1", 1)])
    assert pool_of(dataset, 5).items.tolist() == [2, 4]


@cache
def wide() -> Dataset:
    """640 items: "kept" bought the first; people bought three each, of two items a category."""
    categories: dict[str, str | None] = {f"i{one:03}": f"category {one // 2}" for one in range(N_ITEMS)}
    rng = np.random.default_rng(0)
    purchases = [(f"p{one}", f"i{item:03}", 1.0 + one % 9) for one in range(N_ITEMS) for item in (one, *_few(rng))]
    return shop([*purchases, ("kept", "i000", 3.0)], categories)


def _few(rng: np.random.Generator) -> list[int]:
    return [int(one) for one in rng.integers(0, N_ITEMS, 2)]


@cache
def panel() -> Panel:
    """Of one part, without anything else known."""
    part = recommender("ease")()
    return Panel({"ease": part.fit(Training(wide()))}, pool_of(wide(), 1), None)


def test_what_is_not_judged_lies_below_what_is_in_the_order_of_the_blend() -> None:
    """638 items are of new categories, of which 500 are judged."""
    queries = wide().queries(np.array([wide().index.users.number("kept")]))
    history, scores = panel().history(queries), panel().scores(queries)
    is_kind = panel().pool.kinds(history) == NEW_CATEGORY
    assert is_kind.sum() == N_ITEMS - 2
    blend, found = panel().candidates(Voices.of(scores, is_kind), NEW_CATEGORY, np.ones(1))
    told = panel().judged(queries, UNLEARNT)[0]
    is_judged = np.zeros(N_ITEMS, dtype=np.bool_)
    is_judged[found.columns[0]] = True
    others = is_kind[0] & ~is_judged
    assert (is_judged.sum(), others.sum()) == (N_CANDIDATES[NEW_CATEGORY], N_ITEMS - 2 - 500)
    lowest = told[is_judged].min()
    assert told[others].max() < lowest
    by_hand = lowest - STEP * (1 + blend[0].max() - blend[0, others])
    assert told[others] == pytest.approx(by_hand, abs=1e-5)


def test_each_kind_is_told_by_its_own_judge() -> None:
    """A kind of one item is standardised to 0, so that its log-odds are the constant."""
    queries = wide().queries(np.array([wide().index.users.number("kept")]))
    kinds = panel().pool.kinds(panel().history(queries))[0]
    told = panel().judged(queries, UNLEARNT)[0]
    assert kinds[:3].tolist() == [BOUGHT, NEW_ITEM, NEW_CATEGORY]
    assert told[:2].tolist() == [-1, -3]
    judged = np.sort(told[kinds == NEW_CATEGORY])[-500:]
    assert judged.mean() == pytest.approx(-4, abs=1e-4)
    assert judged.std() == pytest.approx(1, abs=1e-3)


def test_every_item_of_the_pool_is_told_of_whoever_asks() -> None:
    """Someone with a history and someone without one, for whom all is new."""
    queries = wide().queries(np.array([0, -1]))
    assert np.isfinite(panel().judged(queries, UNLEARNT)).all()


def test_signals_are_named_by_part_and_kept_in_the_order_of_the_parts() -> None:
    assert panel().names == ("rank=ease", "score=ease")
    queries = wide().queries(np.array([0]))
    history, scores = panel().history(queries), panel().scores(queries)
    for kind in KINDS:
        is_kind = panel().pool.kinds(history) == kind
        voices = Voices.of(scores, is_kind)
        _, found = panel().candidates(voices, kind, np.ones(1))
        columns = [found.columns, found.columns[:, :1]]
        signals = panel().signals(history, [voices, voices], columns, [panel().advice(queries, one) for one in columns])
        assert signals[0].shape == (*found.columns.shape, 2)
        assert np.array_equal(signals[1], signals[0][:, :1])
        assert found.columns.shape[1] == N_CANDIDATES[kind]
        assert ((found.columns >= 0).sum(axis=1) == min(is_kind.sum(), N_CANDIDATES[kind])).all()


def test_an_adviser_is_asked_about_candidates_alone() -> None:
    """Places 5, 3 and none: ranks among them, scores standardised over them, and nothing said of the pool."""
    adviser = MLP(epochs=1, text=False).fit(Training(wide()))
    advised = Panel({"mlp": adviser, **panel().parts}, panel().pool, None)
    assert advised.names == ("rank=ease", "score=ease", "rank=mlp", "score=mlp")
    queries, columns = wide().queries(np.array([0])), np.array([[5, 3, -1]], dtype=np.int32)
    assert len(advised.scores(queries)) == 1
    scores = adviser.scores(queries, panel().pool.items[columns[0, :2]])[0]
    told = advised.advice(queries, columns)[0]
    order = [0, 1] if scores[0] > scores[1] else [1, 0]
    assert told[order, 0].tolist() == pytest.approx([-np.log(5), -np.log(6)])
    assert told[order, 1].tolist() == pytest.approx([1, -1], abs=1e-3)
    assert told[2].tolist() == pytest.approx([-np.log(8), -3])
    history, voices = panel().history(queries), panel().voices(panel().scores(queries), np.zeros((1, N_ITEMS), np.int8))
    signals = advised.signals(history, voices[:1], [columns], [told[None]])[0]
    assert np.array_equal(signals[0, :, 2:], told)


def test_a_panel_is_restored_from_its_state() -> None:
    again = Panel.restore(panel().state())
    queries = wide().queries(np.array([0, 5, -1]))
    assert tuple(again.parts) == ("ease",)
    assert again.context is None
    assert np.array_equal(again.judged(queries, UNLEARNT), panel().judged(queries, UNLEARNT))
