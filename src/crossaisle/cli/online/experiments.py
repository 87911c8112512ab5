"""`crossaisle experiments list`, `start`, `read`, `stop`."""

from typing import Annotated, Any

import typer

from crossaisle.cli.online.keys import stores_of
from crossaisle.cli.options import HERE, Json, Workspace
from crossaisle.cli.terminal import out, print_json, table, told
from crossaisle.errors import UsageError
from crossaisle.evaluation.experiments import Reading
from crossaisle.evaluation.experiments.intervals import Difference
from crossaisle.shop.trying import Trying
from crossaisle.words import Language, say

experiments_app = typer.Typer(no_args_is_help=True)

Id = Annotated[str, typer.Argument(help=told("option.experiment"))]


@experiments_app.command("list", help=told("help.experiments.list"))
def list_(workspace: Workspace = HERE, as_json: Json = False) -> None:
    """All experiments."""
    with stores_of(workspace) as (shop, stores):
        found = Trying(shop, stores).all()
    if as_json:
        print_json(found)
        return
    language = shop.settings.language
    headings = [say(f"cli.experiments.{name}", language) for name in ("id", "arms", "purpose", "started", "stopped")]
    rows = [
        (one["experiment_id"], ", ".join(one["arms"]), one["purpose"], one["started_at"], one["stopped_at"] or "")
        for one in found
    ]
    table("", headings, rows)


@experiments_app.command(help=told("help.experiments.start"))
def start(
    experiment: Id,
    arm: Annotated[list[str], typer.Option(help=told("option.arm"))],
    share: Annotated[float, typer.Option(min=0.0, max=1.0, help=told("option.share"))] = 1.0,
    metric: Annotated[str, typer.Option(help=told("option.metric"))] = "conversion",
    days: Annotated[float, typer.Option(help=told("option.days"))] = 7.0,
    planned: Annotated[int, typer.Option(help=told("option.planned"))] = 10_000,
    purpose: Annotated[str, typer.Option(help=told("option.purpose"))] = "",
    workspace: Workspace = HERE,
    as_json: Json = False,
) -> None:
    """Start an experiment."""
    arms = [_arm(text) for text in arm]
    asked: dict[str, Any] = {
        "experiment_id": experiment,
        "arms": {name: what for name, what, _ in arms},
        "weights": [weight for _, _, weight in arms],
        "share": share,
        "metric": metric,
        "days": days,
        "planned_units": planned,
        "purpose": purpose,
    }
    with stores_of(workspace) as (shop, stores):
        started = Trying(shop, stores).start(asked)
    if as_json:
        print_json(started)
    else:
        out.print(say("cli.experiments.runs", shop.settings.language, experiment=experiment))


@experiments_app.command(help=told("help.experiments.read"))
def read(experiment: Id, workspace: Workspace = HERE, as_json: Json = False) -> None:
    """What an experiment says so far."""
    with stores_of(workspace) as (shop, stores):
        found = Trying(shop, stores).read(experiment)
    if as_json:
        print_json(found.to_dict())
    else:
        _show(found, shop.settings.language)


@experiments_app.command(help=told("help.experiments.stop"))
def stop(experiment: Id, workspace: Workspace = HERE, as_json: Json = False) -> None:
    """End an experiment."""
    with stores_of(workspace) as (shop, stores):
        stopped = Trying(shop, stores).stop(experiment)
    if as_json:
        print_json(stopped)
    else:
        out.print(say("cli.experiments.ended", shop.settings.language, experiment=experiment))


def _arm(text: str) -> tuple[str, dict[str, Any], float]:
    """Name, what it is served, and weight, of `name`, `name=weight:2` or `name=model:3,focus:all,weight:2`."""
    name, _, rest = text.partition("=")
    what: dict[str, Any] = {}
    weight = 1.0
    for one in [part for part in rest.split(",") if part]:
        key, sign, value = one.partition(":")
        if not sign or key not in ("model", "focus", "weight"):
            remedy = "Write it as NAME, or as NAME=model:3,focus:all,weight:2."
            raise UsageError(f'"{text}" is no arm', "--arm", remedy)
        if key == "weight":
            weight = _number(value, text)
        else:
            what[key] = int(value) if key == "model" and value.isdigit() else value
    return name, what, weight


def _number(value: str, text: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise UsageError(f'"{value}" is no weight', f"--arm {text}", "Write a number, such as weight:2.") from None


def _show(found: Reading, language: Language) -> None:
    headings = [
        say("experiments.metric", language),
        say("experiments.arm", language),
        say("experiments.units", language),
        say("experiments.mean", language),
        say("experiments.relative", language),
        say("experiments.fixed", language, percent=round(100 * (1 - found.alpha))),
        say("experiments.always", language, percent=round(100 * (1 - found.alpha))),
    ]
    rows = []
    for metric in found.arms[0].metrics:
        for arm in found.arms:
            told_of = arm.metrics[metric]
            difference = told_of.adjusted or told_of.difference
            mean = told_of.mean if told_of.adjusted_mean is None else told_of.adjusted_mean
            name = say(f"experiments.metric.{metric}", language)
            rows.append((name, arm.name, arm.n, float(mean), *_intervals(difference, language)))
    table("", headings, rows, numeric=(2, 3))
    facts: dict[str, Any] = {
        "arm": found.decided,
        "control": found.arms[0].name,
        "metric": say(f"experiments.metric.{found.primary}", language),
        "p_value": f"{found.ratio.p_value:.2g}",
    }
    out.print(say(f"experiments.verdict.{found.verdict}", language, **facts), markup=False)


def _intervals(difference: Difference | None, language: Language) -> tuple[str, str, str]:
    """Relative difference, and both of its intervals, in percent."""
    if difference is None:
        return "", "", ""
    unknown = say("experiments.unbounded", language)
    value = unknown if difference.relative != difference.relative else f"{100 * difference.relative:+.1f} %"
    spans = [
        f"[{100 * one.relative_low:+.1f}, {100 * one.relative_high:+.1f}] %"
        if abs(one.relative_low) < float("inf") and abs(one.relative_high) < float("inf")
        else unknown
        for one in (difference.fixed, difference.always)
    ]
    return value, spans[0], spans[1]
