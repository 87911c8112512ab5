"""New items ranked among each other: worked out by hand, with ties, baselines and what is not counted."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from crossaisle.cli.app import app
from crossaisle.data.dataset import Dataset
from crossaisle.data.queries import Queries
from crossaisle.data.sources.frames import Frames
from crossaisle.data.split import Split
from crossaisle.evaluation.cold_start import BASELINES, ColdStart, cold_start, new_items
from crossaisle.evaluation.protocol import Evaluation, evaluate
from crossaisle.models.recommender import Fitted, State
from crossaisle.models.recommenders.content import Content
from crossaisle.models.recommenders.popularity import Popularity
from crossaisle.numerics.arrays import Floats, Numbers
from crossaisle.shop import Shop

CUT = "2017-07-01"


def shop(rows: list[tuple[str, str, str, int]], with_categories: bool = True) -> Split:
    """Rows of user, item, date and how many times; items are named by their category and a number."""
    events = pd.DataFrame(
        [
            (user, item, pd.Timestamp(date) + pd.Timedelta(minutes=time))
            for user, item, date, n in rows
            for time in range(n)
        ],
        columns=["user_id", "item_id", "timestamp"],
    )
    items = sorted({item for _, item, _, _ in rows} | {"tea 9"})
    catalog = pd.DataFrame({"item_id": items, "title": items})
    if with_categories:
        catalog["category"] = [item.split()[0] for item in items]
    events = events.assign(event_type="purchase", price=1.0, quantity=1)
    return Split.at(Dataset.from_frames(events, catalog), CUT)


ROWS = [
    # known before the cut
    ("ann", "tea 1", "2017-01-01", 1),
    ("bob", "tea 1", "2017-01-02", 1),
    ("bob", "tea 2", "2017-01-02", 1),
    ("cat", "soap 1", "2017-01-03", 1),
    # new in the window: tea 3, tea 4, soap 3 often enough, soap 4 not; tea 1 is not new
    ("ann", "tea 3", "2017-07-02", 2),
    ("ann", "tea 1", "2017-07-02", 9),
    ("bob", "tea 4", "2017-07-03", 2),
    ("cat", "soap 3", "2017-07-03", 2),
    ("cat", "tea 3", "2017-07-03", 1),
    ("cat", "soap 4", "2017-07-03", 1),
    # nobody who bought before
    ("dan", "tea 3", "2017-07-04", 2),
]


@dataclass(frozen=True)
class Scores(Fitted):
    """What each user is told of each new item: soap 3, tea 3, tea 4."""

    n_items: int
    table: tuple[tuple[float, ...], ...]

    def scores(self, queries: Queries, items: Numbers | None = None) -> Floats:
        assert items is not None
        return np.array(self.table, dtype=np.float32)[queries.users]

    def state(self) -> State:
        return {}

    @classmethod
    def restore(cls, state: State) -> "Scores":
        raise NotImplementedError


def figures(found: ColdStart | None) -> dict[str, float]:
    assert found is not None
    return {one.model: one.value for one in found.figures}


def test_only_items_first_sold_in_the_window_and_often_enough_are_new() -> None:
    split = shop(ROWS)
    names = split.train.index.items.at(new_items(split, 2)).to_pylist()
    assert names == ["soap 3", "tea 3", "tea 4"]
    assert split.train.index.items.at(new_items(split, 1)).to_pylist() == ["soap 3", "soap 4", "tea 3", "tea 4"]


def test_recall_of_two_places_by_hand() -> None:
    """ann bought tea 3, bob tea 4, cat soap 3 and tea 3. By `table` ann gets tea 3 and tea 4 (1 of 1), bob soap 3 and
    tea 3 (0 of 1), cat soap 3 and, of the tied teas, each with a chance of half (1.5 of 2): (1 + 0 + .75) / 3.
    """
    split = shop(ROWS)
    table = ((0, 3, 2), (3, 2, 1), (2, 1, 1))
    found = cold_start({"one": Scores(split.train.n_items, table)}, split, k=2, min_purchases=2)
    assert figures(found)["one"] == pytest.approx((1 + 0 + 0.75) / 3)
    assert found is not None
    assert (found.n_items, found.figures[0].n_users, found.figures[0].metric) == (3, 3, "recall@2")


def test_baselines_by_hand() -> None:
    """One place. At random each item has a third: (⅓ + ⅓ + ⅓) / 3.

    tea has two buyers of three, soap one: by buyers everybody gets a tea, of two tied ones: ann ½, bob ½, cat ½ of 2.
    Who bought from one category alone is inclined to it: cat gets soap 3, half of what there was to find.
    """
    found = figures(cold_start({}, shop(ROWS), k=1, min_purchases=2))
    assert list(found) == list(BASELINES)
    assert found["random"] == pytest.approx(1 / 3)
    assert found["category buyers"] == pytest.approx((0.5 + 0.5 + 0.25) / 3)
    assert found["category inclination"] == pytest.approx((0.5 + 0.5 + 0.5) / 3)
    assert found["category popularity"] == pytest.approx((0.5 + 0.5 + 0.5) / 3)


def test_who_has_nothing_to_say_finds_nothing_and_is_the_ratio_s_zero() -> None:
    split = shop(ROWS)
    found = cold_start({"popularity": Popularity().fit(split.training)}, split, k=2, min_purchases=2)
    assert figures(found)["popularity"] == 0
    assert found is not None
    assert {one.group: one.value for one in found.ratios} == dict.fromkeys(BASELINES, 0)


def test_without_categories_the_only_baseline_is_chance() -> None:
    split = shop(ROWS, with_categories=False)
    assert list(figures(cold_start({}, split, k=1, min_purchases=2))) == ["random"]


def test_as_many_places_as_new_items_tell_nothing() -> None:
    assert cold_start({}, shop(ROWS), k=3, min_purchases=2) is None
    assert cold_start({}, shop(ROWS), k=1, min_purchases=50) is None


def test_an_evaluation_holds_it_and_survives_json() -> None:
    split = shop(ROWS)
    fitted = {"popularity": Popularity().fit(split.training), "content": Content().fit(split.training)}
    measured = evaluate(fitted, split, k=2, min_purchases=2)
    assert measured.new_items is not None
    assert {one.model for one in measured.new_items.figures} == {*fitted, *BASELINES}
    assert Evaluation.from_dict(measured.to_dict()).to_dict() == measured.to_dict()
    assert figures(measured.new_items)["content"] > figures(measured.new_items)["random"]


def test_report_and_terminal_show_it_in_both_languages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty teas and soaps that are new, bought by those who bought tea and soap before."""
    kinds = {f"u{user}": "tea" if user % 2 else "soap" for user in range(40)}
    known = [(user, f"{kind} {number % 3}", "2017-03-01") for number, (user, kind) in enumerate(kinds.items())]
    later = [(user, f"{kind} {number % 2}", "2017-07-02") for number, (user, kind) in enumerate(kinds.items())]
    new = [(user, f"{kind} new {number}", "2017-07-02") for user, kind in kinds.items() for number in range(15)]
    events = pd.DataFrame(known + later + new, columns=["user_id", "item_id", "timestamp"]).assign(
        event_type="purchase"
    )
    items = sorted(set(events["item_id"]))
    catalog = pd.DataFrame({"item_id": items, "title": items, "category": [one.split()[0] for one in items]})
    made = Shop.create(tmp_path / "ws")
    made.load(Frames(events=events, catalog=catalog))
    words = ["evaluate", "--cut", CUT, "--models", "popularity,content", "-w", str(tmp_path / "ws")]
    for language, told in (("en", "30 items first sold in the window"), ("zh", "首次售出的 30 件商品")):
        monkeypatch.setenv("CROSSAISLE_LANGUAGE", language)
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, done.output
        assert told in " ".join(done.output.split())
        page = max((tmp_path / "ws" / "reports").glob("*/report.html"), key=lambda path: path.stat().st_mtime)
        assert told in page.read_text(encoding="utf-8")
        assert "category popularity" in page.read_text(encoding="utf-8") or language == "zh"
