from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossaisle.data.focus import KINDS, Focus
from crossaisle.errors import UsageError
from crossaisle.slates.filtering.eligible import Why
from crossaisle.slates.options import Apart, Group, ShopRules, SlateOptions
from crossaisle.slates.path import SlatePath
from crossaisle.slates.ranking import rank
from crossaisle.slates.slate import FALLBACK, Slates

from .shop import ANN, BOB, CAT, CATALOG, DESCENDING, A, B, C, D, E, F, G, H, Scored, shop

DATASET = shop()
PLAIN: dict[str, Any] = {"min_purchases": 0}


def made(model: Scored, users: list[int], k: int = 3, focus: str = "all", sources: Any = (), **options: Any) -> Slates:
    path = SlatePath.of(model, DATASET, SlateOptions(**{**PLAIN, **options}), sources=sources)
    allowed = path.allowed(Focus.parse(focus), DATASET.until)
    return path.slates(DATASET.queries(np.array(users)), allowed, k, explain=True)


def test_default_slates_are_the_ranking() -> None:
    model = Scored.of(np.random.default_rng(0).normal(size=(3, 8)).tolist())
    path = SlatePath.of(model, DATASET, SlateOptions(**PLAIN))
    allowed = path.allowed(Focus.parse("explore"), DATASET.until)
    queries = DATASET.queries(np.array([ANN, BOB]))
    ranked = rank(model, queries, allowed, 5)
    slates = path.slates(queries, allowed, 5)
    assert slates.items.tolist() == ranked.items.tolist()
    assert slates.scores.tolist() == ranked.scores.tolist()
    assert not slates.fallback.any()


def test_unknown_users_get_what_most_people_bought_marked_as_fallback() -> None:
    """a, c and e have one buyer each, the others none; ties go by item number."""
    slates = made(Scored.of(DESCENDING), [-1, ANN], k=4)
    assert slates.items[0].tolist() == [A, C, E, B]
    assert slates.fallback.tolist() == [True, False]
    assert (slates.rankers[0] == FALLBACK).all()


def test_a_model_that_says_the_same_of_everything_is_not_believed() -> None:
    slates = made(Scored.of([[3] * 8] * 3), [ANN], k=2)
    assert slates.fallback.tolist() == [True]


def test_a_short_slate_is_topped_up_below_what_the_model_says() -> None:
    """The model knows h and g only. The fallback follows with a, whose one buyer becomes 4 − 1 − 1 + … below 4."""
    silent = -np.inf
    model = Scored.of([[silent] * 6 + [4, 5]] * 3)
    slates = made(model, [ANN], k=4)
    assert slates.items.tolist() == [[H, G, A, C]]
    assert slates.scores.tolist() == [[5, 4, 3, 3]]
    assert slates.rankers.tolist() == [[0, 0, FALLBACK, FALLBACK]]
    assert not slates.fallback.any()


def test_where_the_model_is_silent_the_next_source_ranks() -> None:
    other = Scored.of([[0, 0, 0, 0, 0, 0, 1, 2]] * 3)
    slates = made(Scored.of([[3] * 8] * 3), [ANN, -1], k=2, sources=(other,))
    assert slates.items[0].tolist() == [H, G]
    assert slates.rankers.tolist() == [[1, 1], [FALLBACK, FALLBACK]]
    assert slates.fallback.tolist() == [False, True]


def test_a_limit_is_kept_when_few_candidates_were_asked_for() -> None:
    """One of each category: a (drinks), c (fruit), e (care), g (toys), and h without; two candidates do not do."""
    slates = made(Scored.of(DESCENDING), [BOB], k=5, max_per_category=1, candidates=1)
    assert slates.items.tolist() == [[A, C, E, G, H]]
    assert (slates.rankers == 0).all()


def test_groups_apart_do_not_meet_even_in_what_the_fallback_adds() -> None:
    """The model knows b alone; a, which most people bought, may not stand beside it."""
    silent = -np.inf
    model = Scored.of([[silent, 5] + [silent] * 6] * 3)
    rules = ShopRules(not_together=(Apart(one=Group(items=("a",)), other=Group(categories=("DRINKS",))),))
    slates = made(model, [ANN], k=3, rules=rules)
    assert slates.items.tolist() == [[B, C, E]]


