import pytest

from crossaisle.models.recommender import Cause
from crossaisle.slates.explaining.names import Names
from crossaisle.slates.explaining.sentences import Fact, Place, Sentences, percent_of_million
from crossaisle.slates.slate import Reason
from crossaisle.words import ALL

NAMES = Names(["Cola", "Apples", "Soap", "Cola"], ["Drinks", "Fruit", "Care"], ["Acme", "Best"])
DATES = {10: "11 Jan", 20: "21 Jan"}
NEW = Place(item=2, rank=1, n_ranked=4, category=2, times=0, day=0, has_history=True)
KNOWN = NEW._replace(category=0, times=3, day=20)
NOBODY = NEW._replace(has_history=False)
BOUGHT_COLA = Fact(Cause.ITEM, 0, 2.0, 3, 20)
BOUGHT_APPLES = Fact(Cause.ITEM, 1, 1.0, 1, 10)


def told(*facts: Fact, place: Place = NEW, language: str = "en", dated: bool = True) -> tuple[Reason, ...]:
    return Sentences(NAMES, DATES if dated else {}, language).reasons(facts, place)  # type: ignore[arg-type]


def test_the_items_that_moved_the_score_are_named_with_how_often_and_when() -> None:
    (reason,) = told(BOUGHT_COLA, BOUGHT_APPLES)
    assert reason.text == (
        "Because you bought Cola (3 times, last on 21 Jan) and Apples (once, on 11 Jan). Care is new to you."
    )
    assert (reason.kind, reason.subjects, reason.amount) == ("item", (0, 1), 3.0)


def test_the_same_in_chinese() -> None:
    (reason,) = told(BOUGHT_COLA, BOUGHT_APPLES, language="zh")
    assert reason.text == "因为您买过Cola（3次，最近一次是21 Jan）和Apples（1次，11 Jan）。您还没有买过Care。"


def test_a_known_category_is_not_called_new_and_times_without_dates_are_told_plainly() -> None:
    (reason,) = told(BOUGHT_COLA, place=KNOWN, dated=False)
    assert reason.text == "Because you bought Cola (3 times)."


def test_two_items_of_the_same_name_are_not_both_told() -> None:
    """Item 3 is called Cola too: apples stand in for it."""
    (reason,) = told(BOUGHT_COLA, Fact(Cause.ITEM, 3, 1.5, 2, 10), BOUGHT_APPLES)
    assert reason.subjects == (0, 1)
    (reason,) = told(BOUGHT_COLA, Fact(Cause.ITEM, 3, 1.5, 2, 10))
    assert reason.subjects == (0,)


def test_categories_that_lead_to_the_picks_category() -> None:
    (reason,) = told(Fact(Cause.CATEGORY, 0, 1.0, 3, 20), Fact(Cause.CATEGORY, 1, 0.5, 1, 10))
    assert reason.text == (
        "Care, new to you, often goes with Drinks (3 times, last on 21 Jan) and Fruit (once, on 11 Jan), "
        "which you bought."
    )
    (reason,) = told(Fact(Cause.CATEGORY, 0, 1.0, 3, 20))
    assert reason.text == "Care, new to you, often goes with Drinks, which you bought (3 times, last on 21 Jan)."
    (reason,) = told(Fact(Cause.CATEGORY, 0, 1.0, 3, 20), place=KNOWN)
    assert reason.text == "Soap is from Drinks, where you bought before (3 times, last on 21 Jan)."
    (reason,) = told(Fact(Cause.CATEGORY, 0, 1.0, 3, 20), Fact(Cause.CATEGORY, 1, 0.5, 1, 10), place=KNOWN)
    assert reason.text == (
        "Soap is from Drinks, where you bought before (3 times, last on 21 Jan); that often goes with Fruit, "
        "which you bought (once, on 11 Jan)."
    )


def test_an_item_without_a_category_is_called_by_its_own_name() -> None:
    (reason,) = told(Fact(Cause.CATEGORY, 0, 1.0, 3, 20), place=NEW._replace(category=-1))
    assert reason.text == "Soap often goes with Drinks, which you bought (3 times, last on 21 Jan)."


def test_that_a_category_is_new_or_known_is_told_once() -> None:
    buyers, drinks = Fact(Cause.BUYERS, 9, 3.0, 0, 0), Fact(Cause.CATEGORY, 0, 1.0, 3, 20)
    assert [reason.text for reason in told(buyers, drinks)] == [
        "9 customers bought Soap.",
        "Care, new to you, often goes with Drinks, which you bought (3 times, last on 21 Jan).",
    ]
    assert [reason.text for reason in told(buyers, drinks, place=KNOWN)] == [
        "9 customers bought Soap.",
        "Soap is from Drinks, where you bought before (3 times, last on 21 Jan).",
    ]


