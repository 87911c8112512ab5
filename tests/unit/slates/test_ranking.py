import numpy as np

from crossaisle.data.focus import Focus
from crossaisle.slates.filtering.eligible import eligible
from crossaisle.slates.options import SlateOptions
from crossaisle.slates.ranking import rank

from .shop import ANN, A, C, E, F, G, Scored, shop


def test_ties_go_to_the_smaller_item_and_silence_is_not_ranked() -> None:
    """Of the new categories e, f, g the model ties f and g, and says nothing of e; drinks and fruit do not count."""
    dataset = shop()
    allowed = eligible(dataset, Focus.parse("new-categories"), dataset.until, SlateOptions(min_purchases=0))
    model = Scored.of([[9, 9, 9, 9, -np.inf, 5, 5, 9]])
    ranked = rank(model, dataset.queries(np.array([ANN])), allowed, 3)
    assert ranked.items.tolist() == [[F, G, -1]]
    assert ranked.scores.tolist() == [[5, 5, -np.inf]]
    assert not {A, C, E} & set(ranked.items[0].tolist())
