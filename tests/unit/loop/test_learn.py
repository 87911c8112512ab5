"""Learning on its own: what is published, and what is not because it would serve people worse."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import DAY
from crossaisle.data.queries import Queries
from crossaisle.data.training import Training, silent
from crossaisle.errors import InputError
from crossaisle.loop.feedback.answered import Answered
from crossaisle.loop.feedback.feedback import Feedback
from crossaisle.loop.feedback.off_policy import Candidate
from crossaisle.loop.feedback.shown import Slates
from crossaisle.loop.feedback.taught import Taught
from crossaisle.loop.learn import Learnt, LiveOne, learn
from crossaisle.loop.train import Trained, TrainOptions
from crossaisle.models.recommender import Fitted, Recommender, State
from crossaisle.models.recommenders.ease import EASE
from crossaisle.models.recommenders.popularity import Popularity
from crossaisle.numerics.arrays import Floats, Numbers
from crossaisle.stores.database.slate_log import Shown

END = 100 * DAY


def whole() -> Dataset:
    """Forty people who buy an item a day: one of three of their own among forty, or the first, which all buy."""
    rng = np.random.default_rng(5)
    user, day = np.arange(40 * 99) % 40, np.arange(40 * 99) // 40
    bought = np.where(rng.random(len(user)) < 0.3, 0, (user + rng.integers(0, 3, len(user))) % 40)
    frame = pd.DataFrame(
        {
            "user_id": [f"u{one:02}" for one in user],
            "item_id": [f"i{one:02}" for one in bought],
            "timestamp": pd.to_datetime(day * DAY + user, unit="us", utc=True),
            "event_type": "purchase",
        }
    )
    catalog = pd.DataFrame({"item_id": [f"i{one:02}" for one in range(40)]})
    return Dataset.from_tables(pa.Table.from_pandas(frame), pa.Table.from_pandas(catalog), until=END)


class Reversed(Fitted):
    """A recommender the other way round: what it ranks last comes first."""

    def __init__(self, fitted: Fitted) -> None:
        self.fitted, self.n_items = fitted, fitted.n_items

    def scores(self, queries: Queries, items: Numbers | None = None) -> Floats:
        return -self.fitted.scores(queries, items)

    def state(self) -> State:
        return self.fitted.state()

    @classmethod
    def restore(cls, state: State) -> "Reversed":
        raise TypeError("nobody keeps it")


@dataclass
class Shop:
    """What was published, in memory."""

    dataset: Dataset = field(default_factory=whole)
    published: list[tuple[Trained, Taught | None]] = field(default_factory=list)
    taught: list[Taught] = field(default_factory=list)

    def before(self, until: int | None) -> Dataset:
        return self.dataset if until is None else self.dataset.before(until)

    def publish(self, trained: Trained, dataset: Dataset, taught: Taught | None) -> int:
        self.published.append((trained, taught))
        return 7

    def live(self, fitted: Fitted, until: int) -> LiveOne:
        return LiveOne(3, fitted, until, self.before, self.taught.append)

    def learn(
        self,
        recommender: Recommender,
        live: LiveOne | None = None,
        feedback: Feedback | None = None,
        folded: Callable[[Dataset], Trained] | None = None,
        is_forced: bool = False,
    ) -> Learnt:
        options = TrainOptions(min_purchases=1)
        asked = {"one": recommender}, live, self.publish, options, 0.05, 14 * DAY, silent, is_forced, feedback, folded
        return learn(self.before, *asked)


def fitted(shop: Shop, recommender: Recommender, until: int) -> LiveOne:
    return shop.live(recommender.fit(Training(shop.before(until))), until)


def test_the_first_model_is_published_without_a_comparison() -> None:
    shop = Shop()
    found = shop.learn(EASE())
    assert (found.outcome, found.version, found.comparison) == ("first", 7, None)
    assert shop.published[0][0].n_items == 40
    assert shop.published[0][1] is None


def test_a_model_of_just_now_has_nothing_new_to_learn_unless_it_is_told_to() -> None:
    shop = Shop()
    live = fitted(shop, EASE(), END)
    assert shop.learn(EASE(), live) == Learnt("nothing new", 3)
    assert shop.learn(EASE(), live, is_forced=True).outcome == "published"


def test_a_model_that_is_not_worse_is_published_and_told_with_its_window() -> None:
    shop = Shop()
    found = shop.learn(EASE(), fitted(shop, EASE(), END - 20 * DAY))
    assert (found.outcome, found.version) == ("published", 7)
    assert found.comparison is not None
    assert found.window == "1970-04-01"  # half of the twenty days since the live model's cut, before the 11th
    assert found.to_dict()["off_policy"] is None


def test_a_model_that_is_worse_is_not_published() -> None:
    shop = Shop()
    found = shop.learn(Popularity(), fitted(shop, EASE(), END - 20 * DAY))
    assert found.comparison is not None
    assert found.comparison.high < 1
    assert (found.outcome, found.version, shop.published) == ("worse", 3, [])


def feedback(shop: Shop, live: LiveOne, clicked: str, at: int = END - DAY) -> Feedback:
    """Slates that drew the first item, which most people buy, or the last for their first place; one is clicked."""
    names = [str(at) for at in range(1600)]
    slates = Slates.of(
        Shown(name, f"u{int(name) % 40:02}", at, 3, "all", [(_drawn(name), 1.0), ("i04", 0.5)], 1, 0.5, 1)
        for name in names
    )
    told = [(name, "impression") for name in names] + [(name, "click") for name in names if _drawn(name) == clicked]
    events = {
        "user_id": [f"u{int(name) % 40:02}" for name, _ in told],
        "item_id": [_drawn(name) for name, _ in told],
        "event_type": [kind for _, kind in told],
        "timestamp": pa.array([at] * len(told), pa.timestamp("us", "UTC")),
        "recommendation_id": [name for name, _ in told],
    }
    answered = Answered.of(slates, [pa.RecordBatch.from_pydict(events)])
    return Feedback(answered, {1: ["i00", "i37"]}.get, Candidate(live.fitted, shop.dataset.index), 28)


def _drawn(name: str) -> str:
    return "i00" if int(name) // 40 % 2 else "i37"


def test_a_model_that_explored_places_say_is_surely_worse_is_not_published() -> None:
    shop = Shop()
    unpopular = fitted(shop, Popularity(), END - 20 * DAY)
    reverse = shop.live(Reversed(unpopular.fitted), END - 20 * DAY)
    found = shop.learn(Popularity(), reverse, feedback(shop, reverse, "i37"))
    assert found.off_policy is not None
    assert found.off_policy.is_worse
    assert found.comparison is not None
    assert not found.comparison.is_worse(0.05)
    assert (found.outcome, shop.published) == ("worse", [])
    # what slates taught serves beside the model that stays
    assert found.taught is not None
    assert shop.taught == [found.taught]


def test_slates_teach_beside_a_model_that_is_published() -> None:
    shop = Shop()
    live = fitted(shop, Popularity(), END - 20 * DAY)
    found = shop.learn(Popularity(), live, feedback(shop, live, "i00"))
    assert found.outcome == "published"
    assert found.off_policy is not None
    # both rank the same item first
    assert found.off_policy.difference.snips.value == 0
    taught = shop.published[0][1]
    assert taught is not None
    assert found.taught is taught
    assert shop.taught == []
    assert taught.rates.lift[0] > 0 > taught.rates.lift[37]
    assert found.to_dict()["taught"]["clicks"] == taught.n_clicks


def test_explored_places_from_before_the_window_say_nothing() -> None:
    shop = Shop()
    live = fitted(shop, Popularity(), END - 20 * DAY)
    found = shop.learn(Popularity(), live, feedback(shop, live, "i37", at=END - 11 * DAY))
    assert found.off_policy is None


def test_a_folded_model_takes_the_place_of_training() -> None:
    shop = Shop()
    live = fitted(shop, EASE(), END - 20 * DAY)
    asked: list[int] = []

    def folded(dataset: Dataset) -> Trained:
        asked.append(dataset.until)
        return Trained("one", EASE(), live.fitted, {}, dataset.n_users, dataset.n_items)

    found = shop.learn(Popularity(), live, folded=folded)
    assert found.outcome == "published"
    assert asked == [END - 10 * DAY, END]
    assert shop.published[0][0].fitted is live.fitted


def test_there_is_something_to_learn_from() -> None:
    shop = Shop(whole())
    shop.dataset = Dataset.from_tables(
        pa.table(
            {
                "user_id": ["u"],
                "item_id": ["i"],
                "timestamp": pa.array([1], pa.timestamp("us", "UTC")),
                "event_type": ["view"],
            }
        ),
        until=END,
    )
    with pytest.raises(InputError, match="no purchase"):
        shop.learn(EASE())
