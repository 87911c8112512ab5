"""Reading the lake as training, measuring and slates need it: as arrays, with categories, weighed by denoising."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from crossaisle.data.dataset import Dataset
from crossaisle.data.denoising import Denoising, denoise
from crossaisle.data.moments import FOREVER
from crossaisle.data.split import Split
from crossaisle.data.text_encoder import TextEncoder
from crossaisle.errors import InputError
from crossaisle.loop.categories import as_trained, categorised
from crossaisle.models.artifacts import Artifact
from crossaisle.stores.lake import Lake


@dataclass(frozen=True)
class Reading:
    """How a lake is read.

    Args:
        denoising: thresholds and weights.
        encoder, from_titles, seed: see loop.categories.
    """

    lake: Lake
    denoising: Denoising
    encoder: Callable[[], TextEncoder]
    from_titles: int | None
    seed: int

    def dataset(self, until: int = FOREVER, known: Artifact | None = None) -> Dataset:
        """The events before `until`; of the items that `known` was trained on, if it is given.

        Raises:
            InputError: the lake holds no event before it.
        """
        if not self.lake.counts().get("events"):
            remedy = "Load some with: crossaisle load --events FILE"
            raise InputError("no events are loaded", str(self.lake.folder), remedy)
        tables = (self.lake.table("catalog"), self.lake.table("customers"))
        index = known.index if known else None
        read = Dataset.from_tables(self.lake.events(until=until), *tables, until=until, known=index)
        if until == FOREVER:
            read = replace(read, until=read.span()[1] + 1)
        return self._weighed(as_trained(read, known) if known else self._categorised(read.before(read.until)))

    def split(self, cut: int, horizon: str | None) -> Split:
        """All events cut in time, the past read as training reads it."""
        split = Split.at(self.whole(), cut, horizon)
        return replace(split, train=self._weighed(self._categorised(split.train)))

    def whole(self) -> Dataset:
        """All of the lake, every weight 1, with the catalogue's own categories."""
        return Dataset.from_tables(self.lake.events(), self.lake.table("catalog"), self.lake.table("customers"))

    def _categorised(self, dataset: Dataset) -> Dataset:
        return categorised(dataset, self.from_titles, self.encoder, self.seed)

    def _weighed(self, dataset: Dataset) -> Dataset:
        return denoise(dataset, self.denoising)[0]
