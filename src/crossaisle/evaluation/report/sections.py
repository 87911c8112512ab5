"""Sections of the report: figures as tables and drawings, each with a text that says what is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crossaisle.data.split import Split
from crossaisle.evaluation.cold_start import BASELINES, ColdStart
from crossaisle.evaluation.figure import Figure
from crossaisle.evaluation.protocol import Evaluation
from crossaisle.evaluation.report import plots
from crossaisle.numerics.arrays import Numbers
from crossaisle.words import Language, say

_LEADING = ("hit_rate", "category_hit_rate", "revenue")
"""Shown beside the main figures; the rest stands in the table of all figures."""


@dataclass(frozen=True)
class Plot:
    """svg: the drawing. caption: what it shows. alt: the figures in it, in words."""

    svg: str
    caption: str
    alt: str


@dataclass(frozen=True)
class Cell:
    """A figure as it is printed."""

    value: str
    interval: str = ""


@dataclass(frozen=True)
class Table:
    """Rows of a name and cells, one for each column."""

    columns: list[str]
    rows: list[tuple[str, list[Cell]]]


@dataclass(frozen=True)
class TaskSection:
    """What the recommenders reach on a task: main figures, drawings, all figures."""

    title: str
    meaning: str
    main: Table
    plots: list[Plot]
    all: Table


def ranked(measured: Evaluation, task: str) -> list[Figure]:
    """The first figure of each recommender, the best first."""
    own = [one for one in measured.figures if one.task == task]
    return sorted((one for one in own if one.metric == own[0].metric), key=lambda one: -one.value)


def headline(measured: Evaluation, task: str, language: Language) -> str:
    """What the chosen recommender reaches, in one sentence."""
    model = measured.best
    main = next(one for one in ranked(measured, task) if one.model == model)
    facts = {"task": task, "model": model, "metric": main.metric, "value": _printed(main)}
    if model == measured.baseline:
        return say("report.headline.alone", language, **facts)
    ratio = next(one for one in measured.ratios if (one.task, one.model, one.metric) == (task, model, main.metric))
    return say("report.headline", language, **facts, ratio=_printed(ratio), baseline=measured.baseline)


def of_task(measured: Evaluation, task: str, language: Language) -> TaskSection:
    """Everything on one task."""
    best_first = ranked(measured, task)
    models = [one.model for one in best_first]
    own = {(one.model, one.metric): one for one in measured.figures if one.task == task}
    names = list(dict.fromkeys(metric for _, metric in own))
    drawn = [_comparison(best_first, measured.baseline, language)]
    for across in ("diversity", "calibration"):
        if (models[0], across) in own:
            svg = plots.scatter(measured, task, models, across, best_first[0].metric)
            alt = "; ".join(f"{one.model}: {own[one.model, across].value:.3g}, {one.value:.4f}" for one in best_first)
            drawn.append(Plot(svg, say(f"report.caption.{across}", language), alt))
    return TaskSection(
        say("report.task", language, task=task, users=f"{best_first[0].n_users:,}"),
        say(f"report.task.{task}", language),
        _main(measured, task, models, names, language),
        drawn,
        Table(models, [(name, [_cell(own[model, name]) for model in models]) for name in names]),
    )


def _main(measured: Evaluation, task: str, models: list[str], names: list[str], language: Language) -> Table:
    """A row for each recommender: the ratio to the baseline and the figures that matter most."""
    figures = {(one.model, one.metric): one for one in measured.figures if one.task == task}
    ratios = {(one.model, one.metric): one for one in measured.ratios if one.task == task}
    leading = [*names[:2], *(name for name in names if name.partition("@")[0] in _LEADING)]
    shown = list(dict.fromkeys(leading))
    rows = [
        (model, [_cell(ratios[model, names[0]]), *(_cell(figures[model, name]) for name in shown)]) for model in models
    ]
    return Table([say("cli.ratio", language, baseline=measured.baseline), *shown], rows)


def _comparison(figures: Sequence[Figure], baseline: str, language: Language) -> Plot:
    caption = say("report.caption.comparison", language, metric=figures[0].metric, baseline=baseline)
    alt = "; ".join(f"{one.model} {_printed(one)}" for one in figures)
    return Plot(plots.comparison(figures, baseline), caption, alt)


def of_new_items(found: ColdStart, language: Language) -> TaskSection:
    """How new items are ranked: recommenders and baselines, the best first, and the ratio to the best baseline."""
    ordered = sorted(found.figures, key=lambda one: -one.value)
    best, metric = found.best_baseline, ordered[0].metric
    ratios = {one.model: one for one in found.ratios if one.group == best}
    names = {name: say(f"baseline.{name}", language) for name in BASELINES}
    rows = [
        (names.get(one.model, one.model), [_cell(one), _cell(ratios[one.model]) if one.model in ratios else Cell("–")])
        for one in ordered
    ]
    users, items = f"{ordered[0].n_users:,}", f"{found.n_items:,}"
    title = say("report.new_items", language, items=items, users=users)
    table = Table([metric, say("cli.ratio", language, baseline=names[best])], rows)
    return TaskSection(title, say("report.new_items.meaning", language), table, [], table)


def of_groups(measured: Evaluation, task: str, model: str, language: Language) -> list[Plot]:
    """A drawing for each grouping of users, of the main metric."""
    whole = next(one for one in ranked(measured, task) if one.model == model)
    found = []
    for grouping in dict.fromkeys(one.group.partition(": ")[0] for one in measured.groups):
        own, other = (
            [
                one
                for one in measured.groups
                if (one.task, one.model, one.metric) == (task, name, whole.metric)
                and one.group.startswith(f"{grouping}: ")
            ]
            for name in (model, measured.baseline)
        )
        if not own:
            continue
        alt = "; ".join(f"{one.group} ({one.n_users}): {_printed(one)}" for one in own)
        found.append(Plot(plots.group(own, other, whole), say("report.caption.group", language, group=grouping), alt))
    return found


def of_flow(split: Split, users: Numbers, items: Numbers, model: str, language: Language) -> Plot:
    """From what the users bought to what they are shown."""
    flow = plots.flow_of(split, users, items)
    most = [(row, flow.columns[int(one.argmax())], one.max()) for row, one in zip(flow.rows, flow.shares, strict=True)]
    alt = "; ".join(f"{row} → {column} {share:.0%}" for row, column, share in most)
    svg = plots.flow(flow.shares, flow.whole, flow.rows, flow.columns, language)
    return Plot(svg, say("report.caption.flow", language, model=model), alt)


def of_time(split: Split, language: Language) -> Plot:
    """The data a week."""
    caption = say("report.caption.time", language)
    return Plot(plots.over_time(split, language), caption, caption)


def definitions(measured: Evaluation, language: Language) -> dict[str, str]:
    """Metric → what it means."""
    names = dict.fromkeys(one.metric for one in measured.figures)
    return {name: say(f"metric.{name.partition('@')[0]}", language) for name in names}


def _cell(figure: Figure) -> Cell:
    interval = "" if np.isnan(figure.low) else f"[{_number(figure.low)}, {_number(figure.high)}]"
    return Cell(_number(figure.value), interval)


def _number(value: float) -> str:
    """Four places behind the point below ten, two above."""
    return "–" if np.isnan(value) else f"{value:.4f}" if abs(value) < 10 else f"{value:,.2f}"


def _printed(figure: Figure) -> str:
    return " ".join(part for part in vars(_cell(figure)).values() if part)
