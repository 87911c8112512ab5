"""Forgetting a person in the logs of the service, while the service writes them.

A log is JSON lines, to which a process appends, opened with O_APPEND. So nothing here makes a file anew, which would
lose the lines that are appended to the old one meanwhile, and nothing is cut or moved: the bytes of a name are written
over with as many others, at their place. Appending changes no byte that is there, and an overwritten one changes no
place, so both can go on at once, and a kill leaves whole lines.
"""

import json
import mmap
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from crossaisle.privacy.erasable import Person
from crossaisle.stores.engine import failures_in_words

ERASED = b"erased"
_OF_USER = re.compile(rb'"user(?:_id)?"\s*:\s*\Z')
FAR = 64
"""Bytes before a value in which its name stands."""


@dataclass(frozen=True)
class ServiceLogs:
    """The logs in a folder as something that erasure can ask; an entry is a place where the person is named.

    A pseudonym is found wherever it stands, an id where it is the value of `user` or `user_id` or a step of a path
    behind `/users/`: elsewhere a short one could be something else.
    """

    folder: Path

    name: ClassVar[str] = "logs"

    def forget(self, person: Person) -> int:
        """See Erasable.forget: each name is overwritten with `erased` and dashes, of the same length."""
        sought = _Sought.of(person)
        with failures_in_words(str(self.folder)):
            return sum(_overwrite(path, sought) for path in self._files())

    def traces(self, person: Person) -> int:
        """See Erasable.traces."""
        sought = _Sought.of(person)
        with failures_in_words(str(self.folder)):
            return sum(len(_places(path, sought)) for path in self._files())

    def _files(self) -> list[Path]:
        return sorted(path for path in self.folder.rglob("*.log") if path.is_file())


@dataclass(frozen=True)
class _Sought:
    """Names of a person as a log writes them: anywhere, behind `/users/`, and as values of a user."""

    anywhere: tuple[bytes, ...]
    steps: tuple[bytes, ...]
    values: tuple[bytes, ...]

    @classmethod
    def of(cls, person: Person) -> "_Sought":
        values = {json.dumps(one, ensure_ascii=is_ascii)[1:-1] for one in person.ids for is_ascii in (True, False)}
        steps = {quote(one, safe) for one in person.ids for safe in ("", "/")} | values
        return cls(_bytes(person.pseudonyms), _bytes(steps), _bytes(values))

    def places(self, content: mmap.mmap) -> Iterator[tuple[int, int]]:
        """Start and end of each name. One by one: to look for a plain text is many times as fast as for one of several
        that begin otherwise."""
        for name in self.anywhere:
            for hit in re.finditer(re.escape(name), content):
                yield hit.span()
        for name in self.steps:
            for hit in re.finditer(rb'/users/(%s)(?=[/?#"\s\\]|$)' % re.escape(name), content):
                yield hit.span(1)
        for name in self.values:
            for hit in re.finditer(rb'"(%s)"' % re.escape(name), content):
                if _OF_USER.search(content, max(0, hit.start() - FAR), hit.start()):
                    yield hit.span(1)


def _bytes(texts: Iterable[str]) -> tuple[bytes, ...]:
    return tuple(one.encode() for one in sorted(texts))


def _overwrite(path: Path, sought: _Sought) -> int:
    places = _places(path, sought)
    if not places:
        return 0
    descriptor = os.open(path, os.O_WRONLY)
    try:
        for start, end in places:
            os.pwrite(descriptor, ERASED[: end - start].ljust(end - start, b"-"), start)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return len(places)


def _places(path: Path, sought: _Sought) -> set[tuple[int, int]]:
    """Start and end of each name in a file, as long as it is now."""
    with path.open("rb") as file:
        if not os.fstat(file.fileno()).st_size:
            return set()  # nothing can be mapped
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return set(sought.places(content))