def test_buyers_rise_and_share_speak_of_the_item_and_its_category() -> None:
    buyers, rise = Fact(Cause.BUYERS, 1234, 3.0, 0, 0), Fact(Cause.RISE, 40, 1.0, 0, 0)
    first, second = told(buyers, rise)
    assert first.text == "1,234 customers bought Soap. Care is new to you."
    assert second.text == "Demand for Soap has risen by 40 %."
    (reason,) = told(buyers, place=KNOWN)
    assert reason.text == "1,234 customers bought Soap. You bought from Drinks before (3 times, last on 21 Jan)."
    (reason,) = told(Fact(Cause.BUYERS, 1, 3.0, 0, 0), place=NOBODY)
    assert reason.text == "One customer bought Soap. From Care."
    (reason,) = told(buyers._replace(days=28), place=NOBODY)
    assert reason.text == "1,234 customers bought Soap in the latest 28-day window. From Care."
    (reason,) = told(Fact(Cause.BUYERS, 1, 3.0, 0, 0, days=7), place=NOBODY, language="zh")
    assert reason.text == "最近统计的7天内有1位顾客买过Soap。属于Care。"
    (reason,) = told(Fact(Cause.SHARE, 12_345, 3.0, 0, 0))
    assert reason.text == "Soap makes up 1.2 % of its market. Care is new to you."


def test_brands_of_the_history_and_the_picks_own_brand() -> None:
    acme, best = Fact(Cause.BRAND, 0, 2.0, 3, 20), Fact(Cause.BRAND, 1, 1.0, 1, 10)
    (reason,) = told(acme)
    assert reason.text == "Because you bought Acme (3 times, last on 21 Jan). Care is new to you."
    (reason,) = told(acme, best, place=KNOWN)
    assert reason.text == "Because you bought Acme (3 times, last on 21 Jan) and Best (once, on 11 Jan)."
    assert (reason.kind, reason.subjects, reason.amount) == ("brand", (0, 1), 3.0)
    (reason,) = told(acme, place=KNOWN._replace(brand=0))
    assert reason.text == "Soap is by Acme, which you bought before (3 times, last on 21 Jan)."
    (reason,) = told(acme, best, place=KNOWN._replace(brand=0), dated=False)
    assert reason.text == "Soap is by Acme, which you bought before (3 times), as you did Best (once)."
    (reason,) = told(acme, best, place=KNOWN._replace(brand=0), language="zh", dated=False)
    assert reason.text == "Soap来自您买过的品牌Acme（3次）；您还买过品牌Best（1次）。"


def test_features_are_called_by_their_texts_else_by_their_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ALL, "feature.score", {"en": "the view of {of}", "zh": "{of}的看法"})
    score = Fact(Cause.FEATURE, 5, 2.0, 0, 0, label="score=EASE")
    again = Fact(Cause.FEATURE, 6, 1.5, 0, 0, label="score=EASE")
    sales = Fact(Cause.FEATURE, 7, 1.0, 0, 0, label="sales_of_late")
    (reason,) = told(score, again, sales)
    assert reason.text == "Soap stands out by the view of EASE and sales of late. Care is new to you."
    assert (reason.kind, reason.subjects, reason.amount) == ("feature", (5, 7), 3.0)
    (reason,) = told(score, again, language="zh", place=KNOWN, dated=False)
    assert reason.text == "Soap因EASE的看法而入选。您以前买过Drinks（3次）。"
    assert reason.subjects == (5,)


def test_what_has_a_name_goes_before_features_if_it_is_among_the_three_strongest() -> None:
    sales, price, season = (Fact(Cause.FEATURE, at, 9.0 - at, 0, 0, label=f"f{at}") for at in range(3))
    first, second = told(sales, price, BOUGHT_COLA)
    assert (first.kind, second.kind) == ("item", "feature")
    assert first.text == "Because you bought Cola (3 times, last on 21 Jan). Care is new to you."
    assert second.text == "Soap stands out by f0 and f1."
    assert [one.kind for one in told(sales, price, season, BOUGHT_COLA)] == ["feature", "item"]
    share = Fact(Cause.SHARE, 5, 1, 0, 0)
    assert [one.kind for one in told(share, BOUGHT_COLA)] == ["share", "item"]


def test_without_a_cause_the_place_in_the_ranking_is_all_that_is_said() -> None:
    (reason,) = told()
    assert reason.text == "Place 1 in your list, chosen from 4 items. Care is new to you."
    assert (reason.kind, reason.subjects) == ("rank", (1,))


def test_at_most_two_kinds_of_reasons_are_told() -> None:
    kinds = [reason.kind for reason in told(BOUGHT_COLA, Fact(Cause.SHARE, 5, 1, 0, 0), Fact(Cause.RISE, 9, 1, 0, 0))]
    assert kinds == ["item", "share"]


@pytest.mark.parametrize(
    ("parts", "percent"),
    [(123_456, "12"), (12_345, "1.2"), (10_000, "1"), (40, "0.004"), (1, "0.0001"), (99_999, "10")],
)
def test_a_share_is_told_with_two_figures_that_count(parts: int, percent: str) -> None:
    assert percent_of_million(parts) == percent


def test_a_search_is_told_with_how_often_and_when() -> None:
    search, again = Fact(Cause.SEARCH, 4, 2.0, 2, 20, label="green tea"), Fact(Cause.SEARCH, 5, 1.0, 1, 10, label="tea")
    (reason,) = told(search, again)
    assert reason.text == "Because you searched for “green tea” (2 times, last on 21 Jan). Care is new to you."
    assert (reason.kind, reason.subjects, reason.amount) == ("search", (4,), 2.0)
    (reason,) = told(search, place=KNOWN, language="zh", dated=False)
    assert reason.text == "因为您搜索过“green tea”（2次）。"
    assert Sentences(NAMES, DATES, "en").named(again) == "“tea” (once, on 11 Jan)"
