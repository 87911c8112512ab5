"""One lake asked by several threads at once, as the service asks it: for a feed, for stock, for somebody's data."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd

from crossaisle.data.moments import moment
from crossaisle.data.sources.frames import Frames
from crossaisle.data.training import silent
from crossaisle.loop.loading.load import LoadOptions, load
from crossaisle.stores.lake import Lake
from crossaisle.stores.quarantine import Quarantine


def test_threads_that_read_at_once_all_read_everything(frames: tuple[pd.DataFrame, ...], tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    source = Frames(events=frames[0], catalog=frames[1])
    load(source, lake, Quarantine(tmp_path / "quarantine"), LoadOptions(), moment("2026-01-01"), silent)

    def n_events(_: int) -> int:
        return sum(len(batch) for batch in lake.events().to_pyarrow_batches(chunk_size=100))

    def title(item: int) -> object:
        catalog = lake.table("catalog")
        assert catalog is not None
        return catalog.filter(catalog["item_id"] == f"i{item:03}").to_pyarrow().to_pylist()[0]["title"]

    with ThreadPoolExecutor(4) as pool:
        counts, titles = pool.map(n_events, range(8)), pool.map(title, range(20))
        assert list(counts) == [len(frames[0])] * 8
        assert list(titles) == [f"Thing {item}" for item in range(20)]
