from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crossaisle.data.moments import DAY
from crossaisle.data.split import Split
from crossaisle.errors import InputError, StorageError, UsageError
from crossaisle.numerics import arrays
from crossaisle.slates.options import SlateOptions
from crossaisle.slates.recommend import Request, recommend
from crossaisle.slates.writing import write_parquet

from .shop import DESCENDING, Scored, shop

DATASET = shop()
MODEL = Scored.of(DESCENDING)
OPEN = SlateOptions(min_purchases=0)


def test_a_frame_of_user_item_score_and_rank_in_the_order_asked_for() -> None:
    frame = recommend(MODEL, DATASET, ["bob", "ann", "bob"], k=2, focus="new-categories", options=OPEN)
    assert list(frame.columns) == ["user_id", "item_id", "score", "rank"]
    assert frame.user_id.tolist() == ["bob", "bob", "ann", "ann", "bob", "bob"]
    assert frame.item_id.tolist() == ["a", "b", "e", "f", "a", "b"]
    assert frame["rank"].tolist() == [1, 2] * 3
    assert frame.score.tolist() == [8, 7, 4, 3, 8, 7]


def test_all_is_every_user_with_a_purchase() -> None:
    frame = recommend(MODEL, DATASET, "all", k=1, options=OPEN)
    assert frame.user_id.tolist() == ["ann", "bob"]


def test_history_ends_at_as_of() -> None:
    """On day 2 Ann had bought cola only, and Bob, who bought soap on day 2, nothing before it."""
    frame = recommend(MODEL, DATASET, "all", k=9, focus="new-categories", as_of=2 * DAY, options=OPEN)
    assert frame.user_id.unique().tolist() == ["ann"]
    assert frame.item_id.tolist() == ["c", "d", "e", "f", "g"]
    with pytest.raises(InputError, match="before the moment"):
        recommend(MODEL, DATASET, "all", as_of="1960-01-01")


def test_unknown_users_get_a_slate_too_and_reasons_on_request() -> None:
    frame = recommend(MODEL, DATASET, ["who"], k=2, options=OPEN, explain=True, language="zh")
    assert frame.item_id.tolist() == ["a", "c"]
    assert frame.reason.tolist() == ["有1位顾客买过Cola 2L。属于Drinks。", "有1位顾客买过Apples。属于Fruit。"]


def test_nobody_asked_for_is_an_empty_frame_of_the_same_columns() -> None:
    frame = recommend(MODEL, DATASET, [])
    assert list(frame.columns) == ["user_id", "item_id", "score", "rank"]
    assert not len(frame)


def test_ids_of_pandas_are_taken_and_numbers_are_refused_with_advice() -> None:
    assert len(recommend(MODEL, DATASET, pd.Series(["ann"]), k=1, options=OPEN)) == 1
    with pytest.raises(UsageError, match='Write ids as text, such as "7"'):
        recommend(MODEL, DATASET, [7])  # type: ignore[list-item]
    with pytest.raises(UsageError, match="None is not text"):
        recommend(MODEL, DATASET, ["ann", None])  # type: ignore[list-item]
    for wrong in ("ann", b"ann", None, 7):
        with pytest.raises(UsageError, match='or "all"'):
            recommend(MODEL, DATASET, wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong",
    [
        *({"k": k} for k in (0, -1, 2.5, "3", None)),
        *({"focus": focus} for focus in (None, 7, "nope", "category=NOWHERE")),
        {"language": "fr"},
        {"options": {"diversity": 0.5}},
    ],
)
def test_what_cannot_be_asked_for_is_refused_with_advice(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        recommend(MODEL, DATASET, ["ann"], **wrong)


def test_new_categories_of_a_shop_without_categories_are_refused_with_advice() -> None:
    nameless = shop(category=[None] * 8)
    with pytest.raises(UsageError, match="choose the focus explore"):
        recommend(MODEL, nameless, "all", focus="new-categories")
    assert len(recommend(MODEL, nameless, "all", focus="explore"))


def test_a_shop_too_small_for_established_items_says_so() -> None:
    frame = recommend(MODEL, DATASET, ["bob"], k=9)
    assert frame.item_id.tolist() == ["a", "c", "e"]
    assert frame.attrs["notes"] == ["No item was bought 5 times yet, so every item that was ever bought counts."]
    assert not recommend(MODEL, DATASET, ["bob"], options=OPEN).attrs["notes"]


def test_a_published_split_ranks_every_item_not_bought() -> None:
    """y was never bought in the train part and is recommended all the same."""
    train = pd.DataFrame({"user_id": ["u", "v"], "item_id": ["w", "x"]})
    split = Split.given(train, pd.DataFrame({"user_id": ["u"], "item_id": ["y"]}))
    frame = recommend(Scored.of([[1, 2, 3], [1, 2, 3]]), split.train, "all", focus="explore", explain=True)
    assert frame.item_id.tolist() == ["y", "x", "y", "w"]
    assert frame.reason[0] == "Because you bought w (once)."
    assert not frame.attrs["notes"]
    later = recommend(Scored.of([[1, 2, 3], [1, 2, 3]]), split.train, focus="explore", as_of="2020-01-01", explain=True)
    pd.testing.assert_frame_equal(later, frame)


def test_slates_made_in_small_batches_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = recommend(MODEL, DATASET, ["ann", "who", "bob"] * 3, options=OPEN, explain=True)
    monkeypatch.setattr(arrays.batches, "__defaults__", (1,))
    request = Request.of(MODEL, DATASET, options=OPEN)
    made = list(request.batches(["ann", "who", "bob"] * 3, 20, explain=True))
    assert len(made) == 9
    pd.testing.assert_frame_equal(pa.concat_tables([one.to_table() for one in made]).to_pandas(), whole)


def test_the_share_of_fallback_counts_known_users_only() -> None:
    silent = Scored.of([DESCENDING[0], [0] * 8, [0] * 8])
    (batch,) = Request.of(silent, DATASET, options=OPEN).batches(["ann", "bob", "who"], 2)
    assert batch.n_fallback() == (1, 2)


def test_slates_are_written_whole_or_not_at_all(tmp_path: Path) -> None:
    request = Request.of(MODEL, DATASET, options=OPEN)
    path = tmp_path / "recs.parquet"
    n_rows = write_parquet((batch.to_table() for batch in request.batches("all", 2)), path)
    table = pq.read_table(path)
    assert (n_rows, table.column_names) == (4, ["user_id", "item_id", "score", "rank"])
    assert [path.name for path in tmp_path.iterdir()] == ["recs.parquet"]

    def breaking() -> "list[pa.Table]":
        raise InputError("no event is left")

    with pytest.raises(InputError):
        write_parquet((table for table in breaking()), path)
    assert pq.read_table(path).equals(table)
    with pytest.raises(StorageError, match="folder that exists"):
        write_parquet([table], tmp_path / "absent" / "recs.parquet")


def test_scores_of_every_batch_are_finite() -> None:
    frame = recommend(Scored.of(np.full((3, 8), -np.inf).tolist()), DATASET, "all", options=OPEN)
    assert np.isfinite(frame.score).all()
