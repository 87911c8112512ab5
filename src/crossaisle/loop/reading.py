"""Reading the lake as training, measuring and slates need it: as arrays, with categories, weighed by denoising."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from crossaisle.data.dataset import Dataset
from crossaisle.data.denoising import Denoising, denoise
from crossaisle.data.event_types import EVENT_TYPES
from crossaisle.data.moments import FOREVER
from crossaisle.data.split import Split
from crossaisle.data.text_encoder import TextEncoder
from crossaisle.errors import InputError
from crossaisle.loop.categories import as_trained, categorised
from crossaisle.loop.feedback.answered import ANSWERS
from crossaisle.models.artifacts import Artifact
from crossaisle.stores.lake import Lake


@dataclass(frozen=True)
class Consent:
    """Whose events may be read. but: the users who said otherwise than what is taken for granted."""

    is_granted: bool = True
    but: frozenset[str] = frozenset()

    def allows(self, user_id: str) -> bool:
        """Whether somebody allows it."""
        return self.is_granted != (user_id in self.but)

    def of(self, rows: ir.Table) -> ir.Table:
        """The rows of those who allow it."""
        if self.is_granted and not self.but:
            return rows
        said = ibis.memtable(pa.table({"user_id": pa.array(sorted(self.but), pa.string())}))
        return rows.anti_join(said, "user_id") if self.is_granted else rows.semi_join(said, "user_id")


EVERYBODY = Consent()
PORTION = 2**17
"""Events that are read at a time."""


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

    def dataset(self, until: int = FOREVER, known: Artifact | None = None, consent: Consent = EVERYBODY) -> Dataset:
        """The events before `until`; of the items that `known` was trained on, if it is given.

        What was done under other ids of a customer is the customer's.

        Raises:
            InputError: the lake holds no event before it.
        """
        if not self.lake.counts().get("events"):
            remedy = "Load some with: crossaisle load --events FILE"
            raise InputError("no events are loaded", str(self.lake.folder), remedy)
        tables = (self.lake.table("catalog"), self.lake.table("customers"))
        index = known.index if known else None
        events = consent.of(self._joined(self.lake.events(until=until)))
        read = Dataset.from_tables(events, *tables, until=until, known=index)
        if until == FOREVER:
            read = replace(read, until=read.span()[1] + 1)
        return self._weighed(as_trained(read, known) if known else self._categorised(read.before(read.until)))

    def answers(self, since: int, consent: Consent = EVERYBODY) -> Iterator["pa.RecordBatch"]:
        """What slates may have been answered by from a moment on, in no order: see feedback.answered."""
        events = self._joined(self.lake.events(since=since))
        kinds = sorted({EVENT_TYPES[kind] for kinds in ANSWERS.values() for kind in kinds})
        chosen = consent.of(events.filter(events.event_type.isin(kinds)))
        columns = chosen.select("user_id", "item_id", "event_type", "timestamp", "recommendation_id")
        yield from columns.to_pyarrow_batches(chunk_size=PORTION)

    def split(self, cut: int, horizon: str | None) -> Split:
        """All events cut in time, the past read as training reads it."""
        split = Split.at(self.whole(), cut, horizon)
        return replace(split, train=self._weighed(self._categorised(split.train)))

    def whole(self) -> Dataset:
        """All of the lake, every weight 1, with the catalogue's own categories."""
        events = self._joined(self.lake.events())
        return Dataset.from_tables(events, self.lake.table("catalog"), self.lake.table("customers"))

    def events_with(self, fresh: "pa.Table") -> ir.Table:
        """All events of the lake and `fresh` ones, those of other ids of a customer as the customer's own.

        Args:
            fresh: some of the events' columns; the answer has these.
        """
        kept = self.lake.events().select(fresh.column_names)
        return self._joined(ibis.union(kept, ibis.memtable(fresh)))

    def _joined(self, events: ir.Table) -> ir.Table:
        """Events with the customer in place of other ids that are this customer's alone."""
        links = self.lake.table("identities")
        if links is None:
            return events
        owners = links.filter(links["alias"] != links["user_id"]).group_by("alias")
        alone = owners.agg(customer=links["user_id"].min(), n=links["user_id"].nunique()).filter(lambda t: t.n == 1)
        joined = events.left_join(alone, events["user_id"] == alone["alias"])
        return joined.mutate(user_id=ibis.coalesce(joined.customer, joined.user_id)).select(events.columns)

    def _categorised(self, dataset: Dataset) -> Dataset:
        return categorised(dataset, self.from_titles, self.encoder, self.seed)

    def _weighed(self, dataset: Dataset) -> Dataset:
        return denoise(dataset, self.denoising)[0]
