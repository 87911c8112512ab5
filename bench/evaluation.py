"""Throughput and peak memory of full-ranking evaluation, all tasks of the protocol, in a process of its own.

python bench/evaluation.py [--users 100000] [--items 100000] [--events 3000000] [--limit-gb 2] [--json]; the limit is
one of address space that the system enforces on everything after the interpreter's start: reading, fitting, ranking.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

N_CATEGORIES, N_AISLES, COMPONENTS = 1000, 40, 64
ESTABLISHED = 5
CUT = "2017-11-01"
FIRST_DAY, DAYS_BEFORE, DAYS_AFTER = "2017-01-01", 304, 61

CHILD = """
import json, resource, sys, time
limit, folder, cut, components = sys.argv[1:]
if int(limit):
    resource.setrlimit(resource.RLIMIT_AS, (int(limit), int(limit)))
import pyarrow.parquet as pq
from crossaisle.data.dataset import Dataset
from crossaisle.data.split import Split
from crossaisle.evaluation.protocol import evaluate
from crossaisle.models.recommenders.graph_filter import GraphFilter

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)

started = time.perf_counter()
data = Dataset.from_tables(pq.read_table(folder + "/events.parquet"), pq.read_table(folder + "/catalog.parquet"))
split = Split.at(data, cut)
del data
found = {"n_items": int(split.train.established(5).sum()), "read_seconds": time.perf_counter() - started}
found["read_mb"] = peak()
started = time.perf_counter()
fitted = GraphFilter(components=int(components), near_components=0).fit(split.training)
found["fit_seconds"] = time.perf_counter() - started
found["fit_mb"] = peak()
started = time.perf_counter()
measured = evaluate(fitted, split)
found["evaluate_seconds"] = time.perf_counter() - started
found["peak_mb"] = peak()
for task in ("new-categories", "explore", "all"):
    figure = measured.value(task, "model", "capped_recall@20")
    found[task + " users"], found[task + " capped_recall@20"] = figure.n_users, figure.value
found["users_per_second"] = found["all users"] / found["evaluate_seconds"]
found["million_pairs_per_second"] = found["users_per_second"] * found["n_items"] / 1e6
print(json.dumps(found))
"""


def write_shop(folder: Path, n_users: int, n_items: int, n_events: int, seed: int = 5) -> None:
    """A shop where every item is established and every user buys before and after the cut, the rest unequally."""
    rng = np.random.default_rng(seed)
    n_categories = min(N_CATEGORIES, n_items)
    category = rng.permutation(n_items) % n_categories
    by_category = np.argsort(category, kind="stable")
    starts = np.searchsorted(category[by_category], np.arange(n_categories + 1))
    n_first = max(n_users, ESTABLISHED * n_items)
    n_rest = n_events - n_first - n_users
    users = np.concatenate([np.arange(n_first) % n_users, np.arange(n_users), rng.integers(0, n_users, n_rest)])
    at_home = rng.integers(0, n_categories, (n_users, 8))
    chosen = at_home[users, rng.integers(0, 8, len(users))]
    chosen = np.where(rng.random(len(users)) < 0.6, chosen, rng.integers(0, n_categories, len(users)))
    sizes = np.diff(starts)[chosen]
    items = by_category[starts[chosen] + (sizes * rng.random(len(users)) ** 2).astype(int)]
    items[:n_first] = rng.permutation(np.arange(n_first) % n_items)
    second = rng.integers(0, 86_400 * (DAYS_BEFORE + DAYS_AFTER), len(users))
    second[:n_first] = rng.integers(0, 86_400 * DAYS_BEFORE, n_first)
    second[n_first : n_first + n_users] = 86_400 * DAYS_BEFORE + rng.integers(0, 86_400 * DAYS_AFTER, n_users)
    when = np.datetime64(FIRST_DAY, "us") + second.astype("timedelta64[s]")
    events = {
        "user_id": pa.array(np.char.add("u", users.astype(str))),
        "item_id": pa.array(np.char.add("i", items.astype(str))),
        "timestamp": pa.array(when).cast(pa.timestamp("us", "UTC")),
        "event_type": pa.array(["purchase"] * len(users)),
        "price": pa.array(np.round(rng.lognormal(1, 1, len(users)), 2)),
        "quantity": pa.array(rng.integers(1, 4, len(users)).astype(float)),
    }
    pq.write_table(pa.table(events), folder / "events.parquet")
    catalog = {
        "item_id": [f"i{item}" for item in range(n_items)],
        "category": [f"category {one}" for one in category],
        "aisle": [f"aisle {one % N_AISLES}" for one in category],
    }
    pq.write_table(pa.table(catalog), folder / "catalog.parquet")


def run(n_users: int, n_items: int, n_events: int, limit_gb: float) -> dict[str, Any]:
    """What the evaluation took, measured by its own process.

    Raises:
        RuntimeError: the process ended badly, such as at the limit; with the end of what it said.
    """
    with tempfile.TemporaryDirectory() as place:
        write_shop(Path(place), n_users, n_items, n_events)
        asked = [str(int(limit_gb * 2**30)), place, CUT, str(COMPONENTS)]
        # Arrow's own allocators reserve address space far beyond what they use
        environment = {**os.environ, "ARROW_DEFAULT_MEMORY_POOL": "system"}
        done = subprocess.run([sys.executable, "-c", CHILD, *asked], capture_output=True, text=True, env=environment)
    if done.returncode:
        raise RuntimeError(f"exit code {done.returncode}: {done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return {"users": n_users, "items": n_items, "events": n_events, "limit_gb": limit_gb, **found}


def main() -> None:
    """Measure and print a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--events", type=int, default=3_000_000)
    parser.add_argument("--limit-gb", type=float, default=2.0, help="0 for none")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    found = run(asked.users, asked.items, asked.events, asked.limit_gb)
    if asked.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name:<36}{value:>14,.4g}" if isinstance(value, float) else f"{name:<36}{value:>14,}")


if __name__ == "__main__":
    main()
