"""What a person meets who loads something broken: a clear message, nothing lost, and the lake as it was."""

import gzip
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crossaisle.data.cleaning import Cleaning
from crossaisle.data.mapping import Map
from crossaisle.data.moments import moment
from crossaisle.data.sources.files import Files
from crossaisle.errors import InputError, StorageError
from crossaisle.loop.loading.load import LoadOptions, load
from crossaisle.loop.loading.load_report import LoadReport
from crossaisle.stores.lake import Lake
from crossaisle.stores.quarantine import Quarantine

HEADER = "user_id,item_id,timestamp,event_type\n"
GOOD = HEADER + "u1,i1,2025-05-01,view\nu2,i2,2025-06-01,purchase\n"
NOW = moment("2026-01-01")


class Shop:
    """A workspace with two good events in its lake."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("good.csv", GOOD)
        self.load("good.csv")
        self.before = self.state()

    def write(self, name: str, content: str | bytes) -> None:
        (self.folder / name).write_bytes(content.encode() if isinstance(content, str) else content)

    def load(self, *names: str, shop: Map | None = None) -> LoadReport:
        files = Files(events=tuple(str(self.folder / name) for name in names), map=shop or Map())
        options = LoadOptions(threads=1)
        return load(files, self.lake, Quarantine(self.folder / "quarantine"), options, NOW, lambda stage, done: None)

    @property
    def lake(self) -> Lake:
        return Lake(self.folder / "lake")

    def state(self) -> tuple[Any, ...]:
        """What the lake holds, and the files that hold it."""
        files = sorted(path.name for path in (self.folder / "lake").rglob("*.parquet"))
        return self.lake.fingerprint(), self.lake.counts(), files

    def refuses(self, *names: str, shop: Map | None = None) -> str:
        """The message of a load that is refused; the lake is as it was."""
        with pytest.raises(InputError) as error:
            self.load(*names, shop=shop)
        assert self.state() == self.before
        return str(error.value)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_a_missing_file_is_named(shop: Shop) -> None:
    message = shop.refuses("absent.csv")
    assert "absent.csv: there is no such file. Give the path of a file" in message


def test_a_folder_in_place_of_a_file_is_named(shop: Shop) -> None:
    assert "this is a folder" in shop.refuses("lake")


@pytest.mark.parametrize("rows_before", [1, 200_000])
def test_a_wrong_encoding_is_named_with_file_and_line_and_the_way_out(shop: Shop, rows_before: int) -> None:
    """The first wrong byte stands in the line after the header and the rows before, near the start or far
    in.
    """
    rows = b"".join(b"u%d,i1,2025-05-01,view\n" % n for n in range(rows_before))
    shop.write("latin.csv", HEADER.encode() + rows + "u1,caf\u00e9,2025-05-01,view\n".encode("latin-1"))
    message = shop.refuses("latin.csv")
    assert f"latin.csv, line {rows_before + 2}: the text is not in utf-8" in message
    assert 'encoding = "latin-1"' in message


def test_a_named_encoding_is_read(shop: Shop) -> None:
    shop.write("gbk.csv", (HEADER + "u3,\u8336,2025-05-01,view\n").encode("gbk"))
    assert shop.load("gbk.csv", shop=Map(encoding="gbk")).table("events").kept == 1
    assert "\u8336" in shop.lake.events().to_pyarrow()["item_id"].to_pylist()


def test_another_delimiter_is_found_and_a_strange_one_is_explained(shop: Shop) -> None:
    shop.write("semicolon.csv", GOOD.replace(",", ";").replace("u1", "u8"))
    assert shop.load("semicolon.csv").table("events").kept >= 1
    shop.before = shop.state()
    shop.write("tilde.csv", GOOD.replace(",", "~"))
    assert "there is only user_id~item_id~timestamp~event_type" in shop.refuses("tilde.csv")
    shop.write("forced.csv", GOOD)
    assert "set delimiter" in shop.refuses("forced.csv", shop=Map(delimiter=";"))


def test_an_absent_column_is_named_with_what_is_there(shop: Shop) -> None:
    shop.write("short.csv", "user,item_id,timestamp,event_type\nu,i,2025-01-01,view\n")
    message = shop.refuses("short.csv")
    assert "need the column user_id" in message
    assert "Closest to user_id: user." in message


def test_an_empty_file_and_one_with_a_header_only_are_named(shop: Shop) -> None:
    shop.write("empty.csv", "")
    assert "the file is empty" in shop.refuses("empty.csv")
    shop.write("header.csv", HEADER)
    assert "there is no row below the header" in shop.refuses("header.csv")


def test_a_file_of_bad_rows_only_is_refused_and_every_row_is_kept_in_quarantine(shop: Shop) -> None:
    shop.write("bad.csv", HEADER + "u1,i1,never,view\n" * 3 + ",i1,2025-01-01,view\n")
    message = shop.refuses("bad.csv")
    assert "4 of 4 rows are bad, more than 30%: unparsable_time 3, missing_ids 1" in message
    (load_folder,) = (shop.folder / "quarantine").iterdir()
    assert str(load_folder) in message
    assert pq.read_metadata(load_folder / "events.parquet").num_rows == 4


def test_strange_ids_are_kept_and_those_over_512_bytes_are_set_aside(shop: Shop) -> None:
    """171 times a sign of 3 bytes is 513 bytes; 170 times is 510."""
    ids = [
        "with space",
        "it''s \u201cquoted\u201d",
        "\U0001f950\U0001f9c3",
        "9223372036854775807",
        "\u8336" * 170,
    ]
    shop.write("ids.csv", HEADER + "".join(f"{one},i,2025-01-01,view\n" for one in [*ids, "\u8336" * 171]))
    report = shop.load("ids.csv").table("events")
    assert report.set_aside == {"long_ids": 1}
    assert set(ids) <= set(shop.lake.events().to_pyarrow()["user_id"].to_pylist())


def test_64_bit_integer_ids_in_parquet_stay_exact(shop: Shop) -> None:
    ids = [2**63 - 1, -(2**63), 2**53 + 1]
    columns = {"user_id": ids, "item_id": ids, "timestamp": ["2025-01-01"] * 3, "event_type": ["view"] * 3}
    pq.write_table(pa.table(columns), shop.folder / "ids.parquet")
    shop.load("ids.parquet")
    assert {str(one) for one in ids} <= set(shop.lake.events().to_pyarrow()["user_id"].to_pylist())


def test_a_parquet_file_written_by_half_is_named(shop: Shop) -> None:
    columns = {
        "user_id": ["u"] * 9,
        "item_id": ["i"] * 9,
        "timestamp": ["2025-01-01"] * 9,
        "event_type": ["view"] * 9,
    }
    pq.write_table(pa.table(columns), shop.folder / "whole.parquet")
    shop.write("half.parquet", (shop.folder / "whole.parquet").read_bytes()[:300])
    assert "half.parquet: this is no whole Parquet file" in shop.refuses("half.parquet")
    broken = bytearray((shop.folder / "whole.parquet").read_bytes())
    broken[4:120] = bytes(116)
    shop.write("broken.parquet", bytes(broken))
    shop.refuses("broken.parquet")


def test_a_gzip_file_cut_short_is_refused(shop: Shop) -> None:
    rows = HEADER + "".join(f"u{n},i{n * 7919 % 1000},2025-05-01,view\n" for n in range(20_000))
    shop.write("cut.csv.gz", gzip.compress(rows.encode())[:-5000])
    assert "cut.csv.gz" in shop.refuses("cut.csv.gz")


def test_json_lines_are_read_and_a_broken_line_is_set_aside_or_named(shop: Shop) -> None:
    shop.write(
        "good.jsonl",
        '{"user_id": 18446744073709551615, "item_id": "j", "timestamp": "2025-01-01", "event_type": "view"}',
    )
    assert shop.load("good.jsonl").table("events").kept == 1
    assert "18446744073709551615" in shop.lake.events().to_pyarrow()["user_id"].to_pylist()
    shop.before = shop.state()
    shop.write("bad.jsonl", '{"user_id": "a", "item_id"\n')
    assert "this is not JSON, one object a line" in shop.refuses("bad.jsonl")


def test_rows_that_are_bad_by_themselves_do_not_stop_the_good_ones(shop: Shop) -> None:
    shop.write("mixed.csv", HEADER + "u7,i7,2025-01-01,view\nu7,i7\nu7,i7,never,view\n")
    report = shop.load("mixed.csv", shop=Map(cleaning=Cleaning(max_bad_share=0.8))).table("events")
    assert (report.kept, report.set_aside) == (1, {"unparsable_time": 1, "unreadable_lines": 1})


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    if not mounted:
        pytest.skip("mounting a small disk is not allowed here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_is_named_and_the_lake_is_as_it_was(small_disk: Path, tmp_path: Path) -> None:
    shop = Shop(small_disk)
    rows = "".join(f"u{n},i{n * 7919 % 100_003},2025-05-01T00:00:{n % 60:02d},view\n" for n in range(200_000))
    (tmp_path / "much.csv").write_text(HEADER + rows)
    with pytest.raises(StorageError, match=r"the disk is full.*Free some space"):
        shop.load("../much.csv")
    assert shop.state() == shop.before
    assert not list((small_disk / "lake").glob(".staging*"))


CHILD = """
import signal
import sys

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have started the tests with it ignored
from crossaisle.data.sources.files import Files
from crossaisle.loop.loading.load import LoadOptions, load
from crossaisle.stores.lake import Lake
from crossaisle.stores.quarantine import Quarantine

