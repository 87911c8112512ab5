"""Learning curves: what each epoch lost, and what it reached on the window that was watched."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from crossaisle.numerics.arrays import AnyArray, Floats


def _nothing() -> Floats:
    return np.empty(0, dtype=np.float32)


@dataclass(frozen=True)
class Curves:
    """One entry an epoch.

    Args:
        loss: float32 (n_epochs,), mean over the batches.
        validation: float32 (n_epochs,) or (0,), what was reached on the window, if one was watched.
        refit: float32 (n_epochs,), loss of the second fit, on everything.
    """

    loss: Floats = field(default_factory=_nothing)
    validation: Floats = field(default_factory=_nothing)
    refit: Floats = field(default_factory=_nothing)

    def __len__(self) -> int:
        return len(self.loss)

    @property
    def best(self) -> int:
        """How many epochs reached most on the window, the fewest of equals; all where none was watched."""
        return int(np.argmax(self.validation)) + 1 if len(self.validation) else len(self)

    def then(self, loss: float, validation: float | None) -> "Curves":
        """With one epoch more."""
        watched = self.validation if validation is None else np.append(self.validation, np.float32(validation))
        return Curves(np.append(self.loss, np.float32(loss)), watched, self.refit)

    def state(self) -> dict[str, AnyArray]:
        """The arrays, each under `curves/NAME`."""
        return {f"curves/{name}": values for name, values in vars(self).items()}

    @classmethod
    def restore(cls, state: Mapping[str, AnyArray]) -> "Curves":
        """The curves whose `state()` this holds."""
        return cls(*(state[f"curves/{name}"] for name in ("loss", "validation", "refit")))
