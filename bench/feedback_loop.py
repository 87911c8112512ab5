"""The loop with feedback beside the same model frozen, in the simulated shop, over weeks with one shift of taste.

python bench/feedback_loop.py [--seeds 1 2 3 4 5] [--households 600] [--weeks 14] [--kept DIR] [--figure FILE.svg]

All begin with the same model of 26 weeks of history and answer the same visits. `frozen` shows the published model's
slates as they were at its cut: nothing that happens is told to it but what is sold no longer. `live feed` is the same
model behind a feed that knows of every event at once. `learning` keeps its slates beside that, explores one place, and
each week takes in what happened, trains anew, compares, publishes what is not worse, and learns from what people
answered. Seeds are pairs: the same households with the same luck. Seeds whose figures lie in the folder of --kept are
not lived again.
"""

import argparse
import json
import os
import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from scipy.stats import t as student

from crossaisle.data.collecting import collect
from crossaisle.data.focus import Focus
from crossaisle.data.sources.frames import Frames
from crossaisle.data.training import silent
from crossaisle.scenarios.feeds.acquaintance import Acquaintance
from crossaisle.scenarios.feeds.feed import Choice, Feed, Seen
from crossaisle.shop.feeds import Pools, feed_of
from crossaisle.shop.learning import Learning
from crossaisle.shop.shop import Shop
from crossaisle.shop.stores import Stores
from crossaisle.stores.database.event_log import Batch, Change, Row
from crossaisle.stores.database.slate_log import Shown
from simulated_shop import START, SimulatedShop, Visit

SEEDS, HOUSEHOLDS, HISTORY, WEEKS, SHIFT = (1, 2, 3, 4, 5), 600, 26, 14, 5
K, FOCUS, MODEL, PLACE = 10, Focus("new-categories"), "graph-filter", 10
"""Items of a slate, what it is for, the model, and the place that explores."""
SETTINGS = f"""
[training]
candidates = ["{MODEL}"]
[exploration]
rank = {PLACE}
"""
PORTION = 5000
COLOURS = {"frozen": "#808080", "live feed": "#e1a22b", "learning": "#2e86de"}
"""The arms, what learns last."""
LABELS = {"frozen": "frozen", "live feed": "frozen model, live feed", "learning": "learning"}
FROZEN = ("frozen", "live feed")
FIGURES = ("purchases_from_slates", "revenue_from_slates")


def microseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)


