"""`crossaisle tune`."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from crossaisle.cli.options import HERE, Json, Workspace
from crossaisle.cli.terminal import out, print_json, progress, table, told
from crossaisle.data.moments import seconds
from crossaisle.settings import FILE, as_toml
from crossaisle.shop import Shop
from crossaisle.words import Language, say

if TYPE_CHECKING:
    from crossaisle.loop.tune import Tuned


def tune(
    model: Annotated[str | None, typer.Argument(metavar="[MODEL]", help=told("option.tuned"))] = None,
    trials: Annotated[int, typer.Option(min=1, help=told("option.trials"))] = 30,
    timeout: Annotated[str | None, typer.Option(help=told("option.timeout"))] = None,
    until: Annotated[str | None, typer.Option(help=told("option.until"))] = None,
    save: Annotated[bool, typer.Option("--save", help=told("option.save"))] = False,
    workspace: Workspace = HERE,
    as_json: Json = False,
) -> None:
    """[dim]crossaisle tune ease --trials 40 --until 2017-11-01[/]"""
    shop = Shop.open(workspace)
    language = shop.settings.language
    names = [model] if model else list(shop.settings.training.candidates)
    limit = seconds(timeout) if timeout else None
    with progress(language, as_json) as stages:
        found = shop.tune(names, trials, limit, until, stages)
    written = {name: shop.keep(name, tuned) for name, tuned in found.items()} if save else None
    if as_json:
        print_json([_described(name, tuned, written) for name, tuned in found.items()])
        return
    for name, tuned in found.items():
        show(name, tuned, language)
        if written is not None:
            _say_written(name, written[name], shop.folder / FILE, language)
        elif tuned.best != tuned.current:
            out.print(say("cli.tuned.save", language))


def _described(name: str, tuned: "Tuned", written: Mapping[str, Mapping[str, Any]] | None) -> dict[str, Any]:
    return {"recommender": name, **tuned.to_dict(), "written": None if written is None else written[name]}


def show(name: str, tuned: "Tuned", language: Language) -> None:
    """A table of the trials, and what was best."""
    title = say("cli.tuned", language, name=name, measure=tuned.measure, task=tuned.task, windows=_days(tuned))
    headings = [say(f"cli.{one}", language) for one in ("trial", "options", "score", "seconds", "how")]
    rows = [
        (
            f"{one.number} ●" if one.number == tuned.best else str(one.number),
            ", ".join(f"{option}={_shown(value)}" for option, value in one.options.items()),
            "" if one.score is None else one.score,
            f"{one.seconds:.1f}",
            say(f"cli.{one.state}", language, why=one.why),
        )
        for one in tuned.trials
    ]
    table(title, headings, rows, numeric=(2, 3))
    best, current = tuned.trials[tuned.best], tuned.trials[tuned.current]
    facts = {"number": best.number, "score": best.score, "current": current.number, "now": current.score}
    out.print(say("cli.tuned.kept" if best is current else "cli.tuned.best", language, **facts))


def _say_written(name: str, written: Mapping[str, Any], place: Path, language: Language) -> None:
    told = [
        say("cli.tuned.taken_out", language, option=option) if value is None else f"{option} = {as_toml(value)}"
        for option, value in written.items()
    ]
    key = "cli.tuned.saved" if written else "cli.tuned.same"
    out.print(escape(say(key, language, place=place, name=name, options=", ".join(told))))


def _days(tuned: "Tuned") -> str:
    return ", ".join(f"{first[:10]} – {last[:10]}" for first, last in tuned.windows)


def _shown(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "none"}[value]
    return f"{value:g}" if isinstance(value, float) else str(value)
