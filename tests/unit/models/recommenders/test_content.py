"""Content: worked out by hand, and what must hold of items that were never sold."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossaisle.data.dataset import Dataset
from crossaisle.data.queries import Queries, from_histories
from crossaisle.data.training import Training
from crossaisle.models.recommender import Cause
from crossaisle.models.recommenders.content import Content, FittedContent
from crossaisle.models.recommenders.popularity import Popularity

from ..few_words import Words

CATALOG = pa.table(
    {
        "item_id": ["black", "black2", "green", "new", "nothing", "soap"],
        "title": ["black tea", "black tea", "green tea", "tea", None, "soap"],
        "category": ["tea", "tea", "tea", "tea", None, "care"],
    }
)
BLACK, BLACK2, GREEN, NEW, NOTHING, SOAP = range(6)


def shop(*bought: tuple[str, str]) -> Dataset:
    """Purchases of (user, item), all at one moment."""
    events = {
        "user_id": [user for user, _ in bought],
        "item_id": [item for _, item in bought],
        "timestamp": pa.array([0] * len(bought), pa.timestamp("us", "UTC")),
        "event_type": ["purchase"] * len(bought),
    }
    return Dataset.from_tables(pa.table(events), CATALOG)


SALES = (("ann", "black"), ("ann", "black2"), ("bob", "green"), ("cat", "soap"), ("cat", "green"))


def bought(*items: int) -> Queries:
    return from_histories(np.array(items), np.array([0, len(items)]), 6, 1)


def fit(**options: float) -> FittedContent:
    return Content(**options).fit(Training(shop(*SALES), encoder=Words()))  # type: ignore[arg-type]


def test_an_unsold_item_is_scored_by_the_share_of_its_like_that_the_user_bought() -> None:
    """tea is as near to black tea as to green tea, cos = 1/√2. Of black tea two items were sold, of green tea one: who
    bought one black and the green has 2 of 3. black tea itself weighs 1, green tea cos⁸ = 1/2⁸ beside it: a black one
    alone is worth 1 / (2 · 1 + 1/256) there.
    """
    scores = fit(category=0.0).scores(bought(BLACK, GREEN))[0]
    np.testing.assert_allclose(scores[NEW], 2 / 3, rtol=1e-5)
    np.testing.assert_allclose(scores[BLACK2], (1 + 1 / 256) / (2 + 1 / 256), rtol=1e-5)
    np.testing.assert_allclose(scores[[SOAP, NOTHING]], 0, atol=1e-7)


def test_the_inclination_to_the_category_is_shared_by_what_was_sold_of_it() -> None:
    """Without neighbours. tea has three buyers of three and three items sold, care one buyer and one item.

    G = XᵀX + λI over (care, tea) with λ = 1 is [[2, 1], [1, 4]], det 7; P = [[4, −1], [−1, 2]] / 7: B_tea,care =
    1/4, B_care,tea = 1/2. Who bought soap: care .2 + .05 · 1/3, tea (1/2 + .05) / √3.
    """
    fitted = fit(category=1.0, l2=1.0)
    scores = fitted.scores(bought(SOAP))[0]
    np.testing.assert_allclose(scores[NEW], (0.5 + 0.05) / np.sqrt(3), rtol=1e-5)
    np.testing.assert_allclose(scores[SOAP] - 1, 0.2 + 0.05 / 3, rtol=1e-5)
    assert scores[NOTHING] == 0


def test_causes_are_items_of_like_text_and_categories_and_add_up_to_the_score() -> None:
    """All but the part that is anyone's: .05 · 1 / √3."""
    fitted = fit(category=1.0, l2=1.0)
    queries, candidates = bought(BLACK, SOAP), np.array([[NEW, SOAP]], dtype=np.int32)
    found = fitted.contributions(queries, candidates, 4)
    told = {
        (Cause(cause), int(one))
        for cause, one in zip(found.causes[0, 0], found.subjects[0, 0], strict=True)
        if one >= 0
    }
    assert told == {(Cause.ITEM, BLACK), (Cause.CATEGORY, 0), (Cause.CATEGORY, 1)}
    whole = fitted.scores(queries)[0, NEW]
    np.testing.assert_allclose(found.amounts[0, 0].sum() + 0.05 / np.sqrt(3), whole, rtol=1e-5)


