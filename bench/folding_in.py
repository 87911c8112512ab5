"""Folding in the newest tenth of the events beside a full fit of all of them, on Complete Journey before 2017-09-02.

python bench/folding_in.py [--models light-gcn gcn als …] [--workspace DIR] [--json]; a workspace is one that holds the
data set already. Each model is fitted on the first nine tenths of the events before the cut, of the items that had been
sold by then, takes in the last tenth, and is measured by the protocol over the 60 days after the cut beside a fit on
all events. Seconds are of the CPU; those of a full fit are what `crossaisle learn` takes, with the window it watches.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc

import crossaisle as ca
from crossaisle import plugins
from crossaisle.data.dataset import Dataset
from crossaisle.data.denoising import denoise
from crossaisle.data.split import Split
from crossaisle.data.training import Training
from crossaisle.evaluation.measures import hits_in
from crossaisle.evaluation.tasks import tasks_of
from crossaisle.evaluation.validation import validated
from crossaisle.models.recommender import Fitted
from crossaisle.numerics.metrics import ndcg
from crossaisle.slates.ranking import rank

CUT, HORIZON, MIN_PURCHASES, K, FIRST = "2017-09-02", "60d", 5, 20, 0.9
MODELS = ("light-gcn", "gcn", "als", "two-tower")


def loaded(folder: Path) -> ca.Shop:
    """A new workspace with the public data set."""
    shop = ca.Shop.create(folder)
    shop.load(plugins.source("complete-journey")())
    return shop


def earlier(shop: ca.Shop, whole: Dataset) -> Dataset:
    """The first nine tenths of the events, as a shop knew them then: without the items that were yet to be sold."""
    times = np.sort(whole.events.time)
    until = int(times[int(FIRST * len(times))])
    events, catalog = shop.lake.events(until=until), whole.catalogue.columns
    sold = events.select("item_id").distinct().to_pyarrow()["item_id"]
    known = catalog.filter(pc.is_in(catalog["item_id"], value_set=sold))
    read = Dataset.from_tables(events, known, shop.lake.table("customers"), until=until)
    return denoise(read, shop.settings.denoise)[0]


def training(shop: ca.Shop, dataset: Dataset) -> Training:
    return validated(dataset, horizon=HORIZON, min_purchases=MIN_PURCHASES, seed=0, encoder=shop.encoder)


def ndcgs(fitted: Fitted, split: Split) -> dict[str, float]:
    """Task → mean ndcg@20."""
    found = {}
    for task in tasks_of(split, MIN_PURCHASES):
        ranked = rank(fitted, split.train.queries(task.users), task.allowed, K)
        found[task.name] = float(ndcg(hits_in(ranked.items, task), task.sizes).mean())
    return found


def measured(shop: ca.Shop, names: Sequence[str]) -> list[dict[str, Any]]:
    """A row for each model."""
    split = shop.split(CUT, HORIZON)
    before = earlier(shop, split.train)
    is_new = before.index.items.numbers(split.train.index.items.values) < 0
    n_new = int((is_new & (split.train.purchase_counts() > 0)).sum())
    rows = []
    for name in names:
        recommender = plugins.recommender(name)()
        first = recommender.fit(training(shop, before))
        began = time.process_time()
        folded = recommender.fold_in(first, before.index, training(shop, split.train))
        folding = time.process_time() - began
        began = time.process_time()
        full = recommender.fit(training(shop, split.train))
        fitting = time.process_time() - began
        row: dict[str, Any] = {"model": name, "folding_seconds": folding, "full_seconds": fitting}
        of_folded, of_full = ndcgs(folded, split), ndcgs(full, split)
        row |= {"share_of_time": folding / fitting, "new_items": n_new}
        for task, value in of_full.items():
            row |= {f"{task} full": value, f"{task} folded": of_folded[task], f"{task} ratio": of_folded[task] / value}
        rows.append(row)
    return rows


def main() -> None:
    """Measure, then print a table in Markdown, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="*", default=list(MODELS))
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        shop = ca.Shop.open(asked.workspace) if asked.workspace else loaded(Path(place) / "shop")
        rows = measured(shop, asked.models)
    if asked.json:
        print(json.dumps(rows))
        return
    names = list(rows[0])
    print("\n".join(["| " + " | ".join(names) + " |", "|---" * len(names) + "|"]))
    for row in rows:
        cells = [f"{value:.4g}" if isinstance(value, float) else str(value) for value in row.values()]
        print("| " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
