"""`crossaisle init` and `crossaisle load`."""

from pathlib import Path
from typing import Annotated

import typer

from crossaisle import plugins
from crossaisle.cli.options import HERE, Json, Workspace, pairs
from crossaisle.cli.terminal import out, print_json, progress, table, told
from crossaisle.data.mapping import read_map
from crossaisle.data.source import Source
from crossaisle.data.sources.files import Files
from crossaisle.errors import UsageError
from crossaisle.loop.loading.load_report import LoadReport
from crossaisle.settings import FILE
from crossaisle.shop import Shop
from crossaisle.words import Language, say


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=told("option.dir"))] = HERE,
    as_json: Json = False,
) -> None:
    """[dim]crossaisle init shop[/]"""
    shop = Shop.create(folder)
    if as_json:
        print_json({"workspace": str(shop.folder), "settings": str(shop.folder / FILE)})
        return
    language = shop.settings.language
    out.print(say("cli.made", language, place=shop.folder, file=shop.folder / FILE))
    out.print(say("cli.next.load", language))


def load(
    events: Annotated[list[str] | None, typer.Option(help=told("option.events"))] = None,
    catalog: Annotated[list[str] | None, typer.Option(help=told("option.catalog"))] = None,
    customers: Annotated[list[str] | None, typer.Option(help=told("option.customers"))] = None,
    identities: Annotated[list[str] | None, typer.Option(help=told("option.identities"))] = None,
    stock: Annotated[list[str] | None, typer.Option(help=told("option.stock"))] = None,
    promotions: Annotated[list[str] | None, typer.Option(help=told("option.promotions"))] = None,
    columns: Annotated[Path | None, typer.Option(help=told("option.columns"))] = None,
    source: Annotated[str | None, typer.Option(help=told("option.source"))] = None,
    option: Annotated[list[str] | None, typer.Option(help=told("option.of_source"))] = None,
    workspace: Workspace = HERE,
    as_json: Json = False,
) -> None:
    """[dim]crossaisle load --events sales.csv --catalog items.csv --columns map.toml[/]"""
    shop = Shop.open(workspace)
    files = {
        "events": events,
        "catalog": catalog,
        "customers": customers,
        "identities": identities,
        "stock": stock,
        "promotions": promotions,
    }
    given = {name: tuple(paths) for name, paths in files.items() if paths}
    chosen = _source(given, columns, source, pairs(option, "events=sales"), shop)
    language = shop.settings.language
    with progress(language, as_json) as stages:
        report = shop.load(chosen, stages, own_map=columns is None)
    if as_json:
        print_json(report.to_dict())
    else:
        show(report, language)


def _source(
    given: dict[str, tuple[str, ...]], columns: Path | None, source: str | None, options: dict[str, str], shop: Shop
) -> Source:
    if source and given:
        raise UsageError("--source stands in place of files", remedy="Give either a source or files.")
    if options and not source:
        raise UsageError("--option needs --source", remedy="Name the source that the option belongs to.")
    own_map = read_map(columns) if columns else None
    if source:
        return plugins.source_of(source, options, own_map)
    return Files(**given, map=own_map or shop.settings.map)


def show(report: LoadReport, language: Language) -> None:
    """Tables of what was kept, mended and set aside, and why."""
    headings = [say(f"cli.{name}", language) for name in ("table", "read", "kept", "there", "mended", "aside")]
    rows = [
        (
            one.table,
            one.read,
            one.kept,
            one.already_there,
            sum(one.mended.values()),
            sum(one.set_aside.values()),
        )
        for one in report.tables
    ]
    table(say("cli.loaded", language, seconds=report.seconds), headings, rows, numeric=range(1, 6))
    rules = [
        (one.table, say(f"{kind}.{rule}", language), n)
        for one in report.tables
        for kind, counts in (("mended", one.mended), ("set_aside", one.set_aside))
        for rule, n in counts.items()
    ]
    if rules:
        title = f"{say('cli.mended', language)}, {say('cli.aside', language)}"
        table(title, [say(f"cli.{name}", language) for name in ("table", "rule", "rows")], rules, numeric=(2,))
    events = report.table("events")
    if events.returns:
        out.print(say("cli.returns", language, matched=events.matched_returns, n=events.returns))
    if events.off_catalog:
        out.print(say("cli.off_catalog", language, n=events.off_catalog))
    if report.quarantine:
        out.print(say("cli.quarantine", language, place=report.quarantine))
