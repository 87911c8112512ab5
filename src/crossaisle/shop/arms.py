"""Which arm of which experiment somebody sees, and what it changes of their slate."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from crossaisle.evaluation.experiments import assign
from crossaisle.stores.database.experiments import Arm, Run

REMEMBERED = 200_000
"""Exposures that are remembered, so that one is not written at every slate."""

Exposed = tuple[str, str, int, int]
"""Experiment, customer, arm and moment."""


@dataclass
class Arms:
    """Experiments that run. One thread asks."""

    running: Sequence[Run] = ()
    _seen: set[tuple[str, str]] = field(default_factory=set)

    @property
    def versions(self) -> set[int]:
        """Published models that some arm asks for by version."""
        arms = (arm for run in self.running for arm in run.experiment.arms.values())
        return {arm.model for arm in arms if isinstance(arm.model, int)}

    def of(self, customer: str, moment: int) -> tuple[Arm, list[Exposed]]:
        """What the arms that a customer is in ask for together, the oldest experiment first; and what is new of it.

        Where two experiments want something of the same, the older one has it.
        """
        together, exposed = Arm(), list[Exposed]()
        for run in self.running:
            experiment = run.experiment
            number = assign(experiment.experiment_id, customer, experiment.weights, experiment.share)
            if number is None:
                continue
            arm = list(experiment.arms.values())[number]
            model = arm.model if together.model == "live" else together.model
            together = Arm(model=model, focus=together.focus or arm.focus)
            if (experiment.experiment_id, customer) not in self._seen:
                if len(self._seen) >= REMEMBERED:
                    self._seen.clear()
                self._seen.add((experiment.experiment_id, customer))
                exposed.append((experiment.experiment_id, customer, number, moment))
        return together, exposed
