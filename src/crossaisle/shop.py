"""Shop: one object that holds a workspace's running parts; the only place that wires them and resolves names."""

import json
import os
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crossaisle import plugins
from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import FOREVER, moment
from crossaisle.data.source import Source
from crossaisle.data.split import Split
from crossaisle.data.text_encoder import TextEncoder
from crossaisle.data.training import Progress, Training, silent
from crossaisle.errors import SettingsError
from crossaisle.evaluation.protocol import Evaluation
from crossaisle.evaluation.report import earlier_report, write_report
from crossaisle.loop.categories import n_made
from crossaisle.loop.evaluate import fit_and_measure
from crossaisle.loop.load import LoadOptions, load
from crossaisle.loop.load_report import LoadReport
from crossaisle.loop.reading import Reading
from crossaisle.loop.train import Trained, TrainOptions, publish, train
from crossaisle.models.artifacts import Artifact, manifest_or_error, read_artifact, read_manifest
from crossaisle.models.part import from_text
from crossaisle.models.recommender import Fitted, Recommender
from crossaisle.models.shelf import described
from crossaisle.settings import FILE, Settings, read_settings, write_options, write_template
from crossaisle.slates.filtering.stock import Stock
from crossaisle.slates.recommend import Request
from crossaisle.stores.lake import Lake
from crossaisle.stores.quarantine import Quarantine
from crossaisle.stores.registry import Registry
from crossaisle.stores.text_cache import CachedEncoder

if TYPE_CHECKING:
    from crossaisle.loop.tune import Tuned


@dataclass(frozen=True)
class LiveModel:
    """The published model, ready to score. until: the cut it was trained to, microseconds since 1970."""

    version: int
    artifact: Artifact
    fitted: Fitted
    until: int


