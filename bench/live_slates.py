"""The quick path of slates: time of one person's slate, memory, building neighbours, and what is lost beside the model.

python bench/live_slates.py [--items 10000 100000 1000000] [--users 1000000] [--requests 20000] [--quality] [--json]
times a made-up shop, each size in a process of its own: each request is of another user, who looked at something just
now. Figures are microseconds of CPU and by the clock, median and 99th percentile. --quality measures slates of Complete
Journey, which comes with the packages, by the protocol, at the cut 2017-09-02 and windows of 60 days.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

import crossaisle as ca
from crossaisle import plugins
from crossaisle.data.dataset import Dataset, Events, Ids, Index
from crossaisle.data.dataset.catalogue import NEVER, Catalogue
from crossaisle.data.dataset.events import Labels
from crossaisle.data.event_types import PURCHASE, VIEW
from crossaisle.data.focus import Focus
from crossaisle.data.moments import DAY, moment
from crossaisle.data.queries import Queries
from crossaisle.data.training import Training
from crossaisle.models.recommender import Fitted, State
from crossaisle.models.recommenders.item_knn import FittedItemKNN, ItemKNN
from crossaisle.numerics.arrays import Floats, Numbers
from crossaisle.slates.live.live_slates import LiveSlates
from crossaisle.slates.live.past.past import Past
from crossaisle.slates.live.person import Person
from crossaisle.slates.live.standing import FOCI, Standing
from crossaisle.slates.path import SlatePath

PER_USER, PER_CATEGORY, AT_HOME = 30, 100, 8
"""Purchases of a user, items of a category, and categories that a user is at home in."""
UNTIL = moment("2026-01-01")
LISTED, COMPARED, DEPTH = 100_000, 500, 5000
"""Users with lists made beforehand, users whose slates are compared with the model's, places of a slate of all."""
CUT, HORIZON, TASKS, MEASURES = (
    "2017-09-02",
    "60d",
    ("new-categories", "explore", "all"),
    ("capped_recall@20", "ndcg@20"),
)
MODELS = ("ease", "graph-filter", "item-knn")


