"""How often somebody was shown things, counted from slates."""

from collections.abc import Sequence

import numpy as np
import pytest

from crossaisle.data.moments import DAY
from crossaisle.evaluation.feedback.appeal import EDGES, Appeal
from crossaisle.loop.feedback.showings import Showings, learnt
from crossaisle.numerics.arrays import AnyArray
from crossaisle.scenarios.feeds.memory import Past
from crossaisle.stores.database.slate_log import Shown

from .slates import NOW, Told, answered, dataset, event, shown

DATASET = dataset([("ann", "a", NOW - 1), ("bob", "a", NOW - 1)])
"""Items a to h, two in a category; what is known ends NOW."""


def showings(slates: Sequence[Shown], clicked: Sequence[Told] = (), half_life: float = 2.0) -> Showings:
    logged, places = answered(slates, clicked).logged(DATASET.index.items)
    one = answered(slates, clicked)
    made_at = one.slates.made_at[one.slates.slate[places]]
    category = DATASET.catalogue.category.astype(np.int64)[logged.item]
    return Showings(logged, (made_at - NOW) / (half_life * DAY), category)


def keys(one: Showings, values: AnyArray) -> AnyArray:
    return one.logged.user.astype(np.int64) * 100 + values


def test_earlier_slates_count_and_fade_the_same_one_does_not() -> None:
    slates = [
        shown("1", "ab", at=NOW - 4 * DAY),
        shown("2", "ac", user="bob", at=NOW - 3 * DAY),
        shown("3", "ba", at=NOW - 2 * DAY),
        shown("4", "ae", at=NOW),
    ]
    one = showings(slates)
    times = one.before(keys(one, one.logged.item))
    # ann was shown a 4 and 2 days before the last slate, with a half-life of 2
    assert times == pytest.approx([0, 0, 0, 0, 0.5, 0.5, 0.75, 0])


def test_of_a_category_what_stands_above_counts_too() -> None:
    slates = [shown("1", "abc", at=NOW - 2 * DAY), shown("2", "cdab", at=NOW)]
    one = showings(slates)
    of_category = keys(one, one.category)
    # a and b are of one category, c and d of another
    assert one.before(of_category, is_above=True) == pytest.approx([0, 1, 0, 0.5, 1.5, 1, 2])
    assert one.before(of_category) == pytest.approx([0, 0, 0, 0.5, 0.5, 1, 1])


def test_clicks_count_from_the_next_slate_on() -> None:
    slates = [shown("1", "ab", at=NOW - 2 * DAY), shown("2", "ba", at=NOW)]
    one = showings(slates, [event("1", "a", "click"), event("2", "b", "click")])
    assert one.before(keys(one, one.category), one.logged.is_clicked) == pytest.approx([0, 0, 0.5, 0.5])


def test_what_was_shown_until_now_is_kept_by_user() -> None:
    slates = [shown(str(at), "ab" if at % 2 else "ba", user="bob", at=NOW - 2 * DAY) for at in range(60)]
    slates.append(shown("x", "ac", user="stranger", at=NOW - 1))
    events = [event(str(at), "a", kind, user="bob") for at in range(60) for kind in ("impression", "click")]
    found = taught(slates, events)
    assert found is not None
    past = Past.restore(found[1].state())
    ann, bob = (DATASET.index.users.number(one) for one in ("ann", "bob"))
    a, b = (DATASET.index.items.number(one) for one in "ab")
    assert past.item_starts[ann + 1] == past.item_starts[ann]
    own = slice(past.item_starts[bob], past.item_starts[bob + 1])
    assert dict(zip(past.items[own].tolist(), past.shown[own].tolist(), strict=True)) == pytest.approx({a: 30, b: 30})
    own = slice(past.category_starts[bob], past.category_starts[bob + 1])
    assert (past.near[own].tolist(), past.clicked[own].tolist()) == ([pytest.approx(60)], [pytest.approx(30)])
    assert len(past.items) == 2, "a stranger is nobody's number"
    assert len(found[0].shown) == len(EDGES) + 1


def test_little_teaches_nothing() -> None:
    slates = [shown(str(at), "ab") for at in range(10)]
    assert taught(slates, [event("1", "a", "impression"), event("1", "a", "click")]) is None


def test_scores_are_shares_of_the_highest_without_lifts() -> None:
    """Whatever they are multiplied by, what is learnt is the same."""
    events = [event(str(at), "ab"[at % 2], kind) for at in range(200) for kind in ("impression", "click")]
    plain = [shown(str(at), "ab", scores=[0.9, 0.3]) for at in range(200)]
    lifted = [shown(str(at), "ab", scores=[1.8, 0.15], lifts=(2.0, 0.5)) for at in range(200)]
    one, other = taught(plain, events), taught(lifted, events)
    assert one is not None
    assert other is not None
    assert one[0].score == pytest.approx(other[0].score, rel=1e-5)


def taught(slates: Sequence[Shown], events: Sequence[Told]) -> tuple[Appeal, Past] | None:
    told = answered(slates, events)
    logged, places = told.logged(DATASET.index.items)
    return learnt(told, logged, places, DATASET, 2.0)