class Serving:
    """A simulated shop that is served from a workspace of its own.

    Args:
        arm: a key of COLOURS. All but `frozen` hear of events; `learning` keeps them, learns each week and explores.
    """

    def __init__(self, folder: Path, people: SimulatedShop, arm: str) -> None:
        self.people, self.now = people, microseconds(START)
        self.hears, self.learns = arm != "frozen", arm == "learning"
        folder.mkdir()
        (folder / "crossaisle.toml").write_text(SETTINGS, encoding="utf-8")
        self.shop = Shop.open(folder)
        self.shop.load(Frames(events=people.history(), catalog=people.catalog().drop(columns="portions")))
        self.stores = Stores(self.shop, os.environ)
        self.learning = Learning(self.shop, self.stores)
        self.learning.learn(silent)
        self.chance = random.Random(people.seed)
        self.slates: list[Shown] = []
        self.events: list[Row] = []
        self.feed = self._feed()

    def live(self, week: int) -> dict[str, Any]:
        """A week of visits, and what is learnt from it."""
        self._change_items(week)
        for visit in self.people.visits(week):
            self.now = microseconds(visit.moment)
            uniform = self.chance.random() if self.learns else None
            choice = self.feed.slate(visit.user_id, FOCUS, K, self.now, "en", uniform=uniform)
            slate = f"{week}-{visit.user_id}-{visit.ordinal}"
            self._told(self.people.respond(visit, choice.items, slate))
            self._keep(slate, visit, choice)
        return self._learnt() if self.learns else {}

    def close(self) -> None:
        self.stores.close()

    def _feed(self) -> Feed:
        pools = Pools(self.stores.slates, self.now) if self.learns else None
        feed = feed_of(self.shop, Acquaintance(), self.shop.registry.live(), pools)
        if feed is None:
            raise RuntimeError("there is nothing to serve")
        return feed

    def _change_items(self, week: int) -> None:
        """Tell of goods that come and go."""
        table = self.people.catalog(week).set_index("item_id").drop(columns=["portions", "is_sellable"])
        told = [
            (item, {**table.loc[item], "launched_at": str(table.loc[item, "launched_at"])})
            for item in self.people.launched(week)
        ]
        told += [(item, {"is_sellable": False}) for item in self.people.delisted(week)]
        for item, facts in told:
            self.feed.change_item(item, facts)
            if self.learns:
                self.stores.log.note(Change("item", item, facts, self.now))

    def _told(self, events: Sequence[dict[str, Any]]) -> None:
        """What happened counts at once; it is written down in portions."""
        sent = [{**one, "timestamp": one["timestamp"].isoformat(), "quantity": _number(one)} for one in events]
        taken = collect(sent, self.now)
        if taken.rejected:
            raise RuntimeError(taken.rejected[0].reason)
        names = ("user_id", "item_id", "event_type", "timestamp")
        if self.hears:
            self.feed.observe(Seen(*(row[name] for name in names)) for row in taken.rows)
        self.events += taken.rows if self.learns else ()

    def _keep(self, slate: str, visit: Visit, choice: Choice) -> None:
        if not self.learns:
            return
        items = list(zip(choice.items, choice.scores, strict=True))
        facts = (slate, visit.user_id, self.now, self.feed.version, str(FOCUS), items)
        shown = Shown(*facts, lifts=choice.lifts)
        if tried := choice.explored:
            shown = replace(shown, explored_rank=tried.rank, propensity=tried.propensity, pool=tried.pool)
        self.slates.append(shown)

    def _learnt(self) -> dict[str, Any]:
        for start in range(0, len(self.events), PORTION):
            self.stores.log.append([Batch(self.events[start : start + PORTION])])
        self.stores.slates.write(self.slates)
        self.slates, self.events = [], []
        self.learning.compact(self.now, silent)
        learnt = self.learning.learn(silent).to_dict()
        self.feed = self._feed()
        return learnt


def _number(event: dict[str, Any]) -> float | None:
    return None if event["quantity"] is None else float(event["quantity"])


def lived(seed: int, n_households: int, n_weeks: int) -> dict[str, Any]:
    """Figures by week of each arm, what learning came to each week, and how long it took."""
    began = time.process_time()
    people = SimulatedShop(seed, n_households, HISTORY, SHIFT, K)
    found: dict[str, Any] = {"seed": seed}
    with tempfile.TemporaryDirectory() as place:
        for name in COLOURS:
            people.reset_to_start()
            serving = Serving(Path(place) / name, people, name)
            learnt = [serving.live(week) for week in range(n_weeks)]
            serving.close()
            found[name] = people.figures().to_dict("list")
    return {**found, "learnt": learnt, "cpu_seconds": time.process_time() - began}


def kept(folder: Path | None, seed: int, n_households: int, n_weeks: int) -> dict[str, Any]:
    """What was lived before, or is lived now and kept."""
    file = None if folder is None else folder / f"seed-{seed}-{n_households}-{n_weeks}.json"
    if file is not None and file.exists():
        return dict(json.loads(file.read_text(encoding="utf-8")))
    found = lived(seed, n_households, n_weeks)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(found), encoding="utf-8")
    return found


def paired(values: Sequence[float]) -> tuple[float, float, float]:
    """The mean with its 95 % interval by Student's t over seeds."""
    array = np.asarray(values)
    error = array.std(ddof=1) / np.sqrt(len(array)) * student.ppf(0.975, len(array) - 1) if len(array) > 1 else np.nan
    return float(array.mean()), float(array.mean() - error), float(array.mean() + error)


