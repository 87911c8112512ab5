"""Gowalla, the split of the LightGCN paper: graph filter's recall@20, ndcg@20 and CPU seconds over all threads.

python bench/gowalla.py [--json]; the data set is read from ../shared/datasets/gowalla beside the checkout.
"""

import argparse
import json
import os
import resource
import time
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse

import crossaisle as ca
from crossaisle.evaluation.protocol import hits_of
from crossaisle.evaluation.tasks import tasks_of
from crossaisle.numerics.metrics import ndcg, recall

DATA = Path(__file__).parents[2] / "shared" / "datasets" / "gowalla"


def frame(name: str) -> pd.DataFrame:
    """The pairs of one part, ids as text."""
    pairs = sparse.coo_array(sparse.load_npz(DATA / f"{name}.npz"))
    return pd.DataFrame({"user_id": pairs.row.astype(str), "item_id": pairs.col.astype(str)})


def main() -> None:
    """Fit, rank all items for all users, and say what it took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    as_json = parser.parse_args().json
    if not DATA.is_dir():
        print("gowalla: skipped, the public data sets are not beside this checkout")
        return
    split = ca.Split.given(frame("train"), frame("test"))
    started, wall = sum(os.times()[:2]), time.perf_counter()
    fitted = ca.GraphFilter().fit(split.training)
    fit_cpu = sum(os.times()[:2]) - started
    task = tasks_of(split, 1)[0]
    hits = hits_of(fitted, split, task, 20)
    found = {
        "recall@20": round(float(recall(hits, task.sizes).mean()), 4),
        "ndcg@20": round(float(ndcg(hits, task.sizes).mean()), 4),
        "n_users": len(task.users),
        "components": fitted.left.shape[1],
        "fit_cpu_seconds": round(fit_cpu, 1),
        "cpu_seconds": round(sum(os.times()[:2]) - started, 1),
        "wall_seconds": round(time.perf_counter() - wall, 1),
        "peak_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
    }
    print(json.dumps(found) if as_json else "\n".join(f"{name:>16} {value}" for name, value in found.items()))
    assert np.isfinite(list(found.values())).all()


if __name__ == "__main__":
    main()