class Shop:
    """A workspace: settings, lake, quarantine, models and reports in one folder."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder, self.settings = folder, settings
        self.lake = Lake(folder / "lake", settings.limits.memory)
        self.quarantine = Quarantine(folder / "quarantine")
        self.registry = Registry(folder / "models")

    @classmethod
    def open(cls, folder: str | Path) -> "Shop":
        """Open a workspace.

        Raises:
            SettingsError: there is none, or its settings cannot be used.
        """
        return cls(Path(folder), read_settings(Path(folder)))

    @classmethod
    def create(cls, folder: str | Path) -> "Shop":
        """Make a new workspace; the folder may exist, but hold none yet.

        Raises:
            SettingsError: it holds a workspace already.
            StorageError: it cannot be written.
        """
        path = Path(folder)
        if (path / FILE).exists():
            raise SettingsError("there is a workspace already", str(path / FILE), "Use it, or choose another folder.")
        write_template(path)
        return cls.open(path)

    def load(self, source: Source, progress: Progress = silent, own_map: bool = True) -> LoadReport:
        """Load a source into the lake, read by the settings' map if there is one and `own_map`, else by its own."""
        limits = self.settings.limits
        shop_map = self.settings.map if own_map and self.settings.is_mapped else None
        options = LoadOptions(map=shop_map, memory_limit=limits.memory, threads=limits.threads)
        now = time.time_ns() // 1000
        return load(source, self.lake, self.quarantine, options, now, progress, time.monotonic)

    @cached_property
    def encoder(self) -> TextEncoder:
        """The text encoder of the settings; what it answers is kept in the workspace."""
        chosen = self.settings.text
        encoder = from_text(plugins.text_encoder(chosen.encoder), chosen.options(os.environ))
        return CachedEncoder(encoder, self.folder / "cache")

    @property
    def _reading(self) -> Reading:
        chosen = self.settings
        return Reading(
            self.lake, chosen.denoise, lambda: self.encoder, chosen.categories.from_titles, chosen.training.seed
        )

    def dataset(self, until: int = FOREVER, known: Artifact | None = None) -> Dataset:
        """The lake's events before `until` as arrays: see loop.reading."""
        return self._reading.dataset(until, known)

    def _moment(self, typed: str) -> int:
        """A date or time that a person typed, in the shop's zone if it names none."""
        return moment(typed, self.settings.timezone)

    def recommenders(self, names: Sequence[str], texts: Mapping[str, str] | None = None) -> dict[str, Recommender]:
        """Recommenders by name with the options of the settings, and those of `texts` for a single one."""
        kept = self.settings.models
        return {name: from_text(plugins.recommender(name), texts or {}, kept.get(name, {})) for name in names}

    @property
    def _train_options(self) -> TrainOptions:
        chosen = self.settings.training
        checkpoints = self.folder / "checkpoints"
        options = (chosen.horizon, chosen.windows, chosen.seed, chosen.min_purchases, checkpoints)
        return TrainOptions(*options, encoder=self.encoder)

    def train(
        self,
        until: str | None = None,
        model: str | None = None,
        options: Mapping[str, str] | None = None,
        progress: Progress = silent,
    ) -> tuple[int, Trained]:
        """Fit on events before `until`, by default all, and publish; the version and what was trained.

        A training of networks that was broken off goes on where it was.
        """
        names = [model] if model else list(self.settings.training.candidates)
        recommenders = self.recommenders(names, options)
        progress("read", 0)
        dataset = self.dataset(FOREVER if until is None else self._moment(until))
        trained = train(dataset, recommenders, self._train_options, progress)
        version = publish(self.registry, trained, dataset, self._facts)
        shutil.rmtree(self.folder / "checkpoints", ignore_errors=True)
        return version, trained

    def tune(
        self,
        names: Sequence[str],
        trials: int,
        seconds: float | None = None,
        until: str | None = None,
        progress: Progress = silent,
    ) -> "dict[str, Tuned]":
        """Search the options of each recommender on windows before `until`; see loop.tune. `seconds` are for all."""
        from crossaisle.loop.tune import tune  # Optuna is imported when it is asked for

        progress("read", 0)
        dataset = self.dataset(FOREVER if until is None else self._moment(until))
        facts = {**self._facts, "version": metadata.version("crossaisle")}
        began, found = time.monotonic(), {}
        for name, recommender in self.recommenders(names).items():
            left = None if seconds is None else seconds - (time.monotonic() - began)
            file = self.registry.folder / "tuning" / f"{name}.db"
            how = self._train_options
            found[name] = tune(recommender, dataset, trials, left, how=how, file=file, facts=facts, progress=progress)
        return found

    def keep(self, name: str, tuned: "Tuned") -> dict[str, Any]:
        """Write the best options into the settings' file where they differ from those there; what was written."""
        options, now = tuned.trials[tuned.best].options, self.recommenders([name])[name]
        changed = {option: value for option, value in options.items() if getattr(now, option) != value}
        if changed:
            write_options(self.folder, name, changed)
        return changed

    @cached_property
    def live(self) -> LiveModel:
        """The live model.

        Raises:
            ArtifactError: there is none, or its files were altered.
        """
        version = self.registry.live() or 0
        artifact = read_artifact(self.registry.path(version) if version else self.registry.folder)
        fitted = plugins.recommender(artifact.recommender).fitted.restore(artifact.state)
        return LiveModel(version, artifact, fitted, int(artifact.facts["until_microseconds"]))

    def slates(self, focus: str | None = None, as_of: str | None = None) -> Request:
        """Slates of the live model, to be made batch by batch; history lies before its `until` or before `as_of`."""
        chosen = self.settings.slates
        live = self.live
        dataset = self.dataset(live.until if as_of is None else self._moment(as_of), live.artifact)
        options = chosen.path
        if options.min_purchases is None:
            options = replace(options, min_purchases=self.settings.training.min_purchases)
        return Request.of(
            live.fitted,
            dataset,
            focus or chosen.focus,
            options=options,
            sources=self._sources(dataset),
            stock=self._stock(dataset),
            language=self.settings.language,
        )

    def _sources(self, dataset: Dataset) -> tuple[Fitted, ...]:
        """What speaks for users of whom the model knows no item: the categories that they bought from."""
        if not dataset.n_categories:
            return ()
        return (plugins.recommender("category-transition")().fit(Training(dataset)),)

    def _stock(self, dataset: Dataset) -> Stock | None:
        table = self.lake.table("stock")
        return None if table is None else Stock.of(table.to_pyarrow(), dataset.index.items)

    def split(self, cut: str, horizon: str | None) -> Split:
        """The lake's events cut in time, the past as training reads it."""
        return self._reading.split(self._moment(cut), horizon)

    def dataset_unweighed(self) -> Dataset:
        """All of the lake as arrays, every weight 1."""
        return self._reading.whole()

    def evaluate(
        self, cut: str, horizon: str | None, names: Sequence[str], progress: Progress = silent
    ) -> tuple[Evaluation, Path]:
        """Fit each recommender on the past of the cut, measure it by the protocol, and write a report; its folder."""
        recommenders = self.recommenders(names)
        progress("read", 0)
        split = self.split(cut, horizon)
        training = self.settings.training
        measured = fit_and_measure(
            recommenders,
            split,
            seed=training.seed,
            min_purchases=training.min_purchases,
            progress=progress,
            encoder=self.encoder,
        )
        facts = {**self._facts_of_evaluation(cut, horizon, names), "title_categories": n_made(split.train)}
        folder = self.folder / "reports" / f"{cut}-{int(time.time())}"
        progress("report", 0)
        write_report(folder, measured, split, facts, self.settings.language, training.min_purchases)
        progress("report", 1)
        return measured, folder

    def measured_before(self, cut: str, horizon: str | None, names: Sequence[str]) -> tuple[Evaluation, Path] | None:
        """What `evaluate` found before on the same data with the same options, and the report's folder."""
        return earlier_report(self.folder / "reports", self._facts_of_evaluation(cut, horizon, names))

    @property
    def _facts(self) -> dict[str, Any]:
        """What every figure and every model depends on."""
        return {
            "data_fingerprint": self.lake.fingerprint(),
            "seed": self.settings.training.seed,
            "text_encoder": self.encoder.name,
            "categories": self.settings.categories.model_dump(),
        }

    def _facts_of_evaluation(self, cut: str, horizon: str | None, names: Sequence[str]) -> dict[str, Any]:
        training = self.settings.training
        return {
            **self._facts,
            "cut": cut,
            "horizon": horizon,
            "min_purchases": training.min_purchases,
            "lake": self.lake.counts(),
            "options": {name: described(one) for name, one in self.recommenders(names).items()},
        }

    def is_live(self, until: str, name: str) -> bool:
        """Whether the live model is this recommender, trained on the same data to `until` with the same options."""
        version = self.registry.live()
        if not version:
            return False
        manifest = manifest_or_error(self.registry.path(version))
        sought = {
            "recommender": name,
            "until_microseconds": self._moment(until),
            "options": described(self.recommenders([name])[name]),
            **self._facts,
        }
        return all(manifest.get(key) == value for key, value in json.loads(json.dumps(sought)).items())

    def models(self) -> list[dict[str, Any]]:
        """Manifests of all published models, or why one cannot be read, with version and whether they are live."""
        live = self.registry.live()
        return [
            {"version": version, "is_live": version == live, **manifest_or_error(self.registry.path(version))}
            for version in self.registry.versions()
        ]

    def rollback(self, to: int | None = None) -> int:
        """Make an earlier model live that can be read: `to`, or the one before the live one; its version."""
        return self.registry.rollback(to, read_manifest)
