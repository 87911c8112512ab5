"""Time and peak memory of every recommender with its default options, each in a process of its own.

python bench/recommenders.py [--shop complete-journey large] [--models ease als …] [--json]; `large` is a made-up
shop of 30,000 users, 14,000 items and 3 million purchases.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import crossaisle as ca
from crossaisle import plugins

SHOPS = ("complete-journey", "large")
N_USERS, N_ITEMS, N_EVENTS, N_CATEGORIES, N_AISLES = 30_000, 14_000, 3_000_000, 300, 20

CHILD = """
import json, resource, sys, time
import pyarrow.parquet as pq
from crossaisle import plugins
from crossaisle.data.dataset import Dataset
from crossaisle.data.split import Split
from crossaisle.evaluation.measures import hits_in
from crossaisle.evaluation.tasks import tasks_of
from crossaisle.numerics.metrics import capped_recall, ndcg
from crossaisle.slates.ranking import rank
from crossaisle.data.focus import Allowed, Focus

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 if sys.platform == "darwin" else 1024) / 2**10

name, folder, cut = sys.argv[1:]
data = Dataset.from_tables(pq.read_table(folder + "/events.parquet"), pq.read_table(folder + "/catalog.parquet"))
split = Split.at(data, cut)
del data
task = tasks_of(split, 5, ("new-categories",))[0]
found = {"before_gb": peak()}
started = time.perf_counter()
fitted = plugins.recommender(name)().fit(split.training)
found["fit_seconds"] = time.perf_counter() - started
found["fit_gb"] = peak()
started = time.perf_counter()
ranked = rank(fitted, split.train.queries(task.users), task.allowed, 20)
found["rank_seconds"] = time.perf_counter() - started
found["peak_gb"] = peak()
found["users_per_second"] = len(task.users) / found["rank_seconds"]
found["artifact_mb"] = sum(array.nbytes for array in fitted.state().values()) / 2**20
hits = hits_in(ranked.items, task)
found["capped_recall@20"] = float(capped_recall(hits, task.sizes).mean())
found["ndcg@20"] = float(ndcg(hits, task.sizes).mean())
print(json.dumps(found))
"""


def write_complete_journey(folder: Path) -> str:
    """Load the public data set as the product does, and give the protocol's cut."""
    shop = ca.Shop.create(folder / "workspace")
    shop.load(plugins.source("complete-journey")())
    events = shop.lake.events()
    pq.write_table(events.to_pyarrow(), folder / "events.parquet")
    catalog = shop.lake.table("catalog")
    assert catalog is not None
    pq.write_table(catalog.to_pyarrow(), folder / "catalog.parquet")
    return "2017-11-01"


def write_large(folder: Path) -> str:
    """A year of purchases: items and users of very unequal size, each user at home in a few categories."""
    rng = np.random.default_rng(5)
    category = rng.integers(0, N_CATEGORIES, N_ITEMS)
    by_category = np.argsort(category, kind="stable")
    starts = np.searchsorted(category[by_category], np.arange(N_CATEGORIES + 1))
    activity = rng.lognormal(0, 1, N_USERS)
    users = rng.choice(N_USERS, N_EVENTS, p=activity / activity.sum())
    at_home = rng.integers(0, N_CATEGORIES, (N_USERS, 12))
    chosen = at_home[users, rng.integers(0, 12, N_EVENTS)]
    chosen = np.where(rng.random(N_EVENTS) < 0.7, chosen, (N_CATEGORIES * rng.random(N_EVENTS) ** 2).astype(int))
    sizes = np.diff(starts)[chosen]
    items = by_category[starts[chosen] + (sizes * rng.random(N_EVENTS) ** 2.5).astype(int)]
    when = np.datetime64("2017-01-01", "us") + rng.integers(0, 365 * 86_400, N_EVENTS).astype("timedelta64[s]")
    events = {
        "user_id": pa.array(np.char.add("u", users.astype(str))),
        "item_id": pa.array(np.char.add("i", items.astype(str))),
        "timestamp": pa.array(when).cast(pa.timestamp("us", "UTC")),
        "event_type": pa.array(["purchase"] * N_EVENTS),
        "price": pa.array(np.round(rng.lognormal(1, 1, N_EVENTS), 2)),
        "quantity": pa.array(rng.integers(1, 4, N_EVENTS).astype(float)),
    }
    pq.write_table(pa.table(events), folder / "events.parquet")
    catalog = {
        "item_id": [f"i{item}" for item in range(N_ITEMS)],
        "category": [f"category {one}" for one in category],
        "aisle": [f"aisle {one % N_AISLES}" for one in category],
    }
    pq.write_table(pa.table(catalog), folder / "catalog.parquet")
    return "2017-11-01"


def measured(name: str, folder: Path, cut: str) -> dict[str, float]:
    """What one recommender took, measured by its own process."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, name, str(folder), cut], check=True, stdout=subprocess.PIPE, text=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return {key: round(value, 4) for key, value in found.items()}


def run(shop: str, models: list[str]) -> list[dict[str, Any]]:
    """Every recommender on one shop; rows are printed to the terminal as they come."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        cut = write_complete_journey(folder) if shop == "complete-journey" else write_large(folder)
        return [{"shop": shop, "model": name, **measured(name, folder, cut)} for name in models]


def main() -> None:
    """Measure and print a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shop", nargs="*", choices=SHOPS, default=list(SHOPS))
    parser.add_argument("--models", nargs="*", default=plugins.recommender_names())
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    found = [row for shop in asked.shop for row in run(shop, asked.models)]
    if asked.json:
        print(json.dumps(found))
        return
    columns = [key for key in found[0] if key not in ("shop", "model")]
    print(f"{'shop':<17}{'model':<20}" + "".join(f"{key:>17}" for key in columns))
    for row in found:
        print(f"{row['shop']:<17}{row['model']:<20}" + "".join(f"{row[key]:>17,.4g}" for key in columns))


if __name__ == "__main__":
    main()
