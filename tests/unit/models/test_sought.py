"""What lies near to searches: worked out by hand, what it is due to, and how it reaches slates."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import DAY
from crossaisle.data.queries import Queries
from crossaisle.data.training import Training
from crossaisle.models.recommender import Cause
from crossaisle.models.recommenders.content import Content, FittedContent
from crossaisle.models.sought import MOST
from crossaisle.slates.explain import explain
from crossaisle.slates.options import SlateOptions
from crossaisle.slates.recommend import recommend

from .few_words import Words

NOW = 40 * DAY
CATALOG = {
    "item_id": ["black", "green", "new", "nothing", "soap"],
    "title": ["black tea", "green tea", "tea", None, "soap"],
    "category": ["tea", "tea", "tea", None, "care"],
}
BLACK, GREEN, NEW, NOTHING, SOAP = range(5)
SALES = [("bob", "black", 0), ("bob", "green", 0), ("cat", "soap", 0)]


def shop(*searches: tuple[str, str, float], sales: Sequence[tuple[str, str, float]] = SALES) -> Dataset:
    """Purchases of (user, item, days before the end) and searches of (user, words, days before the end)."""
    n, m = len(sales), len(searches)
    days = np.array([day for _, _, day in (*sales, *searches)])
    events = {
        "user_id": [user for user, _, _ in (*sales, *searches)],
        "item_id": pa.array([item for _, item, _ in sales] + [None] * m, pa.string()),
        "timestamp": pa.array((NOW - DAY * days).astype(np.int64), pa.timestamp("us", "UTC")),
        "event_type": ["purchase"] * n + ["search"] * m,
        "query": pa.array([None] * n + [words for _, words, _ in searches], pa.string()),
    }
    return Dataset.from_tables(pa.table(events), pa.table(CATALOG), until=NOW)


def fit(dataset: Dataset, **options: float) -> FittedContent:
    return Content(category=0.0, **options).fit(Training(dataset, encoder=Words()))  # type: ignore[arg-type]


def of(dataset: Dataset, user: str) -> Queries:
    return dataset.queries(np.array([dataset.index.users.number(user)], dtype=np.int32))


def test_the_nearest_search_speaks_and_counts_half_after_its_half_life() -> None:
    """ann searched for tea half a half-life ago and for soap a whole one: 2^−½ and ½. tea has cos 1/√2 with green tea
    and 1 with tea, soap none; with a sharpness of 2 green is 2 · 2^−½ · ½, tea 2 · 2^−½, soap 2 · ½.
    """
    dataset = shop(("ann", "tea", 5), ("ann", "soap", 10))
    scores = fit(dataset, search=2.0, sharpness=2.0, half_life_days=10.0).scores(of(dataset, "ann"))[0]
    root = 2**-0.5
    np.testing.assert_allclose(scores, [root, root, 2 * root, 0, 1], rtol=1e-5, atol=1e-7)


def test_the_same_search_again_and_a_weaker_one_beside_it_change_nothing() -> None:
    once, often = shop(("ann", "tea", 5)), shop(("ann", "tea", 5), ("ann", "tea", 30), ("ann", "green", 39))
    first, second = (fit(one).scores(of(one, "ann"))[0] for one in (once, often))
    np.testing.assert_allclose(first[[BLACK, NEW, SOAP]], second[[BLACK, NEW, SOAP]], rtol=1e-6)


def test_a_search_is_added_to_what_was_bought() -> None:
    """bob bought all tea there is, so that new tea has 1 of it; the search of this moment adds 1."""
    before, after = shop(), shop(("bob", "tea", 0))
    assert fit(before).scores(of(before, "bob"))[0, NEW] == pytest.approx(1)
    assert fit(after).scores(of(after, "bob"))[0, NEW] == pytest.approx(2)
    assert fit(after, search=0.0).scores(of(after, "bob"))[0, NEW] == pytest.approx(1)


def test_the_cause_is_the_search_that_lies_nearest_and_accounts_for_its_part() -> None:
    dataset = shop(("bob", "tea", 10), ("bob", "soap", 0), ("bob", "nonsense", 0))
    queries, candidates = of(dataset, "bob"), np.array([[NEW, SOAP, NOTHING, -1]], dtype=np.int32)
    fitted = fit(dataset, search=3.0)
    found = fitted.contributions(queries, candidates, 4)
    is_search = (found.causes == Cause.SEARCH) & (found.subjects >= 0)
    told = [queries.searches[one].as_py() for one in found.subjects[is_search]]
    assert told == ["tea", "soap"]
    sums = np.where(found.subjects >= 0, found.amounts, 0).sum(axis=2)[0]
    np.testing.assert_allclose(sums[:3], fitted.scores(queries)[0, [NEW, SOAP, NOTHING]], rtol=1e-5)


def test_without_the_named_search_the_score_falls_further_than_without_any_other() -> None:
    """Over 500 users who searched for three of the words each, at times of their own."""
    rng = np.random.default_rng(5)
    asked = [
        (f"u{user:03}", str(word), float(rng.uniform(0, 39)))
        for user in range(500)
        for word in rng.choice(["tea", "soap", "black tea", "green"], 3, replace=False)
    ]
    dataset = shop(*asked)
    users = np.array([dataset.index.users.number(f"u{user:03}") for user in range(500)], dtype=np.int32)
    queries, fitted = dataset.queries(users), fit(dataset, sharpness=2.0)
    best = fitted.scores(queries).argmax(axis=1)[:, None].astype(np.int32)
    named = fitted.contributions(queries, best).subjects[:, 0, 0]
    rows = np.repeat(np.arange(500), 3)
    falls = np.empty((500, 3))
    for at in range(3):
        less = queries.keeping(np.tile(np.arange(3) != at, 500))
        falls[:, at] = (fitted.score_candidates(queries, best) - fitted.score_candidates(less, best))[:, 0]
    is_named = (queries.searched == named[rows]).reshape(500, 3)
    assert (is_named.sum(axis=1) == 1).all()
    assert (falls[is_named] > 0).all()
    assert (falls[~is_named] == 0).all()


def test_what_was_fitted_and_restored_read_alike_without_the_words_and_a_stranger_as_a_known_user() -> None:
    dataset = shop(("ann", "Green  Tea", 3))
    fitted = fit(dataset)
    state = fitted.state()
    assert not any(b"Green" in np.ascontiguousarray(array).tobytes() for array in state.values())
    restored = FittedContent.restore(state)
    np.testing.assert_array_equal(restored.scores(of(dataset, "ann")), fitted.scores(of(dataset, "ann")))
    later = shop(("dan", "green tea", 3))
    np.testing.assert_array_equal(restored.scores(of(later, "dan")), fitted.scores(of(dataset, "ann")))


def test_of_very_many_searches_the_freshest_count() -> None:
    old = [("ann", f"soap of kind {number}", 20.0) for number in range(MOST)]
    dataset = shop(*old, ("ann", "tea", 30))
    assert fit(dataset).scores(of(dataset, "ann"))[0, NEW] == 0
    dataset = shop(*old[1:], ("ann", "tea", 30))
    assert fit(dataset).scores(of(dataset, "ann"))[0, NEW] > 0


@given(
    ages=st.lists(st.floats(0, 39), min_size=1, max_size=4), words=st.permutations(["tea", "soap", "green", "black"])
)
def test_a_further_search_lowers_nothing_and_no_part_is_larger_than_its_weight(
    ages: list[float], words: list[str]
) -> None:
    asked = [("ann", word, age) for word, age in zip(words, ages, strict=False)]
    fewer, all_of_them = (shop(*one) for one in (asked[:-1] or [("ann", "nonsense", 0.0)], asked))
    before, after = (fit(one).scores(of(one, "ann"))[0] for one in (fewer, all_of_them))
    assert (after >= before - 1e-6).all()
    assert (after <= 1 + 1e-6).all()


FRAMES = (
    pd.DataFrame(
        [
            *((f"t{n}", f"{kind} tea", "2017-01-01", "purchase", None) for n in range(9) for kind in ("plain", "fine")),
            *((f"s{n}", f"{kind} soap", "2017-01-01", "purchase", None) for n in range(5) for kind in ("hand", "dish")),
            ("zoe", None, "2017-02-01", "search", "something to wash my hands"),
            ("yu", None, "2017-02-01", "search", "洗手的肥皂"),
            ("max", None, "2017-02-01", "search", "a cup of tea"),
            ("t0", None, "2017-02-01", "search", "soap for the dishes"),
        ],
        columns=["user_id", "item_id", "timestamp", "event_type", "query"],
    ),
    pd.DataFrame({"item_id": ["plain tea", "fine tea", "hand soap", "dish soap", "herbal tea", "liquid soap"]}),
)


@pytest.fixture(scope="module")
def searching() -> Dataset:
    """Nine people buy tea, five soap; one of each is new. Some only searched, one of them in Chinese."""
    events, catalog = FRAMES
    return Dataset.from_frames(events, catalog.assign(title=catalog["item_id"], category="all"))


def test_searches_move_slates_whatever_their_language_and_are_named_in_the_reasons(searching: Dataset) -> None:
    fitted = Content().fit(Training(searching))
    frame = recommend(
        fitted, searching, ["zoe", "yu", "max", "t0"], 2, options=SlateOptions(min_purchases=0), explain=True
    )
    slates = frame.groupby("user_id")["item_id"].agg(list)
    assert all("soap" in item for user in ("zoe", "yu") for item in slates[user])
    assert all("tea" in item for item in slates["max"])
    reasons = frame.set_index(["user_id", "rank"])["reason"]
    assert reasons["zoe", 1].startswith("Because you searched for “something to wash my hands” (once, on 1 Feb).")
    chinese = recommend(
        fitted, searching, ["yu"], 1, options=SlateOptions(min_purchases=0), explain=True, language="zh"
    )
    assert chinese["reason"][0].startswith("因为您搜索过“洗手的肥皂”（1次，2月1日）。")


def test_a_search_stands_among_the_parts_of_a_score(searching: Dataset) -> None:
    fitted = Content().fit(Training(searching))
    parts = explain(fitted, searching, "t0", "dish soap", options=SlateOptions(min_purchases=0))
    (found,) = parts[parts["kind"] == "search"].to_dict("records")
    assert found["what"] == "“soap for the dishes” (once, on 1 Feb)"
    assert found["amount"] > 0
    assert parts["amount"].sum() == pytest.approx(parts.attrs["score"], rel=1e-4)
