"""Plots of the report, each an SVG text: recommenders compared, user groups, where slates lead, data over time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import seaborn as sns
from matplotlib.figure import Figure as Canvas

from crossaisle.data.moments import DAY
from crossaisle.data.split import Split
from crossaisle.evaluation.figure import Figure
from crossaisle.evaluation.protocol import Evaluation
from crossaisle.evaluation.report.drawing import BLUE, INK, LINE, ORANGE, SOFT, canvas_of, drawing, short
from crossaisle.numerics.arrays import AnyArray, Numbers
from crossaisle.numerics.shares import label_counts, label_shares
from crossaisle.words import Language, say

_MARKERS = "osD^vPX*"
SMALL_SHARE = 0.005
"""Differences between shares smaller than this are not made much of."""


@drawing
def comparison(figures: Sequence[Figure], baseline: str) -> Canvas:
    """One metric of each recommender with its interval, the best on top; a line through the baseline."""
    ordered = sorted(figures, key=lambda one: one.value)
    canvas, axes = canvas_of(7.6, 0.7 + 0.36 * len(ordered))
    for place, one in enumerate(ordered):
        if one.model == baseline:
            axes.axvline(one.value, color=SOFT, linestyle=":", linewidth=1)
        axes.plot([one.low, one.high], [place, place], color=BLUE, linewidth=2, alpha=0.55)
        axes.plot(one.value, place, "o", color=BLUE, markersize=7)
        axes.annotate(f"{one.value:.4f}", (one.value, place), (0, 6), textcoords="offset points", ha="center", size=8)
    axes.set_yticks(range(len(ordered)), [one.model for one in ordered])
    axes.set_ylim(-0.6, len(ordered) - 0.2)
    axes.set_xlabel(ordered[0].metric)
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    return canvas


@drawing
def scatter(measured: Evaluation, task: str, models: Sequence[str], across: str, up: str) -> Canvas:
    """Two metrics against each other, a point a recommender, the interval of the second."""
    canvas, axes = canvas_of(5.6, 3.4)
    standing = sorted(dict.fromkeys(one.model for one in measured.figures))
    colours = sns.color_palette("husl", len(standing)).as_hex()
    for model in models:
        place = standing.index(model)
        x, y = measured.value(task, model, across), measured.value(task, model, up)
        axes.plot([x.value, x.value], [y.low, y.high], color=colours[place], alpha=0.4)
        marker = _MARKERS[place % len(_MARKERS)]
        axes.plot(x.value, y.value, marker, color=colours[place], markersize=8, label=model)
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.margins(0.1)
    axes.grid()
    axes.set_axisbelow(True)
    canvas.legend(loc="outside right upper", fontsize=8, handletextpad=0.2)
    return canvas


@drawing
def group(figures: Sequence[Figure], of_baseline: Sequence[Figure], whole: Figure) -> Canvas:
    """A metric of one recommender in each group of a grouping with its interval, and of the baseline beside it.

    Args:
        figures, of_baseline: the same groups in the same order. whole: of all users, a line.
    """
    canvas, axes = canvas_of(4.6, 1.0 + 0.34 * len(figures))
    axes.axvline(whole.value, color=SOFT, linestyle=":", linewidth=1)
    places = range(len(figures))[::-1]
    for place, own, other in zip(places, figures, of_baseline, strict=True):
        if own.model != other.model:
            axes.plot([other.low, other.high], [place - 0.18] * 2, color=ORANGE, alpha=0.5)
            axes.plot(other.value, place - 0.18, "s", color=ORANGE, markersize=4)
        axes.plot([own.low, own.high], [place, place], color=BLUE, alpha=0.6, linewidth=2)
        axes.plot(own.value, place, "o", color=BLUE, markersize=6)
    labels = [one.group.partition(": ")[2] for one in figures]
    axes.set_yticks(places, [f"{short(label)} ({one.n_users:,})" for label, one in zip(labels, figures, strict=True)])
    axes.tick_params(labelsize=8)
    axes.set_ylim(-0.6, len(figures) - 0.4)
    axes.set_title(figures[0].group.partition(": ")[0], loc="left", fontsize=10)
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    return canvas


@drawing
def flow(shares: AnyArray, whole: AnyArray, rows: Sequence[str], columns: Sequence[str], language: Language) -> Canvas:
    """A heat map of shares in [0, 1]; a cell is blue where its row has more than the whole has, orange where less.

    Args:
        shares: (n_rows, n_columns). whole: (n_columns,).
    """
    canvas, axes = canvas_of(8.4, 2.0 + 0.34 * len(rows))
    lift = np.log2((shares + SMALL_SHARE) / (whole + SMALL_SHARE))
    sns.heatmap(
        np.clip(lift, -1, 1),
        ax=axes,
        cmap=sns.blend_palette([ORANGE, "#f2f2f2", BLUE], as_cmap=True),
        vmin=-1,
        vmax=1,
        xticklabels=[short(name) for name in columns],
        yticklabels=[short(name) for name in rows],
        annot=shares,
        fmt=".0%",
        annot_kws={"fontsize": 8},
        cbar=False,
        linewidths=1,
        linecolor=LINE,
    )
    axes.set_xlabel(say("report.plot.shown", language))
    axes.set_ylabel(say("report.plot.bought", language))
    axes.tick_params(labelsize=8, length=0)
    axes.tick_params(axis="x", rotation=45)
    for label in axes.get_xticklabels():
        label.set_horizontalalignment("right")
        label.set_rotation_mode("anchor")
    return canvas


@dataclass(frozen=True)
class Flow:
    """Of what buyers of an aisle (row) are shown, the share of each aisle (column); categories where no aisles are.

    Args:
        shares: (n_rows, n_columns). whole: (n_columns,), of what everybody is shown. rows, columns: their names.
    """

    shares: AnyArray
    whole: AnyArray
    rows: list[str]
    columns: list[str]


def flow_of(split: Split, users: Numbers, items: Numbers, n_shown: int = 12) -> Flow:
    """The aisles most bought and most shown; a user counts for a row by the share of purchases that is of it.

    Args:
        users: int32 (n,). items: int32 (n, k), their slates, −1 for an empty place.
    """
    train = split.train
    labels, of_item = train.index.aisles, train.catalogue.aisle
    if not len(labels):
        labels, of_item = train.index.categories, train.catalogue.category
    rows, bought, n_rows = train.queries(users).bought()
    taste = label_shares(rows, of_item[bought], (n_rows, len(labels)))
    users_shown, places = np.nonzero(items >= 0)
    shown = label_counts(users_shown, of_item[items[users_shown, places]], taste.shape)
    both = (taste.T @ shown).toarray()
    top_rows, top_columns = (
        np.argsort(-np.asarray(one.sum(axis=0)), kind="stable")[:n_shown] for one in (taste, shown)
    )
    whole = np.asarray(shown.sum(axis=0), dtype=np.float64)
    return Flow(
        both[np.ix_(top_rows, top_columns)] / np.maximum(both[top_rows].sum(axis=1, keepdims=True), 1e-12),
        whole[top_columns] / max(whole.sum(), 1e-12),
        *([labels.one(int(number)) for number in one] for one in (top_rows, top_columns)),
    )


@drawing
def over_time(split: Split, language: Language) -> Canvas:
    """Purchases and buyers a week up to the cut."""
    events = split.train.events.at(split.train.is_purchase)
    weeks = events.time // (7 * DAY)
    first = int(weeks.min())
    counts = np.bincount(weeks - first)
    pairs = np.unique((weeks - first) * (split.train.n_users + 1) + events.user)
    buyers = np.bincount(pairs // (split.train.n_users + 1), minlength=len(counts))
    days = np.array([(first + week) * 7 * DAY for week in range(len(counts))], dtype="datetime64[us]")
    canvas, axes = canvas_of(8.4, 3)
    second = axes.twinx()
    for one, values, colour, word in ((axes, counts, BLUE, "purchases"), (second, buyers, ORANGE, "buyers")):
        one.plot(days, values, color=colour)
        one.set_ylabel(say(f"report.plot.{word}", language), color=colour)
        one.set_ylim(bottom=0)
    second.spines["right"].set_visible(True)
    axes.axvline(split.cut / DAY, color=INK, linestyle="--", linewidth=1)
    axes.grid(axis="y")
    return canvas
