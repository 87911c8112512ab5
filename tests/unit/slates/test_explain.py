"""One score taken apart: place, parts that add up to it, the sentence of the slate, and what keeps an item out."""

from dataclasses import dataclass

import numpy as np
import pytest

from crossaisle import plugins
from crossaisle.data.dataset import Dataset
from crossaisle.data.queries import Queries
from crossaisle.data.training import Training
from crossaisle.errors import UsageError
from crossaisle.models.recommender import Cause, Contributions
from crossaisle.models.recommenders.ease import EASE
from crossaisle.models.recommenders.popularity import Popularity
from crossaisle.numerics.arrays import Numbers
from crossaisle.slates.explain import explain, explained
from crossaisle.slates.explaining.names import Names
from crossaisle.slates.explaining.sentences import Fact, Sentences
from crossaisle.slates.options import SlateOptions
from crossaisle.slates.recommend import Request, recommend

from .shop import DESCENDING, Scored, shop

DATASET = shop()
ANY = SlateOptions(min_purchases=0)


@dataclass(frozen=True)
class Half(Scored):
    """The first item of the history makes up a quarter of every score, the category of drinks an eighth."""

    def contributions(self, queries: Queries, candidates: Numbers, n_causes: int = 3) -> Contributions | None:
        found = super().contributions(queries, candidates, 1)
        assert found is not None
        scores = self.score_candidates(queries, candidates)[..., None]
        causes = np.broadcast_to(np.array([Cause.ITEM, Cause.CATEGORY], np.int8), (*candidates.shape, 2))
        drinks = np.full_like(found.subjects, DATASET.index.categories.number("DRINKS"))
        return Contributions(
            causes, np.concatenate([found.subjects, drinks], 2), scores * np.array([0.25, 0.125], np.float32)
        )


def test_parts_and_the_rest_add_up_to_the_score_with_their_shares() -> None:
    """Soap, e, has 4: cola, bought twice, gives a quarter of it and drinks an eighth."""
    frame = explain(Half.of(DESCENDING), DATASET, "ann", "e", options=ANY)
    assert frame.to_dict("list") == {
        "kind": ["item", "category", "rest"],
        "what": ["Cola 2L (2 times, last on 4 Jan)", "Drinks (2 times, last on 4 Jan)", "everything else"],
        "amount": [1.0, 0.5, 2.5],
        "share": [0.25, 0.125, 0.625],
    }
    assert frame.attrs["score"] == 4.0
    frame = explain(Half.of(DESCENDING), DATASET, "ann", "e", 1, options=ANY)
    assert frame["amount"].tolist() == [1.0, 3.0]


def test_a_score_that_is_not_above_zero_has_parts_without_shares() -> None:
    frame = explain(Scored.of([[-1.0] * 8] * 3), DATASET, "ann", "e", options=ANY)
    assert frame["amount"].tolist() == [1.0, -2.0]
    assert frame["share"].isna().all()


def test_the_place_is_the_one_in_the_slate_and_so_is_the_sentence(small_shop: Dataset) -> None:
    model = EASE(l2=20.0).fit(Training(small_shop))
    for focus in ("all", "explore", "new-categories"):
        slates = recommend(model, small_shop, ["u003"], 8, focus, explain=True)
        for row in slates.itertuples():
            why = explain(model, small_shop, "u003", str(row.item_id), focus=focus).attrs
            assert (why["rank"], why["reason"]) == (row.rank, row.reason)
            assert why["score"] == pytest.approx(row.score)


def test_equal_scores_stand_in_the_order_of_the_items() -> None:
    model = Scored.of([[1.0] * 7 + [0.0]] * 3)
    assert [explain(model, DATASET, "ann", item, options=ANY).attrs["rank"] for item in "abg"] == [1, 2, 7]


@pytest.mark.parametrize(
    ("item", "focus", "options", "words"),
    [
        ("b", "new-categories", ANY, "The user already buys Drinks."),
        ("a", "explore", ANY, "The user bought it before."),
        ("e", "category=TOYS", ANY, "It is not of the category asked for."),
        ("b", "all", SlateOptions(min_purchases=1), "Purchases so far: 0; at least 1 are asked for."),
    ],
)
def test_what_keeps_an_item_out_is_told_and_nothing_is_said_in_its_favour(
    item: str, focus: str, options: SlateOptions, words: str
) -> None:
    why = explain(Scored.of(DESCENDING), DATASET, "ann", item, focus=focus, options=options).attrs
    assert (why["left_out"], why["rank"], why["reason"]) == (words, None, "")


