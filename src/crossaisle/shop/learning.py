"""Learning of the running shop: take in, train anew, compare, publish."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import DAY, FOREVER, span
from crossaisle.data.training import Progress
from crossaisle.errors import ArtifactError, StorageError, UsageError
from crossaisle.loop.compact import Compacted, Compaction
from crossaisle.loop.feedback.answered import Answered
from crossaisle.loop.feedback.feedback import Feedback
from crossaisle.loop.feedback.off_policy import Candidate
from crossaisle.loop.feedback.shown import Slates
from crossaisle.loop.feedback.taught import Taught
from crossaisle.loop.learn import Learnt, LiveOne, learn
from crossaisle.loop.prepared import PREPARED
from crossaisle.loop.reading import Consent
from crossaisle.loop.train import Trained, fold_in, train
from crossaisle.numerics.arrays import AnyArray
from crossaisle.shop.feeds import prepared
from crossaisle.shop.shop import Shop
from crossaisle.shop.stores import Stores
from crossaisle.shop.workspace import LiveModel
from crossaisle.stores.arrays_folder import read_arrays, write_arrays

TAUGHT = "taught/"
"""What the names of arrays that slates taught begin with, among those that serving reads."""


class Learning:
    """What `crossaisle learn` does, step by step."""

    def __init__(self, shop: Shop, stores: Stores) -> None:
        self._shop, self._stores = shop, stores

    def compact(self, now: int, progress: Progress) -> Compacted:
        """Take in what the running shop wrote, and let go what is kept no longer.

        Args:
            now: microseconds since 1970.
        """
        shop, stores = self._shop, self._stores
        settings = shop.settings
        limits = settings.limits
        parts = (stores.log, shop.lake, shop.quarantine, settings.map, limits.memory, limits.threads)
        done = Compaction(*parts).run(now, progress, stores.people.identities())
        stores.log.forget_answers(now - DAY)
        stores.slates.drop_before(now - span(settings.serving.keep_slates))
        if settings.privacy.retention is not None:
            shop.lake.drop_before(now - span(settings.privacy.retention))
        return done

    def learn(self, progress: Progress, is_forced: bool = False, is_folded: bool = False) -> Learnt:
        """Train on everything that is there, and publish what is not worse than the live model.

        Args:
            is_forced: also where nothing happened since.
            is_folded: fold what is new into the live model; else that is done as long as the settings say.

        Raises:
            UsageError: it was asked for folding in, and there is no model, or none that takes anything in.
        """
        shop = self._shop
        settings = shop.settings
        live, consent = self._live(), shop.consent_to_training()

        def publish(trained: Trained, dataset: Dataset, taught: Taught | None) -> int:
            return shop.publish(trained, dataset, self._beside(trained, dataset, taught, progress))

        return learn(
            lambda until: shop.dataset(FOREVER if until is None else until, consent=consent),
            shop.recommenders(list(settings.training.candidates)),
            live.one if live else None,
            publish,
            shop.train_options,
            settings.learning.tolerance,
            span(settings.learning.window),
            progress,
            is_forced,
            self._feedback(live, consent),
            self._folding(live, progress, is_folded),
        )

    def _live(self) -> "_Live | None":
        """The live model; None where there is none, or none that can be read: then anything is better."""
        shop = self._shop
        version = shop.registry.live()
        if version is None:
            return None
        try:
            live = shop.model(version)
        except ArtifactError:
            return None
        return _Live(
            LiveOne(
                version,
                live.fitted,
                live.until,
                lambda until: shop.dataset(until, live.artifact),
                lambda taught: self._teach(version, taught),
            ),
            live,
        )

    def _teach(self, version: int, taught: Taught) -> None:
        """Let what slates taught serve beside a published model, where it was prepared for serving."""
        folder = self._shop.registry.path(version) / PREPARED
        made = {name: one for name, one in read_arrays(folder).items() if not name.startswith(TAUGHT)}
        if made:
            write_arrays(folder, {**made, **_named(taught)})

    def _folding(self, live: "_Live | None", progress: Progress, is_asked: bool) -> Callable[[Dataset], Trained] | None:
        """Folds a dataset into the live model; None where everything is to be trained anew."""
        shop = self._shop
        earlier = live.model.as_trained(shop.recommenders([live.model.artifact.recommender])) if live else None
        if is_asked and (live is None or earlier is None):
            what = "there is no model" if live is None else "the options of the live model were changed since"
            raise UsageError(f"{what}, so nothing can be folded in", "learn", "Run crossaisle learn without --fold-in.")
        if live is None or earlier is None or not (is_asked or self._is_young(earlier)):
            return None
        known, options = live.model.artifact.index, shop.train_options

        def fold(dataset: Dataset) -> Trained:
            folded = fold_in(earlier, known, dataset, options, progress)
            if folded is None and is_asked:
                remedy = "Run crossaisle learn without --fold-in."
                raise UsageError(f"{earlier.name} takes nothing in without a full fit", "learn", remedy)
            return folded or train(dataset, {earlier.name: earlier.recommender}, options, progress)

        return fold

    def _is_young(self, earlier: Trained) -> bool:
        """Whether the full fit is young enough for what happened since to be folded into it."""
        limit = self._shop.settings.learning.fold_in
        files = self._shop.lake.snapshot.files("events")
        return limit is not None and max(file.last for file in files) - (earlier.full_until or 0) < span(limit)

    def _feedback(self, live: "_Live | None", consent: Consent) -> Feedback | None:
        """Slates of those who let models learn from them, with their answers; None where none was shown."""
        shop, options = self._shop, self._shop.settings.learning
        shown = self._stores.slates.newest(options.slates)
        slates = Slates.of(one for one in shown if consent.allows(one.user_id))
        if not len(slates):
            return None
        events = shop.answers(int(slates.made_at[0]), consent)
        answered = Answered.of(slates, events, None if options.attribute is None else span(options.attribute))
        candidate = Candidate(live.one.fitted, live.model.artifact.index) if live else None
        return Feedback(answered, self._pool, candidate, span(options.fade) / DAY, shop.settings.training.seed)

    def _pool(self, number: int) -> Sequence[str] | None:
        try:
            return self._stores.slates.pool(number)[0]
        except StorageError:
            return None

    def _beside(
        self, trained: Trained, dataset: Dataset, taught: Taught | None, progress: Progress
    ) -> Callable[[Path], None]:
        """Writes what serving needs into a new version's folder, so that it is whole when it becomes live."""

        def write(folder: Path) -> None:
            told = _named(taught) if taught else {}
            write_arrays(folder / PREPARED, {**prepared(self._shop, trained.fitted, dataset, progress), **told})

        return write


@dataclass(frozen=True)
class _Live:
    """The live model, as learning compares with it and as it was read."""

    one: LiveOne
    model: LiveModel


def _named(taught: Taught) -> dict[str, AnyArray]:
    """Its arrays as they stand among those that serving reads."""
    return {f"{TAUGHT}{name}": one for name, one in taught.state().items()}
