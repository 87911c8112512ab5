"""What one person is shown now, and which of their items moved each pick."""

from dataclasses import dataclass

import numpy as np

from crossaisle.numerics.arrays import AnyArray, Codes, Floats, Numbers

N_CAUSES = 2
"""Causes that are kept of each pick, strongest first."""


@dataclass(frozen=True, slots=True)
class LiveSlate:
    """A slate of n picks, best first.

    Args:
        items: int32 (n,). scores: float32 (n,), falling unless knobs reorder; 0 of picks that fill up with what most
            people bought.
        causes: int32 (n, N_CAUSES), item numbers, −1 for none: what the person bought or did something with.
        amounts: float32 (n, N_CAUSES), the part of the score that is due to it.
        kinds: int8 (n, N_CAUSES), the event type that ties the person to it; a purchase for the long-term history.
        n_filled: how many picks, the last ones, fill up.
    """

    items: Numbers
    scores: Floats
    causes: Numbers
    amounts: Floats
    kinds: Codes
    n_filled: int

    @property
    def fallback(self) -> bool:
        """Whether nothing that is known of the person has a part in it."""
        return 0 < self.n_filled == len(self.items)


@dataclass(frozen=True, slots=True)
class Ranked:
    """Candidates that may be shown and have something said for them, in any order.

    Args:
        items: int32 (n,). scores: float32 (n,), above 0. base: float32 (n,), the long-term part of each score.
        scale: float32 (n,), what both were multiplied by.
    """

    items: Numbers
    scores: Floats
    base: Floats
    scale: Floats

    def at(self, places: AnyArray) -> "Ranked":
        """Those at `places`."""
        return Ranked(self.items[places], self.scores[places], self.base[places], self.scale[places])

    def below(self, lowest: float) -> "Ranked":
        """The same, scores being shares of `lowest`."""
        factor = np.float32(lowest / max(float(self.scores.max(initial=0)), 1e-30))
        return Ranked(self.items, self.scores * factor, self.base * factor, self.scale * factor)

    def beside(self, other: "Ranked") -> "Ranked":
        """These and then the others."""
        return Ranked(
            np.concatenate((self.items, other.items)),
            np.concatenate((self.scores, other.scores)),
            np.concatenate((self.base, other.base)),
            np.concatenate((self.scale, other.scale)),
        )


def unranked(items: Numbers) -> Ranked:
    """Items that nothing of the person's speaks for."""
    nothing = np.zeros(len(items), dtype=np.float32)
    return Ranked(items, nothing, nothing, nothing)
