"""LightGCN beside RecBole's on a seeded part of Gowalla: CPU seconds to its best validation ndcg@20, and of an epoch.

python bench/light_gcn.py [--users 5000] [--threads 1] [--json]; RecBole runs in an environment of its own (`make
.venv-recbole/ready`). Both learn 64 dimensions from the same pairs with the same threads, each in a process of its own;
measuring on the validation pairs is left out of the seconds. RecBole learns with the step that served it best of .001,
.005, .01 and .02; ours with its default options, the seconds of the start counted.
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
from scipy import sparse

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "datasets" / "gowalla"
PEER = ROOT / ".venv-recbole" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
DIMENSION, LAYERS, PAIRS_PER_BATCH, LEAST_PURCHASES, HELD_OUT = 64, 3, 2048, 5, 0.2

RECBOLE = """
import json, sys, time
import torch
from recbole.config import Config
from recbole.data import create_dataset, data_preparation
from recbole.model.general_recommender import LightGCN
from recbole.trainer import Trainer
from recbole.utils import init_seed

folder, threads, dimension, layers, batch, step, most = sys.argv[1:]
torch.set_num_threads(int(threads))
options = dict(
    data_path=folder, benchmark_filename=["train", "valid", "valid"], load_col={"inter": ["user_id", "item_id"]},
    embedding_size=int(dimension), n_layers=int(layers), learning_rate=float(step), train_batch_size=int(batch),
    eval_batch_size=2**24, metrics=["NDCG"], topk=[20], valid_metric="NDCG@20", use_gpu=False, seed=1,
    eval_args={"split": {"RS": [8, 1, 1]}, "order": "RO", "group_by": "user", "mode": "full"},
    show_progress=False, state="ERROR", checkpoint_dir=folder,
)
config = Config(model="LightGCN", dataset="pairs", config_dict=options)
init_seed(config["seed"], True)
data = create_dataset(config)
train, valid, _ = data_preparation(config, data)
trainer = Trainer(config, LightGCN(config, train.dataset))
spent, curve, best = 0.0, [], 0
while len(curve) < int(most) and len(curve) - best < 10:
    started = time.process_time()
    trainer._train_epoch(train, len(curve))
    spent += time.process_time() - started
    curve.append([spent, trainer._valid_epoch(valid)[0]])
    if curve[-1][1] > max([0.0] + [one[1] for one in curve[:-1]]):
        best = len(curve)
print(json.dumps(curve))
"""

OURS = """
import json, sys, time
import numpy as np, pandas as pd, torch
import crossaisle as ca
from crossaisle.evaluation.protocol import hits_of
from crossaisle.evaluation.tasks import tasks_of
from crossaisle.numerics.metrics import ndcg

DRAWN = {
    "initialisation": "xavier", "layers": 4, "edge_dropout": 0.4, "learning_rate": 0.01, "l2": 0.0, "negatives": 1000
}
folder, threads, dimension, layers, batch, target = sys.argv[1:]
torch.set_num_threads(int(threads))
pairs = np.load(folder + "/pairs.npz")
frames = [
    pd.DataFrame({"user_id": pairs["users"][kept].astype(str), "item_id": pairs["items"][kept].astype(str)})
    for kept in (~pairs["is_held"], pairs["is_held"])
]
split = ca.Split.given(*frames)
task = tasks_of(split, 1)[0]

def seconds(**options):
    started = time.process_time()
    fitted = ca.LightGCN(dimension=int(dimension), **options).fit(split.training)
    return time.process_time() - started, fitted

def reach(tried, **options):
    for epochs in tried:
        spent, fitted = seconds(epochs=epochs, **options)
        found = float(ndcg(hits_of(fitted, split, task, 20), task.sizes).mean())
        if found >= float(target):
            break
    return {"cpu_seconds": spent, "ndcg@20": found, "epochs": epochs, "is_reached": found >= float(target)}

