"""Plots of the report, each an SVG text; labels are English where no font for Chinese is found."""

import io
from collections.abc import Sequence
from typing import Any

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from crossaisle.data.moments import DAY
from crossaisle.data.split import Split
from crossaisle.evaluation.protocol import Evaluation, Figure
from crossaisle.numerics.arrays import Numbers
from crossaisle.words import Language, say

_CJK_FONTS = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "WenQuanYi Zen Hei",
    "Microsoft YaHei",
    "PingFang SC",
    "SimHei",
)
_STYLE: dict[Any, Any] = {
    "svg.hashsalt": "crossaisle",
    "svg.fonttype": "path",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.facecolor": "white",
}


def language_of_plots(language: Language) -> Language:
    """The language, or English where it has no font on this machine."""
    known = {font.name for font in font_manager.fontManager.ttflist}
    return language if language == "en" or known.intersection(_CJK_FONTS) else "en"


def _canvas(width: float, height: float) -> tuple[Canvas, Axes]:
    plt.rcParams.update(_STYLE | {"font.sans-serif": [*_CJK_FONTS, "DejaVu Sans"]})
    return plt.subplots(figsize=(width, height), layout="constrained")


def _svg(canvas: Canvas) -> str:
    text = io.StringIO()
    canvas.savefig(text, format="svg", metadata={"Date": None})
    plt.close(canvas)
    return text.getvalue()[text.getvalue().index("<svg") :]


def comparison(figures: Sequence[Figure]) -> str:
    """One metric of each recommender with its interval, the best on top."""
    ordered = sorted(figures, key=lambda one: one.value)
    canvas, axes = _canvas(7, 0.6 + 0.4 * len(ordered))
    values = np.array([one.value for one in ordered])
    spans = np.abs(np.array([[one.value - one.low, one.high - one.value] for one in ordered])).T
    axes.errorbar(values, range(len(ordered)), xerr=spans, fmt="o", color=sns.color_palette()[0], capsize=3)
    axes.set_yticks(range(len(ordered)), [one.model for one in ordered])
    axes.set_xlabel(ordered[0].metric)
    axes.grid(axis="x", alpha=0.3)
    return _svg(canvas)


def scatter(measured: Evaluation, task: str, models: Sequence[str], across: str, up: str) -> str:
    """Two metrics against each other, a point a recommender."""
    canvas, axes = _canvas(7, 4)
    for place, model in enumerate(models):
        x, y = measured.value(task, model, across).value, measured.value(task, model, up).value
        axes.scatter(x, y, color=sns.color_palette("husl", len(models))[place], s=50)
        axes.annotate(model, (x, y), xytext=(5, 4), textcoords="offset points", fontsize=9)
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.margins(0.15)
    axes.grid(alpha=0.3)
    return _svg(canvas)


def groups(figures: Sequence[Figure]) -> str:
    """The main metric of one recommender by user group, with intervals and numbers of users."""
    ordered = list(figures)[::-1]
    canvas, axes = _canvas(7, 0.8 + 0.24 * len(ordered))
    for place, one in enumerate(ordered):
        axes.plot([one.low, one.high], [place, place], color="0.6")
        axes.plot(one.value, place, "o", color=sns.color_palette()[0])
    axes.set_yticks(range(len(ordered)), [f"{one.group} ({one.n_users})" for one in ordered], fontsize=8)
    axes.set_xlabel(ordered[0].metric)
    axes.grid(axis="x", alpha=0.3)
    return _svg(canvas)


def flow(split: Split, users: Numbers, items: Numbers, language: Language, n_shown: int = 12) -> str:
    """From what the users bought to what they are shown: share of shown items by aisle, a row for each bought aisle."""
    train = split.train
    labels, of_item = train.index.aisles, train.catalogue.aisle
    if not len(labels):
        labels, of_item = train.index.categories, train.catalogue.category
    rows, bought, n_rows = train.queries(users).bought()
    counts = np.zeros((n_rows, len(labels) + 1))
    np.add.at(counts, (rows, of_item[bought]), 1)
    shown = np.zeros_like(counts)
    places = items >= 0
    np.add.at(shown, (np.nonzero(places)[0], of_item[items[places]]), 1)
    counts, shown = counts[:, :-1], shown[:, :-1]
    taste = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    both = taste.T @ shown
    top = [np.argsort(-one.sum(axis=0), kind="stable")[:n_shown] for one in (counts, shown)]
    block = both[np.ix_(*top)]
    block = block / np.maximum(both[top[0]].sum(axis=1, keepdims=True), 1e-12)
    names = [[labels.one(int(number)).title()[:22] for number in one] for one in top]
    canvas, axes = _canvas(8, 1.5 + 0.36 * len(names[0]))
    sns.heatmap(
        block,
        ax=axes,
        cmap="rocket_r",
        xticklabels=names[1],
        yticklabels=names[0],
        annot=True,
        fmt=".0%",
        annot_kws={"fontsize": 7},
        cbar=False,
    )
    axes.set_xlabel(say("report.plot.shown", language))
    axes.set_ylabel(say("report.plot.bought", language))
    axes.tick_params(labelsize=8)
    return _svg(canvas)


def over_time(split: Split, language: Language) -> str:
    """Purchases and buyers a week up to the cut."""
    events = split.train.events.at(split.train.is_purchase)
    weeks = events.time // (7 * DAY)
    first = int(weeks.min())
    counts = np.bincount(weeks - first)
    pairs = np.unique((weeks - first) * (split.train.n_users + 1) + events.user)
    buyers = np.bincount(pairs // (split.train.n_users + 1), minlength=len(counts))
    days = np.array([(first + week) * 7 * DAY for week in range(len(counts))], dtype="datetime64[us]")
    canvas, axes = _canvas(8, 3)
    axes.plot(days, counts, color=sns.color_palette()[0], label=say("report.plot.purchases", language))
    axes.set_ylabel(say("report.plot.purchases", language))
    second = axes.twinx()
    second.plot(days, buyers, color=sns.color_palette()[1], label=say("report.plot.buyers", language))
    second.set_ylabel(say("report.plot.buyers", language))
    second.spines["right"].set_visible(True)
    axes.axvline(split.cut / DAY, color="0.3", linestyle="--")
    axes.set_ylim(bottom=0)
    second.set_ylim(bottom=0)
    axes.legend(
        *[a + b for a, b in zip(axes.get_legend_handles_labels(), second.get_legend_handles_labels(), strict=True)],
        loc="lower right",
    )
    return _svg(canvas)
