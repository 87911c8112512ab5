"""Reading an experiment off events: who counts, what counts, and when."""

from pathlib import Path

import pandas as pd
import pytest

from crossaisle.data.collecting import collect
from crossaisle.data.moments import DAY
from crossaisle.data.sources.frames import Frames
from crossaisle.loop.experiments import Read, read_experiment
from crossaisle.shop import Shop
from crossaisle.shop.stores import Stores
from crossaisle.stores.database.event_log import Batch
from crossaisle.stores.database.experiments import Arm, Experiment

START = 1_772_357_400_000_000
A = Experiment(experiment_id="a", arms={"control": Arm(), "popular": Arm(model="none")}, weights=(1.0, 1.0), days=7.0)


def sold(user_id: str, day: float, price: float, event_type: str = "purchase") -> dict[str, object]:
    when = pd.Timestamp(START + round(day * DAY), unit="us", tz="UTC")
    return {
        "user_id": user_id,
        "item_id": "i",
        "timestamp": when,
        "event_type": event_type,
        "price": price,
        "quantity": 2,
    }


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = Shop.create(tmp_path / "shop")
    rows = [
        sold("ann", -3, 1.0),
        sold("ann", 1, 2.0),
        sold("ben", -30, 9.0),
        sold("ben", 8, 5.0),
        sold("cat", 0.001, 0.0, "view"),
        sold("cat", 3, 0.0, "view"),
        sold("dan", 2, 4.0),
    ]
    links = pd.DataFrame([{"user_id": "dan", "alias": "d1", "kind": "cookie"}])
    shop.load(Frames(events=pd.DataFrame(rows), identities=links))
    return shop


def test_what_counts_is_what_people_did_within_the_days_after_their_exposure(shop: Shop) -> None:
    stores = Stores(shop, {})
    stores.experiments.start(A, START)
    seen = ((0, "ann"), (1, "ben"), (0, "cat"), (1, "dan"))
    stores.experiments.expose([("a", name, number, START) for number, name in seen])
    stores.experiments.expose([("a", "eve", 0, START + 5 * DAY)])
    fresh = {"user_id": "d1", "item_id": "i", "timestamp": START // 1_000_000 + 3 * 86_400, "event_type": "purchase"}
    stores.log.append([Batch(collect([{**fresh, "price": 1.5}], START + 4 * DAY).rows)])
    read = Read(shop.events_with, stores.log)
    found = read_experiment(stores.experiments, "a", read, START + 8 * DAY)
    control, popular = found.arms
    assert (control.n, popular.n) == (3, 2)
    assert control.metrics["conversion"].n == 2, "eve's days are not over"
    assert control.metrics["conversion"].mean == 0.5
    assert control.metrics["revenue"].mean == 2.0, "ann spent 4, cat nothing"
    assert control.metrics["repeat_visit_rate"].mean == 1.0
    assert popular.metrics["conversion"].mean == 0.5, "ben came too late"
    assert popular.metrics["revenue"].mean == (8.0 + 1.5) / 2, "what dan did as d1 is dan's"
    without = read_experiment(stores.experiments, "a", read, START + 8 * DAY, ["dan"])
    assert without.arms[1].n == 1
    stores.close()


def test_an_experiment_that_nobody_saw_says_so(shop: Shop) -> None:
    stores = Stores(shop, {})
    stores.experiments.start(A, START)
    found = read_experiment(stores.experiments, "a", Read(shop.events_with, stores.log), START)
    assert (found.verdict, [arm.n for arm in found.arms]) == ("too_few", [0, 0])
    stores.close()
