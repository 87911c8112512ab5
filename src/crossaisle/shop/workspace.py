"""A workspace: settings, lake, quarantine, models and reports in one folder, and how they are read."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import ibis.expr.types as ir
import pyarrow as pa

from crossaisle import plugins
from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import FOREVER, moment
from crossaisle.data.split import Split
from crossaisle.data.text_encoder import TextEncoder
from crossaisle.data.training import Training
from crossaisle.errors import SettingsError
from crossaisle.loop.prepared import PREPARED
from crossaisle.loop.reading import EVERYBODY, Consent, Reading
from crossaisle.loop.train import Trained, TrainOptions
from crossaisle.models.artifacts import Artifact, read_artifact
from crossaisle.models.part import from_text
from crossaisle.models.recommender import Fitted, Recommender
from crossaisle.models.shelf import described
from crossaisle.settings import FILE, Settings, read_settings, write_template
from crossaisle.settings.online import EVENTS_DB
from crossaisle.slates.filtering.stock import Stock
from crossaisle.slates.options import SlateOptions
from crossaisle.slates.path import SlatePath
from crossaisle.stores.arrays_folder import LIST
from crossaisle.stores.database.connection import Database
from crossaisle.stores.database.people import People
from crossaisle.stores.database.schema import migrate
from crossaisle.stores.lake import Lake
from crossaisle.stores.quarantine import Quarantine
from crossaisle.stores.registry import Registry
from crossaisle.stores.text_cache import CachedEncoder


@dataclass(frozen=True)
class LiveModel:
    """The published model, ready to score. until: the cut it was trained to, microseconds since 1970."""

    version: int
    artifact: Artifact
    fitted: Fitted
    until: int

    def as_trained(self, recommenders: Mapping[str, Recommender]) -> Trained | None:
        """As training left it, with the recommender of today's settings; None where its options are others now."""
        facts, name = self.artifact.facts, self.artifact.recommender
        recommender = recommenders[name]
        if json.loads(json.dumps(described(recommender))) != facts["options"]:
            return None
        full_until = int(facts.get("full_until_microseconds", self.until))
        return Trained(name, recommender, self.fitted, {}, facts["n_users"], facts["n_items"], full_until)


