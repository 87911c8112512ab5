"""Plug-ins: the names that installed packages register, turned into classes."""

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from crossaisle.data.source import Source
from crossaisle.data.text_encoder import TextEncoder
from crossaisle.errors import UsageError
from crossaisle.models import shelf
from crossaisle.models.recommender import Recommender

SOURCES = "crossaisle.sources"
TEXT_ENCODERS = "crossaisle.text_encoders"


def recommender_names() -> list[str]:
    """Names of all installed recommenders, in alphabetical order."""
    return sorted(shelf.registered())


def source_names() -> list[str]:
    """Names of all installed sources, in alphabetical order."""
    return sorted(_registered(SOURCES))


def text_encoder_names() -> list[str]:
    """Names of all installed text encoders, in alphabetical order."""
    return sorted(_registered(TEXT_ENCODERS))


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
    found: type[Source] = _loaded(SOURCES, "source", name)
    return found


def text_encoder(name: str) -> type[TextEncoder]:
    """The text encoder class of a name.

    Raises:
        UsageError: no installed package registers it, or it cannot be imported.
    """
    found: type[TextEncoder] = _loaded(TEXT_ENCODERS, "text encoder", name)
    return found


@cache
def _registered(group: str) -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=group)}


def _loaded(group: str, kind: str, name: str) -> Any:
    registered = _registered(group)
    if name not in registered:
        raise UsageError(f'there is no {kind} "{name}"', remedy=f"Installed are {', '.join(sorted(registered))}.")
    try:
        return registered[name].load()
    except ImportError as error:
        raise UsageError(
            f'the {kind} "{name}" cannot be imported: {error}', remedy="Install the package again."
        ) from None
