"""Loading the public data sets, Complete Journey and Online Retail, with the counts that they must give."""

from pathlib import Path
from typing import Any

import pytest

from crossaisle.data.mapping import read_map
from crossaisle.data.moments import moment
from crossaisle.data.sources.complete_journey import CompleteJourney
from crossaisle.data.sources.files import Files
from crossaisle.loop.loading.load import LoadOptions, load
from crossaisle.loop.loading.load_report import LoadReport
from crossaisle.stores.lake import Lake
from crossaisle.stores.quarantine import Quarantine

ROOT = Path(__file__).parents[3]
ONLINE_RETAIL = ROOT.parent / "shared" / "datasets" / "online_retail" / "online_retail.parquet"


def loaded(folder: Path, source: Any) -> LoadReport:
    """Load a source into the lake of a folder."""
    quarantine = Quarantine(folder / "quarantine")
    return load(
        source,
        Lake(folder / "lake"),
        quarantine,
        LoadOptions(),
        moment("2026-01-01"),
        lambda stage, done: None,
    )


def test_complete_journey_has_the_rows_of_the_protocol(tmp_path: Path) -> None:
    """The protocol's public reference figures: 1,192,443 purchases of 2,450 users before the cut, 246,243
    after.
    """
    report = loaded(tmp_path, CompleteJourney(promotions=False))
    assert report.table("events").set_aside == {
        "impossible_values": 8869,
        "non_goods": 19346,
        "zero_price": 2406,
    }
    lake = Lake(tmp_path / "lake")
    before = lake.events(until="2017-11-01")
    assert before.count().to_pyarrow().as_py() == 1_192_443
    assert before.user_id.nunique().to_pyarrow().as_py() == 2_450
    assert lake.events(since="2017-11-01").count().to_pyarrow().as_py() == 246_243
    catalog = lake.table("catalog")
    assert catalog is not None
    bread = catalog.filter(catalog.item_id == "26093").to_pyarrow().to_pylist()[0]
    assert (bread["title"], bread["category"], bread["aisle"]) == ("Bread: Italian/French", "BREAD", "PASTRY")


@pytest.mark.skipif(not ONLINE_RETAIL.exists(), reason="the data set Online Retail is not beside the repository")
def test_online_retail_loads_from_its_map_alone_with_these_counts(tmp_path: Path) -> None:
    """Counts taken from the raw file by SQL of their own: of 541,909 lines 135,080 lack a customer; of the
    rest 40 are at price 0, 1,913 are on codes that are no goods, 5,220 repeat an earlier line; 8,506 of
    those left are credit notes.
    """
    shop = read_map(ROOT / "docs" / "examples" / "online_retail.toml")
    report = loaded(tmp_path, Files(events=(str(ONLINE_RETAIL),), map=shop))
    events = report.table("events")
    assert events.read == 541_909
    assert events.kept == 399_656
    assert events.mended == {"negative_quantity": 8_506}
    assert events.set_aside == {
        "exact_duplicates": 5_220,
        "missing_ids": 135_080,
        "non_goods": 1_913,
        "zero_price": 40,
    }
    assert (events.returns, events.matched_returns) == (8_506, 7_455)
    again = loaded(tmp_path, Files(events=(str(ONLINE_RETAIL),), map=shop)).table("events")
    assert (again.kept, again.already_there) == (0, 399_656)
