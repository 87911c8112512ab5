"""Rate and memory of loading a CSV of events into a lake, beside DuckDB's bare CSV → Parquet in the same
run.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import duckdb

ROWS = (1_000_000, 3_000_000, 10_000_000)

BARE = """
import sys, time, duckdb
duckdb.sql("set enable_progress_bar = false")
started = time.perf_counter()
duckdb.sql(f"copy (from read_csv('{sys.argv[1]}')) to '{sys.argv[2]}/bare.parquet' (format parquet)")
print(time.perf_counter() - started)
"""

LOAD = """
import sys, time
started = time.perf_counter()
from crossaisle.data.sources.files import Files
from crossaisle.loop.loading.load import LoadOptions, load
from crossaisle.stores.lake import Lake
from crossaisle.stores.quarantine import Quarantine
folder = sys.argv[2]
now = 1_800_000_000_000_000
load(Files(events=(sys.argv[1],)), Lake(folder + "/lake"), Quarantine(folder + "/quarantine"), LoadOptions(),
now, lambda stage, done: print(stage, round(time.perf_counter() - started, 2), file=sys.stderr))
print(time.perf_counter() - started)
"""

PEAK = """
import resource
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 if sys.platform == "darwin" else 1024) / 1024)
"""


def write_csv(path: Path, n_rows: int, seed: int) -> None:
    """A year of events of a shop: 1 in 500 rows is bad, 1 in 1,000 repeats the row before it."""
    user = f"'u' || (hash(i * 3 + {seed}) % {max(n_rows // 50, 1)})"
    item = f"'i' || (hash(i * 7 + {seed}) % 30000)"
    when = f"timestamp '2023-01-01' + to_seconds((i * 31536000 // {n_rows})::bigint)"
    duckdb.sql(
        f"""copy (
            select {user} as user_id, {item} as item_id, strftime({when}, '%Y-%m-%dT%H:%M:%S') as timestamp,
                case when hash(i + 3) % 4 = 0 then 'purchase' else 'view' end as event_type,
                hash(i + 5) % 5 + 1 as quantity,
                case when i % 500 = 7 then 'none' else round((hash(i + 9) % 10000) / 100.0, 2)::varchar end
                    as price,
                'o' || (i // 3) as order_id, 'web' as channel
            from (select n - (n % 1000 = 1)::int as i from range({n_rows}) t(n))
        ) to '{path}' (header)"""
    )


def measured(program: str, csv: Path, folder: Path) -> dict[str, float]:
    """Seconds inside a fresh process, and its peak of memory in gigabytes."""
    done = subprocess.run(
        [sys.executable, "-c", program + PEAK, str(csv), str(folder)],
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, gigabytes = (float(line) for line in done.stdout.split())
    return {"seconds": seconds, "gigabytes": gigabytes}


def run(n_rows: int, seed: int, repeats: int) -> dict[str, Any]:
    """The best of some runs of either way, taken in turn."""
    bare, loads = [], []
    with tempfile.TemporaryDirectory() as place:
        csv = Path(place) / "events.csv"
        write_csv(csv, n_rows, seed)
        for number in range(repeats):
            folder = Path(place) / f"run-{number}"
            folder.mkdir()
            bare.append(measured(BARE, csv, folder))
            loads.append(measured(LOAD, csv, folder))
    fastest, load = (min(one, key=lambda run: run["seconds"]) for one in (bare, loads))
    return {
        "rows": n_rows,
        "bare_rows_per_second": round(n_rows / fastest["seconds"]),
        "rows_per_second": round(n_rows / load["seconds"]),
        "ratio": round(fastest["seconds"] / load["seconds"], 3),
        "peak_gigabytes": round(max(one["gigabytes"] for one in loads), 3),
    }


def main() -> None:
    """Run the sizes asked for and print a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="*", default=list(ROWS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    found = [run(n_rows, asked.seed, asked.repeats) for n_rows in asked.rows]
    for one in found:
        one["growth"] = round(one["peak_gigabytes"] / found[0]["peak_gigabytes"], 2)
    if asked.json:
        print(json.dumps(found))
        return
    print(f"{'rows':>12} {'bare rows/s':>14} {'load rows/s':>14} {'ratio':>7} {'peak GB':>9} {'growth':>8}")
    for one in found:
        print(
            f"{one['rows']:>12,} {one['bare_rows_per_second']:>14,} {one['rows_per_second']:>14,} "
            f"{one['ratio']:>7.3f} {one['peak_gigabytes']:>9.2f} {one['growth']:>8.2f}"
        )


if __name__ == "__main__":
    main()
