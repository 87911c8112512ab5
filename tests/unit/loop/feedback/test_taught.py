"""What slates teach of places and items, kept as arrays."""

from dataclasses import replace

import numpy as np
import pytest

from crossaisle.data.moments import DAY
from crossaisle.loop.feedback.taught import Taught, teach

from .slates import NOW, answered, dataset, event, shown

DATASET = dataset()
"""Items a to h; what is known ends NOW."""


def of_slates(n: int, items: str, clicked: str, **more: float) -> Taught | None:
    """Taught by `n` equal slates of which one item is clicked each time."""
    names = [str(at) for at in range(n)]
    slates = [shown(one, items) for one in names]
    events = [event(one, item, "impression") for one in names for item in items]
    events += [event(one, clicked, "click") for one in names]
    return teach(answered(slates, events), DATASET, more.get("half_life", 28.0))


def test_nothing_is_taught_by_slates_of_unknown_items_or_by_none() -> None:
    assert teach(answered([]), DATASET, 28) is None
    assert of_slates(3, "xyz", "x") is None


def test_it_counts_slates_that_were_seen_and_clicks_on_them() -> None:
    taught = teach(
        answered(
            [shown("1", "ab"), shown("2", "ab"), shown("3", "cd")],
            [event("1", "a", "impression"), event("2", "b", "impression"), event("2", "b", "click")],
        ),
        DATASET,
        28,
    )
    assert taught is not None
    assert (taught.n_slates, taught.n_clicks) == (2, 1)
    assert taught.to_dict() == {"slates": 2, "clicks": 1, "method": "none", "examination": [1.0, 1.0]}


def test_clicks_and_exposures_fade_by_half_in_each_half_life() -> None:
    slates = [shown("1", "ab", at=NOW - 6 * DAY), shown("2", "ab", at=NOW - 2 * DAY)]
    events = [event(one, item, kind) for one in "12" for item, kind in (("a", "impression"), ("b", "click"))]
    taught = teach(answered(slates, events), DATASET, 2)
    assert taught is not None
    # ages of 6 and 2 days with a half-life of 2: 1/8 and 1/2
    assert taught.clicks[:2] == pytest.approx([0, 0.625])
    assert taught.rates.exposure[:3] == pytest.approx([0.625, 0.625, 0])


def test_an_item_that_is_clicked_more_than_others_of_its_score_is_lifted() -> None:
    names = [str(at) for at in range(60)]
    slates = [shown(one, "ae" if int(one) % 2 else "ea", scores=[1.0, 1.0]) for one in names]
    events = [event(one, item, "impression") for one in names for item in "ae"]
    events += [event(one, "e", "click") for one in names]
    taught = teach(answered(slates, events), DATASET, 28)
    assert taught is not None
    assert taught.rates.lift[4] > 0.3
    assert taught.rates.lift[0] < -0.3


def test_lifts_of_earlier_slates_do_not_hide_what_is_learnt() -> None:
    """An item lifted by two, so that its score is as high as another's, teaches as it would without the lift."""
    names = [str(at) for at in range(80)]
    scores = [4.0, 3.0, 2.0, 1.0]
    plain = [shown(one, "abcd", scores=scores) for one in names]
    lifts = [1.0, 1.0, 2.0, 4.0]
    lifted = [
        replace(
            one,
            items=[(item, score * lift) for (item, score), lift in zip(one.items, lifts, strict=True)],
            lifts=lifts,
        )
        for one in plain
    ]
    events = [event(one, item, "impression") for one in names for item in "abcd"]
    events += [event(one, "c", "click") for one in names[:20]]
    one, other = (teach(answered(slates, events), DATASET, 28) for slates in (plain, lifted))
    assert one is not None
    assert other is not None
    assert one.rates.lift == pytest.approx(other.rates.lift)


def test_what_was_taught_is_restored_from_its_arrays() -> None:
    taught = of_slates(100, "abc", "b")
    assert taught is not None
    again = Taught.restore(taught.state())
    assert again.to_dict() == taught.to_dict()
    assert again.examination.method == taught.examination.method
    for name, one in taught.state().items():
        assert np.array_equal(one, again.state()[name], equal_nan=True), name
