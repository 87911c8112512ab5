"""`crossaisle demo`: the whole way on Complete Journey."""

import time
from pathlib import Path
from typing import Annotated

import typer

from crossaisle import plugins
from crossaisle.cli.load import show as show_load
from crossaisle.cli.measure import show as show_figures
from crossaisle.cli.recommend import show as show_slates
from crossaisle.cli.terminal import out, progress, told
from crossaisle.settings import FILE
from crossaisle.shop import Shop
from crossaisle.words import say

CUT = "2017-11-01"
MODELS = (
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
) -> None:
    """[dim]crossaisle demo[/]"""
    started = time.monotonic()
    shop = Shop.open(folder) if (folder / FILE).exists() else Shop.create(folder)
    language = shop.settings.language
    if shop.lake.counts().get("events"):
        out.print(say("cli.demo.reused", language))
    else:
        with progress(language) as stages:
            report = shop.load(plugins.source("complete-journey")(), stages)
        show_load(report, language)
    with progress(language) as stages:
        measured, report_folder = shop.evaluate(CUT, None, MODELS, stages)
    show_figures(measured, language)
    with progress(language) as stages:
        version, trained = shop.train(CUT, measured.best, None, stages)
        request = shop.slates("new-categories")
        slates = list(request.batches(list(HOUSEHOLDS), 8, explain=True, progress=stages))
        shares = [batch.n_fallback() for batch in request.batches("all", 20, progress=stages)]
    facts = {"users": trained.n_users, "items": trained.n_items, "until": CUT}
    out.print(say("cli.trained", language, name=trained.name, version=version, **facts))
    show_slates(slates, language)
    fallback, known = (sum(counts) for counts in zip(*shares, strict=True))
    out.print(say("cli.fallback", language, share=fallback / known))
    out.print(say("cli.report", language, place=report_folder / "report.html"))
    out.print(say("cli.demo.done", language, seconds=time.monotonic() - started, place=folder))
