"""Forgetting in the quarantine: the person's raw rows go, whatever their columns, and nobody else's."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crossaisle.data.mapping import Map
from crossaisle.data.mapping.normalising import Normalising
from crossaisle.data.mapping.user_columns import UserColumns, user_columns
from crossaisle.errors import BusyError, StorageError
from crossaisle.privacy.erasable import Person
from crossaisle.stores.lake import Lake
from crossaisle.stores.quarantine import Quarantine
from crossaisle.stores.quarantine_erasure import QuarantineErasure

KNOWN = user_columns()


def quarantine(folder: Path, columns: UserColumns = KNOWN) -> QuarantineErasure:
    return QuarantineErasure(Quarantine(folder / "quarantine"), Lake(folder / "lake"), columns)


def person(*ids: str) -> Person:
    return Person(frozenset(ids), frozenset())


def set_aside(
    folder: Path, *rows: str | dict[str, Any], load: str = "2025-01-01T00-00-00", table: str = "events"
) -> Path:
    """A file of the quarantine: objects are rows that a rule set aside, texts are lines that could not be read."""
    path = folder / "quarantine" / load / f"{table}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    written = [
        {
            "source": "events.csv",
            "line": line,
            "table": table,
            "rule": "unreadable_lines" if isinstance(row, str) else "missing_ids",
            "reason": "item_id is missing",
            "row": row if isinstance(row, str) else json.dumps(row, ensure_ascii=False, separators=(",", ":")),
        }
        for line, row in enumerate(rows)
    ]
    pq.write_table(pa.Table.from_pylist(written), path, compression="zstd")
    return path


def left(path: Path) -> list[int]:
    """Lines of the rows that are there."""
    lines: list[int] = pq.read_table(path)["line"].to_pylist()
    return lines


def test_rows_of_the_person_go_and_the_others_stay_as_they_are(tmp_path: Path) -> None:
    path = set_aside(
        tmp_path, {"user_id": "ann"}, {"user_id": "bob"}, {"user_id": "annabel"}, {"user_id": "ann", "n": 1}
    )
    others = pq.read_table(path).slice(1, 2)
    part = quarantine(tmp_path)
    assert part.traces(person("ann")) == 2
    assert part.forget(person("ann")) == 2
    assert part.traces(person("ann")) == 0
    assert pq.read_table(path).equals(others)


@pytest.mark.parametrize("value", [7, 7.0, "7"])
def test_a_number_is_an_id_in_a_column_of_users_alone(tmp_path: Path, value: Any) -> None:
    """As text or as number; elsewhere 7 is how many were bought, or what they cost."""
    path = set_aside(
        tmp_path,
        {"user_id": value, "quantity": 1},
        {"user_id": 8, "quantity": value, "price": "7"},
        {"user_id": "77", "quantity": 7},
        {"customer": {"identifier": value}, "quantity": 2},
        {"customer": {"identifier": 8}, "quantity": value},
        {"user_id": None, "alias": value},
    )
    assert quarantine(tmp_path).forget(person("7")) == 3
    assert left(path) == [1, 2, 4]


def test_the_shops_own_name_of_the_column_is_taken_from_its_map(tmp_path: Path) -> None:
    """One map calls the user of events Kunde, another the user of customers id."""
    rows = ({"Kunde": 7, "Menge": 1}, {"Kunde": 8, "Menge": 7})
    maps = Map(columns={"events": {"user_id": "Kunde"}}), Map(columns={"customers": {"user_id": "id"}})
    columns = user_columns(*maps)
    assert {"Kunde", "id", "user_id", "alias", "user_pseudo_id", "customer.identifier"} <= columns.names
    path = set_aside(tmp_path, *rows)
    assert quarantine(tmp_path, columns).forget(person("7")) == 1
    assert left(path) == [1]


def test_without_a_known_column_of_users_a_number_counts_wherever_it_is_a_whole_value(tmp_path: Path) -> None:
    """Better a row of somebody else's than one of the person's."""
    path = set_aside(tmp_path, {"Kunde": 7, "Menge": 1}, {"Kunde": 8, "Menge": 7}, {"Kunde": 8, "Menge": 70})
    assert quarantine(tmp_path).forget(person("7")) == 2
    assert left(path) == [2]


def test_an_id_that_is_no_number_goes_from_whatever_column_it_is_the_whole_value_of(tmp_path: Path) -> None:
    path = set_aside(
        tmp_path,
        {"user_id": "bob", "invited_by": "ann"},
        {"user_id": "bob", "tags": [{"of": "ann"}]},
        {"user_id": "bob", "query": "ann and bob"},
        {"ann": "bob"},
    )
    assert quarantine(tmp_path).forget(person("ann")) == 2
    assert left(path) == [2, 3]


@pytest.mark.parametrize("user_id", ['a"n"n', "a\\n/n", "安娜", "ann@example.org", "a,b", "ann lee"])
def test_ids_of_whatever_signs_are_found_in_rows_and_in_lines(tmp_path: Path, user_id: str) -> None:
    quoted = user_id.replace('"', '""')
    path = set_aside(tmp_path, {"user_id": user_id}, f'"{quoted}",i1,2025-01-01', {"user_id": "bob"}, "bob,i1")
    assert quarantine(tmp_path).forget(person(user_id)) == 2
    assert left(path) == [2, 3]


def test_a_line_that_could_not_be_read_goes_if_the_id_is_a_word_of_it(tmp_path: Path) -> None:
    path = set_aside(tmp_path, "ann,i1,2025-01-01,too,many", "annabel,i1", "bob;ann;i2", '{"user_id": "ann"', "x\tann")
    assert quarantine(tmp_path).forget(person("ann")) == 4
    assert left(path) == [1]


def test_where_ids_were_folded_the_raw_ones_are_found_in_whatever_case(tmp_path: Path) -> None:
    rows = ({"user_id": "ANN"}, {"user_id": "Bob"}, "Ann,i1")
    path = set_aside(tmp_path, *rows)
    assert quarantine(tmp_path).forget(person("ann")) == 0
    folding = user_columns(Map(normalising=Normalising(fold_id_case=True)))
    assert quarantine(tmp_path, folding).forget(person("ann")) == 2
    assert left(path) == [1]


def test_a_file_of_the_person_alone_goes_and_its_folder_with_it_and_others_are_not_touched(tmp_path: Path) -> None:
    alone = set_aside(tmp_path, {"user_id": "ann"}, load="2025-01-01T00-00-00")
    other = set_aside(tmp_path, {"user_id": "bob"}, load="2025-01-02T00-00-00")
    inode = other.stat().st_ino
    assert quarantine(tmp_path).forget(person("ann")) == 1
    assert not alone.parent.exists()
    assert other.stat().st_ino == inode


def test_what_a_killed_process_left_goes(tmp_path: Path) -> None:
    path = set_aside(tmp_path, {"user_id": "bob"})
    torn = path.with_name(".events.new")
    torn.write_bytes(b"ann")
    assert quarantine(tmp_path).forget(person("ann")) == 0
    assert not torn.exists()


def test_while_a_load_may_write_the_quarantine_is_busy(tmp_path: Path) -> None:
    path = set_aside(tmp_path, {"user_id": "ann"})
    with Lake(tmp_path / "lake").held(), pytest.raises(BusyError):
        quarantine(tmp_path).forget(person("ann"))
    assert left(path) == [0]


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    path = set_aside(tmp_path, {"user_id": "ann"})
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(StorageError, match=r"events\.parquet"):
        quarantine(tmp_path).forget(person("ann"))


def test_more_rows_than_are_read_at_once_are_all_looked_at(tmp_path: Path) -> None:
    rows = [{"user_id": "ann" if line in (0, 10_001, 20_500) else "bob"} for line in range(20_501)]
    path = set_aside(tmp_path, *rows)
    assert quarantine(tmp_path).forget(person("ann")) == 3
    assert left(path) == [line for line in range(20_501) if line not in (0, 10_001, 20_500)]


def test_without_a_quarantine_there_is_nothing_to_forget(tmp_path: Path) -> None:
    assert quarantine(tmp_path).forget(person("ann")) == 0
    assert quarantine(tmp_path).traces(person("ann")) == 0
