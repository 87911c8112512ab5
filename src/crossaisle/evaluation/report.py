"""The report: report.json for programs, and one self-contained report.html with plots for people."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined

from crossaisle.data.moments import as_text
from crossaisle.data.split import Split
from crossaisle.errors import StorageError
from crossaisle.evaluation import plots
from crossaisle.evaluation.protocol import Evaluation, Figure
from crossaisle.evaluation.tasks import tasks_of
from crossaisle.words import ALL, Language, say


@dataclass(frozen=True)
class Plot:
    """svg: the drawing. caption: what it shows."""

    svg: str
    caption: str


@dataclass(frozen=True)
class Cell:
    """A figure as it is printed."""

    value: str
    interval: str = ""


@dataclass(frozen=True)
class Section:
    """A part of the page."""

    title: str
    meaning: str
    plots: list[Plot] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)
    is_ranked: bool = False


def write_report(
    folder: Path,
    measured: Evaluation,
    split: Split,
    facts: Mapping[str, Any],
    language: Language,
    min_purchases: int = 5,
) -> Path:
    """Write both files into a folder, which is made; the path of the page.

    Args:
        facts: seed, data_fingerprint and what else report.json is to hold.

    Raises:
        StorageError: the folder cannot be written.
    """
    page = _page(measured, split, facts, language, min_purchases)
    written = {"version": version("crossaisle"), **facts, **measured.to_dict()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "report.json").write_text(json.dumps(written, indent=2, ensure_ascii=False), encoding="utf-8")
        (folder / "report.html").write_text(page, encoding="utf-8")
    except OSError as error:
        raise StorageError(f"the report cannot be written: {error.strerror}", str(folder), "Free some space.") from None
    return folder / "report.html"


def _page(measured: Evaluation, split: Split, facts: Mapping[str, Any], language: Language, min_purchases: int) -> str:
    environment = Environment(
        loader=PackageLoader("crossaisle.evaluation", "."), autoescape=True, undefined=StrictUndefined
    )
    tasks = list(dict.fromkeys(one.task for one in measured.figures))
    sections = [_of_task(measured, task, language) for task in tasks]
    first = tasks[0]
    best = _ranked(measured, first)[0].model
    if not split.is_published:
        sections.insert(1, _of_groups(measured, first, best, language))
        sections.insert(2, _of_flow(measured, split, first, best, language, min_purchases))
        sections.append(_of_time(split, language))
    metrics = dict.fromkeys(one.metric for one in measured.figures)
    return environment.get_template("report.html.jinja").render(
        language=language,
        say=lambda key, **named: say(key, language, **named),
        sections=sections,
        definitions=[(name, _meaning(name, language)) for name in metrics],
        n_users=f"{split.train.n_users:,}",
        n_items=f"{split.train.n_items:,}",
        n_events=f"{len(split.train.events):,}",
        cut=as_text(split.cut),
        end=as_text(split.end - 1)[:10],
        version=version("crossaisle"),
        facts=facts,
    )


def _meaning(metric: str, language: Language) -> str:
    return say(f"metric.{metric.partition('@')[0]}", language)


def _ranked(measured: Evaluation, task: str) -> list[Figure]:
    own = [one for one in measured.figures if one.task == task]
    return sorted((one for one in own if one.metric == own[0].metric), key=lambda one: -one.value)


def _of_task(measured: Evaluation, task: str, language: Language) -> Section:
    ranked = _ranked(measured, task)
    own = {(one.model, one.metric): one for one in measured.figures if one.task == task}
    names = list(dict.fromkeys(metric for _, metric in own))
    ratios = {one.model: one for one in measured.ratios if one.task == task and one.metric == ranked[0].metric}
    rows = [
        [Cell(one.model), _cell(ratios[one.model]), *(_cell(own[one.model, name]) for name in names)] for one in ranked
    ]
    drawn = [Plot(plots.comparison(ranked), say("report.caption.comparison", language, metric=ranked[0].metric))]
    models = [one.model for one in ranked]
    for across in ("diversity", "calibration"):
        if (models[0], across) in own:
            svg = plots.scatter(measured, task, models, across, ranked[0].metric)
            drawn.append(Plot(svg, say(f"report.caption.{across}", language)))
    title = say("report.task", language, task=task, users=f"{ranked[0].n_users:,}")
    columns = [
        say("cli.recommender", language),
        say("cli.ratio", language, baseline=measured.baseline),
        *names,
    ]
    return Section(title, say(f"report.task.{task}", language), drawn, columns, rows, is_ranked=True)


def _cell(figure: Figure) -> Cell:
    interval = "" if np.isnan(figure.low) else f"[{figure.low:.4g}, {figure.high:.4g}]"
    return Cell(f"{figure.value:.4g}", interval)


def _of_groups(measured: Evaluation, task: str, model: str, language: Language) -> Section:
    figures = [one for one in measured.groups if (one.task, one.model) == (task, model)]
    caption = say("report.caption.groups", language, model=model)
    return Section(
        say("report.groups", language),
        say("report.groups.meaning", language),
        [Plot(plots.groups(figures), caption)],
    )


def _of_flow(
    measured: Evaluation, split: Split, task: str, model: str, language: Language, min_purchases: int
) -> Section:
    users = next(one.users for one in tasks_of(split, min_purchases) if one.name == task)
    svg = plots.flow(split, users, measured.slates[task, model], plots.language_of_plots(language))
    caption = say("report.caption.flow", language, model=model)
    return Section(say("report.flow", language), say("report.flow.meaning", language), [Plot(svg, caption)])


def _of_time(split: Split, language: Language) -> Section:
    svg = plots.over_time(split, plots.language_of_plots(language))
    plot = Plot(svg, say("report.caption.time", language))
    return Section(say("report.time", language), say("report.time.meaning", language), [plot])


METRICS = tuple(key.removeprefix("metric.") for key in ALL if key.startswith("metric."))
"""Every metric that the report explains."""
