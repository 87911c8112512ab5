"""Fusion: its parts by name, what it does without enough past, and what it leaves out."""

import numpy as np
import pandas as pd
import pytest

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import DAY
from crossaisle.data.split import Split
from crossaisle.data.training import Training
from crossaisle.errors import UsageError
from crossaisle.models.part import from_values
from crossaisle.models.ranking.judge import BLEND
from crossaisle.models.recommenders.als import ALS
from crossaisle.models.recommenders.ease import EASE
from crossaisle.models.recommenders.fusion import PARTS, Fusion
from crossaisle.models.recommenders.mlp import MLP
from crossaisle.models.shelf import name_of


def test_parts_are_named_as_people_write_them() -> None:
    assert Fusion(parts="ease, als").parts == (EASE(), ALS())  # type: ignore[arg-type]  # as a settings file has it
    assert Fusion(parts=("als", EASE(l2=7.0))).parts == (ALS(), EASE(l2=7.0))  # type: ignore[arg-type]


def test_parts_unless_told_otherwise() -> None:
    assert tuple(name_of(one) for one in Fusion().parts) == tuple(PARTS)


def test_a_part_that_does_not_exist_is_told_and_none_at_all_is_refused() -> None:
    with pytest.raises(UsageError, match='no recommender "easy"'):
        from_values(Fusion, {"parts": "ease, easy"})
    with pytest.raises(UsageError, match="at least 1 item"):
        from_values(Fusion, {"parts": " , "})


def test_a_recommender_is_a_part_once() -> None:
    """Two of one name would share one place in the state."""
    with pytest.raises(UsageError, match="twice"):
        from_values(Fusion, {"parts": (EASE(), EASE(l2=7.0))})


def test_a_part_that_finds_candidates_is_needed() -> None:
    with pytest.raises(UsageError, match="none of these finds candidates; name one that does, such as ease"):
        from_values(Fusion, {"parts": "mlp"})


@pytest.mark.parametrize("windows", [0, 2])
def test_without_a_window_that_teaches_ranks_are_blended_and_nothing_else_is_fitted(
    small_shop: Dataset, windows: int
) -> None:
    """Two windows half a horizon apart overlap: none is left to check on."""
    fitted = Fusion(parts=(EASE(), MLP(epochs=1)), windows=windows).fit(Training(small_shop))
    assert [judge.mix for judge in fitted.judges] == [BLEND] * 3
    assert [judge.part_weights.tolist() for judge in fitted.judges] == [[1.0]] * 3
    assert fitted.panel.context is None
    assert tuple(fitted.panel.parts) == ("ease",)


def test_of_one_part_the_blend_keeps_the_order_within_a_kind(small_shop: Dataset) -> None:
    queries = small_shop.queries(np.arange(10))
    part = EASE()
    fused = Fusion(parts=(part,), windows=0, min_purchases=1).fit(Training(small_shop))
    scores, alone = fused.scores(queries), part.fit(Training(small_shop)).scores(queries)
    kinds = fused.panel.pool.kinds(fused.panel.history(queries))
    items = fused.panel.pool.items
    for row in range(10):
        for kind in range(3):
            own = items[kinds[row] == kind]
            assert (np.diff(scores[row, own[np.argsort(alone[row, own], kind="stable")]]) >= 0).all()


def test_items_bought_too_seldom_are_no_candidates(small_shop: Dataset) -> None:
    counts = small_shop.purchase_counts()
    least = int(np.median(counts))
    fitted = Fusion(parts=(EASE(),), windows=0, min_purchases=least).fit(Training(small_shop))
    scores = fitted.scores(small_shop.queries(np.arange(5)))
    assert np.array_equal(np.isfinite(scores), np.tile(counts >= least, (5, 1)))


def test_scores_of_some_items_are_those_among_all(small_shop: Dataset) -> None:
    fitted = Fusion(parts=(EASE(),), windows=0, min_purchases=1).fit(Training(small_shop))
    queries = small_shop.queries(np.array([3, -1]))
    items = np.array([7, 0, 20], dtype=np.int32)
    assert np.array_equal(fitted.scores(queries, items), fitted.scores(queries)[:, items])


def test_a_window_of_people_who_had_bought_nothing_before_teaches_nothing() -> None:
    """New people looked on day 50 and bought from day 110 on; one bought on days 0 and 199."""
    new = [f"n{one}" for one in range(5)]
    days = [50] * 5 + list(range(110, 115)) + [0, 199]
    events = pd.DataFrame(
        {
            "user_id": [*new, *new, "w", "w"],
            "item_id": ["a"] * 10 + ["a", "b"],
            "timestamp": pd.Timestamp("2020-01-01", tz="UTC") + pd.to_timedelta(days, unit="D"),
            "event_type": ["view"] * 5 + ["purchase"] * 7,
        }
    )
    data = Dataset.from_frames(events, pd.DataFrame({"item_id": ["a", "b"], "category": ["A", "B"]}))
    split = Split.window(data, data.end - 90 * DAY, 60 * DAY)
    assert split is not None
    assert not np.intersect1d(split.train.buyers(), np.unique(split.truth.nonzero()[0])).size
    fitted = Fusion(parts=(EASE(),), min_purchases=1).fit(Training(data))
    assert np.isfinite(fitted.scores(data.queries(np.arange(data.n_users)))).any()


def test_what_is_new_is_folded_in_by_fitting_the_parts_anew_and_judging_them_as_before(small_shop: Dataset) -> None:
    earlier = small_shop.before(int(small_shop.span()[0] + 300 * DAY))
    fusion = Fusion(parts=(EASE(), ALS(factors=8)))
    first = fusion.fit(Training(earlier))
    folded = fusion.fold_in(first, earlier.index, Training(small_shop))
    assert folded is not None
    assert folded.judges == first.judges
    queries = small_shop.queries(small_shop.buyers())
    alone, part = EASE().fit(Training(small_shop)), folded.panel.parts["ease"]
    np.testing.assert_array_equal(part.scores(queries), alone.scores(queries))


def test_nobody_has_learnt_to_judge_parts_that_were_added_since(small_shop: Dataset) -> None:
    first = Fusion(parts=(EASE(),)).fit(Training(small_shop))
    fusion = Fusion(parts=(EASE(), ALS(factors=8)))
    assert fusion.fold_in(first, small_shop.index, Training(small_shop)) is None
