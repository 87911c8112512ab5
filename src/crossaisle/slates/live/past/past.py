"""All that slates made at once know of the past beside the model: counted once, kept beside it as arrays."""

from collections.abc import Mapping
from dataclasses import dataclass

from crossaisle.data.dataset import Dataset
from crossaisle.numerics.arrays import AnyArray, Floats
from crossaisle.slates.fallback import MostBought
from crossaisle.slates.live.past.histories import Histories
from crossaisle.slates.live.past.rest import usual_absence, usual_rest


@dataclass(frozen=True)
class Past:
    """Args:
    rest: float32 (n_items,), see usual_rest. absence: float32 (n_categories,), see usual_absence.
    buyers: float32 (n_items,), users who bought the item.
    """

    histories: Histories
    rest: Floats
    absence: Floats
    buyers: Floats

    @classmethod
    def of(cls, dataset: Dataset) -> "Past":
        """Count the purchases of the model's dataset."""
        return cls(Histories.of(dataset), usual_rest(dataset), usual_absence(dataset), MostBought.of(dataset).buyers)

    def state(self) -> dict[str, AnyArray]:
        """All arrays needed to restore it."""
        return {**self.histories.state(), "rest": self.rest, "absence": self.absence, "buyers": self.buyers}

    @classmethod
    def restore(cls, state: Mapping[str, AnyArray]) -> "Past":
        """The past whose `state()` this is; the arrays may be mapped from a file."""
        return cls(Histories.restore(state), state["rest"], state["absence"], state["buyers"])