def tell(stage, done):
    print(stage, flush=True)
    if stage == sys.argv[2]:
        sys.stdin.readline()

folder = sys.argv[1]
files = Files(events=(folder + "/much.csv",))
load(files, Lake(folder + "/lake"), Quarantine(folder + "/quarantine"), LoadOptions(threads=1),
1767225600000000, tell)
"""


def child(shop: Shop, stage: str) -> "subprocess.Popen[str]":
    """A process that loads much.csv and waits at a stage."""
    rows = "".join(f"u{n},i{n % 977},2025-05-01T00:00:{n % 60:02d},view\n" for n in range(50_000))
    shop.write("much.csv", HEADER + rows)
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(shop.folder), stage],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    while (line := process.stdout.readline()) and line.strip() != stage:
        pass
    if line.strip() != stage:
        pytest.fail(f"the load ended before {stage}: {process.communicate()[1]}")
    return process


@pytest.mark.parametrize("stage", ["load.stage.compare", "load.stage.write", "load.stage.tables"])
def test_a_load_killed_in_the_middle_leaves_the_lake_as_it_was_and_the_next_one_cleans_up(
    shop: Shop, stage: str
) -> None:
    process = child(shop, stage)
    process.kill()
    process.communicate()
    assert shop.lake.fingerprint() == shop.before[0]
    assert shop.lake.events().count().to_pyarrow().as_py() == 2
    assert shop.load("much.csv").table("events").kept == 50_000
    listed = [file.path for file in shop.lake.snapshot.files("events")]
    assert len(list((shop.folder / "lake" / "events").rglob("*.parquet"))) == len(listed)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT to another process here")
def test_a_load_interrupted_from_the_keyboard_takes_back_what_it_wrote(shop: Shop) -> None:
    process = child(shop, "load.stage.tables")
    process.send_signal(signal.SIGINT)
    _, said = process.communicate("\n")
    assert process.returncode != 0
    assert "KeyboardInterrupt" in said
    assert shop.state() == shop.before


def test_a_second_load_at_once_is_refused_and_the_first_one_ends_well(shop: Shop) -> None:
    process = child(shop, "load.stage.write")
    with pytest.raises(Exception, match="another process is changing the lake") as error:
        shop.load("good.csv")
    assert type(error.value).__name__ == "BusyError"
    process.communicate("\n")
    assert process.returncode == 0
    assert shop.lake.counts()["events"] == 50_002
