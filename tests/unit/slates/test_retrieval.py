import numpy as np

from crossaisle.data.focus import Focus
from crossaisle.slates.filtering.eligible import eligible
from crossaisle.slates.options import SlateOptions
from crossaisle.slates.retrieval import retrieve

from .shop import ANN, BOB, CAT, DESCENDING, A, B, G, H, Scored, shop

DATASET = shop()
ALLOWED = eligible(DATASET, Focus(), DATASET.until, SlateOptions(min_purchases=0))
QUERIES = DATASET.queries(np.array([ANN, BOB]))


def test_one_source_gives_the_ranking_itself() -> None:
    found = retrieve(Scored.of(DESCENDING), (), QUERIES, ALLOWED, 3)
    assert found.items.tolist() == [[0, 1, 2]] * 2
    assert found.scores.tolist() == [[8, 7, 6]] * 2
    assert not found.sources.any()


def test_items_of_several_sources_are_merged_and_ranked_by_the_model() -> None:
    """The model's best two are a, b; the other's are h, a. By the model: a 8, b 7, h 1; a is the model's own find."""
    other = Scored.of([[2, 0, 0, 0, 0, 0, 0, 3]] * 3)
    found = retrieve(Scored.of(DESCENDING), (other,), QUERIES, ALLOWED, 2)
    assert found.items.tolist() == [[A, B, H, -1]] * 2
    assert found.scores.tolist() == [[8, 7, 1, -np.inf]] * 2
    assert found.sources[:, :3].tolist() == [[0, 0, 1]] * 2


def test_what_the_model_is_silent_about_is_no_candidate() -> None:
    silent_of_h = Scored.of([[8, 7, 6, 5, 4, 3, 2, -np.inf]] * 3)
    other = Scored.of([[0, 0, 0, 0, 0, 0, 2, 3]] * 3)
    found = retrieve(silent_of_h, (other,), QUERIES, ALLOWED, 2)
    assert found.items.tolist() == [[A, B, G, -1]] * 2


def test_the_same_score_for_every_item_is_no_knowledge() -> None:
    """Of Bob the model says 4 of every item; of Cat it ties three at the top and tells the others apart."""
    model = Scored.of([DESCENDING[0], [4] * 8, [5, 5, 5, 1, 1, 1, 1, 0]])
    found = retrieve(model, (), DATASET.queries(np.array([ANN, BOB, CAT])), ALLOWED, 3)
    assert found.items.tolist() == [[0, 1, 2], [-1, -1, -1], [0, 1, 2]]
