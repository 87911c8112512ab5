"""Arrays in a folder: as they were, shared, whole or not there, and refused once altered."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from crossaisle.errors import ArtifactError
from crossaisle.numerics.arrays import AnyArray
from crossaisle.stores.arrays_folder import LIST, read_arrays, write_arrays

ARRAYS: dict[str, AnyArray] = {
    "neighbours/items": np.arange(6000, dtype=np.int32).reshape(1000, 6),
    "neighbours/weights": np.linspace(0, 1, 6000, dtype=np.float32).reshape(1000, 6),
    "standing/rows": np.array([-1, 3], dtype=np.int64),
    "empty": np.zeros((0, 3), dtype=np.float32),
}


def assert_same(found: dict[str, AnyArray], expected: dict[str, AnyArray]) -> None:
    assert set(found) == set(expected)
    for name, array in expected.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


def test_arrays_are_read_as_they_were_written_and_cannot_be_written_to(tmp_path: Path) -> None:
    write_arrays(tmp_path / "live", ARRAYS)
    found = read_arrays(tmp_path / "live")
    assert_same(found, ARRAYS)
    with pytest.raises(ValueError, match="read-only"):
        found["neighbours/items"][0, 0] = 7
    assert sorted(path.name for path in tmp_path.iterdir()) == ["live"]


arrays = npst.arrays(
    st.sampled_from([np.int8, np.int32, np.int64, np.float32, np.float64, np.bool_]),
    npst.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=5),
)


@given(st.dictionaries(st.text(min_size=1, max_size=12), arrays, max_size=4), st.booleans())
def test_any_arrays_under_any_names_come_back(
    tmp_path_factory: pytest.TempPathFactory, given_arrays: dict[str, AnyArray], turned: bool
) -> None:
    written = {name: one.T for name, one in given_arrays.items()} if turned else given_arrays
    folder = tmp_path_factory.mktemp("arrays") / "live"
    write_arrays(folder, written)
    assert_same(read_arrays(folder), written)


def test_where_there_is_nothing_nothing_is_read(tmp_path: Path) -> None:
    assert read_arrays(tmp_path / "live") == {}


def test_new_arrays_take_the_place_of_old_ones_and_who_reads_still_has_those(tmp_path: Path) -> None:
    write_arrays(tmp_path / "live", ARRAYS)
    old = read_arrays(tmp_path / "live")
    write_arrays(tmp_path / "live", {"rows": np.arange(3)})
    assert_same(read_arrays(tmp_path / "live"), {"rows": np.arange(3)})
    assert_same(old, ARRAYS)


def test_what_a_kill_left_behind_does_not_stand_in_the_way(tmp_path: Path) -> None:
    for name in (".live.new", ".live.old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "0.npy").write_bytes(b"half")
    write_arrays(tmp_path / "live", ARRAYS)
    assert_same(read_arrays(tmp_path / "live"), ARRAYS)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["live"]


def test_names_lead_to_no_other_folder(tmp_path: Path) -> None:
    write_arrays(tmp_path / "live", {"../../escaped": np.arange(3), "/etc/x": np.arange(2)})
    assert sorted(path.name for path in (tmp_path / "live").iterdir()) == ["0.npy", "1.npy", LIST]
    assert sorted(read_arrays(tmp_path / "live")) == ["../../escaped", "/etc/x"]


def refused(folder: Path) -> str:
    with pytest.raises(ArtifactError) as told:
        read_arrays(folder)
    assert told.value.where == str(folder)
    assert told.value.remedy
    return told.value.what


@pytest.mark.parametrize("place", [0, -1])
def test_an_altered_byte_is_refused(tmp_path: Path, place: int) -> None:
    write_arrays(tmp_path / "live", ARRAYS)
    for path in (tmp_path / "live").glob("*.npy"):
        content = bytearray(path.read_bytes())
        content[place] ^= 1
        path.write_bytes(content)
        refused(tmp_path / "live")
        content[place] ^= 1
        path.write_bytes(content)
    assert_same(read_arrays(tmp_path / "live"), ARRAYS)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    write_arrays(tmp_path / "live", ARRAYS)
    (tmp_path / "live" / "2.npy").unlink()
    refused(tmp_path / "live")


@pytest.mark.parametrize(
    "listed", ["", "{", "7", '"x"', "[1]", '{"a": 1}', '{"a": {"file": "0.npy"}}', '{"a": {"file": 3, "sha256": ""}}']
)
def test_a_list_that_is_none_is_refused(tmp_path: Path, listed: str) -> None:
    write_arrays(tmp_path / "live", ARRAYS)
    (tmp_path / "live" / LIST).write_text(listed, encoding="utf-8")
    refused(tmp_path / "live")


def test_objects_that_could_run_code_are_neither_written_nor_read(tmp_path: Path) -> None:
    objects = np.array([{"a": 1}], dtype=object)
    with pytest.raises(ValueError, match="allow_pickle"):
        write_arrays(tmp_path / "live", {"a": objects})
    assert read_arrays(tmp_path / "live") == {}
    write_arrays(tmp_path / "live", {"a": np.arange(3)})
    np.save(tmp_path / "live" / "0.npy", objects, allow_pickle=True)
    listed = json.loads((tmp_path / "live" / LIST).read_text())
    listed["a"]["sha256"] = hashlib.sha256((tmp_path / "live" / "0.npy").read_bytes()).hexdigest()
    (tmp_path / "live" / LIST).write_text(json.dumps(listed))
    refused(tmp_path / "live")
