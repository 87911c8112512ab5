"""The shelf: classes that installed packages register under a name, and the recommenders among them."""

from dataclasses import fields
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from crossaisle.errors import UsageError
from crossaisle.models.recommender import Recommender

GROUP = "crossaisle.recommenders"


@cache
def registered(group: str = GROUP) -> dict[str, EntryPoint]:
    """Entry points of a group, by default the recommenders', by name."""
    return {point.name: point for point in entry_points(group=group)}


def loaded(group: str, kind: str, name: str) -> Any:
    """What is registered under a name of the group. kind: what people call it.

    Raises:
        UsageError: no installed package registers it, or it cannot be imported.
    """
    if name not in registered(group):
        known = ", ".join(sorted(registered(group)))
        raise UsageError(f'there is no {kind} "{name}"', remedy=f"Installed are {known}.")
    try:
        return registered(group)[name].load()
    except ImportError as error:
        raise UsageError(
            f'the {kind} "{name}" cannot be imported: {error}', remedy="Install the package again."
        ) from None


def recommender(name: str) -> type[Recommender]:
    """The recommender class of a name.

    Raises:
        UsageError: no installed package registers it, or it cannot be imported.
    """
    found: type[Recommender] = loaded(GROUP, "recommender", name)
    return found


def name_of(part: Recommender) -> str:
    """The name under which a recommender's class is registered.

    Raises:
        UsageError: no installed package registers it, so that its state could not be restored.
    """
    kind = type(part)
    for name, point in registered().items():
        if point.value == f"{kind.__module__}:{kind.__qualname__}":
            return name
    raise UsageError(
        f"{kind.__qualname__} is not registered", remedy=f'Name it in the entry points "{GROUP}" of its package.'
    )


def described(part: Any) -> dict[str, Any]:
    """The options of a part in plain values; recommenders among them by name with options of their own."""
    return {field.name: _plain(getattr(part, field.name)) for field in fields(part)}


def _plain(value: Any) -> Any:
    if isinstance(value, Recommender):
        return {"recommender": name_of(value), **described(value)}
    return [_plain(one) for one in value] if isinstance(value, tuple) else value
