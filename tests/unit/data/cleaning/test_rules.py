"""Each rule of cleaning by itself: what it takes out, with its reason, what it leaves, and off."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from crossaisle.data.cleaning import Cleaning
from crossaisle.data.cleaning.goods import NonGoods, TestLines
from crossaisle.data.cleaning.ids import LongIds
from crossaisle.data.cleaning.returns import Cancellations
from crossaisle.data.cleaning.values import ImpossibleValues, ZeroPrice
from crossaisle.data.mapping import Map, read_map
from crossaisle.data.mapping.normalising import Normalising
from crossaisle.data.moments import moment
from crossaisle.data.sources.frames import Frames
from crossaisle.errors import UsageError
from crossaisle.loop.loading.load import LoadOptions, load
from crossaisle.loop.loading.load_report import TableReport
from crossaisle.stores.lake import Lake
from crossaisle.stores.quarantine import Quarantine

GOOD = {
    "user_id": "u1",
    "item_id": "i1",
    "timestamp": "2025-05-01",
    "event_type": "purchase",
    "quantity": "1",
    "price": "2.5",
    "currency": "EUR",
    "order_id": "1",
}
IN_EURO = Normalising(currency="EUR", rates={"GBP": 1.2})


def loaded(folder: Path, changes: dict[str, Any], cleaning: Cleaning) -> tuple[TableReport, list[dict[str, Any]]]:
    """What came of a good row and one with changes: the report and the quarantined rows."""
    frame = pd.DataFrame([GOOD, {**GOOD, "user_id": "u2", **changes}])
    shop = Map(normalising=IN_EURO, cleaning=cleaning)
    lake, quarantine = Lake(folder / "lake"), Quarantine(folder / "quarantine")
    now = moment("2026-01-01")
    report = load(Frames(events=frame), lake, quarantine, LoadOptions(map=shop), now, lambda stage, done: None)
    aside = pq.read_table(Path(report.quarantine) / "events.parquet").to_pylist() if report.quarantine else []
    return report.table("events"), aside


@pytest.mark.parametrize(
    ("changes", "cleaning", "reason"),
    [
        ({"user_id": None}, Cleaning(), "user_id"),
        ({"user_id": "é" * 257}, Cleaning(), "user_id has 514"),
        ({"user_id": "abcdef"}, Cleaning(long_ids=LongIds(max_bytes=5)), "user_id has 6"),
        ({"timestamp": "soon"}, Cleaning(), 'timestamp "soon"'),
        ({"quantity": "one"}, Cleaning(), 'quantity "one"'),
        ({"event_type": "wink"}, Cleaning(), 'event_type "wink"'),
        ({"event_type": "page_view"}, Cleaning(), "page_view"),
        ({"price": "-1"}, Cleaning(), "price -1.0"),
        ({"timestamp": "1969-12-31"}, Cleaning(), "timestamp 1969-12-31"),
        ({"timestamp": "2026-01-01T02:00:00"}, Cleaning(), "timestamp 2026-01-01 02:00"),
        ({"price": "0"}, Cleaning(zero_price=ZeroPrice(on=True)), "price 0.0"),
        ({"currency": "USD"}, Cleaning(), "currency USD"),
        ({"user_id": "test-7"}, Cleaning(test_lines=TestLines(user_ids=("^test",))), "user_id test-7"),
        ({"item_id": "POST"}, Cleaning(non_goods=NonGoods(item_ids=("^(POST|FEE)$",))), "item_id POST"),
    ],
)
def test_a_rule_takes_out_its_row_alone_and_names_what_it_saw(
    tmp_path: Path, changes: dict[str, Any], cleaning: Cleaning, reason: str
) -> None:
    report, aside = loaded(tmp_path / "on", changes, replace(cleaning, max_bad_share=0.5))
    assert (report.read, report.kept) == (2, 1)
    assert [row["line"] for row in aside] == [2]
    assert reason in aside[0]["reason"]
    assert report.set_aside == {aside[0]["rule"]: 1}


@pytest.mark.parametrize(
    ("changes", "cleaning"),
    [
        ({"timestamp": "2026-01-01T02:00:00"}, Cleaning(impossible_values=ImpossibleValues(hours_ahead=3))),
        ({"price": "-1"}, Cleaning(impossible_values=ImpossibleValues(on=False))),
        ({"price": "0"}, Cleaning()),
        ({"user_id": "test-7"}, Cleaning(test_lines=TestLines(on=False, user_ids=("^test",)))),
        ({"item_id": "POST"}, Cleaning(non_goods=NonGoods(on=False, item_ids=("^POST$",)))),
        ({"user_id": "é" * 256}, Cleaning()),
    ],
)
def test_a_rule_that_is_off_or_set_wider_leaves_the_row(
    tmp_path: Path, changes: dict[str, Any], cleaning: Cleaning
) -> None:
    report, aside = loaded(tmp_path, changes, cleaning)
    assert (report.kept, aside) == (2, [])


def test_an_order_that_matches_the_pattern_of_cancellations_is_a_return(tmp_path: Path) -> None:
    changes = {"user_id": "u1", "order_id": "C2", "timestamp": "2025-05-02"}
    report, _ = loaded(tmp_path, changes, Cleaning(cancellations=Cancellations(order_ids=("^C",))))
    assert (report.mended, report.returns, report.matched_returns) == ({"cancellations": 1}, 1, 1)
    events = Lake(tmp_path / "lake").events().to_pyarrow().to_pylist()
    assert [event["event_type"] for event in events] == ["return"]


@pytest.mark.parametrize("pattern", ["(", "(?=x)"])
def test_a_pattern_that_cannot_be_read_is_refused_with_its_place(tmp_path: Path, pattern: str) -> None:
    path = tmp_path / "map.toml"
    path.write_text(f"[cleaning.test_lines]\nuser_ids = ['{pattern}']\n", encoding="utf-8")
    with pytest.raises(
        UsageError, match=r'map\.toml: cleaning\.test_lines\.user_ids\.0: ".*" is no regular expression'
    ):
        read_map(path)
