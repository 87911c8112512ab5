"""A person is taken out of the samples of a report, and the rest of the page stays as it is."""

import re
from html import escape
from pathlib import Path

import pandas as pd
import pytest

from crossaisle.data.dataset import Dataset
from crossaisle.data.split import Split
from crossaisle.evaluation.protocol import Evaluation, evaluate
from crossaisle.evaluation.report import write_report
from crossaisle.evaluation.report.erasure import ReportsErasure
from crossaisle.models.recommenders.popularity import Popularity
from crossaisle.privacy.erasable import Person
from crossaisle.words import Language, say

FACTS = {"seed": 0, "data_fingerprint": "f" * 64}
SIGNS = "<b>{u}</b> & 'it' \"安娜\" "
"""What an id may hold, too."""


@pytest.fixture(scope="module")
def split(frames: tuple[pd.DataFrame, ...]) -> Split:
    events, catalog = frames
    return Split.at(Dataset.from_frames(events.assign(user_id=SIGNS + events.user_id), catalog), "2017-10-01")


@pytest.fixture(scope="module")
def measured(split: Split) -> Evaluation:
    return evaluate({"popularity": Popularity().fit(split.training)}, split)


def titled(language: Language, user_id: str) -> str:
    """The heading of a sample as the page has it, with its quotes written in numbers."""
    text = escape(say("cli.slate_of", language, user=user_id), quote=False)
    return "<h3>{}</h3>".format(text.replace("'", "&#39;").replace('"', "&#34;"))


def shown(page: str) -> list[str]:
    """The samples of a page, from their opening tag to the closing one."""
    return re.findall(r'<div class="person">\n.*?</table>\n</div>\n', page, re.DOTALL)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_only_the_persons_sample_goes(split: Split, measured: Evaluation, tmp_path: Path, language: Language) -> None:
    path = write_report(tmp_path / "2017-10-01-1", measured, split, FACTS, language)
    before = path.read_text(encoding="utf-8")
    users = [one for one in split.train.index.users.to_list() if titled(language, one) in before]
    assert len(users) == len(shown(before)) == 4
    (sample,) = (one for one in shown(before) if titled(language, users[1]) in one)
    part, person = ReportsErasure(tmp_path), Person(frozenset({users[1], "nobody"}), frozenset())
    assert part.traces(person) == 1
    assert part.forget(person) == 1
    assert part.traces(person) == 0
    assert path.read_text(encoding="utf-8") == before.replace(sample, "")
    assert sorted(one.name for one in path.parent.iterdir()) == ["report.html", "report.json"]


def test_of_several_reports_each_is_looked_at_and_those_without_the_person_stay(
    split: Split, measured: Evaluation, tmp_path: Path
) -> None:
    pages = [write_report(tmp_path / str(seed), measured, split, {**FACTS, "seed": seed}, "en") for seed in range(4)]
    before = {path: path.read_text(encoding="utf-8") for path in pages}
    user = next(one for one in split.train.index.users.to_list() if titled("en", one) in before[pages[0]])
    of_them = [path for path in pages if titled("en", user) in before[path]]
    times = {path: path.stat().st_mtime_ns for path in pages}
    assert ReportsErasure(tmp_path).forget(Person(frozenset({user}), frozenset())) == len(of_them)
    assert {path for path in pages if path.stat().st_mtime_ns != times[path]} == set(of_them)
    assert not any(titled("en", user) in path.read_text(encoding="utf-8") for path in pages)


def test_a_page_that_is_not_as_it_was_written_goes_if_it_shows_the_person(tmp_path: Path) -> None:
    for name, page in (("1", "<h3>User ann</h3> bought tea"), ("2", "<h3>User bob</h3>")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "report.html").write_text(page)
        (tmp_path / name / "report.json").write_text("{}")
    part, ann = ReportsErasure(tmp_path), Person(frozenset({"ann"}), frozenset())
    assert (part.forget(ann), part.traces(ann)) == (1, 0)
    assert not (tmp_path / "1" / "report.html").exists()
    assert (tmp_path / "2" / "report.html").exists()


def test_what_a_killed_process_left_goes_and_no_reports_are_no_trouble(tmp_path: Path) -> None:
    ann = Person(frozenset({"ann"}), frozenset())
    assert ReportsErasure(tmp_path / "reports").forget(ann) == 0
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / ".report.html.new").write_text("ann")
    assert ReportsErasure(tmp_path).forget(ann) == 0
    assert not (tmp_path / "1" / ".report.html.new").exists()