KNOBS: list[dict[str, Any]] = [
    {"diversity": 0.5},
    {"calibration": 0.9},
    {"calibration": 0.9, "calibrate_by": "category"},
    {"max_per_category": 1},
    {"price_band": "penalty", "price_width": 1.0, "price_penalty": 1.0},
    {"price_band": "filter", "price_width": 1.5},
    {"repeats": False},
    {"min_purchases": 1},
    {"rules": ShopRules(never=Group(items=("b",)))},
    {"rules": ShopRules(at_least_price=2.0)},
    {"rules": ShopRules(at_most_price=2.5)},
    {"rules": ShopRules(not_together=(Apart(one=Group(items=("a",)), other=Group(items=("b",))),))},
]


@pytest.mark.parametrize("knob", KNOBS, ids=str)
def test_every_knob_changes_a_slate(knob: dict[str, Any]) -> None:
    """Ann bought drinks and fruit at 1, 1, 3; the model likes toys and care too."""
    model = Scored.of([[9, 8.9, 4, 3, 8.8, 8.5, 5, 1]] * 3)
    plain = made(model, [ANN], k=4).items
    assert made(model, [ANN], k=4, **knob).items.tolist() != plain.tolist()


def test_knobs_within_a_knob_matter() -> None:
    model = Scored.of([[9, 8.9, 4, 3, 8.8, 8.5, 5, 1]] * 3)

    def items(**options: Any) -> list[list[int]]:
        slates: list[list[int]] = made(model, [ANN], k=6, **options).items.tolist()
        return slates

    penalty = {"price_band": "penalty", "price_width": 1.0, "price_penalty": 1.0}
    assert items(**penalty) != items(**{**penalty, "price_penalty": 0.05})
    assert items(**penalty) != items(**{**penalty, "price_width": 6.0})
    assert items(calibration=0.9) != items(calibration=0.9, calibrate_by="category")
    assert items(diversity=0.9, candidates=6) != items(diversity=0.9, candidates=8)


def test_prices_within_the_category_are_compared_with_its_median() -> None:
    """Thirty items in two categories with medians 1 and 10: who pays 1 for the cheap kind pays 10 for the dear."""
    cheap, dear = [f"c{n:02}" for n in range(15)], [f"d{n:02}" for n in range(15)]
    prices = [1.0] * 15 + [10.0] * 14 + [1.0]
    catalog: dict[str, list[Any]] = {
        "item_id": cheap + dear,
        "title": [None] * 30,
        "category": ["CHEAP"] * 15 + ["DEAR"] * 15,
        "aisle": [None] * 30,
        "brand": [None] * 30,
        "price": prices,
    }
    dataset = shop([("ann", "c00", 0, "purchase"), ("ann", "c01", 1, "purchase")], catalog=catalog)
    model = Scored.of([[0.0] * 15 + list(range(15))])

    def items(within: Literal["category", "shop"]) -> list[int]:
        options = SlateOptions(min_purchases=0, price_band="filter", price_within=within)
        path = SlatePath.of(model, dataset, options)
        allowed = path.allowed(Focus.parse("category=DEAR"), dataset.until)
        found: list[int] = path.slates(dataset.queries(np.array([0])), allowed, 3).items[0].tolist()
        return found

    assert items("category") == [28, 27, 26]
    assert items("shop")[0] == 29


def test_left_out_names_the_strongest_items_that_each_filter_removed() -> None:
    """Ann's slate of new categories is e, f, g. Her drinks and fruit score higher, and h has no category: its score

    1 lies below g's 2, so it would not have been shown. d is never shown by rule, c costs too little.
    """
    rules = ShopRules(never=Group(items=("d",)))
    slates = made(Scored.of(DESCENDING), [ANN], focus="new-categories", left_out=2, rules=rules)
    left_out = slates.slate(0).left_out
    assert [(one.item, one.why) for one in left_out] == [(A, Why.FOCUS), (B, Why.FOCUS), (D, Why.RULE_NEVER)]
    assert left_out[0].text == "The user already buys Drinks."


