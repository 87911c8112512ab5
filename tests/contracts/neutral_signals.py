"""A fusion's score of a candidate when a family of its signals tells nothing: their means in place of their values."""

from collections.abc import Sequence

import numpy as np

from crossaisle.data.queries import Queries
from crossaisle.models.ranking.families import family
from crossaisle.models.ranking.judge import Judge
from crossaisle.models.ranking.pool import Voices
from crossaisle.models.recommender import Fitted
from crossaisle.models.recommenders.fusion import FittedFusion
from crossaisle.numerics.arrays import Floats, Numbers


def without_signals(fitted: Fitted, queries: Queries, items: Numbers, features: Numbers) -> Floats:
    """float32 (n,): one query, one item and one feature each; a query's other candidates stay as they are."""
    assert isinstance(fitted, FittedFusion)
    panel = fitted.panel
    history, scores = panel.history(queries), panel.scores(queries)
    kinds, columns = panel.pool.kinds(history), panel.pool.places[items]
    n_bought = np.diff(history.bought.indptr)
    families = list(dict.fromkeys(map(family, panel.names)))
    members = [[at for at, name in enumerate(panel.names) if family(name) == one] for one in families]
    left = np.empty(len(items), dtype=np.float32)
    for kind, judge in enumerate(fitted.judges):
        assert judge.rankers is not None
        voices = Voices.of(scores, kinds == kind)
        _, found = panel.candidates(voices, kind, judge.part_weights)
        told = panel.signals(history, [voices], [found.columns], [panel.advice(queries, found.columns)])[0]
        for row in np.flatnonzero(kinds[np.arange(len(items)), columns] == kind):
            place = int(np.flatnonzero(found.columns[row] == columns[row])[0])
            signals, blend = told[row].copy()[None], found.blend[row].copy()[None]
            neutralise(judge, signals, blend, place, members[features[row]])
            odds = judge.log_odds(judge.scores(signals, blend), n_bought[row : row + 1])
            left[row] = odds[0, place]
    return left


def neutralise(judge: Judge, signals: Floats, blend: Floats, place: int, which: Sequence[int]) -> None:
    assert judge.rankers is not None
    for signal in which:
        mean = np.float32(judge.rankers.linear.middle[signal])
        if signal < len(judge.part_weights):
            blend[0, place] -= judge.part_weights[signal] * (signals[0, place, signal] - mean)
        signals[0, place, signal] = mean
