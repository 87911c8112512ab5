"""Forgetting a person in the reports, which show a few users' slates."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from markupsafe import escape

from crossaisle.errors import StorageError
from crossaisle.privacy.erasable import Person
from crossaisle.words import LANGUAGES, say

PAGE, _FRESH = "report.html", ".report.html.new"


@dataclass(frozen=True)
class ReportsErasure:
    """The reports as something that erasure can ask; an entry is a sample of the person.

    Args:
        folder: with one folder a report.
    """

    folder: Path

    name: ClassVar[str] = "reports"

    def forget(self, person: Person) -> int:
        """See Erasable.forget: a page is written anew without the samples; one that is not as it was written goes."""
        titles = _titles(person)
        try:
            for torn in self.folder.glob(f"*/{_FRESH}"):
                torn.unlink()
            return sum(_forget_in(path, titles) for path in self._pages())
        except OSError as error:
            what = f"a report cannot be read or written: {error.strerror}"
            raise StorageError(what, str(self.folder), "Check disk and folder, then erase again.") from None

    def traces(self, person: Person) -> int:
        """See Erasable.traces."""
        titles = _titles(person)
        return sum(len(titles.findall(path.read_text(encoding="utf-8"))) for path in self._pages())

    def _pages(self) -> list[Path]:
        return sorted(self.folder.glob(f"*/{PAGE}"))


def _titles(person: Person) -> "re.Pattern[str]":
    """What stands above a sample of the person, in every language."""
    ids = sorted(person.ids)
    titles = [escape(say("cli.slate_of", language, user=one)) for language in LANGUAGES for one in ids]
    return re.compile("<h3>(?:{})</h3>".format("|".join(map(re.escape, titles))))


def _forget_in(path: Path, titles: "re.Pattern[str]") -> int:
    page = path.read_text(encoding="utf-8")
    n_found = len(titles.findall(page))
    if not n_found:
        return 0
    sample = re.compile(rf'<div class="person">\s*{titles.pattern}.*?</table>\s*</div>\s*', re.DOTALL)
    rest = sample.sub("", page)
    if titles.search(rest):
        path.unlink()
        return n_found
    fresh = path.with_name(_FRESH)
    with fresh.open("w", encoding="utf-8") as file:
        file.write(rest)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)
    return n_found