seconds(epochs=1)
default = reach((1, 2, 4, 8, 16))
drawn = reach((8, 12, 16, 20, 24, 32), **DRAWN)
alike = {"layers": int(layers), "loss": "bpr", "batch_size": round(int(batch) * split.train.n_users / len(frames[0]))}
one, several = (seconds(epochs=epochs, **alike)[0] for epochs in (1, 5))
print(json.dumps({"default": default, "random start": drawn, "epoch": (several - one) / 4, **alike}))
"""


def write_pairs(folder: Path, n_users: int, seed: int = 0) -> dict[str, int]:
    """A drawn part of Gowalla where everybody has five items or more and every item five buyers, and what is held out
    of it; for either side in its own form."""
    rng = np.random.default_rng(seed)
    bought = sparse.csr_array(sparse.load_npz(DATA / "train.npz"))
    part = bought[np.sort(rng.choice(bought.shape[0], min(n_users, bought.shape[0]), replace=False))]
    while min(part.sum(axis=0).min(), part.sum(axis=1).min()) < LEAST_PURCHASES:
        part = part[:, np.flatnonzero(part.sum(axis=0) >= LEAST_PURCHASES)]
        part = part[np.flatnonzero(part.sum(axis=1) >= LEAST_PURCHASES)]
    users, items = part.nonzero()
    draws = rng.random(len(users))
    first = np.minimum.reduceat(draws, np.searchsorted(users, np.arange(part.shape[0])))
    is_held = (draws > 1 - HELD_OUT) & (draws > first[users])
    np.savez(folder / "pairs.npz", users=users, items=items, is_held=is_held)
    (folder / "pairs").mkdir()
    for name, kept in (("train", ~is_held), ("valid", is_held)):
        lines = [f"{user}\t{item}" for user, item in zip(users[kept], items[kept], strict=True)]
        (folder / "pairs" / f"pairs.{name}.inter").write_text("\n".join(["user_id:token\titem_id:token", *lines]))
    return {"users": part.shape[0], "items": part.shape[1], "pairs": len(users), "held_out": int(is_held.sum())}


def run(python: Path | str, program: str, *asked: object) -> Any:
    """What the program printed last, as JSON.

    Raises:
        RuntimeError: it ended badly; with the end of what it said.
    """
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    threads = {"OMP_NUM_THREADS": str(asked[1]), "OPENBLAS_NUM_THREADS": str(asked[1])}
    command = [str(python), "-W", "ignore", "-c", program, *map(str, asked)]
    done = subprocess.run(command, capture_output=True, text=True, env=clean | threads)
    if done.returncode:
        raise RuntimeError(f"exit code {done.returncode}: {done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def measure(n_users: int, threads: int, step: float, most: int) -> dict[str, Any]:
    """Both on the same pairs: RecBole until ten epochs bring nothing better, ours until it is as good as that."""
    with tempfile.TemporaryDirectory() as place:
        facts = write_pairs(Path(place), n_users)
        peer = run(PEER, RECBOLE, place, threads, DIMENSION, LAYERS, PAIRS_PER_BATCH, step, most)
        best = max(range(len(peer)), key=lambda at: peer[at][1])
        target = peer[best][1]
        ours = run(sys.executable, OURS, place, threads, DIMENSION, LAYERS, PAIRS_PER_BATCH, target)
    seconds, epoch = peer[best][0], peer[-1][0] / len(peer)
    found: dict[str, Any] = {**facts, "threads": threads}
    found |= {"recbole ndcg@20": target, "recbole epochs": best + 1, "recbole cpu_seconds": seconds}
    for start in ("default", "random start"):
        one = ours[start]
        found |= {f"{start} {name}": one[name] for name in ("ndcg@20", "epochs", "cpu_seconds")}
        found[f"{start} ratio"] = one["cpu_seconds"] / seconds if one["is_reached"] else None
    found |= {
        "recbole epoch cpu_seconds": epoch,
        "epoch cpu_seconds": ours["epoch"],
        "epoch ratio": ours["epoch"] / epoch,
    }
    return {**found, "pairs in batch": PAIRS_PER_BATCH, "users in batch": ours["batch_size"]}


def main() -> None:
    """Measure and print a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=5000)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--step", type=float, default=0.005, help="RecBole's learning rate")
    parser.add_argument("--most", type=int, default=300, help="RecBole's epochs at most")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    for needed, what in ((DATA, "the public data sets are not beside this checkout"), (PEER, "RecBole is missing")):
        if not needed.exists():
            print(f"light_gcn: skipped, {what}")
            return
    found = measure(asked.users, asked.threads, asked.step, asked.most)
    if asked.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        shown = "not reached" if value is None else f"{value:,.4g}" if isinstance(value, float) else f"{value:,}"
        print(f"{name:<28}{shown:>14}")


if __name__ == "__main__":
    main()
