"""Plug-ins: the names that installed packages register, turned into classes."""

from collections.abc import Mapping

from crossaisle.data.mapping import Map
from crossaisle.data.source import Source
from crossaisle.data.text_encoder import TextEncoder
from crossaisle.errors import UsageError
from crossaisle.models import shelf
from crossaisle.models.part import from_text, options
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


def source_of(name: str, texts: Mapping[str, str], own_map: Map | None = None) -> Source:
    """The source of a name with options as people type them, and with a map in place of its own.

    Raises:
        UsageError: there is no such source or option, or it takes no map.
    """
    kind = source(name)
    if "map" in texts:
        raise UsageError("a map is no option", f"source {name}", "Give its file by --columns.")
    if own_map is not None and "map" not in options(kind):
        raise UsageError("its map cannot be changed", f"source {name}", "Leave --columns out.")
    return from_text(kind, texts, {} if own_map is None else {"map": own_map})


def text_encoder(name: str) -> type[TextEncoder]:
    """The text encoder class of a name.

    Raises:
        UsageError: no installed package registers it, or it cannot be imported.
    """
    found: type[TextEncoder] = shelf.loaded(TEXT_ENCODERS, "text encoder", name)
    return found
