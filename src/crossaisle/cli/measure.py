"""`crossaisle evaluate`."""

from typing import Annotated

import typer
from rich.markup import escape

from crossaisle import plugins
from crossaisle.cli.options import HERE, Json, Workspace
from crossaisle.cli.terminal import out, print_json, progress, table, told
from crossaisle.evaluation.cold_start import BASELINES, ColdStart
from crossaisle.evaluation.figure import Figure
from crossaisle.evaluation.protocol import Evaluation
from crossaisle.evaluation.report import facts_of
from crossaisle.shop import Shop
from crossaisle.words import Language, say

BASELINE = "popularity"
"""What all are compared with unless models are named; then it is the first of them."""

MAIN = 2
"""How many metrics of each task are shown: those that the protocol names first."""


def evaluate(
    cut: Annotated[str, typer.Option(help=told("option.cut"))],
    horizon: Annotated[str | None, typer.Option(help=told("option.horizon"))] = None,
    models: Annotated[str | None, typer.Option(help=told("option.models"))] = None,
    workspace: Workspace = HERE,
    as_json: Json = False,
) -> None:
    """[dim]crossaisle evaluate --cut 2017-11-01 --models popularity,ease,als[/]"""
    shop = Shop.open(workspace)
    language = shop.settings.language
    names = models.split(",") if models else sorted(plugins.recommender_names(), key=lambda name: name != BASELINE)
    with progress(language, as_json) as stages:
        measured, folder = shop.evaluate(cut, horizon, [name.strip() for name in names], stages)
    if as_json:
        print_json({**measured.to_dict(), "report": str(folder)})
        return
    if made := facts_of(folder)["title_categories"]:
        out.print(escape(say("cli.title_categories", language, n=made)))
    show(measured, language)
    out.print(say("cli.report", language, place=folder / "report.html"))


def show(measured: Evaluation, language: Language) -> None:
    """One table a task: main figures with intervals, and the ratio to the baseline."""
    ratios = {(one.task, one.model): one for one in measured.ratios if not one.metric.startswith("ndcg")}
    for task in dict.fromkeys(one.task for one in measured.figures):
        figures = [one for one in measured.figures if one.task == task]
        names = list(dict.fromkeys(one.metric for one in figures))[:MAIN]
        rows = []
        for model in dict.fromkeys(one.model for one in figures):
            own = {one.metric: one for one in figures if one.model == model}
            main, ratio = own[names[0]], ratios[task, model]
            cells = [f"{own[name].value:.4g}" for name in names[1:]]
            rows.append((model, _with_interval(main), *cells, _with_interval(ratio)))
        heading = [
            say("cli.recommender", language),
            *names,
            say("cli.ratio", language, baseline=measured.baseline),
        ]
        title = say("cli.task", language, task=task, users=figures[0].n_users)
        table(title, heading, rows, numeric=range(1, len(heading)))
    if measured.new_items:
        show_new_items(measured.new_items, language)


def show_new_items(found: ColdStart, language: Language) -> None:
    """How new items are ranked, and the ratio to the best that categories alone can do."""
    names = {name: say(f"baseline.{name}", language) for name in BASELINES}
    best = found.best_baseline
    ratios = {one.model: _with_interval(one) for one in found.ratios if one.group == best}
    rows = [(names.get(one.model, one.model), _with_interval(one), ratios.get(one.model, "")) for one in found.figures]
    first = found.figures[0]
    title = say("cli.new_items", language, items=found.n_items, users=first.n_users)
    heading = [say("cli.recommender", language), first.metric, say("cli.ratio", language, baseline=names[best])]
    table(title, heading, rows, numeric=(1, 2))


def _with_interval(figure: Figure) -> str:
    """Value and interval with spaces that no line breaks at."""
    return f"{figure.value:.4f}\u00a0[{figure.low:.3f},{figure.high:.3f}]"
