"""Plug-ins: the names that installed packages register, turned into classes."""

from crossaisle.data.source import Source
from crossaisle.data.text_encoder import TextEncoder
from crossaisle.models import shelf
from crossaisle.models.recommender import Recommender

SOURCES = "crossaisle.sources"
TEXT_ENCODERS = "crossaisle.text_encoders"


def recommender_names() -> list[str]:
    """Names of all installed recommenders, in alphabetical order."""
    return sorted(shelf.registered())


def source_names() -> list[str]:
    """Names of all installed sources, in alphabetical order."""
    return sorted(shelf.registered(SOURCES))


def text_encoder_names() -> list[str]:
    """Names of all installed text encoders, in alphabetical order."""
    return sorted(shelf.registered(TEXT_ENCODERS))


def recommender(name: str) -> type[Recommender]:
    """The recommender class of a name.

    Raises:
        UsageError: no installed package registers it, or it cannot be imported.
    """
    return shelf.recommender(name)


def source(name: str) -> type[Source]:
    """The source class of a name.

    Raises:
        UsageError: no installed package registers it, or it cannot be imported.
    """
    found: type[Source] = shelf.loaded(SOURCES, "source", name)
    return found


def text_encoder(name: str) -> type[TextEncoder]:
    """The text encoder class of a name.

    Raises:
        UsageError: no installed package registers it, or it cannot be imported.
    """
    found: type[TextEncoder] = shelf.loaded(TEXT_ENCODERS, "text encoder", name)
    return found
