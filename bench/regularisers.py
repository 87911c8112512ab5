"""Curves of learning with each regulariser as it is by default and otherwise, on a part of Complete Journey.

python bench/regularisers.py [--figure docs/images/regularisers.svg] [--kept curves.json] [--workspace DIR] [--users N]
[--models …]; the cut is 2017-09-02, each network watches the 60 days before it, and learns on to the last epoch. Curves
in the file of --kept are not learnt again; a workspace is one that holds the data set already. The gap is what the best
epoch reaches on the window before, which it had learnt from, less what it reaches on the one watched.
"""

import argparse
import json
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np

import crossaisle as ca
from crossaisle import plugins
from crossaisle.data.event_types import PURCHASE
from crossaisle.data.moments import span
from crossaisle.data.training import Training, Validation
from crossaisle.evaluation.tasks import tasks_of
from crossaisle.evaluation.validation import validated
from crossaisle.models.learning.watching import reached
from crossaisle.numerics.arrays import csr

CUT, HORIZON, MIN_PURCHASES, SEED = "2017-09-02", "60d", 5, 1
CHANGES: dict[str, list[dict[str, Any]]] = {
    "light-gcn": [
        {"l2": 0.0},
        {"clip": None},
        {"l1": 0.01},
        {"edge_dropout": 0.2},
        {"dropout": 0.2},
    ],
    "two-tower": [
        {"dropout": 0.0},
        {"event_dropout": 0.0},
        {"item_dropout": 0.0},
        {"clip": None},
        {"dropout": 0.0, "event_dropout": 0.0, "item_dropout": 0.0, "clip": None},
        {"l1": 0.01},
        {"l2": 1.0},
    ],
    "sas-rec": [
        {"length": 1000},
        {"dropout": 0.0},
        {"event_dropout": 0.0},
        {"category_dropout": 0.0},
        {"item_dropout": 0.0},
        {"dropout": 0.0, "event_dropout": 0.0, "category_dropout": 0.0, "item_dropout": 0.0, "clip": None},
    ],
}
"""Of each network what is changed, one run for each; `length` is where the sequence is cropped."""
EPOCHS = {"light-gcn": 8, "two-tower": 12, "sas-rec": 8}
COLOURS = ("#808080", "#d9534f", "#2e86de", "#27a060", "#c98a1b", "#9b59b6", "#16a0a8", "#d0679d")
"""Read on white and on black; the first is that of the default."""


@dataclass(frozen=True)
class Run:
    """What one run left.

    Args:
        loss, validation: one figure an epoch.
        learnt: what the best epoch reaches on the 60 days before those watched, which it had learnt from.
    """

    name: str
    loss: list[float]
    validation: list[float]
    learnt: float

    @property
    def best(self) -> int:
        """The best epoch."""
        return int(np.argmax(self.validation)) + 1


def named(change: Mapping[str, Any]) -> str:
    """A change as it is written on the command line; one of several options turns everything off."""
    if len(change) > 1:
        return "all off"
    return next(
        (f"{option}={'none' if value is None else f'{value:g}'}" for option, value in change.items()), "default"
    )


def loaded(folder: Path) -> ca.Shop:
    """A new workspace with the public data set."""
    shop = ca.Shop.create(folder)
    shop.load(plugins.source("complete-journey")())
    return shop


def part_of(shop: ca.Shop, n_users: int) -> ca.Split:
    """The split of users drawn at random."""
    data = shop.dataset()
    drawn = np.random.default_rng(SEED).choice(data.n_users, min(n_users, data.n_users), replace=False)
    return ca.Split.at(replace(data, events=data.events.at(np.isin(data.events.user, drawn))), CUT, HORIZON)


def window_learnt_from(split: ca.Split) -> Validation:
    """The question of validation about the window before that, whose purchases were learnt from."""
    data, length = split.train, span(HORIZON)
    start, end = split.cut - 2 * length, split.cut - length
    events = data.events
    past = replace(data, events=events.at(events.time < start))
    window = events.at((events.time >= start) & (events.time < end) & (events.type == PURCHASE))
    bought = csr(window.user, window.item, np.ones(len(window)), (data.n_users, data.n_items))
    bought.data = np.ones_like(bought.data)
    asked = ca.Split(past, bought, bought, start, end, np.asarray(bought.sum(axis=0), dtype=np.int64))
    task = tasks_of(asked, MIN_PURCHASES)[0]
    return Validation(past, past.queries(task.users, start), task.allowed, task.truth)


