"""Shop: one object that holds a workspace's running parts; the only place that wires them and resolves names."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from crossaisle import plugins
from crossaisle.data.dataset import Dataset
from crossaisle.data.denoising import denoise
from crossaisle.data.index import Index
from crossaisle.data.moments import FOREVER, moment
from crossaisle.data.source import Source
from crossaisle.data.split import Split
from crossaisle.data.training import Progress, Training, silent
from crossaisle.errors import InputError, SettingsError, StorageError
from crossaisle.evaluation.protocol import Evaluation, evaluate
from crossaisle.loop.load import LoadOptions, load
from crossaisle.loop.load_report import LoadReport
from crossaisle.loop.train import Trained, TrainOptions, publish, train
from crossaisle.models.artifacts import Artifact, read_artifact, read_manifest
from crossaisle.models.part import from_text, from_values
from crossaisle.models.recommender import Fitted, Recommender
from crossaisle.settings import FILE, TEMPLATE, Settings, read_settings
from crossaisle.slates.recommend import recommend
from crossaisle.stores.lake import Lake
from crossaisle.stores.quarantine import Quarantine
from crossaisle.stores.registry import Registry


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
        try:
            path.mkdir(parents=True, exist_ok=True)
            (path / FILE).write_text(TEMPLATE, encoding="utf-8")
        except OSError as error:
            raise StorageError(f"the folder cannot be written: {error.strerror}", str(path)) from None
        return cls.open(path)

    def load(self, source: Source, progress: Progress = silent) -> LoadReport:
        """Load a source into the lake; what settings say of columns and cleaning goes before the source's own map."""
        limits = self.settings.limits
        shop_map = self.settings.map if self.settings.is_mapped else None
        options = LoadOptions(map=shop_map, memory_limit=limits.memory, threads=limits.threads)
        now = time.time_ns() // 1000
        return load(source, self.lake, self.quarantine, options, now, progress, time.monotonic)

    def dataset(self, until: int = FOREVER, known: Index | None = None) -> Dataset:
        """The lake's events before `until` as arrays, weighed by denoising.

        Raises:
            InputError: the lake holds no event before it.
        """
        if not self.lake.counts().get("events"):
            raise InputError("no events are loaded", str(self.lake.folder), "Load some with: crossaisle load --events FILE")
        tables = (self.lake.table("catalog"), self.lake.table("customers"))
        dataset = Dataset.from_tables(self.lake.events(until=until), *tables, until=until, known=known)
        if until == FOREVER:
            dataset = replace(dataset, until=dataset.span()[1] + 1)
        return denoise(dataset.before(dataset.until) if known is None else dataset, self.settings.denoise)[0]

    def recommenders(self, names: Sequence[str], texts: Mapping[str, str] | None = None) -> dict[str, Recommender]:
        """Recommenders by name with the options of the settings, and those of `texts` for a single one."""
        found = {}
        for name in names:
            kind = plugins.recommender(name)
            values = self.settings.models.get(name, {})
            given = from_values(kind, values)
            found[name] = from_text(kind, {**{k: str(v) for k, v in values.items()}, **texts}) if texts else given
        return found

    @property
    def _train_options(self) -> TrainOptions:
        chosen = self.settings.training
        return TrainOptions(chosen.horizon, chosen.windows, chosen.seed, chosen.min_purchases)

    def train(
        self,
        until: str | None = None,
        model: str | None = None,
        options: Mapping[str, str] | None = None,
        progress: Progress = silent,
    ) -> tuple[int, Trained]:
        """Fit on events before `until`, by default all, and publish; the version and what was trained."""
        names = [model] if model else list(self.settings.training.candidates)
        recommenders = self.recommenders(names, options)
        progress("read", 0)
        dataset = self.dataset(FOREVER if until is None else moment(until))
        trained = train(dataset, recommenders, self._train_options, progress)
        facts = {"data_fingerprint": self.lake.fingerprint(), "seed": self.settings.training.seed}
        return publish(self.registry, trained, dataset, facts), trained

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

    def recommend(
        self,
        user_ids: Sequence[str] | Literal["all"],
        k: int | None = None,
        focus: str | None = None,
        as_of: str | None = None,
        explain: bool = True,
        progress: Progress = silent,
    ) -> pd.DataFrame:
        """Slates from the live model: user_id, item_id, score, rank, and reasons when they are asked for."""
        chosen = self.settings.slates
        dataset = self.dataset(self.live.until if as_of is None else moment(as_of), self.live.artifact.index)
        return recommend(
            self.live.fitted,
            dataset,
            user_ids,
            k=k or chosen.k,
            focus=focus or chosen.focus,
            language=self.settings.language,
            explain=explain,
            min_purchases=self.settings.training.min_purchases,
            progress=progress,
        )

    def split(self, cut: str, horizon: str | None) -> Split:
        """The lake's events cut in time, the past weighed by denoising as training weighs it."""
        split = Split.at(self.dataset_unweighed(), cut, horizon)
        return replace(split, train=denoise(split.train, self.settings.denoise)[0])

    def dataset_unweighed(self) -> Dataset:
        """All of the lake as arrays, every weight 1."""
        return Dataset.from_tables(self.lake.events(), self.lake.table("catalog"), self.lake.table("customers"))

    def evaluate(
        self, split: Split, names: Sequence[str], progress: Progress = silent
    ) -> tuple[Evaluation, dict[str, Fitted]]:
        """Fit each recommender on the past of the split and measure it by the protocol."""
        fitted = {}
        for name, recommender in self.recommenders(names).items():
            progress(f"fit {name}", 0)
            fitted[name] = recommender.fit(Training(split.train, self.settings.training.seed, progress))
        measured = evaluate(
            fitted, split, min_purchases=self.settings.training.min_purchases, progress=progress
        )
        return measured, fitted

    def models(self) -> list[dict[str, Any]]:
        """Manifests of all published models, with their version and whether they are live."""
        live = self.registry.live()
        return [
            {"version": version, "is_live": version == live, **read_manifest(self.registry.path(version))}
            for version in self.registry.versions()
        ]