def test_an_item_that_is_not_on_sale_is_told_so() -> None:
    dataset = shop(is_sellable=[True] * 4 + [False] + [True] * 3)
    why = explain(Scored.of(DESCENDING), dataset, "ann", "e", options=ANY).attrs
    assert why["left_out"] == "It is not on sale."


def test_of_an_unknown_user_the_fallback_speaks() -> None:
    """Cola was bought by Ann, apples by Ann, soap by Bob: all once, and cola comes first."""
    request = Request.of(Scored.of(DESCENDING), DATASET, options=ANY)
    found = explained(request, "nobody", "a")
    assert (found.is_fallback, found.is_known, found.found.rank) == (True, False, 1)
    first = found.found.parts[0]
    assert (first.kind, first.what, first.amount) == ("buyers", "one customer", 1.0)
    assert found.to_dict()["reasons"] == [{"kind": "buyers", "text": "One customer bought Cola 2L. From Drinks."}]


def test_where_the_model_is_silent_a_source_speaks_and_then_the_fallback() -> None:
    silent = float("-inf")
    model = Scored.of([[5.0] + [silent] * 7] * 3)
    source = Scored.of([[silent, 3.0] + [silent] * 6] * 3)
    request = Request.of(model, DATASET, options=ANY, sources=(source,))
    assert [explained(request, "ann", item).found.ranker for item in "abc"] == [0, 1, -1]


def test_a_model_that_cannot_tell_has_a_place_and_no_parts() -> None:
    frame = explain(Scored.of(DESCENDING, tells=False), DATASET, "ann", "c", options=ANY)
    assert frame.empty
    assert frame.attrs["reason"].startswith("Place 3 in your list, chosen from 8 items.")


def test_wrong_ids_and_counts_are_refused_with_advice() -> None:
    model = Scored.of(DESCENDING)
    with pytest.raises(UsageError, match=r'no item "zzz".*Write the id.*1970-01-11'):
        explain(model, DATASET, "ann", "zzz")
    with pytest.raises(UsageError, match="is not text"):
        explain(model, DATASET, 7, "a")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="at least one cause"):
        explain(model, DATASET, "ann", "a", 0)


def test_a_mistyped_item_is_asked_back(small_shop: Dataset) -> None:
    with pytest.raises(UsageError, match=r'no item "I007". Did you mean "i007"'):
        explain(Popularity().fit(Training(small_shop)), small_shop, "u001", "I007")


@pytest.mark.parametrize("name", plugins.recommender_names())
def test_every_recommender_is_explained(name: str, small_shop: Dataset) -> None:
    model = plugins.recommender(name)().fit(Training(small_shop, seed=3))
    top = recommend(model, small_shop, ["u004"], 1, "explore")["item_id"][0]
    frame = explain(model, small_shop, "u004", top, focus="explore")
    assert frame.attrs["rank"] == 1
    assert frame["amount"].sum() == pytest.approx(frame.attrs["score"], rel=1e-5)
    assert frame.attrs["reason"].endswith(".")


def test_facts_in_few_words_in_both_languages() -> None:
    names = Names(["Cola"], ["Drinks"], ["Acme"])
    facts = [
        Fact(Cause.ITEM, 0, 1, 2, 10),
        Fact(Cause.CATEGORY, 0, 1, 0, 0),
        Fact(Cause.BRAND, 0, 1, 1, 10),
        Fact(Cause.BUYERS, 1234, 1, 0, 0),
        Fact(Cause.BUYERS, 12, 1, 0, 0, days=28),
        Fact(Cause.RISE, 40, 1, 0, 0),
        Fact(Cause.SHARE, 12_345, 1, 0, 0),
        Fact(Cause.FEATURE, 3, 1, 0, 0, label="price_level"),
    ]
    dates = {10: "11 Jan"}
    assert [Sentences(names, dates, "en").named(fact) for fact in facts] == [
        "Cola (2 times, last on 11 Jan)",
        "Drinks",
        "Acme (once, on 11 Jan)",
        "1,234 customers",
        "12 customers within 28 days",
        "+40 %",
        "1.2 % of its market",
        "price level",
    ]
    assert [Sentences(names, {}, "zh").named(fact) for fact in facts][3:7] == [
        "1,234位顾客",
        "28天内12位顾客",
        "+40%",
        "占其市场的1.2%",
    ]