def learn(model: str, change: Mapping[str, Any], training: Training, learnt_from: Validation) -> Run:
    """One network, to its last epoch, with the weights of its best."""
    n_epochs = EPOCHS[model]
    options: dict[str, Any] = {"epochs": n_epochs, "patience": n_epochs, "refit": False, **change}
    fitted: Any = plugins.recommender(model)(**options).fit(training)
    curves = fitted.curves
    learnt = reached(fitted, learnt_from)
    return Run(named(change), curves.loss.tolist(), curves.validation.tolist(), learnt)


def measured(models: list[str], n_users: int, kept: Path | None, workspace: Path | None) -> dict[str, list[Run]]:
    """The runs of each model; those kept from before are not learnt again."""
    known: dict[str, Any] = json.loads(kept.read_text()) if kept and kept.exists() else {}
    runs: dict[str, list[Run]] = {model: [] for model in models}
    with tempfile.TemporaryDirectory() as place:
        shop = ca.Shop.open(workspace) if workspace else loaded(Path(place) / "shop")
        split = part_of(shop, n_users)
        training = validated(split, min_purchases=MIN_PURCHASES, seed=SEED, encoder=shop.encoder)
        learnt_from = window_learnt_from(split)
        if training.validation:
            print(f"{len(training.validation.queries)} users are watched, of {n_users} drawn\n")
        print("| model | change | best validation | epoch | last epoch | loss | window learnt from | gap |")
        print("|---|---|---|---|---|---|---|---|")
        for model in models:
            for change in ({}, *CHANGES[model]):
                key = f"{model} {n_users} {EPOCHS[model]} {json.dumps(change)}"
                if key not in known:
                    known[key] = asdict(learn(model, change, training, learnt_from))
                    if kept:
                        kept.write_text(json.dumps(known))
                runs[model].append(Run(**known[key]))
                print(line(model, runs[model][-1]), flush=True)
    return runs


def line(model: str, run: Run) -> str:
    """A row of the table."""
    best, last = max(run.validation), run.validation[-1]
    figures = f"{best:.4f} | {run.best} | {last:.4f} | {run.loss[run.best - 1]:.2f} | {run.learnt:.4f}"
    return f"| {model} | {run.name} | {figures} | {run.learnt - best:.4f} |"


def draw(runs: Mapping[str, list[Run]], path: Path) -> None:
    """Loss above, validation below, a column for each model."""
    matplotlib.use("svg")
    from matplotlib import pyplot

    settings: dict[Any, Any] = {"svg.fonttype": "none", "svg.hashsalt": "regularisers", "font.size": 8}
    for painted in ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"):
        settings[painted] = COLOURS[0]
    with matplotlib.rc_context(settings):
        figure, axes = pyplot.subplots(2, len(runs), figsize=(3.3 * len(runs), 5.4), squeeze=False, sharex="col")
        for (model, of_model), above, below in zip(runs.items(), axes[0], axes[1], strict=True):
            for run, colour in zip(of_model, COLOURS, strict=False):
                epochs = np.arange(1, len(run.loss) + 1)
                style: dict[str, Any] = {"color": colour, "linewidth": 2.2 if run.name == "default" else 1}
                above.plot(epochs, run.loss, **style)
                below.plot(epochs, run.validation, label=run.name, **style)
            above.set_title(model, fontsize=9)
            below.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=2, fontsize=7)
            below.xaxis.get_major_locator().set_params(integer=True)
        axes[0][0].set_ylabel("loss")
        axes[1][0].set_ylabel("validation: capped_recall@20")
        for each in axes.flat:
            each.spines[["top", "right"]].set_visible(False)
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.tight_layout()
        figure.savefig(path, transparent=True, bbox_inches="tight", metadata={"Date": None})
        pyplot.close(figure)


def main() -> None:
    """Learn, print a table in Markdown, and draw where a figure is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="*", choices=list(CHANGES), default=list(CHANGES))
    parser.add_argument("--users", type=int, default=800)
    parser.add_argument("--kept", type=Path)
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--figure", type=Path)
    asked = parser.parse_args()
    runs = measured(asked.models, asked.users, asked.kept, asked.workspace)
    if asked.figure:
        draw(runs, asked.figure)


if __name__ == "__main__":
    main()