def test_left_out_names_what_reranking_passed_over() -> None:
    slates = made(Scored.of(DESCENDING), [ANN], max_per_category=1, left_out=5)
    assert slates.items.tolist() == [[A, C, E]]
    assert [(one.item, one.why) for one in slates.slate(0).left_out] == [(B, Why.MAX_PER_CATEGORY)]
    rules = ShopRules(not_together=(Apart(one=Group(items=("a",)), other=Group(items=("b",))),))
    slates = made(Scored.of(DESCENDING), [ANN], rules=rules, left_out=5)
    assert [(one.item, one.why) for one in slates.slate(0).left_out] == [(B, Why.NOT_TOGETHER)]


def test_a_slate_is_no_longer_than_what_is_allowed() -> None:
    slates = made(Scored.of(DESCENDING), [ANN], k=20, focus="new-categories")
    assert slates.items[0, :4].tolist() == [E, F, G, -1]
    assert [pick.rank for pick in slates.slate(0).picks] == [1, 2, 3]


def test_nothing_allowed_is_an_empty_slate() -> None:
    slates = made(Scored.of(DESCENDING), [ANN], rules=ShopRules(at_least_price=100.0))
    assert slates.slate(0).picks == ()
    assert not slates.fallback.any()


def test_weights_above_one_and_foreign_models_are_refused() -> None:
    with pytest.raises(UsageError, match="more than 1"):
        SlatePath.of(Scored.of(DESCENDING), DATASET, SlateOptions(diversity=0.6, calibration=0.6))
    with pytest.raises(UsageError, match="7 items for a dataset of 8"):
        SlatePath.of(Scored.of([[1.0] * 7]), DATASET)
    with pytest.raises(UsageError, match="k=0"):
        made(Scored.of(DESCENDING), [ANN], k=0)


scores = st.lists(
    st.lists(st.integers(-3, 3).map(float) | st.just(-np.inf), min_size=8, max_size=8), min_size=3, max_size=3
)


@settings(max_examples=60)
@given(
    table=scores,
    kind=st.sampled_from([kind for kind in KINDS if kind != "category"]),
    k=st.integers(1, 9),
    most=st.none() | st.integers(1, 2),
    diversity=st.sampled_from([0.0, 0.4]),
    calibration=st.sampled_from([0.0, 0.5]),
)
def test_every_slate_keeps_its_promises(
    table: list[list[float]], kind: str, k: int, most: int | None, diversity: float, calibration: float
) -> None:
    """Never an item twice or one that is not allowed, at most n of a category, no gap, the same twice over."""
    options = SlateOptions(
        min_purchases=0,
        max_per_category=most,
        diversity=diversity,
        calibration=calibration,
        candidates=2,
        rules=ShopRules(never=Group(items=("c",))),
    )
    path = SlatePath.of(Scored.of(table), DATASET, options)
    allowed = path.allowed(Focus.parse(kind), DATASET.until)
    queries = DATASET.queries(np.array([ANN, BOB, CAT, -1]))
    slates, mask = path.slates(queries, allowed, k), allowed.mask(queries)
    again = path.slates(queries, allowed, k)
    assert slates.items.tolist() == again.items.tolist()
    for row in range(len(slates)):
        picks = [pick.item for pick in slates.slate(row).picks]
        assert slates.items[row, len(picks) :].tolist() == [-1] * (k - len(picks))
        assert len(set(picks)) == len(picks)
        assert set(picks) <= set(allowed.items[mask[row]].tolist())
        assert C not in picks
        categories = [CATALOG["category"][item] for item in picks if item != H]
        assert most is None or max(map(categories.count, categories), default=0) <= most
        if most is None:
            assert len(picks) == min(k, int(mask[row].sum()))
    assert np.isfinite(slates.scores[slates.items >= 0]).all()
