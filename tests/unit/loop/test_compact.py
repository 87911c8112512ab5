"""Compaction: from the log to the lake, each event once, whatever is interrupted."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crossaisle.data.collecting import collect
from crossaisle.data.mapping import Map
from crossaisle.data.mapping.map import map_from
from crossaisle.data.training import silent
from crossaisle.loop.compact import Compacted, Compaction
from crossaisle.stores.database.connection import Database
from crossaisle.stores.database.event_log import Batch, Change, EventLog
from crossaisle.stores.database.schema import migrate
from crossaisle.stores.lake import Lake
from crossaisle.stores.quarantine import Quarantine

NOW = 1_772_357_400_000_000


@pytest.fixture
def compaction(tmp_path: Path, database_url: str) -> Iterator[Compaction]:
    database = Database(database_url)
    migrate(database)
    yield Compaction(EventLog(database), Lake(tmp_path / "lake"), Quarantine(tmp_path / "quarantine"), Map())
    database.close()


def append(compaction: Compaction, *sent: dict[str, Any]) -> None:
    view = {"user_id": "u1", "item_id": "a", "timestamp": "2026-03-01T09:00:00.125Z", "event_type": "view"}
    collected = collect([{**view, **one} for one in sent], NOW)
    assert not collected.rejected
    compaction.log.append([Batch(collected.rows)])


def in_lake(compaction: Compaction, name: str) -> list[Any]:
    return sorted(compaction.lake.events().select(name).to_pyarrow()[name].to_pylist())


def test_events_move_with_all_their_columns_and_leave_the_log_empty(compaction: Compaction) -> None:
    append(compaction, {"event_type": "purchase", "price": 2.5, "quantity": 3, "order_id": "o", "channel": "web"})
    assert compaction.run(NOW, silent) == Compacted(events=1)
    row = compaction.lake.events().to_pyarrow().to_pylist()[0]
    assert (row["price"], row["quantity"], row["order_id"], row["channel"]) == (2.5, 3.0, "o", "web")
    assert row["timestamp"].isoformat() == "2026-03-01T09:00:00.125000+00:00"
    assert compaction.log.count() == 0


def test_what_was_written_twice_or_moved_before_is_in_the_lake_once(compaction: Compaction) -> None:
    append(compaction, {"event_id": "e1"}, {"event_id": "e2"})
    compaction.run(NOW, silent)
    append(compaction, {"event_id": "e2"}, {"event_id": "e3"})
    assert compaction.run(NOW, silent) == Compacted(events=1, already_there=1)
    assert in_lake(compaction, "event_id") == ["e1", "e2", "e3"]


def test_an_interruption_between_lake_and_log_is_made_good(
    compaction: Compaction, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(compaction, {"event_id": "e1"}, {"event_id": "e2"})

    def killed(number: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(compaction.log, "drop_until", killed)
        with pytest.raises(KeyboardInterrupt):
            compaction.run(NOW, silent)
    assert compaction.log.count() == 2
    assert compaction.run(NOW, silent) == Compacted(already_there=2)
    assert (in_lake(compaction, "event_id"), compaction.log.count()) == (["e1", "e2"], 0)


def test_events_of_a_clock_that_runs_ahead_are_kept(compaction: Compaction) -> None:
    append(compaction, {"timestamp": (NOW // 1_000_000) + 80_000})
    assert compaction.run(NOW, silent) == Compacted(events=1)


def test_what_cleaning_sets_aside_lies_in_quarantine_with_its_reason(compaction: Compaction) -> None:
    compaction = replace(compaction, shop=map_from({"cleaning": {"zero_price": {"on": True}}}, "a test"))
    append(compaction, {"event_type": "purchase", "price": 0.0}, {"event_id": "fine"})
    assert compaction.run(NOW, silent) == Compacted(events=1, set_aside=1)
    folder = compaction.quarantine.loads()[0]
    assert [path.name for path in folder.iterdir()] == ["events.parquet"]
    assert compaction.log.count() == 0


def test_items_and_customers_that_changed_reach_the_tables_and_what_was_not_said_stays(compaction: Compaction) -> None:
    for kind, subject, body in (
        ("item", "a", {"title": "Tea", "category": "Drinks", "price": 3.0}),
        ("item", "a", {"price": 4.0, "stock": {"north": 2.0, "south": 1.0}}),
        ("item", "b", {"is_sellable": False}),
        ("customer", "u1", {"city": "Bern"}),
        ("consent", "u1", {"training": False}),
    ):
        compaction.log.note(Change(kind, subject, body, NOW))
    assert compaction.run(
        NOW, silent, [{"user_id": "u1", "alias": "c1", "kind": "cookie", "made_at": NOW}]
    ) == Compacted(items=2, customers=1, identities=1)
    catalog = {row["item_id"]: row for row in table(compaction, "catalog")}
    assert (catalog["a"]["title"], catalog["a"]["price"], catalog["b"]["is_sellable"]) == ("Tea", 4.0, False)
    compaction.log.note(Change("item", "a", {"category": "Hot drinks", "stock": {"north": 0.0}}, NOW))
    compaction.run(NOW, silent)
    catalog = {row["item_id"]: row for row in table(compaction, "catalog")}
    assert (catalog["a"]["title"], catalog["a"]["category"]) == ("Tea", "Hot drinks")
    stock = {row["store_id"]: row["quantity"] for row in table(compaction, "stock")}
    assert stock == {"north": 0.0, "south": 1.0}
    assert table(compaction, "customers") == [{"user_id": "u1", "city": "Bern"}]
    assert [change.kind for change in compaction.log.changes_since(0)] == ["consent"]


def table(compaction: Compaction, name: str) -> list[dict[str, Any]]:
    found = compaction.lake.table(name)
    assert found is not None
    return list(found.to_pyarrow().to_pylist())
