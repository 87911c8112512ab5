"""Taking people and old events out of the lake: what is left is what a lake would hold that never knew them."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossaisle.data.moments import moment
from crossaisle.data.tables import CATALOG, CUSTOMERS, EVENTS, IDENTITIES, Table
from crossaisle.errors import BusyError
from crossaisle.privacy.erasable import Person
from crossaisle.stores.lake import Lake

ANN = Person(frozenset({"ann", "device-1"}), frozenset())
Event = tuple[str, str, str]
"""User, time, type."""

EVENTS_OF: tuple[Event, ...] = (
    ("ann", "2025-01-05T00:00:00Z", "purchase"),
    ("bob", "2025-01-06T00:00:00Z", "purchase"),
    ("device-1", "2025-02-01T00:00:00Z", "view"),
    ("bob", "2025-03-01T00:00:00Z", "purchase"),
    ("ann", "2025-04-01T00:00:00Z", "purchase"),
    ("ann", "2025-04-02T00:00:00Z", "return"),
    ("bob", "2025-04-03T00:00:00Z", "return"),
    ("annabel", "2025-05-03T00:00:00Z", "view"),
)


def rows_of(events: Sequence[Event]) -> "pa.Table":
    rows = [
        {"event_id": f"{user} {time} {kind}", "user_id": user, "item_id": "i", "event_type": kind}
        for user, time, kind in events
    ]
    schema = EVENTS.arrow_schema()
    times = pa.array([time for _, time, _ in events]).cast(pa.timestamp("us", "UTC"))
    place = schema.get_field_index("timestamp")
    return pa.Table.from_pylist(rows, schema).set_column(place, schema.field("timestamp"), times)


def filled(folder: Path, events: Sequence[Event], known: Sequence[str] = ("ann", "bob")) -> Lake:
    """A lake of events, and of customers, identities and visits of those who are known."""
    lake = Lake(folder)
    with lake.change(threads=1) as change:
        for year in sorted({time[:4] for _, time, _ in events}):
            part = [one for one in events if one[1].startswith(year)]
            change.add_events(ibis.memtable(rows_of(part)), sum(kind == "return" for _, _, kind in part))
        if not known:
            return lake
        of = {"ann": "device-1", "bob": "device-2"}
        customers = pa.table({"user_id": list(known), "plan": ["gold"] * len(known)})
        change.put(CUSTOMERS, ibis.memtable(customers))
        aliases = pa.table(
            {"user_id": list(known), "alias": [of[one] for one in known], "kind": ["cookie"] * len(known)}
        )
        change.put(IDENTITIES, ibis.memtable(aliases))
        change.put(
            Table("visits", (), key=("user_id",)),
            ibis.memtable(pa.table({"user_id": list(known), "n": [1] * len(known)})),
        )
        change.put(CATALOG, ibis.memtable(pa.table({"item_id": ["i"], "title": ["ann"], "alias": ["ann"]})))
    return lake


def raw(lake: Lake) -> list[dict[str, Any]]:
    """All events as they lie, returns as rows of their own."""
    files = [lake.folder / file.path for file in lake.snapshot.files("events")]
    rows = [row for file in files for row in pq.read_table(file).to_pylist()]
    return sorted(rows, key=lambda row: str(row["event_id"]))


def test_a_person_is_gone_from_every_table_and_the_rest_is_as_if_they_had_never_been(tmp_path: Path) -> None:
    lake = filled(tmp_path / "lake", EVENTS_OF)
    never = filled(tmp_path / "never", [one for one in EVENTS_OF if one[0] not in ANN.ids], known=["bob"])
    # four events, a customer, an identity, a visit
    assert lake.traces(ANN) == 7
    assert lake.forget(ANN) == 7
    assert lake.traces(ANN) == 0
    assert lake.fingerprint() == never.fingerprint()
    assert lake.counts() == never.counts() == {"catalog": 1, "customers": 1, "events": 4, "identities": 1, "visits": 1}
    assert lake.snapshot.n_returns == never.snapshot.n_returns == 1
    assert raw(lake) == raw(never)
    spans = [(file.month, file.first, file.last, file.rows) for file in lake.snapshot.files("events")]
    assert spans == [(file.month, file.first, file.last, file.rows) for file in never.snapshot.files("events")]


def test_identities_go_by_their_alias_too(tmp_path: Path) -> None:
    lake = filled(tmp_path, EVENTS_OF)
    device = Person(frozenset({"device-2"}), frozenset())
    assert lake.forget(device) == 1
    identities = lake.table("identities")
    assert identities is not None
    assert identities.to_pyarrow()["alias"].to_pylist() == ["device-1"]


def test_a_number_is_the_id_that_it_reads_as(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    with lake.change(threads=1) as change:
        change.add_once(
            "redemptions", ibis.memtable(pa.table({"user_id": [7, 70], "coupon": [7, 7]})), "redemptions.csv"
        )
    seven = Person(frozenset({"7"}), frozenset())
    assert lake.forget(seven) == 1
    table = lake.table("redemptions")
    assert table is not None
    assert table.to_pyarrow().to_pylist() == [{"user_id": 70, "coupon": 7}]


def test_files_without_the_person_stay_and_the_old_ones_of_the_others_are_gone(tmp_path: Path) -> None:
    lake = filled(tmp_path, EVENTS_OF)
    before = {path: path.stat().st_ino for path in tmp_path.rglob("*.parquet")}
    touched = {file.path for file in lake.snapshot.files("events") if file.month in ("2025-01", "2025-02", "2025-04")}
    lake.forget(ANN)
    after = {path: path.stat().st_ino for path in tmp_path.rglob("*.parquet")}
    gone = {path.relative_to(tmp_path).as_posix() for path in set(before) - set(after)}
    assert touched < gone
    assert {path.split("-")[0] for path in gone - touched} == {"tables/customers", "tables/identities", "tables/visits"}
    assert all(after[path] == before[path] for path in set(before) & set(after))
    assert not (tmp_path / "events" / "month=2025-02").exists()


def test_erasing_again_changes_nothing(tmp_path: Path) -> None:
    lake = filled(tmp_path, EVENTS_OF)
    lake.forget(ANN)
    snapshot, files = lake.snapshot, sorted(tmp_path.rglob("*"))
    assert lake.forget(ANN) == 0
    assert lake.snapshot == snapshot
    assert sorted(tmp_path.rglob("*")) == files


def test_what_a_killed_erasure_left_behind_goes_when_it_is_asked_again(tmp_path: Path) -> None:
    lake = filled(tmp_path, EVENTS_OF)
    old = next(tmp_path.glob("events/month=2025-01/*.parquet"))
    content = old.read_bytes()
    lake.forget(ANN)
    old.write_bytes(content)
    (tmp_path / ".staging").mkdir()
    (tmp_path / ".staging" / "kept.parquet").write_bytes(content)
    assert lake.forget(ANN) == 0
    assert not old.exists()
    assert not (tmp_path / ".staging").exists()


def test_what_readers_spilled_goes_if_they_are_dead(tmp_path: Path) -> None:
    lake = filled(tmp_path, EVENTS_OF)
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    spilled = [tmp_path / f".spill-{process}" for process in (dead.pid, os.getpid())]
    for folder in spilled:
        folder.mkdir(exist_ok=True)
        (folder / "block.tmp").write_text("ann")
    lake.forget(ANN)
    assert [folder.exists() for folder in spilled] == [False, True]


def test_a_lake_that_is_being_changed_is_busy(tmp_path: Path) -> None:
    lake = filled(tmp_path, EVENTS_OF)
    with Lake(tmp_path).held(), pytest.raises(BusyError):
        lake.forget(ANN)
    assert lake.traces(ANN) == 7


def test_nobody_can_be_forgotten_by_an_empty_lake(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    assert (lake.traces(ANN), lake.forget(ANN), lake.drop_before("2025-01-01")) == (0, 0, 0)


def test_everybody_with_an_event_is_a_user_and_an_erased_person_is_one_again_once_loaded(tmp_path: Path) -> None:
    lake = filled(tmp_path, EVENTS_OF)
    assert lake.users().to_list() == ["ann", "annabel", "bob", "device-1"]
    lake.forget(ANN)
    assert lake.users().to_list() == ["annabel", "bob"]
    with lake.change(threads=1) as change:
        mine = [one for one in EVENTS_OF if one[0] in ANN.ids]
        change.add_events(ibis.memtable(rows_of(mine)), 1)
    assert lake.fingerprint() == filled(tmp_path / "other", EVENTS_OF, known=["bob"]).fingerprint()


def test_events_before_a_moment_go_and_the_month_of_the_border_is_cut(tmp_path: Path) -> None:
    lake = filled(tmp_path, EVENTS_OF)
    kept = {path.name: path.stat().st_ino for path in tmp_path.glob("events/month=2025-05/*")}
    assert lake.drop_before("2025-04-02") == 5
    assert [row["event_id"][:14] for row in raw(lake)] == ["ann 2025-04-02", "annabel 2025-0", "bob 2025-04-03"]
    assert sorted(path.name for path in (tmp_path / "events").iterdir()) == ["month=2025-04", "month=2025-05"]
    assert {path.name: path.stat().st_ino for path in tmp_path.glob("events/month=2025-05/*")} == kept
    assert len(list(tmp_path.rglob("events/*/*.parquet"))) == 2
    assert lake.snapshot.n_returns == 2
    assert lake.drop_before("2025-04-02") == 0


MOMENTS = ("2024-12-31T23:59:59.5Z", "2025-01-01T00:00:00Z", "2025-01-31T12:00:00Z", "2025-02-01T00:00:00.25Z")
SHOPS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(MOMENTS), st.sampled_from(["purchase", "return"])),
    min_size=1,
    unique=True,
)


@settings(max_examples=15)
@given(SHOPS, st.sets(st.sampled_from("abc"), min_size=1), st.sampled_from(MOMENTS))
def test_whatever_goes_the_rest_is_the_lake_of_the_rest(
    tmp_path_factory: pytest.TempPathFactory, events: list[Event], gone: set[str], border: str
) -> None:
    folder = tmp_path_factory.mktemp("lakes")
    person = Person(frozenset(gone), frozenset())
    others = [one for one in events if one[0] not in gone]
    late = [one for one in events if moment(one[1]) >= moment(border)]
    erased, dropped = filled(folder / "erased", events, ()), filled(folder / "dropped", events, ())
    assert erased.forget(person) == len(events) - len(others)
    assert dropped.drop_before(border) == len(events) - len(late)
    for lake, rest in ((erased, others), (dropped, late)):
        expected = filled(folder / f"rest of {lake.folder.name}", rest, ()) if rest else Lake(folder / "nothing")
        assert raw(lake) == raw(expected)
        if rest:
            assert lake.fingerprint() == expected.fingerprint()
            assert lake.snapshot.n_returns == expected.snapshot.n_returns