class Workspace:
    """What lies in a folder."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder, self.settings = folder, settings
        self.lake = Lake(folder / "lake", settings.limits.memory)
        self.quarantine = Quarantine(folder / "quarantine")
        self.registry = Registry(folder / "models")

    @classmethod
    def open(cls, folder: str | Path) -> Self:
        """Open a workspace.

        Raises:
            SettingsError: there is none, or its settings cannot be used.
        """
        return cls(Path(folder), read_settings(Path(folder)))

    @classmethod
    def create(cls, folder: str | Path) -> Self:
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

    def again(self) -> Self:
        """The same workspace with engines of its own: one of them answers one thread at a time."""
        return type(self)(self.folder, self.settings)

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

    def dataset(self, until: int = FOREVER, known: Artifact | None = None, consent: Consent = EVERYBODY) -> Dataset:
        """The lake's events before `until` as arrays: see loop.reading."""
        return self._reading.dataset(until, known, consent)

    def events_with(self, fresh: "pa.Table") -> ir.Table:
        """The lake's events and `fresh` ones, by customer: see loop.reading."""
        return self._reading.events_with(fresh)

    def answers(self, since: int, consent: Consent = EVERYBODY) -> "Iterator[pa.RecordBatch]":
        """What slates may have been answered by: see loop.reading."""
        return self._reading.answers(since, consent)

    def moment(self, typed: str) -> int:
        """Microseconds of a date or time that a person typed, in the shop's zone if it names none."""
        return moment(typed, self.settings.timezone)

    def recommenders(self, names: Sequence[str], texts: Mapping[str, str] | None = None) -> dict[str, Recommender]:
        """Recommenders by name with the options of the settings, and those of `texts` for a single one."""
        kept = self.settings.models
        return {name: from_text(plugins.recommender(name), texts or {}, kept.get(name, {})) for name in names}

    @property
    def train_options(self) -> TrainOptions:
        chosen = self.settings.training
        checkpoints = self.folder / "checkpoints"
        options = (chosen.horizon, chosen.windows, chosen.seed, chosen.min_purchases, checkpoints)
        return TrainOptions(*options, encoder=self.encoder)

    @cached_property
    def live(self) -> LiveModel:
        """The live model.

        Raises:
            ArtifactError: there is none, or its files were altered.
        """
        return self.model(self.registry.live() or 0)

    def model(self, version: int) -> LiveModel:
        """A published model.

        Raises:
            ArtifactError: there is none, or its files were altered.
        """
        artifact = read_artifact(self.registry.path(version) if version else self.registry.folder)
        fitted = plugins.recommender(artifact.recommender).fitted.restore(artifact.state)
        return LiveModel(version, artifact, fitted, int(artifact.facts["until_microseconds"]))

    @property
    def slate_options(self) -> SlateOptions:
        """Knobs of the slate path; what makes an item established is what training says if they do not."""
        options = self.settings.slates.path
        if options.min_purchases is None:
            options = replace(options, min_purchases=self.settings.training.min_purchases)
        return options

    def path(self, fitted: Fitted, dataset: Dataset) -> SlatePath:
        """The slate path of a published model over `dataset`, which has its numbers."""
        sources, stock = self.sources(dataset), self.stock(dataset)
        return SlatePath.of(fitted, dataset, self.slate_options, None, sources, stock, self.settings.language)

    def sources(self, dataset: Dataset) -> tuple[Fitted, ...]:
        """What speaks for users of whom the model knows no item: the categories that they bought from."""
        if not dataset.n_categories:
            return ()
        return (plugins.recommender("category-transition")().fit(Training(dataset)),)

    def stock(self, dataset: Dataset) -> Stock | None:
        """Quantities by the dataset's items; None where they are unknown."""
        table = self.lake.table("stock")
        return None if table is None else Stock.of(table.to_pyarrow(), dataset.index.items)

    def split(self, cut: str, horizon: str | None) -> Split:
        """The lake's events cut in time, the past as training reads it."""
        return self._reading.split(self.moment(cut), horizon)

    def dataset_unweighed(self) -> Dataset:
        """All of the lake as arrays, every weight 1."""
        return self._reading.whole()

    def consent_to_training(self) -> Consent:
        """Whose events models may learn from: what people told the running shop, if it ever ran."""
        default = self.settings.privacy.training
        chosen = self.settings.database
        if chosen.url is None and chosen.url_variable is None and not (self.folder / EVENTS_DB).exists():
            return Consent(default)
        database = Database(chosen.resolved(self.folder, os.environ), chosen.wait)
        try:
            migrate(database)
            said = People(database).consents()
        finally:
            database.close()
        but = frozenset(row["user_id"] for row in said if row["purpose"] == "training" and row["is_granted"] != default)
        return Consent(default, but)

    @property
    def facts(self) -> dict[str, Any]:
        """What every figure and every model depends on."""
        return {
            "data_fingerprint": self.lake.fingerprint(),
            "seed": self.settings.training.seed,
            "text_encoder": self.encoder.name,
            "categories": self.settings.categories.model_dump(),
        }

    def prepared_at(self, version: int) -> int | None:
        """A stamp of when what serving needs of a published model was made; None if it was not: see shop.feeds."""
        try:
            return (self.registry.path(version) / PREPARED / LIST).stat().st_mtime_ns
        except FileNotFoundError:
            return None

    def is_prepared(self, version: int) -> bool:
        """Whether what serving needs of a published model was made beforehand; see shop.feeds."""
        return (self.registry.path(version) / PREPARED).is_dir()
