"""What erasure needs: a person as all the names they go by, and stores that can forget them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from crossaisle.errors import UsageError
from crossaisle.privacy.pseudonyms import Pseudonyms


@dataclass(frozen=True)
class Person:
    """Everything that a person stands under.

    Args:
        ids: their user_id and aliases, none of them empty, all of them text in UTF-8. pseudonyms: of each id.
    """

    ids: frozenset[str]
    pseudonyms: frozenset[str]

    @classmethod
    def known_by(cls, ids: Iterable[str], pseudonyms: Pseudonyms) -> "Person":
        """The person of these ids.

        Raises:
            UsageError: there is no id, or one that can be nobody's.
        """
        named = frozenset(ids)
        if not named or not all(map(_is_id, named)):
            raise UsageError("this is no person's id", remedy="Give the user_id as it stands in the shop's data.")
        return cls(named, frozenset(pseudonyms.of(one) for one in named))


def _is_id(text: str) -> bool:
    try:
        return bool(text.encode())
    except UnicodeEncodeError:  # half a surrogate pair, which no store can hold
        return False


class Erasable(Protocol):
    """A store that can forget a person.

    Both may be asked at any time and again. What a kill left half done is done when `forget` is asked again.
    """

    @property
    def name(self) -> str:
        """What a receipt calls it."""
        ...

    def forget(self, person: Person) -> int:
        """Take out everything on the person; how many entries went.

        Raises:
            BusyError: another process changes the store.
            StorageError: it cannot be read or written.
        """
        ...

    def traces(self, person: Person) -> int:
        """How many entries on the person are there."""
        ...
