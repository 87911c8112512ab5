"""Tables that come in several files: by pattern, packed, with different columns, with or without a key."""

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from crossaisle.data.cleaning import Cleaning
from crossaisle.data.mapping import Map
from crossaisle.data.sources.files import Files

from .shop import lake_of, loaded, rows_of


def test_several_files_of_a_table_without_a_key_are_all_added_and_each_only_once(tmp_path: Path) -> None:
    paths = []
    for name in ("spring", "autumn"):
        path = tmp_path / f"{name}.csv"
        path.write_text(f"item_id,start,kind\n{name},2025-01-01,leaflet\n,2025-01-01,leaflet\n", encoding="utf-8")
        paths.append(str(path))
    shop = Map(cleaning=Cleaning(max_bad_share=0.5))
    report = loaded(tmp_path, Files(promotions=tuple(paths)), shop).table("promotions")
    assert (report.read, report.kept, report.set_aside) == (4, 2, {"missing_ids": 2})
    again = loaded(tmp_path, Files(promotions=tuple(paths)), shop).table("promotions")
    assert (again.kept, again.already_there) == (0, 2)
    table = lake_of(tmp_path).table("promotions")
    assert table is not None
    assert sorted(table.to_pyarrow()["item_id"].to_pylist()) == ["autumn", "spring"]


def test_files_of_a_table_may_have_different_columns(tmp_path: Path) -> None:
    """A column that a file lacks is empty there; one that is a number here and a text there becomes text."""
    (tmp_path / "old.csv").write_text("item_id,category,colour\na,x,red\n", encoding="utf-8")
    pq.write_table(pa.table({"item_id": ["b"], "brand": ["acme"], "colour": [7]}), tmp_path / "new.parquet")
    (tmp_path / "log-till.csv").write_text("user_id,item_id,timestamp,event_type,store_id\nu,a,2025-01-01,purchase,7\n")
    (tmp_path / "log-web.csv").write_text("user_id,item_id,timestamp,event_type,price\nu,b,2025-02-01,purchase,2.5\n")
    catalogs, logs = (str(tmp_path / "old.csv"), str(tmp_path / "new.parquet")), (str(tmp_path / "log-*.csv"),)
    report = loaded(tmp_path, Files(catalog=catalogs, events=logs))
    assert (report.table("catalog").kept, report.table("events").kept) == (2, 2)
    catalog = lake_of(tmp_path).table("catalog")
    assert catalog is not None
    assert catalog.select("item_id", "category", "brand", "colour").order_by("item_id").to_pyarrow().to_pylist() == [
        {"item_id": "a", "category": "x", "brand": None, "colour": "red"},
        {"item_id": "b", "category": None, "brand": "acme", "colour": "7"},
    ]
    events = rows_of(tmp_path)
    found = [(row["store_id"], row["price"], row["quantity"]) for row in events]
    assert found == [("7", None, None), (None, 2.5, None)]


def test_a_pattern_takes_files_in_the_order_of_their_names_and_gzip_is_read_as_it_is(tmp_path: Path) -> None:
    row = '{"user_id": "u", "item_id": "%s", "timestamp": "2025-01-01", "event_type": "view"}\n'
    for number, item in enumerate("abc"):
        (tmp_path / f"log-{number}.jsonl.gz").write_bytes(gzip.compress((row % item).encode()))
    report = loaded(tmp_path, Files(events=(str(tmp_path / "log-*.jsonl.gz"),)))
    assert report.table("events").kept == 3
    assert [row["item_id"] for row in rows_of(tmp_path)] == ["a", "b", "c"]
