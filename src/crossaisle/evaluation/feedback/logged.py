"""Slates as they were shown, with what people did with them."""

from dataclasses import dataclass, fields

import numpy as np

from crossaisle.errors import InputError
from crossaisle.numerics.arrays import AnyArray, Bools, Floats, Longs, Numbers

_KINDS: dict[object, str] = {Longs: "i", Numbers: "i", Floats: "f", Bools: "b"}


@dataclass(frozen=True)
class Logged:
    """Shown items, one entry each (n,), in any order.

    Args:
        slate: number of the slate.
        user: number of the user.
        item: number of the item.
        rank: place in the slate, from 1.
        score: the model's, comparable within a model version; NaN where there is none.
        propensity: probability in [0, 1] with which this item was put at this rank given the context; 1 at a place
            that is not drawn.
        is_explored: whether this is the place of its slate that was drawn at random.
        model_version: number of the model.
        is_seen: an impression of it arrived.
        is_clicked: it was clicked.
        is_bought: it was bought from the slate.
        is_dismissed: the user sent it away.
    """

    slate: Longs
    user: Numbers
    item: Numbers
    rank: Numbers
    score: Floats
    propensity: Floats
    is_explored: Bools
    model_version: Numbers
    is_seen: Bools
    is_clicked: Bools
    is_bought: Bools
    is_dismissed: Bools

    def __post_init__(self) -> None:
        for column in fields(self):
            values, kind = getattr(self, column.name), _KINDS[column.type]
            require(values.shape == (len(self),), f"its shape is {values.shape}, not ({len(self)},)", column.name)
            require(values.dtype.kind == kind, f"it holds {values.dtype}", column.name)
        require(bool((self.rank >= 1).all()), "a rank is below 1", "rank", "Ranks begin with 1.")
        require(bool((self.item >= 0).all()), "an item has no number", "item", "Leave out items that are not known.")
        require_chances(self.propensity, "propensity")

    def __len__(self) -> int:
        return int(self.slate.size)

    @property
    def n_ranks(self) -> int:
        """The lowest place that was shown."""
        return int(self.rank.max(initial=0))

    def at(self, chosen: AnyArray) -> "Logged":
        """The entries of a mask or of places."""
        return Logged(*(getattr(self, column.name)[chosen] for column in fields(self)))

    def in_seen_slates(self) -> Bools:
        """Whether an entry's slate came before somebody's eyes, bool (n,); all did where no impression is logged.

        A slate that was fetched and never shown would make every place and item look worse than it is.
        """
        if not self.is_seen.any():
            return np.ones(len(self), dtype=np.bool_)
        return np.isin(self.slate, self.slate[self.is_seen])


def require(is_so: bool, what: str, where: str, remedy: str = "Hand in one entry for each shown item.") -> None:
    """Refuse an array that is not what it should be."""
    if not is_so:
        raise InputError(what, where, remedy)


def require_chances(values: AnyArray, where: str) -> None:
    """Refuse probabilities outside [0, 1], NaN among them."""
    is_so = bool(((values >= 0) & (values <= 1)).all())
    require(is_so, "a probability lies outside 0 to 1", where, "Hand in probabilities.")
