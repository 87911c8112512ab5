"""The running shop learns from what people answer: slates are shown, answered, taken in, and the next ones follow."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crossaisle.cli.online.learn import lines_of
from crossaisle.data.moments import DAY
from crossaisle.data.training import silent
from crossaisle.loop.feedback.taught import Taught
from crossaisle.loop.prepared import PREPARED, forget_in
from crossaisle.models.erasure import traces_in
from crossaisle.privacy.erasable import Person
from crossaisle.scenarios.feeds.acquaintance import Acquaintance
from crossaisle.scenarios.feeds.feed import Feed
from crossaisle.settings import Settings
from crossaisle.shop.feeds import feed_of
from crossaisle.shop.learning import Learning
from crossaisle.shop.shop import Shop
from crossaisle.stores.arrays_folder import read_arrays
from crossaisle.stores.registry import ModelsErasure

from .running import running


def test_answers_to_slates_move_the_next_ones(frames: tuple[pd.DataFrame, ...], tmp_path: Path) -> None:
    with running(tmp_path / "ws", frames) as shop:
        first = shop.learning.learn(silent)
        assert (first.outcome, first.version, first.taught) == ("first", 1, None)
        before = shop.feed()
        users = sorted(set(frames[0]["user_id"]))
        wanted = shop.show(before, "u003")[1].items[-1]
        for _ in range(3):
            for user in users:
                name, choice = shop.show(before, user)
                shop.tell([(user, item, "impression", name) for item in choice.items])
                shop.tell([(user, wanted, "click", name)] if wanted in choice.items else [(user, "i000", "view", None)])
            shop.now += DAY
        shop.tell([(users[0], "i000", "purchase", None)])
        taken = shop.learning.compact(shop.now, silent)
        assert taken.events > 900
        learnt = shop.learning.learn(silent)
        assert (learnt.outcome, learnt.version) == ("published", 2)
        assert learnt.taught is not None
        assert learnt.taught.n_slates == 180
        assert learnt.taught.n_clicks >= 3
        kept = Taught.restore(_taught(shop.shop, 2))
        assert kept.to_dict() == learnt.taught.to_dict()
        item = shop.shop.live.artifact.index.items.number(wanted)
        assert kept.rates.lift[item] == kept.rates.lift.max() > 0.2
        after = shop.feed()
        boost = after.slates.retrieval.boost
        assert boost is not None
        assert boost == pytest.approx(np.exp(kept.rates.lift))
        assert shop.show(after, "u003")[1].items.index(wanted) < 4


def _taught(shop: Shop, version: int) -> dict[str, Any]:
    arrays = read_arrays(shop.registry.path(version) / PREPARED)
    return {name.removeprefix("taught/"): one for name, one in arrays.items() if name.startswith("taught/")}


def _feed(shop: Shop, **chosen: Any) -> Feed:
    """A feed of the first version by other settings."""
    found = feed_of(Shop(shop.folder, Settings(**chosen)), Acquaintance(), 1)
    assert found is not None
    return found


def test_slates_teach_beside_the_live_model_where_the_new_one_is_worse(
    frames: tuple[pd.DataFrame, ...], tmp_path: Path
) -> None:
    with running(tmp_path / "ws", frames) as shop:
        shop.learning.learn(silent)
        made = shop.shop.prepared_at(1)
        feed = shop.feed()
        shop.answer_all(feed, sorted(set(frames[0]["user_id"])))
        shop.learning.compact(shop.now, silent)
        by_titles = Settings(training={"candidates": ["content"]}, learning={"tolerance": 0.0})
        learnt = Learning(Shop(shop.shop.folder, by_titles), shop.stores).learn(silent)
        assert (learnt.outcome, learnt.version) == ("worse", 1)
        assert learnt.taught is not None
        assert learnt.taught.n_clicks == 60
        assert Taught.restore(_taught(shop.shop, 1)).to_dict() == learnt.taught.to_dict()
        assert shop.shop.prepared_at(1) != made
        assert shop.feed().ordering is not None
        unlifted = _feed(shop.shop, serving={"live": {"lift": 0}})
        assert unlifted.ordering is None
        reranked = _feed(shop.shop, slates={"path": {"diversity": 0.5}})
        assert reranked.ordering is None
        assert reranked.slates.retrieval.boost is not None
        assert shop.shop.prepared_at(2) is None


def test_those_who_refuse_training_teach_nothing(frames: tuple[pd.DataFrame, ...], tmp_path: Path) -> None:
    with running(tmp_path / "ws", frames) as shop:
        shop.learning.learn(silent)
        feed = shop.feed()
        for user in ("u001", "u002"):
            name, choice = shop.show(feed, user)
            shop.tell([(user, item, kind, name) for item in choice.items for kind in ("impression", "click")])
        shop.stores.people.consent("u002", {"training": False}, "test", shop.now)
        shop.tell([("u001", "i000", "purchase", None)])
        shop.learning.compact(shop.now, silent)
        learnt = shop.learning.learn(silent)
        assert learnt.taught is not None
        assert (learnt.taught.n_slates, learnt.taught.n_clicks) == (1, 5)


def test_nothing_is_tried_out_unless_a_place_is_set(frames: tuple[pd.DataFrame, ...], tmp_path: Path) -> None:
    with running(tmp_path / "ws", frames) as shop:
        shop.learning.learn(silent)
        feed = shop.feed()
        assert feed.exploring is None
        assert shop.show(feed, "u001", 0.5)[1].explored is None


def test_what_is_tried_out_is_kept_with_its_pool_and_judges_the_next_model(
    frames: tuple[pd.DataFrame, ...], tmp_path: Path
) -> None:
    with running(tmp_path / "ws", frames, exploration={"rank": 2, "pool": 30}) as shop:
        shop.learning.learn(silent)
        feed = shop.feed()
        assert feed.exploring is not None
        shop.now += 10 * DAY
        rng, n_explored = np.random.default_rng(4), 0
        for user in sorted(set(frames[0]["user_id"])):
            name, choice = shop.show(feed, user, float(rng.random()))
            if choice.explored is not None:  # somebody may have bought all of the pool
                n_explored += 1
                assert choice.items[1] == shop.shop.live.artifact.index.items.one(choice.explored.item)
            shop.tell([(user, item, "impression", name) for item in choice.items])
        items, chances = shop.stores.slates.pool(feed.exploring.number)
        kept = [one for one in shop.stores.slates.newest(100) if one.pool is not None]
        assert (len(items), {one.pool for one in kept}, len(kept)) == (30, {feed.exploring.number}, n_explored)
        assert {one.items[1][0] for one in kept} <= set(items)
        assert sum(chances) == pytest.approx(1)
        shop.tell([("u001", "i000", "purchase", None)])
        shop.learning.compact(shop.now, silent)
        learnt = shop.learning.learn(silent)
        assert learnt.off_policy is not None
        assert learnt.off_policy.new.n_choices == n_explored > 40
        assert "few_rewards" in learnt.off_policy.difference.limits
        said = list(lines_of(learnt, "en"))
        assert said[1].startswith("Explored places since 2018-01-0")
        assert "Too few of the choices that count brought a click or a purchase." in said
        assert said[-1].startswith("Learnt from 60 slates with 0 clicks")
        assert len(list(lines_of(learnt, "zh"))) == len(said)
        again = shop.feed().exploring
        assert again is not None
        assert again.number == feed.exploring.number + 1


def test_places_whose_pool_is_gone_judge_nobody(frames: tuple[pd.DataFrame, ...], tmp_path: Path) -> None:
    with running(tmp_path / "ws", frames, exploration={"rank": 1, "pool": 10}) as shop:
        shop.learning.learn(silent)
        feed = shop.feed()
        shop.now += 10 * DAY
        name, choice = shop.show(feed, "u001", 0.5)
        shop.tell([("u001", choice.items[0], "impression", name), ("u001", "i000", "purchase", None)])
        with shop.stores.database.writing() as connection:
            connection.exec_driver_sql("DELETE FROM pools")
        shop.learning.compact(shop.now, silent)
        assert shop.learning.learn(silent).off_policy is None


def test_who_is_forgotten_leaves_what_serving_reads_and_the_others_keep_theirs(
    frames: tuple[pd.DataFrame, ...], tmp_path: Path
) -> None:
    with running(tmp_path / "ws", frames) as shop:
        shop.learning.learn(silent)
        feed = shop.feed()
        shop.answer_all(feed, sorted(set(frames[0]["user_id"])))
        shop.learning.compact(shop.now, silent)
        shop.learning.learn(silent, is_forced=True)
        before = shop.feed()
        assert before.ordering is not None
        wanted = {user: shop.show(before, user)[1].items for user in ("u001", "u009")}
        version = shop.shop.registry.live()
        assert version is not None
        folder = shop.shop.registry.path(version)
        person = Person(frozenset({"u004"}), frozenset())
        made = read_arrays(folder / PREPARED)
        number = before.index.users.number("u004")
        assert made["standing/rows"][number] >= 0
        for _ in range(2):
            ModelsErasure(shop.shop.registry, forget_in, traces_in).forget(person)
            left = read_arrays(folder / PREPARED)
            assert len(left["standing/rows"]) == before.slates.histories.indptr.size - 2
            assert len(left["standing/items"]) == len(made["standing/items"]) - 1
            assert len(left["taught/past/item_starts"]) == len(made["taught/past/item_starts"]) - 1
        shop.shop.lake.forget(person)
        after = shop.feed()
        assert after.slates.standing is not None
        assert after.ordering is not None
        assert {user: shop.show(after, user)[1].items for user in wanted} == wanted
