from dataclasses import dataclass, replace

import numpy as np

from crossaisle.data.focus import Focus
from crossaisle.data.queries import Queries
from crossaisle.models.recommender import Cause, Contributions
from crossaisle.numerics.arrays import Numbers
from crossaisle.slates.filtering.eligible import Why
from crossaisle.slates.options import SlateOptions
from crossaisle.slates.path import SlatePath

from ..shop import ANN, BOB, DESCENDING, A, B, E, H, Scored, shop

DATASET = shop()


def path(model: Scored, min_purchases: int = 0) -> SlatePath:
    return SlatePath.of(model, DATASET, SlateOptions(min_purchases=min_purchases))


def texts(model: Scored, users: list[int], k: int = 1, focus: str = "new-categories") -> list[list[str]]:
    made = path(model)
    allowed = made.allowed(Focus.parse(focus), DATASET.until)
    slates = made.slates(DATASET.queries(np.array(users)), allowed, k, explain=True)
    assert slates.reasons is not None
    return [[reasons[0].text for reasons in slate] for slate in slates.reasons]


def test_reasons_come_from_what_each_user_bought() -> None:
    """Ann bought cola on 2 and 4 January 1970, Bob soap on 3 January."""
    assert texts(Scored.of(DESCENDING), [ANN, BOB]) == [
        ["Because you bought Cola 2L (2 times, last on 4 Jan). Care is new to you."],
        ["Because you bought Soap (once, on 3 Jan). Drinks is new to you."],
    ]


def test_an_unknown_user_hears_of_buyers_and_never_that_something_is_new() -> None:
    assert texts(Scored.of(DESCENDING), [-1], k=2, focus="all") == [
        ["One customer bought Cola 2L. From Drinks.", "One customer bought Apples. From Fruit."]
    ]


def test_a_model_that_cannot_tell_gets_no_reason_invented() -> None:
    """Three items of new categories are open to Ann, but all eight were ranked."""
    assert texts(Scored.of(DESCENDING, tells=False), [ANN]) == [
        ["Place 1 in your list, chosen from 8 items. Care is new to you."]
    ]


def test_every_pick_of_a_topped_up_slate_has_the_reason_of_who_ranked_it() -> None:
    silent = float("-inf")
    model = Scored.of([[silent] * 4 + [5] + [silent] * 3] * 3)
    ((first, second),) = texts(model, [ANN], k=2)
    assert first.startswith("Because you bought Cola 2L")
    assert second == "Place 2 in your list, chosen from 8 items. Care is new to you."


@dataclass(frozen=True)
class OfBrands(Scored):
    """Every score is due to brand X, number 0, and to the model's only feature."""

    def contributions(self, queries: Queries, candidates: Numbers, n_causes: int = 3) -> Contributions | None:
        found = super().contributions(queries, candidates, 1)
        assert found is not None
        pair = (*candidates.shape, 2)
        causes = np.broadcast_to(np.array([Cause.BRAND, Cause.FEATURE], np.int8), pair)
        amounts = np.broadcast_to(np.array([2, 1], np.float32), pair)
        return replace(found, causes=causes, subjects=np.zeros(pair, np.int32), amounts=amounts, labels=("luck=fair",))


def test_brands_are_told_with_when_they_were_bought_and_features_by_their_label() -> None:
    """Ann bought brand X on 2 and 4 January, twice there; the pick is soap, which is of X too."""
    made = path(OfBrands.of(DESCENDING))
    allowed = made.allowed(Focus.parse("new-categories"), DATASET.until)
    slates = made.slates(DATASET.queries(np.array([ANN])), allowed, 1, explain=True)
    assert slates.reasons is not None
    ((reasons,),) = slates.reasons
    assert [one.text for one in reasons] == [
        "Soap is by X, which you bought before (2 times, last on 4 Jan). Care is new to you.",
        "Soap stands out by luck fair.",
    ]


def test_what_was_left_out_is_told_in_words() -> None:
    made = path(Scored.of(DESCENDING), min_purchases=1)
    allowed = made.allowed(Focus.parse("new-categories"), DATASET.until)
    explainer = made._explainer
    assert explainer.left_out(B, Why.NOT_ESTABLISHED, allowed) == ("Purchases so far: 0; at least 1 are asked for.")
    assert explainer.left_out(A, Why.FOCUS, allowed) == "The user already buys Drinks."
    assert explainer.left_out(H, Why.FOCUS, allowed) == "It has no category, so it cannot be told to be new."
    assert explainer.left_out(E, Why.MAX_PER_CATEGORY, allowed) == (
        "The slate already holds as many of Care as it may."
    )
    for why in set(Why) - {Why.ELIGIBLE}:
        assert explainer.left_out(A, why, allowed)
    for focus in ("explore", "category=CARE"):
        assert explainer.left_out(A, Why.FOCUS, made.allowed(Focus.parse(focus), DATASET.until))
