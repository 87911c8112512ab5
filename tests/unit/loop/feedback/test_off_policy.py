"""What explored places say of a new model beside the live one, counted by hand."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import DAY
from crossaisle.data.queries import Queries
from crossaisle.loop.feedback.feedback import Feedback
from crossaisle.loop.feedback.off_policy import Candidate, OffPolicy, off_policy
from crossaisle.models.recommender import Fitted, State
from crossaisle.numerics.arrays import Floats, Numbers
from crossaisle.stores.database.slate_log import Shown

from .slates import NOW, Told, answered, dataset, event, shown


class Said(Fitted):
    """Scores by item number, the same for everybody; and so much for the item after each that was bought."""

    def __init__(self, table: Sequence[float], following: float = 0) -> None:
        self.table, self.following, self.n_items = np.array(table, dtype=np.float32), following, len(table)

    def scores(self, queries: Queries, items: Numbers | None = None) -> Floats:
        bought = queries.purchases().toarray()
        scores = self.table + self.following * np.roll(bought, 1, axis=1)
        return np.asarray(scores if items is None else scores[:, items], dtype=np.float32)

    def state(self) -> State:
        return {"table": self.table, "following": np.array(self.following)}

    @classmethod
    def restore(cls, state: State) -> "Said":
        return cls(state["table"].tolist(), float(state["following"]))


def drew(name: str, item: str, *, beside: str = "fgh", clicked: bool = False, **more: Any) -> tuple[Shown, list[Told]]:
    """A slate that drew an item for its first place with chance ¼, from the first pool; and whether it was clicked."""
    user, at = str(more.pop("user", name)), int(more.pop("at", NOW - DAY))
    facts: dict[str, Any] = {"explored_rank": 1, "propensity": 0.25, "pool": 1, **more}
    told = [event(name, item, "impression", at, user)] + [event(name, item, "click", at, user)] * clicked
    return shown(name, item + beside, user=user, at=at, **facts), told


def judged(
    drawn: Sequence[tuple[Shown, list[Told]]],
    new: Fitted,
    live: Fitted,
    whole: Dataset | None = None,
    pools: Mapping[int, str] = {1: "abcd"},
    since: int = 0,
) -> OffPolicy | None:
    """Both models, fitted on all of the dataset."""
    shop = whole or dataset()
    of = answered([one for one, _ in drawn], [one for _, told in drawn for one in told])
    return off_policy(of, pools.get, shop, Candidate(new, shop.index), Candidate(live, shop.index), since)


A_FIRST, B_FIRST = Said([4, 3, 2, 1, 9, 9, 9, 9]), Said([3, 4, 2, 1, 9, 9, 9, 9])


def test_a_model_is_worth_what_its_own_choice_was_answered_by() -> None:
    drawn = [drew("1", "a", clicked=True), drew("2", "b"), drew("3", "c"), drew("4", "d", clicked=True)]
    found = judged(drawn, A_FIRST, B_FIRST)
    assert found is not None
    # the chances of what was drawn are 1, 0, 0, 0 and 0, 1, 0, 0; propensities are ¼
    assert found.new.snips.value == 1
    assert found.live.snips.value == 0
    assert found.difference.snips.value == 1
    assert found.new.ips.value == 1
    assert found.new.mean_weight == 1
    assert found.new.n_choices == 4
    assert found.new.n_effective == 1
    assert set(found.difference.limits) == {"few_effective", "few_rewards"}
    assert not found.is_worse


def test_items_of_the_same_score_share_the_choice() -> None:
    drawn = [drew("1", "a", clicked=True), drew("2", "b"), drew("3", "c"), drew("4", "d")]
    found = judged(drawn, Said([5, 5, 1, 1, 0, 0, 0, 0]), Said([0] * 8))
    assert found is not None
    # half a chance for a and b each: weights 2, 2, 0, 0; a quarter each for all: 1, 1, 1, 1
    assert found.new.snips.value == 0.5
    assert found.live.snips.value == 0.25


def test_what_stands_elsewhere_in_the_slate_could_not_be_drawn() -> None:
    drawn = [drew("1", "b", beside="agh", clicked=True), drew("2", "c", beside="agh")]
    found = judged(drawn, A_FIRST, Said([9, 1, 5, 0, 0, 0, 0, 0]))
    assert found is not None
    # a is best by both, but stands there: then b by one and c by the other
    assert found.new.snips.value == 1
    assert found.live.snips.value == 0


def test_the_focus_of_a_slate_leaves_out_what_was_bought_before_it() -> None:
    whole = dataset([("ann", "a", NOW - 3 * DAY), ("bob", "a", NOW - 1)])
    of_ann = drew("1", "b", user="ann", focus="explore", clicked=True)
    of_bob = drew("2", "a", user="bob", focus="explore")
    found = judged([of_ann, of_bob], A_FIRST, B_FIRST, whole)
    assert found is not None
    # ann had bought a, so the new model would have chosen b for her; bob bought it after his slate
    assert found.new.n_rewards == 1
    assert found.new.snips.value == 0.5
    whole = dataset([("ann", "a", NOW - 3 * DAY)])
    found = judged([drew("1", "c", user="ann", focus="new-categories", clicked=True)], A_FIRST, B_FIRST, whole)
    assert found is not None
    # a and b are of one category, from which she had bought
    assert found.live.snips.value == 1


def test_models_read_the_history_at_the_time_of_the_slate() -> None:
    whole = dataset([("ann", "a", NOW - 3 * DAY), ("ann", "c", NOW - 1)])
    follows = Said([0.0] * 8, following=1)
    found = judged([drew("1", "b", user="ann"), drew("2", "d", user="ann")], follows, A_FIRST, whole)
    assert found is not None
    # b follows a, which she had bought by then; c came later, so d was not yet the choice
    assert found.new.n_effective == 1
    assert found.new.mean_weight == 2
    late = judged([drew("2", "d", user="ann", at=NOW)], Said([0, 0, 0, 0.5, 0, 0, 0, 0], following=1), A_FIRST, whole)
    assert late is not None
    assert late.new.mean_weight == 4


def test_models_are_asked_in_their_own_numbers_and_say_nothing_of_what_they_do_not_know() -> None:
    whole, smaller = dataset(), dataset(items="bcdefgh", bought=[("bob", "b", DAY)])
    of_smaller = Said([5, 1, 1, 0, 0, 0, 0])
    of = answered(*_joined([drew("1", "b", clicked=True), drew("2", "a")]))
    one, other = Candidate(of_smaller, smaller.index), Candidate(A_FIRST, whole.index)
    found = off_policy(of, {1: "abcd"}.get, whole, one, other, 0)
    assert found is not None
    assert found.new.snips.value == 1
    assert found.live.snips.value == 0


def _joined(drawn: Sequence[tuple[Shown, list[Told]]]) -> tuple[list[Shown], list[Told]]:
    return [one for one, _ in drawn], [one for _, told in drawn for one in told]


def test_only_explored_places_that_were_seen_lately_and_whose_pool_is_kept_tell_anything() -> None:
    drawn = [
        drew("1", "a", clicked=True, at=NOW - 5 * DAY),
        (shown("2", "abcd"), [event("2", "a", "impression"), event("2", "a", "click")]),
        (drew("3", "a")[0], []),
        drew("4", "a", pool=2),
        drew("5", "a"),
    ]
    found = judged(drawn, A_FIRST, B_FIRST, since=NOW - 2 * DAY)
    assert found is not None
    assert found.new.n_choices == 1
    assert found.new.snips.value == 0
    assert judged(drawn[:1], A_FIRST, B_FIRST, since=NOW - 2 * DAY) is None
    assert judged([], A_FIRST, B_FIRST) is None


def test_slates_of_a_category_that_is_gone_tell_nothing() -> None:
    assert judged([drew("1", "a", focus="category=gone")], A_FIRST, B_FIRST) is None
    assert judged([drew("1", "a", focus="category=category 0")], A_FIRST, B_FIRST) is not None


def many(n: int, answers: str, seed: int = 3) -> list[tuple[Shown, list[Told]]]:
    """Slates that drew each item of the pool equally often; those of `answers` are clicked."""
    items = np.random.default_rng(seed).permutation(list("abcd") * (n // 4))
    return [drew(str(at), str(item), clicked=str(item) in answers) for at, item in enumerate(items)]


def test_enough_choices_tell_surely_which_model_is_worse() -> None:
    drawn = many(1600, "b")
    found, other = judged(drawn, A_FIRST, B_FIRST), judged(drawn, B_FIRST, A_FIRST)
    assert found is not None
    assert other is not None
    assert found.new.limits == ("few_rewards",)
    assert found.is_worse
    assert not other.is_worse


def test_too_few_choices_are_no_reason_to_call_a_model_worse() -> None:
    found = judged(many(400, "b"), A_FIRST, B_FIRST)
    assert found is not None
    # 100 choices of either model, all of them clicked by one and none by the other
    assert found.difference.snips.high < 0
    assert "few_effective" in found.live.limits
    assert not found.is_worse


def test_a_model_is_never_worse_than_itself() -> None:
    found = judged(many(800, "a"), A_FIRST, A_FIRST)
    assert found is not None
    assert found.difference.snips.value == 0
    assert not found.is_worse
    assert found.to_dict()["difference"]["snips"]["value"] == 0


@given(st.lists(st.integers(0, 3), min_size=4, max_size=4), st.permutations("abcd"))
def test_the_chances_of_all_that_could_be_drawn_come_to_one(table: list[int], items: list[str]) -> None:
    drawn = [drew(str(at), item) for at, item in enumerate(items)]
    found = judged(drawn, Said([*table, 0, 0, 0, 0]), A_FIRST)
    assert found is not None
    # the mean of chance / ¼ over one draw of each item is their sum
    assert found.new.mean_weight == pytest.approx(1)


def test_feedback_compares_with_the_live_model_where_there_is_one() -> None:
    shop = dataset()
    of, pools = answered(*_joined(many(80, "a"))), {1: "abcd"}.get
    new, live = Candidate(A_FIRST, shop.index), Candidate(B_FIRST, shop.index)
    assert Feedback(of, pools, None, 28).off_policy(new, shop, 0) is None
    found = Feedback(of, pools, live, 28).off_policy(new, shop, 0)
    assert found is not None
    assert found.difference.snips.value == 1
    taught = Feedback(of, pools, live, 28).taught(shop)
    assert taught is not None
    assert taught.n_clicks == 20