def test_an_item_without_text_and_one_without_category_have_what_is_left() -> None:
    """nothing has neither, so it is worth nothing to anybody; nobody's score is missing."""
    scores = fit().scores(bought(GREEN))
    assert np.isfinite(scores).all()
    assert scores[0, NOTHING] == 0


def test_a_shop_without_any_text_is_scored_by_categories_alone() -> None:
    dataset = shop(*SALES)
    catalogue = CATALOG.drop_columns(["title"])
    events = pa.table(
        {
            "user_id": [user for user, _ in SALES],
            "item_id": [item for _, item in SALES],
            "timestamp": pa.array([0] * len(SALES), pa.timestamp("us", "UTC")),
            "event_type": ["purchase"] * len(SALES),
        }
    )
    fitted = Content().fit(Training(Dataset.from_tables(events, catalogue), encoder=Words()))
    with_text = Content().fit(Training(dataset, encoder=Words()))
    queries, candidates = bought(GREEN), np.array([[NEW]], dtype=np.int32)
    assert 0 < fitted.scores(queries)[0, NEW] < with_text.scores(queries)[0, NEW]
    assert fitted.contributions(queries, candidates).causes[0, 0, 0] == Cause.CATEGORY
    restored = FittedContent.restore(fitted.state())
    np.testing.assert_array_equal(restored.scores(queries), fitted.scores(queries))


def test_one_purchase_makes_another_slate_than_popularity_and_a_sensible_one() -> None:
    """green tea is bought by most; one black tea brings black tea and new tea before it, soap last."""
    dataset = shop(*SALES)
    ranked = fit().scores(bought(BLACK))[0].argsort()[::-1].tolist()
    popular = Popularity().fit(Training(dataset)).scores(bought(BLACK))[0].argmax()
    assert popular == GREEN
    assert set(ranked[:3]) == {BLACK, BLACK2, NEW}
    assert ranked.index(GREEN) < ranked.index(SOAP)


@pytest.fixture(scope="module")
def by_text() -> FittedContent:
    return fit(category=0.0)


@given(st.lists(st.sampled_from([BLACK, BLACK2, GREEN, SOAP]), min_size=1, max_size=6), st.integers(0, 5))
def test_by_text_a_score_is_a_share_and_no_further_purchase_lowers_it(
    by_text: FittedContent, items: list[int], further: int
) -> None:
    before, after = (by_text.scores(bought(*one))[0] for one in (items, [*items, further]))
    assert (before >= 0).all()
    assert (before <= 1 + 1e-6).all()
    assert (after >= before - 1e-6).all()


@pytest.fixture(scope="module")
def tea_and_soap() -> Dataset:
    """Twenty people buy tea of three kinds, twenty soap of three; one more of each is in the catalogue, never sold."""
    names = [f"{look} {thing}" for thing in ("tea", "soap") for look in ("plain", "fine", "strong", "new")]
    catalog = pa.table({"item_id": names, "title": names, "category": ["all"] * 8})
    pairs = [
        (f"{thing}{user}", f"{look} {thing}")
        for thing in ("tea", "soap")
        for user in range(20)
        for look in ("plain", "fine", "strong")
    ]
    events = {
        "user_id": [user for user, _ in pairs],
        "item_id": [item for _, item in pairs],
        "timestamp": pa.array([0] * len(pairs), pa.timestamp("us", "UTC")),
        "event_type": ["purchase"] * len(pairs),
    }
    return Dataset.from_tables(pa.table(events), catalog)


def test_the_embedded_encoder_brings_new_tea_to_tea_drinkers_and_new_soap_to_others(tea_and_soap: Dataset) -> None:
    fitted = Content().fit(Training(tea_and_soap))
    scores = fitted.scores(tea_and_soap.queries(np.arange(tea_and_soap.n_users)))
    tea, soap = (tea_and_soap.index.items.number(f"new {thing}") for thing in ("tea", "soap"))
    drinks = np.array([one.startswith("tea") for one in tea_and_soap.index.users.to_list()])
    assert (scores[drinks, tea] > scores[drinks, soap]).all()
    assert (scores[~drinks, soap] > scores[~drinks, tea]).all()
