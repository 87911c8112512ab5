"""The registry as erasure sees it: every version is asked, alone, and nothing of a killed publication is left."""

from pathlib import Path

import pytest

from crossaisle.errors import BusyError
from crossaisle.privacy.erasable import Person
from crossaisle.stores.registry import ModelsErasure, Registry

ANN = Person(frozenset({"ann"}), frozenset())


def forget_in(folder: Path, person: Person) -> int:
    found = traces_in(folder, person)
    for one in person.ids:
        (folder / one).unlink(missing_ok=True)
    return found


def traces_in(folder: Path, person: Person) -> int:
    return sum((folder / one).exists() for one in person.ids)


def published(folder: Path, *users: str) -> tuple[Registry, ModelsErasure]:
    """A version for each user, which holds a file of their name."""
    registry = Registry(folder / "models")
    for user in users:
        registry.publish(lambda fresh, of=user: (fresh / of).touch())  # type: ignore[misc]  # bound at once
    return registry, ModelsErasure(registry, forget_in, traces_in)


def test_every_version_is_asked_the_live_one_too(tmp_path: Path) -> None:
    registry, part = published(tmp_path, "ann", "bob", "ann")
    assert part.traces(ANN) == 2
    assert part.forget(ANN) == 2
    assert part.traces(ANN) == 0
    assert (registry.versions(), registry.live()) == ([1, 2, 3], 3)
    assert (registry.path(2) / "bob").exists()


def test_what_a_killed_publication_left_goes(tmp_path: Path) -> None:
    registry, part = published(tmp_path, "bob")
    (registry.folder / ".new").mkdir()
    (registry.folder / ".new" / "ann").touch()
    assert part.forget(ANN) == 0
    assert not (registry.folder / ".new").exists()


def test_while_a_model_is_published_the_models_are_busy(tmp_path: Path) -> None:
    registry, part = published(tmp_path, "ann")

    def erase(fresh: Path) -> None:
        part.forget(ANN)

    with pytest.raises(BusyError):
        registry.publish(erase)
    assert part.forget(ANN) == 1


def test_without_models_there_is_nothing_to_forget(tmp_path: Path) -> None:
    registry, part = published(tmp_path)
    assert (part.forget(ANN), part.traces(ANN)) == (0, 0)
    assert not registry.folder.exists()
