"""Loading: collect ▸ clean ▸ normalise, from a source into the lake, all of it or nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from crossaisle.data.cleaning import Facts
from crossaisle.data.mapping import Map
from crossaisle.data.source import Part, Remote, Source
from crossaisle.data.tables import CATALOG, EVENTS, table_named
from crossaisle.errors import InputError
from crossaisle.loop.loading.load_events import compare, write
from crossaisle.loop.loading.load_report import LoadReport, TableReport
from crossaisle.loop.loading.load_tables import catalog_columns, catalog_of, faults_of, load_table, put
from crossaisle.loop.loading.staging import Staged, aside, stage
from crossaisle.stores.change import Change
from crossaisle.stores.lake import Lake
from crossaisle.stores.quarantine import Quarantine, QuarantinedLoad


class Progress(Protocol):
    """Told how far a step of work is: a key of the words, and a share in [0, 1]."""

    def __call__(self, stage: str, done: float) -> None: ...


@dataclass(frozen=True)
class LoadOptions:
    """How a load runs.

    Args:
        map: how the source's columns are read and cleaned, in place of the source's own map.
        memory_limit: of the engine, such as "2GB".
        threads: of the engine; all processors when None.
    """

    map: Map | None = None
    memory_limit: str = "2GB"
    threads: int | None = None


def load(
    source: Source,
    lake: Lake,
    quarantine: Quarantine,
    options: LoadOptions,
    now: int,
    progress: Progress,
    clock: Callable[[], float] = lambda: 0.0,
) -> LoadReport:
    """Load all tables of a source.

    Args:
        now: the moment of loading in microseconds since 1970; later events are in the future.
        clock: seconds, for the report.

    Raises:
        InputError: a file cannot be read, lacks a column, or too many of its rows are bad. The lake is as it
        was. BusyError: another process changes the lake.
        ServiceError: another system, such as a database, does not answer.
        StorageError: the disk is full.
    """
    started = clock()
    shop = options.map or source.map
    quarantined = quarantine.begin(now)
    with lake.change(options.memory_limit, options.threads) as change:
        loading = _Loading(change, shop, now, quarantined, progress)
        parts = _parts(source, change, progress)
        reports = loading.all(parts)
    folder = str(quarantined.folder) if quarantined.folder.exists() else ""
    progress("load.stage.done", 1.0)
    return LoadReport(tuple(reports), folder, clock() - started)


def _parts(source: Source, change: Change, progress: Progress) -> Mapping[str, tuple[Part, ...]]:
    if isinstance(source, Remote):
        return source.fetch(change.engine, change.staging, progress)
    return source.tables(change.engine, change.staging)


@dataclass(frozen=True)
class _Loading:
    change: Change
    shop: Map
    now: int
    quarantined: QuarantinedLoad
    progress: Progress

    def all(self, parts: Mapping[str, tuple[Part, ...]]) -> list[TableReport]:
        """Load the catalogue, the events and the rest."""
        reports = []
        events = None
        if EVENTS.name in parts:
            self.progress("load.stage.read", 0.0)
            facts = Facts(EVENTS, self.now)
            events = stage(self.change, parts[EVENTS.name], EVENTS, self.shop, facts, catalog_columns(self.shop))
            if not events.n_read:
                raise InputError(
                    "there is no row below the header", _names(parts[EVENTS.name]), "Give a file with rows."
                )
        self.progress("load.stage.catalog", 0.4)
        if CATALOG.name in parts:
            reports.append(self._table(CATALOG.name, parts[CATALOG.name]))
        if events is not None and self.shop.has_catalog_in_events:
            reports.append(put(self.change, CATALOG, catalog_of(events), self.shop, TableReport(CATALOG.name)))
        if events is not None:
            reports.append(self._events(events))
        self.progress("load.stage.tables", 0.85)
        rest = [name for name in parts if name not in (EVENTS.name, CATALOG.name)]
        reports += [self._table(name, parts[name]) for name in rest]
        return reports

    def _events(self, staged: Staged) -> TableReport:
        self.progress("load.stage.compare", 0.5)
        staged, late = compare(self.change, staged, self.shop.cleaning)
        report = TableReport(EVENTS.name, staged.n_read, set_aside=late.all_counts(staged))
        if report.set_aside:
            self.quarantined.write(self.change.engine, EVENTS.name, aside(staged, EVENTS, late.aside))
        self._stop_if_bad(report)
        self.progress("load.stage.write", 0.6)
        written = write(self.change, staged, late)
        return replace(written, faults=faults_of(written.set_aside, self.shop.cleaning))

    def _table(self, name: str, parts: tuple[Part, ...]) -> TableReport:
        table = table_named(name)
        report = load_table(self.change, parts, table, self.shop, Facts(table, self.now), self.quarantined)
        self._stop_if_bad(report)
        return report

    def _stop_if_bad(self, report: TableReport) -> None:
        faults = faults_of(report.set_aside, self.shop.cleaning)
        limit = self.shop.cleaning.max_bad_share
        if not report.read or faults <= limit * report.read:
            return
        worst = sorted(report.set_aside.items(), key=lambda one: -one[1])[:3]
        took = ", ".join(f"{name} {n:,}" for name, n in worst)
        raise InputError(
            f"{faults:,} of {report.read:,} rows are bad, more than {limit:.0%}: {took}",
            report.table,
            f"Nothing was loaded. See the rows and reasons in {self.quarantined.folder}, "
            "mend the file or its map, or raise cleaning.max_bad_share.",
        )


def _names(parts: tuple[Part, ...]) -> str:
    return ", ".join(part.name for part in parts)
