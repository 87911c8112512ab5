"""The registry: published models by version, which one is live, and the way back to an earlier one."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from filelock import FileLock, Timeout

from crossaisle.errors import ArtifactError, BusyError
from crossaisle.privacy.erasable import Person
from crossaisle.stores.engine import failures_in_words

LIVE, FRESH = "live.json", ".new"


class Registry:
    """A folder with one sub-folder a version. A version appears whole or not at all; the live one is a pointer.

    Args:
        folder: it is made on the first publication.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def versions(self) -> list[int]:
        """Published versions, the earliest first."""
        if not self.folder.is_dir():
            return []
        return sorted(int(path.name) for path in self.folder.iterdir() if path.name.isdigit() and path.is_dir())

    def live(self) -> int | None:
        """The live version; None before the first publication.

        Raises:
            ArtifactError: the pointer is broken.
        """
        path = self.folder / LIVE
        if not path.exists():
            return None
        try:
            return int(json.loads(path.read_text(encoding="utf-8"))["version"])
        except (ValueError, KeyError, TypeError):
            remedy = "Choose a version with: crossaisle models rollback --to N."
            raise ArtifactError("the pointer to the live model is broken", str(path), remedy) from None

    def path(self, version: int) -> Path:
        """The folder of a version."""
        return self.folder / f"{version:06d}"

    def publish(self, write: Callable[[Path], None]) -> int:
        """Let `write` fill a new version's folder, then make it live; its number.

        Raises:
            BusyError: another process publishes.
            StorageError: the disk is full.
        """
        with failures_in_words(str(self.folder)):
            self.folder.mkdir(parents=True, exist_ok=True)
            with self._held():
                fresh = self.folder / FRESH
                shutil.rmtree(fresh, ignore_errors=True)
                fresh.mkdir()
                try:
                    write(fresh)
                    version = max(self.versions(), default=0) + 1
                    os.rename(fresh, self.path(version))
                finally:
                    shutil.rmtree(fresh, ignore_errors=True)
                self._point(version)
                return version

    def rollback(self, to: int | None, prove: Callable[[Path], object]) -> int:
        """Make an earlier version live: `to`, or the one before the live one, if `prove` can read it.

        Raises:
            ArtifactError: there is no such version, or it cannot be read.
        """
        live = self.live()
        earlier = [version for version in self.versions() if live is not None and version < live]
        chosen = to if to is not None else max(earlier, default=None)
        if chosen is None or chosen not in self.versions():
            there = ", ".join(str(version) for version in self.versions()) or "none"
            wanted = "earlier model" if to is None else f"model {to}"
            raise ArtifactError(f"there is no {wanted}", str(self.folder), f"Published versions: {there}.")
        prove(self.path(chosen))
        with self._held():
            self._point(chosen)
        return chosen

    def revise(self, revise: Callable[[Path], int]) -> int:
        """Let `revise` change each version's folder in place while nobody publishes; the sum of what it counts.

        A folder that it removes is a version no longer. What a publication left that was killed goes.

        Raises:
            BusyError: another process publishes.
            StorageError: the disk is full.
        """
        if not self.folder.is_dir():
            return 0
        with failures_in_words(str(self.folder)), self._held():
            shutil.rmtree(self.folder / FRESH, ignore_errors=True)
            return sum(revise(self.path(version)) for version in self.versions())

    def _point(self, version: int) -> None:
        fresh = self.folder / ".live.new"
        with fresh.open("w", encoding="utf-8") as file:
            json.dump({"version": version}, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, self.folder / LIVE)

    @contextmanager
    def _held(self) -> Iterator[None]:
        lock = FileLock(self.folder / ".lock", timeout=0)
        try:
            with lock:
                yield
        except Timeout:
            raise BusyError("another process is publishing a model", str(self.folder), "Try again soon.") from None


@dataclass(frozen=True)
class ModelsErasure:
    """The published models as something that erasure can ask.

    Args:
        forget_in: takes a person out of the model in a folder, and answers how many of their ids it held.
        traces_in: how many of a person's ids the model in a folder holds.
    """

    registry: Registry
    forget_in: Callable[[Path, Person], int]
    traces_in: Callable[[Path, Person], int]

    name: ClassVar[str] = "models"

    def forget(self, person: Person) -> int:
        """See Erasable.forget: all versions, the live one too."""
        return self.registry.revise(lambda folder: self.forget_in(folder, person))

    def traces(self, person: Person) -> int:
        """See Erasable.traces."""
        with failures_in_words(str(self.registry.folder)):
            folders = map(self.registry.path, self.registry.versions())
            return sum(self.traces_in(folder, person) for folder in folders)