def made_up(n_users: int, n_items: int, seed: int = 5) -> Dataset:
    """A year of purchases: items of very unequal size, users at home in a few categories of those that go together."""
    rng = np.random.default_rng(seed)
    n_categories, n = max(1, n_items // PER_CATEGORY), n_users * PER_USER
    user = np.repeat(np.arange(n_users, dtype=np.int32), PER_USER)
    kin = rng.integers(0, max(1, n_categories // 20), (n_users, 1)) * 20
    home = (kin + 40 * rng.random((n_users, AT_HOME), dtype=np.float32) ** 1.5).astype(np.int32) % n_categories
    category = home[user, rng.integers(0, AT_HOME, n)]
    is_abroad = rng.random(n, dtype=np.float32) < 0.3
    category[is_abroad] = (n_categories * rng.random(int(is_abroad.sum()), dtype=np.float32) ** 2).astype(np.int32)
    place = (PER_CATEGORY * rng.random(n, dtype=np.float32) ** 2.5).astype(np.int32)
    item = np.minimum(category * PER_CATEGORY + place, n_items - 1).astype(np.int32)
    days = np.sort(rng.integers(0, 365, (n_users, PER_USER)), axis=1)
    return dataset_of(user, item, UNTIL - 365 * DAY + days.ravel() * DAY, n_users, n_items, n_categories)


def dataset_of(user: Any, item: Any, when: Any, n_users: int, n_items: int, n_categories: int) -> Dataset:
    """Purchases, by user and time, as a dataset; what is unknown takes no memory."""
    n = len(user)
    nothing, nan = np.broadcast_to(np.int32(-1), n), np.broadcast_to(np.float32(np.nan), n)
    trust, kind = np.broadcast_to(np.float32(1), n), np.broadcast_to(np.int8(PURCHASE), n)
    events = Events(user, item, kind, when, trust, nan, nan, nan, nan, nothing, nothing, nothing, nothing, nothing)
    users, items, categories = (
        Ids(pa.array([f"{letter}{one:07}" for one in range(size)], pa.large_string()))
        for letter, size in (("u", n_users), ("i", n_items), ("c", n_categories))
    )
    none = Ids.of([])
    catalogue = Catalogue(
        np.minimum(np.arange(n_items, dtype=np.int32) // PER_CATEGORY, n_categories - 1),
        np.full(n_items, -1, dtype=np.int32),
        np.full(n_items, -1, dtype=np.int32),
        np.full(n_items, np.nan, dtype=np.float32),
        np.full(n_items, NEVER, dtype=np.int64),
        np.ones(n_items, dtype=np.bool_),
        pa.table({"item_id": items.values, "title": [f"Thing {one}" for one in range(n_items)]}),
    )
    index, labels = Index(users, items, categories, none, none), Labels(none, none, none, none, none)
    return Dataset(index, events, labels, catalogue, pa.table({"user_id": users.values}), UNTIL)


def peak() -> float:
    """Most memory so far, GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**30 if sys.platform == "darwin" else 2**20)


def timed(live: LiveSlates, focus: str, n_requests: int, seed: int, in_words: bool = False) -> dict[str, float]:
    """Microseconds of a request: who asks, the slate with its causes, and on request the reasons in words."""
    rng = np.random.default_rng(seed)
    users = rng.integers(0, len(live.histories), n_requests).tolist()
    seen = rng.integers(0, len(live.category), n_requests).tolist()
    asked, spent = Focus.parse(focus), np.empty((2, n_requests))
    for at, (user, item) in enumerate(zip(users, seen, strict=True)):
        recent = live.recent()
        recent.add(item, VIEW, UNTIL + at)
        clock, cpu = time.perf_counter_ns(), time.thread_time_ns()
        person = Person.of(live.histories, [user], [recent])
        slate = live.slate(person, asked, 20, UNTIL + at)
        if in_words:
            live.reasons(person, slate, UNTIL + at)
        spent[:, at] = time.thread_time_ns() - cpu, time.perf_counter_ns() - clock
    found = np.percentile(spent / 1000, [50, 99], axis=1).T.ravel().round(1).tolist()
    return dict(zip(("cpu", "cpu_p99", "clock", "clock_p99"), found, strict=True))


def recall(live: LiveSlates, exact: FittedItemKNN, dataset: Dataset, focus: str) -> float:
    """Which share of the 20 best by the model's own scores the quick slate of users without a recent event holds."""
    users = np.random.default_rng(3).choice(dataset.n_users, COMPARED, replace=False).astype(np.int32)
    path = SlatePath.of(exact, dataset)
    wanted = path.slates(dataset.queries(users), path.allowed(Focus.parse(focus), UNTIL), 20).items
    shares = []
    for user, own in zip(users.tolist(), wanted, strict=True):
        slate = live.slate(Person.of(live.histories, [user]), Focus.parse(focus), 20, UNTIL)
        shares.append(len(np.intersect1d(slate.items, own[own >= 0])) / max(1, int((own >= 0).sum())))
    return round(float(np.mean(shares)), 4)


def measured(n_users: int, n_items: int, n_requests: int) -> dict[str, Any]:
    """One size in this process."""
    found: dict[str, Any] = {"items": n_items, "users": n_users}
    dataset = made_up(n_users, n_items)
    found["begins_gb"] = peak()
    clock = time.process_time()
    fitted = ItemKNN().fit(Training(dataset))
    found["fit_seconds"], clock = time.process_time() - clock, time.process_time()
    neighbours = fitted.neighbours(64)
    found["neighbours_seconds"], clock = time.process_time() - clock, time.process_time()
    past = Past.of(dataset)
    found["past_seconds"], clock = time.process_time() - clock, time.process_time()
    live = LiveSlates.of(dataset, neighbours, past=past)
    found["load_seconds"], found["peak_gb"] = time.process_time() - clock, peak()
    arrays = {**neighbours.state(), **past.state()}
    found["arrays_mb"] = sum(one.nbytes for one in arrays.values()) / 2**20
    for focus in TASKS:
        found[f"recall@20 {focus}"] = recall(live, fitted, dataset, focus)
    del fitted
    for focus in TASKS:
        timed(live, focus, 1000, 1)
        found[focus] = timed(live, focus, n_requests, 2)
        found[f"{focus}, in words"] = timed(live, focus, n_requests, 2, in_words=True)
    rows = np.where(np.arange(n_users) < LISTED, np.arange(n_users), -1).astype(np.int32)
    lists = np.random.default_rng(4).integers(0, n_items, (min(LISTED, n_users), len(FOCI), 100), dtype=np.int32)
    listed = LiveSlates.of(dataset, neighbours, standing=Standing(rows, lists), past=past)
    found["new-categories, lists made beforehand"] = timed(listed, "new-categories", n_requests, 2)
    return found


class Quick(Fitted):
    """The quick path as the evaluation ranks it: items by their place in a long slate of everything."""

    def __init__(self, live: LiveSlates) -> None:
        self.live, self.n_items = live, len(live.category)

    def scores(self, queries: Queries, items: Numbers | None = None) -> Floats:
        scores = np.full((len(queries), self.n_items), -np.inf, dtype=np.float32)
        for row, user in enumerate(queries.users.tolist()):
            person = Person.of(self.live.histories, [user])
            slate = self.live.slate(person, Focus(), DEPTH, int(queries.moments[row]))
            scores[row, slate.items] = -np.arange(len(slate.items))
        return scores if items is None else scores[:, items]

    def state(self) -> State:
        return {}

    @classmethod
    def restore(cls, state: State) -> "Quick":
        raise TypeError("made of LiveSlates")


def quality() -> list[dict[str, Any]]:
    """The quick path of several models beside themselves, on Complete Journey."""
    with tempfile.TemporaryDirectory() as place:
        shop = ca.Shop.create(Path(place) / "shop")
        shop.load(plugins.source("complete-journey")())
        split = ca.Split.at(shop.dataset(), CUT, HORIZON)
    past, found = Past.of(split.train), []
    for name in MODELS:
        exact: Fitted = plugins.recommender(name)().fit(split.training)
        clock = time.process_time()
        neighbours = exact.neighbours(64)
        assert neighbours is not None
        row: dict[str, Any] = {"model": name, "neighbours_seconds": time.process_time() - clock}
        quick = Quick(LiveSlates.of(split.train, neighbours, past=past))
        evaluation = ca.evaluate({"exact": exact, "quick": quick}, split, tasks=TASKS)
        for task in TASKS:
            slates = evaluation.slates[task, "exact"], evaluation.slates[task, "quick"]
            shares = [len(np.intersect1d(one[one >= 0], other)) / 20 for one, other in zip(*slates, strict=True)]
            row[task] = {"recall@20": float(np.mean(shares))}
            for measure in MEASURES:
                row[task][measure] = [evaluation.value(task, one, measure).value for one in ("exact", "quick")]
        found.append(row)
    return found


def show(row: dict[str, Any]) -> None:
    """A few lines a size or model."""
    print(f"{row['items']:,} items, {row['users']:,} users" if "items" in row else row["model"])
    for key, value in row.items():
        if isinstance(value, dict):
            told = "  ".join(f"{name} {_told(one)}" for name, one in value.items())
            print(f"  {key:<40}{told}", flush=True)
        elif isinstance(value, float):
            print(f"  {key:<40}{value:,.3f}", flush=True)


def _told(value: Any) -> str:
    return " → ".join(f"{one:.4f}" for one in value) if isinstance(value, list) else f"{value:,.4g}"


def main() -> None:
    """Measure and print lines, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", nargs="*", type=int, default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--quality", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(measured(asked.users, asked.one, asked.requests)))
        return
    rows = []
    if asked.quality:
        rows = quality()
    else:
        for n_items in asked.items:
            command = [sys.executable, __file__, "--one", str(n_items), "--users", str(asked.users)]
            done = subprocess.run(
                [*command, "--requests", str(asked.requests)], check=True, stdout=subprocess.PIPE, text=True
            )
            rows.append(json.loads(done.stdout))
    if asked.json:
        print(json.dumps(rows))
        return
    for row in rows:
        show(row)


if __name__ == "__main__":
    main()
