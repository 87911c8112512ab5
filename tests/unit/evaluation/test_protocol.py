"""The protocol on a shop small enough to work out by hand, and on the small shop."""

import json
from pathlib import Path

import pandas as pd
import pytest

from crossaisle.data.dataset import Dataset
from crossaisle.data.split import Split
from crossaisle.evaluation.protocol import evaluate
from crossaisle.evaluation.report import METRICS, write_report
from crossaisle.evaluation.tasks import tasks_of
from crossaisle.models.recommenders.ease import EASE
from crossaisle.models.recommenders.popularity import Popularity


def made(*rows: tuple[str, str, str], price: float = 2.0) -> Dataset:
    events = pd.DataFrame(rows, columns=["user_id", "item_id", "timestamp"])
    catalog = pd.DataFrame({"item_id": ["a", "b", "c", "d"], "category": ["x", "x", "y", "z"]})
    return Dataset.from_frames(events.assign(event_type="purchase", price=price, quantity=1), catalog)


@pytest.fixture
def known_by_hand() -> Split:
    """Before the cut u1 bought a, u2 bought c and a, u3 bought a. In the window u1 buys b, c, d; u2 buys d; u3 a."""
    return Split.at(
        made(
            ("u1", "a", "2017-01-01"),
            ("u2", "c", "2017-01-01"),
            ("u2", "a", "2017-01-02"),
            ("u3", "a", "2017-01-01"),
            ("u1", "b", "2017-02-01"),
            ("u1", "c", "2017-02-02"),
            ("u1", "d", "2017-02-03"),
            ("u2", "d", "2017-02-01"),
            ("u3", "a", "2017-02-01"),
        ),
        "2017-02-01",
    )


def test_truth_of_each_task(known_by_hand: Split) -> None:
    """Established from one purchase on: a and c. New to u1: y, z. d was never bought, so it is not established."""
    tasks = {task.name: task for task in tasks_of(known_by_hand, 1)}
    found = {
        name: {int(user): task.truth[[row]].indices.tolist() for row, user in enumerate(task.users)}
        for name, task in tasks.items()
    }
    assert found == {"new-categories": {0: [2]}, "explore": {0: [2]}, "all": {0: [2], 2: [0]}}


def test_figures_of_popularity_by_hand(known_by_hand: Split) -> None:
    """new-categories: u1 may be shown c alone, and buys it: everything is 1. revenue: one c at 2.

    all: popularity ranks a (3 buyers), c (1). u1 wants c, second of two: recall 1, ndcg 1 / log₂3 = .63093;
    u3 wants a, first: 1. ndcg is (.63093 + 1) / 2 = .81546.
    """
    measured = evaluate(Popularity().fit(known_by_hand.training), known_by_hand, min_purchases=1)
    assert measured.value("new-categories", "model", "capped_recall@20").value == 1
    assert measured.value("new-categories", "model", "revenue@20").value == pytest.approx(2)
    assert measured.value("new-categories", "model", "category_hit_rate@20").value == 1
    assert measured.value("all", "model", "ndcg@20").value == pytest.approx(0.815465, abs=1e-6)
    assert measured.value("all", "model", "ndcg@20").n_users == 2


def test_a_purchase_stamped_at_the_cut_is_truth(known_by_hand: Split) -> None:
    assert known_by_hand.train.events.time.max() < known_by_hand.cut
    assert known_by_hand.truth.nnz == 5


def test_frame_has_the_promised_columns(known_by_hand: Split) -> None:
    frame = evaluate(Popularity().fit(known_by_hand.training), known_by_hand, min_purchases=1).to_frame()
    assert list(frame.columns) == ["task", "model", "metric", "value", "low", "high", "n_users"]


def test_published_split_counts_recall_and_masks_training() -> None:
    """u1 knows a and is to be shown b and c. a has 2 buyers, b and c 1 each: masked a, ranked b, c."""
    train = pd.DataFrame({"user_id": ["1", "2", "2", "3"], "item_id": ["a", "a", "b", "c"]})
    test = pd.DataFrame({"user_id": ["1", "1"], "item_id": ["b", "c"]})
    split = Split.given(train, test)
    measured = evaluate(Popularity().fit(split.training), split)
    assert measured.value("published", "model", "recall@20").value == 1
    assert measured.value("published", "model", "ndcg@20").value == 1
    assert measured.value("published", "model", "recall@20").n_users == 1


def test_report_is_one_page_without_anything_from_elsewhere(small_shop: Dataset, tmp_path: Path) -> None:
    split = Split.at(small_shop, "2017-10-01")
    fitted = {"popularity": Popularity().fit(split.training), "ease": EASE(l2=20.0).fit(split.training)}
    measured = evaluate(fitted, split)
    facts = {"seed": 0, "data_fingerprint": "f" * 64}
    for language in ("en", "zh"):
        page = write_report(tmp_path / language, measured, split, facts, language).read_text(encoding="utf-8")
        assert page.count("<svg") >= 6
        assert "<script" not in page
        assert 'src="http' not in page
        assert 'href="http' not in page
    written = json.loads((tmp_path / "en" / "report.json").read_text(encoding="utf-8"))
    assert {one["metric"].partition("@")[0] for one in written["figures"]} <= set(METRICS)
    assert written["groups"]
