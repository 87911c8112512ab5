"""The report: what it draws worked out by hand, and a page that stands alone in both languages."""

import json
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crossaisle.data.dataset import Dataset
from crossaisle.data.split import Split
from crossaisle.errors import StorageError
from crossaisle.evaluation.protocol import Evaluation, evaluate
from crossaisle.evaluation.report import METRICS, write_report
from crossaisle.evaluation.report.plots import flow_of
from crossaisle.evaluation.report.samples import sampled_slates
from crossaisle.evaluation.tasks import tasks_of
from crossaisle.models.recommenders.ease import EASE
from crossaisle.models.recommenders.popularity import Popularity
from crossaisle.words import Language

FACTS = {"seed": 0, "data_fingerprint": "f" * 64}
CUT = "2017-10-01"


class Page(HTMLParser):
    """The cells of every row of a table, what the page would fetch, and drawings without a text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[int] = []
        self.fetched: list[str] = []
        self.unnamed_drawings = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "tr":
            self.rows.append(0)
        if tag in ("td", "th"):
            self.rows[-1] += 1
        if tag in ("script", "link", "iframe", "img"):
            self.fetched.append(tag)
        self.fetched += [str(value) for key, value in attrs if key in ("src", "href") and "://" in str(value)]
        if named.get("role") == "img" and not named.get("aria-label"):
            self.unnamed_drawings += 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            assert len(set(self.rows)) == 1, "rows of a table differ in length"
            self.rows = []


@pytest.fixture(scope="module")
def split(frames: tuple[pd.DataFrame, ...]) -> Split:
    """The small shop with customers, and with names that mean something in HTML, in formulae and in Chinese."""
    events, catalog = frames
    told = {"category 1": "<b>fish</b> & chips", "category 2": "$5 deals $6", "category 3": "新鲜水果和蔬菜"}
    customers = pd.DataFrame({"user_id": events["user_id"].unique()})
    customers["home"] = ["<i>flat</i>" if place % 2 else "house" for place in range(len(customers))]
    renamed = catalog.assign(category=catalog["category"].replace(told), aisle=catalog["category"].replace(told))
    return Split.at(Dataset.from_frames(events, renamed, customers), CUT)


@pytest.fixture(scope="module")
def measured(split: Split) -> Evaluation:
    fitted = {"popularity": Popularity().fit(split.training), "ease": EASE(l2=20.0).fit(split.training)}
    return evaluate(fitted, split)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_page_stands_alone_and_says_what_each_drawing_shows(
    split: Split, measured: Evaluation, tmp_path: Path, language: Language
) -> None:
    text = write_report(tmp_path, measured, split, FACTS, language).read_text(encoding="utf-8")
    page = Page(text)
    assert page.fetched == []
    assert page.unnamed_drawings == 0
    assert text.count("<svg") >= 3 * 3 + 2 + 2
    assert "url(http" not in text
    assert all(f"<dt>{one.metric}</dt>" in text for one in measured.figures)


def test_names_of_the_shop_are_shown_as_they_are(split: Split, measured: Evaluation, tmp_path: Path) -> None:
    """Neither taken for markup nor for a formula, and Chinese is left to the browser's fonts."""
    text = write_report(tmp_path, measured, split, FACTS, "en").read_text(encoding="utf-8")
    assert "<b>fish" not in text
    assert "<i>flat" not in text
    assert "&lt;b&gt;fish&lt;/b&gt; &amp; chips" in text
    assert "$5 deals $6</text>" in text
    assert "新鲜水果和蔬菜</text>" in text


def test_report_for_programs_holds_every_figure_and_no_nan(split: Split, measured: Evaluation, tmp_path: Path) -> None:
    write_report(tmp_path, measured, split, {**FACTS, "options": {"ease": {"l2": 20.0}}}, "en")

    def refuse(text: str) -> None:
        raise AssertionError(text)

    written = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"), parse_constant=refuse)
    assert len(written["figures"]) == len(measured.figures)
    assert {one["metric"].partition("@")[0] for one in written["figures"]} <= set(METRICS)
    assert written["window"]["from"] == CUT
    assert written["options"] == {"ease": {"l2": 20.0}}
    assert {one["group"] for one in written["groups"]} >= {"activity: low", "home: house", "home: <i>flat</i>"}


def test_same_figures_give_the_same_page(split: Split, measured: Evaluation, tmp_path: Path) -> None:
    pages = [write_report(tmp_path / name, measured, split, FACTS, "en").read_bytes() for name in ("a", "b")]
    assert pages[0] == pages[1]


