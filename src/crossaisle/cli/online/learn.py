"""`crossaisle learn`."""

import time
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from crossaisle.cli.online.keys import stores_of
from crossaisle.cli.options import HERE, Json, Workspace
from crossaisle.cli.terminal import out, print_json, progress, told
from crossaisle.words import Language, say

if TYPE_CHECKING:
    from crossaisle.loop.learn import Learnt


def learn(
    compact: Annotated[bool, typer.Option("--compact", help=told("option.compact"))] = False,
    force: Annotated[bool, typer.Option("--force", help=told("option.force"))] = False,
    fold_in: Annotated[bool, typer.Option("--fold-in", help=told("option.fold_in"))] = False,
    workspace: Workspace = HERE,
    as_json: Json = False,
) -> None:
    """[dim]crossaisle learn[/]"""
    from crossaisle.shop.learning import Learning

    with stores_of(workspace) as (shop, stores):
        language = shop.settings.language
        learning = Learning(shop, stores)
        with progress(language, as_json) as stages:
            now = time.time_ns() // 1000
            taken = learning.compact(now, stages)
            learnt = None if compact else learning.learn(stages, force, fold_in)
    if as_json:
        print_json({"compacted": asdict(taken), **(learnt.to_dict() if learnt else {})})
        return
    out.print(say("cli.compacted", language, **asdict(taken)))
    if learnt is None:
        return
    for line in lines_of(learnt, language):
        out.print(line, markup=False)
    out.print(say(f"cli.learn.{learnt.outcome}", language, version=learnt.version, window=learnt.window))


def lines_of(learnt: "Learnt", language: Language) -> Iterator[str]:
    """How the new model did beside the live one, why that may not be trusted, and what slates taught."""
    compared, explored, taught = learnt.comparison, learnt.off_policy, learnt.taught
    if compared is not None:
        facts = {name: getattr(compared, name) for name in ("metric", "task", "new", "live", "ratio", "low", "high")}
        yield say("cli.learn.compared", language, users=compared.n_users, **facts)
    if explored is not None:
        snips = explored.difference.snips
        values = {"new": explored.new.snips.value, "live": explored.live.snips.value, "difference": snips.value}
        interval = {"low": snips.low, "high": snips.high}
        choices = explored.new.n_choices
        yield say("cli.learn.explored", language, window=learnt.window, choices=choices, **values, **interval)
        yield from (say(f"feedback.limit.{limit}", language) for limit in explored.difference.limits)
    if taught is not None:
        method = say(f"feedback.method.{taught.examination.method}", language)
        yield say("cli.learn.taught", language, slates=taught.n_slates, clicks=taught.n_clicks, method=method)
