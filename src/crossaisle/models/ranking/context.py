"""All signals together: fitted on one past, asked as one table, kept as one state."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.features.feature import State, packed, unpacked, within
from crossaisle.models.ranking.group_affinity import GroupAffinity
from crossaisle.models.ranking.groups import groupings
from crossaisle.models.ranking.item_facts import ItemFacts
from crossaisle.models.ranking.neighbours import Neighbours
from crossaisle.models.ranking.newcomers import Newcomers
from crossaisle.models.ranking.people import People
from crossaisle.models.ranking.signal import History, Signal, Traces
from crossaisle.numerics.arrays import AnyArray, Floats, Numbers

_KINDS = {"item_facts": ItemFacts, "people": People, "groups": GroupAffinity, "neighbours": Neighbours}


@dataclass(frozen=True)
class Context:
    """Args: recent: microseconds that count as recent. signals: by name."""

    recent: int
    signals: dict[str, Signal]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """One a number, in order."""
        return tuple(name for signal in self.signals.values() for name in signal.names)

    def of(self, history: History, candidates: Numbers) -> Floats:
        """float32 (n_queries, n_candidates, n_names)."""
        return np.concatenate([signal.of(history, candidates) for signal in self.signals.values()], axis=2)

    def traced(self, history: History, candidates: Numbers) -> Iterator[Traces]:
        """Query by query what each item bought has of the numbers."""
        for several in zip(*(one.traced(history, candidates) for one in self.signals.values()), strict=True):
            yield {name: trace for traces in several for name, trace in traces.items()}

    @classmethod
    def fit(cls, dataset: Dataset, recent: int, seed: int) -> "Context":
        """Fit every signal on what the dataset holds, which ends at the cut."""
        newcomers = Newcomers.of(dataset, recent)
        facts = ItemFacts.fit(dataset, newcomers, recent)
        level = facts.table[:, facts.names.index("price_level")]
        return cls(
            recent,
            {
                "item_facts": facts,
                "people": People.fit(dataset, level),
                "groups": GroupAffinity.fit(dataset, groupings(dataset), newcomers),
                "neighbours": Neighbours.fit(dataset, recent, seed),
            },
        )

    def without(self, users: Numbers) -> "Context":
        """See Fitted.without."""
        return Context(self.recent, {kind: signal.without(users) for kind, signal in self.signals.items()})

    def state(self) -> dict[str, AnyArray]:
        """All arrays needed to restore it."""
        state: dict[str, AnyArray] = {"recent": np.array(self.recent)}
        for kind, signal in self.signals.items():
            state |= {f"{kind}/{name}": array for name, array in signal.state().items()}
            state[f"{kind}/names"] = packed(signal.names)
        return state

    @classmethod
    def restore(cls, state: State) -> "Context":
        """The context whose `state()` this is."""
        signals: dict[str, Signal] = {}
        for kind, signal in _KINDS.items():
            own = within(state, kind)
            signals[kind] = signal.restore(unpacked(own["names"]), own)  # type: ignore[attr-defined]
        return cls(int(state["recent"]), signals)
