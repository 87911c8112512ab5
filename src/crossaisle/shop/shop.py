"""Shop: what can be done in a workspace; with it, the only place that wires parts and resolves names."""

import json
import os
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import FOREVER
from crossaisle.data.source import Remote, Source
from crossaisle.data.training import Progress, silent
from crossaisle.evaluation.protocol import Evaluation
from crossaisle.evaluation.report import earlier_report, write_report
from crossaisle.loop.categories import n_made
from crossaisle.loop.evaluate import fit_and_measure
from crossaisle.loop.loading.load import LoadOptions, load
from crossaisle.loop.loading.load_report import LoadReport
from crossaisle.loop.train import Trained, nothing_beside, publish, train
from crossaisle.models.artifacts import manifest_or_error, read_manifest
from crossaisle.models.shelf import described
from crossaisle.settings import write_options
from crossaisle.shop.workspace import Workspace
from crossaisle.slates.recommend import Request

if TYPE_CHECKING:
    from crossaisle.loop.tune import Tuned


class Shop(Workspace):
    """What can be done in a workspace."""

    def load(self, source: Source, progress: Progress = silent, own_map: bool = True) -> LoadReport:
        """Load a source into the lake, read by the settings' map if there is one and `own_map`, else by its own."""
        source = source.within(os.environ) if isinstance(source, Remote) else source
        limits = self.settings.limits
        shop_map = self.settings.map if own_map and self.settings.is_mapped else None
        options = LoadOptions(map=shop_map, memory_limit=limits.memory, threads=limits.threads)
        return load(source, self.lake, self.quarantine, options, time.time_ns() // 1000, progress, time.monotonic)

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
        dataset = self.dataset(FOREVER if until is None else self.moment(until), consent=self.consent_to_training())
        trained = train(dataset, recommenders, self.train_options, progress)
        return self.publish(trained, dataset), trained

    def publish(self, trained: Trained, dataset: Dataset, beside: Callable[[Path], None] = nothing_beside) -> int:
        """Make what was trained live; its version. beside: writes further files into the version's folder."""
        version = publish(self.registry, trained, dataset, self.facts, self.lake, beside)
        shutil.rmtree(self.folder / "checkpoints", ignore_errors=True)
        return version

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
        dataset = self.dataset(FOREVER if until is None else self.moment(until))
        facts = {**self.facts, "version": metadata.version("crossaisle")}
        began, found = time.monotonic(), {}
        for name, recommender in self.recommenders(names).items():
            left = None if seconds is None else seconds - (time.monotonic() - began)
            file = self.registry.folder / "tuning" / f"{name}.db"
            how = self.train_options
            found[name] = tune(recommender, dataset, trials, left, how=how, file=file, facts=facts, progress=progress)
        return found

    def keep(self, name: str, tuned: "Tuned") -> dict[str, Any]:
        """Write the best options into the settings' file where they differ from those there; what was written."""
        options, now = tuned.trials[tuned.best].options, self.recommenders([name])[name]
        changed = {option: value for option, value in options.items() if getattr(now, option) != value}
        if changed:
            write_options(self.folder, name, changed)
        return changed

    def slates(self, focus: str | None = None, as_of: str | None = None) -> Request:
        """Slates of the live model, to be made batch by batch; history lies before its `until` or before `as_of`."""
        chosen = self.settings.slates
        live = self.live
        dataset = self.dataset(live.until if as_of is None else self.moment(as_of), live.artifact)
        return Request.of(
            live.fitted,
            dataset,
            focus or chosen.focus,
            options=self.slate_options,
            sources=self.sources(dataset),
            stock=self.stock(dataset),
            language=self.settings.language,
        )

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

    def _facts_of_evaluation(self, cut: str, horizon: str | None, names: Sequence[str]) -> dict[str, Any]:
        training = self.settings.training
        return {
            **self.facts,
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
            "until_microseconds": self.moment(until),
            "options": described(self.recommenders([name])[name]),
            **self.facts,
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
