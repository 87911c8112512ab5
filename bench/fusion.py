"""The default model against EASE at rolling cuts: ratios with intervals, time and peak memory, each cut in a process of
its own.

python bench/fusion.py [--cuts 2017-11-01 …] [--shop online-retail] [--json]; windows have 60 days. Complete Journey
comes with the packages; Online Retail, with categories from titles, lies in ../shared/datasets beside the checkout.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import crossaisle as ca
from crossaisle import plugins
from crossaisle.data.mapping import read_map
from crossaisle.data.sources.files import Files

CUTS = {
    "complete-journey": ("2017-11-01", "2017-10-02", "2017-09-02", "2017-08-03", "2017-07-04", "2017-06-04"),
    "online-retail": ("2011-10-01", "2011-08-01", "2011-06-01"),
}
HORIZON, MEASURES, TASKS = "60d", ("capped_recall@20", "ndcg@20"), ("new-categories", "explore", "all")
ROOT = Path(__file__).parents[1]
RETAIL = ROOT.parent / "shared" / "datasets" / "online_retail"


def load(name: str, folder: Path) -> None:
    """A workspace with the data of the shop."""
    shop = ca.Shop.create(folder)
    if name == "complete-journey":
        shop.load(plugins.source("complete-journey")())
        return
    told = read_map(ROOT / "docs" / "examples" / "online_retail.toml")
    shop.load(Files(events=(str(RETAIL / "online_retail.parquet"),), map=told))


def measured(folder: str, cut: str) -> dict[str, Any]:
    """One cut in this process."""
    shop = ca.Shop.open(folder)
    split = ca.Split.at(shop.dataset(), cut, HORIZON)
    training = replace(split.training, encoder=shop.encoder)
    started, cpu = time.perf_counter(), time.process_time()
    fusion = ca.Fusion().fit(training)
    found: dict[str, Any] = {
        "cut": cut,
        "fit_seconds": time.perf_counter() - started,
        "cpu_seconds": time.process_time() - cpu,
    }
    started = time.perf_counter()
    evaluation = ca.evaluate({"ease": ca.EASE().fit(training), "fusion": fusion}, split)
    found["evaluate_seconds"] = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found["peak_gb"] = peak / (2**30 if sys.platform == "darwin" else 2**20)
    for one in evaluation.ratios:
        if one.model == "fusion" and one.metric in MEASURES and one.task in TASKS:
            found[f"{one.task} {one.metric}"] = (one.value, one.low, one.high)
    for task in TASKS:
        of_slates = [evaluation.value(task, name, "categories_per_slate").value for name in ("fusion", "ease")]
        found[f"{task} categories_per_slate"] = of_slates
    return found


def show(row: dict[str, Any]) -> None:
    """A few lines a cut."""
    print(
        f"{row['cut']}  fit {row['fit_seconds']:.0f} s ({row['cpu_seconds']:.0f} CPU-seconds), evaluation of both "
        f"{row['evaluate_seconds']:.0f} s, peak {row['peak_gb']:.1f} GB"
    )
    for task in TASKS:
        ratios = (row[f"{task} {one}"] for one in MEASURES)
        told = "  ".join(f"{value:.3f} [{low:.3f}, {high:.3f}]" for value, low, high in ratios)
        own, others = row[f"{task} categories_per_slate"]
        print(f"  {task:<16}{told}  categories a slate {own:.1f}, EASE {others:.1f}", flush=True)


def main() -> None:
    """Measure and print lines, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shop", choices=CUTS, default="complete-journey")
    parser.add_argument("--cuts", nargs="*")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--workspace", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.workspace:
        print(json.dumps(measured(asked.workspace, asked.cuts[0])))
        return
    if asked.shop == "online-retail" and not RETAIL.is_dir():
        print("online-retail: skipped, the public data sets are not beside this checkout")
        return
    with tempfile.TemporaryDirectory() as place:
        load(asked.shop, Path(place) / "shop")
        rows = []
        for cut in asked.cuts or CUTS[asked.shop]:
            command = [sys.executable, __file__, "--workspace", str(Path(place) / "shop"), "--cuts", cut]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            rows.append(json.loads(done.stdout))
            if not asked.json:
                show(rows[-1])
    if asked.json:
        print(json.dumps(rows))
        return
    for one in MEASURES:
        mean = sum(row[f"new-categories {one}"][0] for row in rows) / len(rows)
        print(f"mean of new-categories {one}: {mean:.3f}")


if __name__ == "__main__":
    main()
