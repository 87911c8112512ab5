"""The order of a slate by what people answered before."""

from dataclasses import replace

import numpy as np
import pytest

from crossaisle.data.focus import Focus
from crossaisle.data.moments import DAY
from crossaisle.evaluation.feedback.appeal import EDGES, N_SCORES, Appeal
from crossaisle.scenarios.feeds.feed import Choice, Feed, Seen
from crossaisle.scenarios.feeds.memory import Memory, Past
from crossaisle.scenarios.feeds.ordering import Ordering

from .shop import NOW, feed_of, shop

DATASET = shop()
ALL = Focus("all")


def plain() -> Appeal:
    """Scores are worth what they say; nothing else counts."""
    score = np.append((np.arange(N_SCORES) + 0.5) / N_SCORES, 1)
    ones = [np.ones(n, dtype=np.float32) for n in (*[len(EDGES) + 1] * 3, 8, DATASET.n_categories + 1)]
    return Appeal(score.astype(np.float32), *ones)


def nothing_shown(until: int = NOW) -> Past:
    starts, nothing, none = np.zeros(4, dtype=np.int64), np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32)
    return Past(until, 2.0 * DAY, starts, nothing, none, starts, nothing, none, none)


def ordered(appeal: Appeal, power: float = 1.0) -> Feed:
    memory = Memory(nothing_shown(), DATASET.catalogue.category, DATASET.n_categories)
    return replace(feed_of(DATASET), ordering=Ordering(appeal, memory, 100, power))


def slate(feed: Feed, user: str = "ann", k: int = 4, moment: int = NOW) -> Choice:
    return feed.slate(user, ALL, k, moment, "en")


def test_the_order_is_that_of_scores_where_nothing_else_counts() -> None:
    before, after = slate(feed_of(DATASET)), slate(ordered(plain()))
    assert after.items == before.items
    assert len(after.reasons) == 4
    assert [len(one) for one in after.reasons] == [len(one) for one in before.reasons]


def test_scores_without_lifts_are_shares_of_the_highest() -> None:
    before, after = slate(feed_of(DATASET)), slate(ordered(plain()))
    shares = np.array(after.scores) / after.lifts
    assert shares == pytest.approx(np.array(before.scores) / before.scores[0], rel=1e-5)


def test_what_people_answer_to_rises_as_far_as_the_power_says() -> None:
    item = np.ones(8, dtype=np.float32)
    last = slate(ordered(plain())).items[-1]
    item[DATASET.index.items.number(last)] = 100
    liked = replace(plain(), item=item)
    assert slate(ordered(liked)).items[0] == last
    assert slate(ordered(liked, power=0.0)).items[-1] == last


def test_what_was_shown_in_vain_falls_for_that_person_alone() -> None:
    shown = np.array([1.0] + [0.01] * len(EDGES), dtype=np.float32)
    feed = ordered(replace(plain(), shown=shown))
    before, of_bob = slate(feed), slate(feed, "bob")
    feed.observe([Seen("ann", before.items[0], "impression", NOW)])
    assert slate(feed, moment=NOW + 1).items[0] == before.items[1]
    assert slate(feed, "bob", moment=NOW + 1).items == of_bob.items
    told = feed.slate("ann", ALL, 4, NOW + 1, "en", is_personal=False)
    assert told.items == ordered(plain()).slate("ann", ALL, 4, NOW + 1, "en", is_personal=False).items


def test_what_was_clicked_brings_its_category_up() -> None:
    clicked = np.array([1.0] + [100.0] * len(EDGES), dtype=np.float32)
    feed = ordered(replace(plain(), clicked=clicked))
    categories = DATASET.catalogue.category
    last = slate(feed, k=8).items[-1]
    feed.observe([Seen("ann", last, "click", NOW), Seen("ann", last, "impression", NOW)])
    first = slate(feed, k=8, moment=NOW + 1).items[0]
    own, top = (categories[DATASET.index.items.number(one)] for one in (last, first))
    assert own == top


def test_a_category_that_stands_above_counts_as_shown() -> None:
    near = np.array([1.0, 1.0] + [0.01] * (len(EDGES) - 1), dtype=np.float32)
    found = slate(ordered(replace(plain(), near=near)), k=6)
    categories = [int(DATASET.catalogue.category[DATASET.index.items.number(one)]) for one in found.items]
    assert len(set(categories[:5])) == 5


def test_more_may_be_asked_for_than_there_is() -> None:
    assert sorted(slate(ordered(plain()), k=200).items) == sorted(slate(feed_of(DATASET), k=200).items)


def test_somebody_unknown_is_shown_what_most_people_bought() -> None:
    before, after = slate(feed_of(DATASET), "stranger"), slate(ordered(plain()), "stranger")
    assert (after.items, after.fallback) == (before.items, True)
    assert after.lifts == [1.0] * 4


def test_what_somebody_wishes_holds_though_scores_tell_little() -> None:
    flat = np.ones(N_SCORES + 1, dtype=np.float32)
    feed = ordered(replace(plain(), score=flat))
    first = slate(feed).items[0]
    feed.observe([Seen("ann", first, "less_of_category", NOW)])
    category = DATASET.catalogue.category
    own = category[DATASET.index.items.number(first)]
    after = [category[DATASET.index.items.number(one)] for one in slate(feed, k=8, moment=NOW + 1).items]
    assert set(np.flatnonzero(np.array(after) == own)) == set(range(len(after) - after.count(own), len(after)))
    feed.people.wish("ann", {"games": 5.0})
    assert slate(feed, moment=NOW + 1).items[0] == "h"
