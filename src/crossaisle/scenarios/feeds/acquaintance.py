"""What is known of people beside events, held in memory: other ids of theirs, what they wish, what they allow."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from crossaisle.privacy.notice import Notice


@dataclass
class Acquaintance:
    """For one thread that changes it.

    Args:
        aliases: customer → other ids of theirs. owners: other id → customers; one of several customers joins nobody.
        interests: customer → category → multiplier. consents: customer → purpose → whether it is granted.
    """

    aliases: dict[str, list[str]] = field(default_factory=dict)
    owners: dict[str, set[str]] = field(default_factory=dict)
    interests: dict[str, dict[str, float]] = field(default_factory=dict)
    consents: dict[str, dict[str, bool]] = field(default_factory=dict)

    def join(self, user_id: str, alias: str) -> None:
        """The customer acted as `alias` too."""
        owners = self.owners.setdefault(alias, set())
        if user_id not in owners and user_id != alias:
            owners.add(user_id)
            self.aliases.setdefault(user_id, []).append(alias)

    def wish(self, user_id: str, weights: Mapping[str, float]) -> None:
        """The customer corrects interests; 1 takes a correction back."""
        kept = self.interests.setdefault(user_id, {})
        kept.update(weights)
        for category in [name for name, weight in kept.items() if weight == 1]:
            del kept[category]

    def consent(self, user_id: str, granted: Mapping[str, bool]) -> None:
        """The customer allows or refuses purposes."""
        self.consents.setdefault(user_id, {}).update(granted)

    def customer(self, user_id: str) -> str:
        """The customer that an id belongs to: itself, or the only one who acted as it."""
        owners = self.owners.get(user_id)
        return next(iter(owners)) if owners and len(owners) == 1 else user_id

    def ids(self, customer: str) -> list[str]:
        """All ids that are this customer's alone, the customer's own first."""
        others = self.aliases.get(customer, ())
        return [customer, *(one for one in others if len(self.owners[one]) == 1)]

    def allows(self, customer: str, purpose: str, otherwise: bool) -> bool:
        """Whether the customer allows a purpose; `otherwise` where nothing was said.

        What was refused under another id of theirs, before the ids were joined, holds until the customer says more.
        """
        said = [self.consents.get(one, {}).get(purpose) for one in self.ids(customer)]
        if said[0] is not None:
            return said[0]
        return otherwise if all(one is None for one in said) else False not in said

    def forget(self, notice: Notice) -> None:
        """Know nothing of somebody any more."""
        known = {*self.aliases, *self.owners, *self.interests, *self.consents}
        for user_id in [one for one in known if notice.is_about([one])]:
            for alias in self.aliases.pop(user_id, ()):
                self.owners[alias].discard(user_id)
            for owner in self.owners.pop(user_id, ()):
                if user_id in self.aliases.get(owner, ()):
                    self.aliases[owner].remove(user_id)
            self.interests.pop(user_id, None)
            self.consents.pop(user_id, None)