def report(runs: Sequence[dict[str, Any]]) -> str:
    """Means by week and totals over the seeds, and paired differences, in Markdown."""
    weeks = range(len(runs[0]["frozen"]["visits"]))
    heads = [f"{figure}: {name}" for figure in FIGURES for name in COLOURS]
    told = ["| week | " + " | ".join(heads) + " |", "|---" * (1 + len(heads)) + "|"]
    for week in weeks:
        cells = [np.mean([run[name][figure][week] for run in runs]) for figure in FIGURES for name in COLOURS]
        told.append(
            f"| {week}{' (shift)' if week == SHIFT else ''} | " + " | ".join(f"{one:.1f}" for one in cells) + " |"
        )
    for before in FROZEN:
        told += [
            "",
            f"| total | {before} | learning | difference | by seed | in percent |",
            "|---|---|---|---|---|---|",
        ]
        told += [_compared(runs, figure, before) for figure in (*FIGURES, "revenue", "new_categories")]
    outcomes = pd.Series([week["outcome"] for run in runs for week in run["learnt"]]).value_counts()
    told += ["", "Outcomes of learning: " + ", ".join(f"{name} {count}" for name, count in outcomes.items()) + "."]
    seconds = ", ".join(f"{run['cpu_seconds']:.0f}" for run in runs)
    return "\n".join([*told, f"CPU seconds by seed: {seconds}."])


def _compared(runs: Sequence[dict[str, Any]], figure: str, before: str) -> str:
    """A row: totals of the one that learns beside another's."""
    sums = {name: np.array([sum(run[name][figure]) for run in runs]) for name in (before, "learning")}
    change = sums["learning"] - sums[before]
    mean, low, high = paired(change.tolist())
    share = paired((100 * change / sums[before]).tolist())
    cells = [figure, *(f"{one.mean():,.1f}" for one in sums.values()), f"{mean:+,.1f} [{low:+,.1f}, {high:+,.1f}]"]
    cells += [", ".join(f"{one:+,.1f}" for one in change), f"{share[0]:+.1f} % [{share[1]:+.1f}, {share[2]:+.1f}]"]
    return "| " + " | ".join(cells) + " |"


def draw(runs: Sequence[dict[str, Any]], path: Path) -> None:
    """A curve of each arm, the mean over seeds in a band from the lowest to the highest seed."""
    from matplotlib import pyplot

    settings: Any = {"svg.hashsalt": "feedback_loop", "font.size": 8}
    for painted in ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"):
        settings[painted] = COLOURS["frozen"]
    with matplotlib.rc_context(settings):
        figure, axes = pyplot.subplots(1, len(FIGURES), figsize=(8.6, 3.1))
        for panel, name in zip(axes, FIGURES, strict=True):
            for policy, colour in COLOURS.items():
                values = np.array([run[policy][name] for run in runs])
                weeks = np.arange(values.shape[1])
                panel.fill_between(weeks, values.min(axis=0), values.max(axis=0), color=colour, alpha=0.18, linewidth=0)
                panel.plot(weeks, values.mean(axis=0), color=colour, linewidth=2, label=LABELS[policy])
            panel.axvline(SHIFT, color=COLOURS["frozen"], linewidth=0.8, linestyle=":")
            panel.set_ylim(bottom=0)
            panel.set_title(name.replace("_", " "), fontsize=9)
            panel.set_xlabel("week; dotted: the shift of taste")
            panel.xaxis.get_major_locator().set_params(integer=True)
            panel.spines[["top", "right"]].set_visible(False)
        axes[0].legend(frameon=False)
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.tight_layout()
        figure.savefig(path, transparent=True, bbox_inches="tight", metadata={"Date": None})
        pyplot.close(figure)


def main() -> None:
    """Live through the weeks seed by seed, then print tables and draw where a figure is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", nargs="*", type=int, default=list(SEEDS))
    parser.add_argument("--households", type=int, default=HOUSEHOLDS)
    parser.add_argument("--weeks", type=int, default=WEEKS)
    parser.add_argument("--kept", type=Path)
    parser.add_argument("--figure", type=Path)
    asked = parser.parse_args()
    runs = [kept(asked.kept, seed, asked.households, asked.weeks) for seed in asked.seeds]
    print(report(runs))
    if asked.figure:
        draw(runs, asked.figure)


if __name__ == "__main__":
    main()
