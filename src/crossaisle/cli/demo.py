"""`crossaisle demo`: the whole way on Complete Journey."""

import time
from pathlib import Path
from typing import Annotated

import typer

from crossaisle import plugins
from crossaisle.cli.load import show as show_load
from crossaisle.cli.measure import show as show_figures
from crossaisle.cli.options import Json
from crossaisle.cli.recommend import described
from crossaisle.cli.recommend import show as show_slates
from crossaisle.cli.terminal import out, print_json, progress, told
from crossaisle.evaluation.protocol import Evaluation
from crossaisle.settings import FILE
from crossaisle.shop import Shop
from crossaisle.words import say

CUT = "2017-11-01"
MODELS = (  # without fusion, the default of training, and without networks: they take minutes
    "popularity",
    "category-popularity",
    "market-potential",
    "category-transition",
    "graph-filter",
    "als",
    "ease",
)
HOUSEHOLDS = ("1", "98", "733", "1024", "2070")


def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=told("option.dir"))] = Path("demo"),
    afresh: Annotated[bool, typer.Option("--afresh", help=told("option.afresh"))] = False,
    as_json: Json = False,
) -> None:
    """[dim]crossaisle demo[/]"""
    started = time.monotonic()
    shop = Shop.open(folder) if (folder / FILE).exists() else Shop.create(folder)
    language = shop.settings.language
    _load(shop, as_json)
    measured, report_folder = _measure(shop, afresh, as_json)
    with progress(language, as_json) as stages:
        if afresh or not shop.is_live(CUT, measured.best):
            shop.train(CUT, measured.best, None, stages)
        request = shop.slates("new-categories")
        slates = list(request.batches(list(HOUSEHOLDS), 8, explain=True, progress=stages))
        shares = [batch.n_fallback() for batch in request.batches("all", 20, progress=stages)]
    fallback, known = (sum(counts) for counts in zip(*shares, strict=True))
    version, model = shop.live.version, shop.live.artifact.facts
    if as_json:
        picks = [row for batch in slates for row in described(batch)]
        beside = {"fallback_share": fallback / known, "report": str(report_folder)}
        print_json({**measured.to_dict(), "model": {"version": version, **model}, "slates": picks, **beside})
        return
    facts = {"users": model["n_users"], "items": model["n_items"], "until": CUT}
    out.print(say("cli.trained", language, name=measured.best, version=version, **facts))
    show_slates(slates, language)
    out.print(say("cli.fallback", language, share=fallback / known))
    out.print(say("cli.report", language, place=report_folder / "report.html"))
    out.print(say("cli.demo.lighter", language, place=folder))
    out.print(say("cli.demo.done", language, seconds=time.monotonic() - started, place=folder))


def _load(shop: Shop, is_quiet: bool) -> None:
    language = shop.settings.language
    if not shop.lake.counts().get("events"):
        with progress(language, is_quiet) as stages:
            report = shop.load(plugins.source("complete-journey")(), stages)
        if not is_quiet:
            show_load(report, language)
    elif not is_quiet:
        out.print(say("cli.demo.reused", language))


def _measure(shop: Shop, afresh: bool, is_quiet: bool) -> tuple[Evaluation, Path]:
    """Figures of all models and the folder of their report, of an earlier run if there is one that still holds."""
    language = shop.settings.language
    before = None if afresh else shop.measured_before(CUT, None, MODELS)
    if before and not is_quiet:
        out.print(say("cli.demo.measured", language))
    with progress(language, is_quiet) as stages:
        measured, folder = before or shop.evaluate(CUT, None, MODELS, stages)
    if not is_quiet:
        show_figures(measured, language)
    return measured, folder