def test_published_split_has_a_page_without_time_and_groups(tmp_path: Path) -> None:
    train = pd.DataFrame({"user_id": ["1", "2", "2", "3"], "item_id": ["a", "a", "b", "c"]})
    test = pd.DataFrame({"user_id": ["1", "1", "2"], "item_id": ["b", "c", "c"]})
    split = Split.given(train, test)
    measured = evaluate(Popularity().fit(split.training), split)
    text = write_report(tmp_path, measured, split, FACTS, "en").read_text(encoding="utf-8")
    assert "published: 2 users" in text
    assert text.count("<svg") == 1


def test_flow_is_the_share_of_what_buyers_are_shown() -> None:
    """u1 bought 1 of aisle x and 1 of y, and is shown y, z; u2 bought 2 of x and is shown z, z.

    Row x: u1 weighs 1/2, u2 weighs 1: y ½ · 1, z ½ · 1 + 1 · 2 = 2.5, of 3 shown: 1/6 and 5/6. Row y: u1 alone: 1/2
    and 1/2. All are shown y once and z three times: 1/4 and 3/4.
    """
    events = pd.DataFrame(
        [("u1", "a"), ("u1", "b"), ("u2", "a"), ("u2", "a"), ("u3", "c"), ("u3", "d"), ("u1", "c")],
        columns=["user_id", "item_id"],
    )
    events["timestamp"] = [f"2017-01-0{day}T0{place}:00" for place, day in enumerate([1, 1, 1, 1, 1, 1, 9])]
    catalog = pd.DataFrame({"item_id": list("abcd"), "category": list("xyzz"), "aisle": list("xyzz")})
    made = Split.at(
        Dataset.from_frames(events.assign(event_type="purchase", price=1.0, quantity=1), catalog), "2017-01-05"
    )
    flow = flow_of(made, np.array([0, 1], dtype=np.int32), np.array([[1, 2], [2, 3]], dtype=np.int32))
    shares = {
        (row, column): flow.shares[place, at]
        for place, row in enumerate(flow.rows)
        for at, column in enumerate(flow.columns)
    }
    expected = {("x", "y"): 1 / 6, ("x", "z"): 5 / 6, ("y", "y"): 1 / 2, ("y", "z"): 1 / 2}
    assert {key: shares[key] for key in expected} == pytest.approx(expected)
    assert dict(zip(flow.columns, flow.whole, strict=True)) == pytest.approx({"x": 0, "y": 1 / 4, "z": 3 / 4})


def test_samples_are_of_counted_users_and_mark_what_was_bought(split: Split, measured: Evaluation) -> None:
    task = tasks_of(split, 5)[0]
    slates = measured.slates[task.name, "ease"]
    samples = sampled_slates(split, task, slates, seed=1)
    assert len(samples) == 4
    truth = task.truth.toarray() > 0
    for sample in samples:
        row = int(np.flatnonzero(task.users == split.train.index.users.number(sample.user))[0])
        hits = [bool(truth[row, item]) for item in slates[row][: len(sample.places)]]
        assert [place.is_hit for place in sample.places] == hits
        assert not {place.category for place in sample.places} & set(sample.habits)
    assert samples == sampled_slates(split, task, slates, seed=1)


def test_folder_that_cannot_be_written_is_told(split: Split, measured: Evaluation, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(StorageError, match="cannot be written"):
        write_report(tmp_path / "taken", measured, split, FACTS, "en")


def test_drawing_is_loaded_only_for_a_report() -> None:
    asked = "import sys, crossaisle, crossaisle.cli; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "False"


@pytest.mark.filterwarnings("error::UserWarning")
def test_a_shop_without_categories_has_a_report_without_a_flow(
    frames: tuple[pd.DataFrame, ...], split: Split, measured: Evaluation, tmp_path: Path
) -> None:
    bare = Split.at(Dataset.from_frames(frames[0]), CUT)
    write_report(tmp_path / "bare", evaluate(Popularity().fit(bare.training), bare), bare, FACTS, "en")
    write_report(tmp_path / "whole", measured, split, FACTS, "en")
    assert "bought to recommended" not in (tmp_path / "bare" / "report.html").read_text(encoding="utf-8").lower()
    assert "bought to recommended" in (tmp_path / "whole" / "report.html").read_text(encoding="utf-8").lower()
