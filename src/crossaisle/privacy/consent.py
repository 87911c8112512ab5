"""Consent: what a person has allowed their data to be used for, since when, and how it was said."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class Purpose(StrEnum):
    """What data may be used for."""

    PERSONALISATION = "personalisation"
    """Slates made of the person's own history."""
    TRAINING = "training"
    """Models learn from their events."""
    ANALYTICS = "analytics"
    """Their events are counted in reports."""
    MARKETING = "marketing"
    """They are written to unasked."""


DEFAULTS: Mapping[Purpose, bool] = MappingProxyType(
    {Purpose.PERSONALISATION: True, Purpose.TRAINING: True, Purpose.ANALYTICS: True, Purpose.MARKETING: False}
)
"""Whether a purpose is allowed of someone who was never asked, unless a shop's settings say otherwise."""


@dataclass(frozen=True)
class Answer:
    """What a person said to one purpose.

    Args:
        at: when, microseconds since 1970. source: where it was said, such as `checkout` or `import`.
    """

    is_granted: bool
    at: int
    source: str


@dataclass(frozen=True)
class Consent:
    """A person's answers by purpose, the latest to each, and what holds where there is none."""

    answers: Mapping[Purpose, Answer] = field(default_factory=dict)
    defaults: Mapping[Purpose, bool] = field(default_factory=lambda: DEFAULTS)

    def allows(self, purpose: Purpose) -> bool:
        """Whether the data may be used for it."""
        answer = self.answers.get(purpose)
        return self.defaults[purpose] if answer is None else answer.is_granted

    def answered(self, purpose: Purpose, answer: Answer) -> "Consent":
        """The same with one more answer, unless a later one is known; of two at the same moment, the refusal holds."""
        known = self.answers.get(purpose)
        if known is not None and (known.at, not known.is_granted) > (answer.at, not answer.is_granted):
            return self
        return replace(self, answers={**self.answers, purpose: answer})

    def to_dict(self) -> dict[str, Any]:
        """Every purpose in plain values: is_granted; at and source, null where it is the default."""
        return {
            str(purpose): {
                "is_granted": self.allows(purpose),
                "at": self.answers[purpose].at if purpose in self.answers else None,
                "source": self.answers[purpose].source if purpose in self.answers else None,
            }
            for purpose in Purpose
        }
