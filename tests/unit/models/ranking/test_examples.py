"""Examples: what is drawn to learn from, and capped recall over the candidates of a kind."""

import numpy as np
import pytest

from crossaisle.models.ranking.examples import N_NEGATIVES, N_RANKERS, Asked, Examples, Judged, drawn, right
from crossaisle.numerics.arrays import AnyArray, Floats, csr

N_CANDIDATES = 400


def asked(is_right: AnyArray, is_there: AnyArray, seed: int) -> Asked:
    """Candidates whose place in the pool is their place among them; every other one that is right is so soon."""
    columns = np.where(is_there, np.arange(is_right.shape[1]), -1).astype(np.int32)
    blend = np.where(is_there, 0, -np.inf).astype(np.float32)
    is_soon = is_right & (np.cumsum(is_right, axis=1) % 2 == 1)
    advice = np.random.default_rng(seed).random((*is_right.shape, 2), dtype=np.float32)
    return Asked(columns, blend, is_right, is_soon, drawn(is_there, seed), advice, is_right.sum(axis=1))


def numbers(shape: tuple[int, ...]) -> Floats:
    """The one signal of each candidate is its own number."""
    return np.arange(np.prod(shape), dtype=np.float32).reshape(*shape, 1)


def told(one: Asked) -> Examples:
    """What is learnt from those kept."""
    return one.examples(numbers(one.columns.shape))


def several(seed: int) -> Asked:
    """Four queries: five right, none right, two right among the first 50 alone, and no candidate at all."""
    is_right = np.zeros((4, N_CANDIDATES), dtype=np.bool_)
    is_right[0, ::80] = True
    is_right[2, [3, 30]] = True
    is_there = np.ones(is_right.shape, dtype=np.bool_)
    is_there[2, 50:] = False
    is_there[3] = False
    return asked(is_right, is_there, seed)


@pytest.mark.parametrize("seed", range(5))
def test_all_that_are_right_are_kept_and_others_drawn(seed: int) -> None:
    """395 others are each kept with a chance of 100 / 400, so 98.75 ± 8.6; the bound is six deviations."""
    found = told(several(seed))
    assert len(found.sizes) == 2
    assert found.sizes.sum() == len(found.signals) == len(found.is_right)
    kept = found.signals[:, 0].astype(int)
    assert sorted(kept[found.is_right]) == [0, 80, 160, 240, 320, 803, 830]
    expected = 395 * N_NEGATIVES / N_CANDIDATES
    assert abs((found.sizes[0] - 5) - expected) < 6 * np.sqrt(expected * (1 - N_NEGATIVES / N_CANDIDATES))
    assert (kept[found.sizes[0] :] // N_CANDIDATES == 2).all()


def test_where_there_are_no_more_than_are_drawn_all_are_kept() -> None:
    found = told(several(0))
    assert found.sizes[1] == 50
    assert found.signals[-50:, 0].tolist() == list(range(800, 850))


@pytest.mark.parametrize("seed", range(5))
def test_only_those_kept_are_asked_about_in_their_order(seed: int) -> None:
    one = several(seed)
    fewer, kept = one.only_kept(), one.is_kept
    assert fewer.columns.shape[1] == kept.sum(axis=1).max()
    for row in range(len(kept)):
        places = np.flatnonzero(kept[row])
        rest = [False] * (fewer.columns.shape[1] - len(places))
        assert fewer.columns[row].tolist() == places.tolist() + [-1] * len(rest)
        for name in ("is_right", "is_soon", "is_drawn"):
            assert getattr(fewer, name)[row].tolist() == getattr(one, name)[row, places].tolist() + rest
        assert np.isneginf(fewer.blend[row, len(places) :]).all()
        assert np.array_equal(fewer.advice[row, : len(places)], one.advice[row, places])
    assert np.array_equal(fewer.n_right, one.n_right)
    signals = np.take_along_axis(numbers(kept.shape), np.maximum(fewer.columns, 0)[..., None], axis=1)
    assert_same(fewer.examples(signals), told(one))


def assert_same(one: Examples, other: Examples) -> None:
    """Number for number."""
    for name in ("signals", "is_right", "is_soon", "is_drawn", "sizes"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name


@pytest.mark.parametrize("seed", range(5))
def test_the_first_half_teaches_as_if_nothing_were_known_of_the_second(seed: int) -> None:
    """What is bought later stands among the others with the chance that it had been drawn, and nowhere else."""
    one = several(seed)
    alone = Asked(one.columns, one.blend, one.is_soon, one.is_soon, one.is_drawn, one.advice, one.n_right)
    assert one.is_soon.sum() == 4
    assert_same(told(one).soon(), told(alone))


def test_who_buys_nothing_soon_teaches_nothing_soon() -> None:
    one = several(0)
    later = np.zeros_like(one.is_soon)
    found = told(Asked(one.columns, one.blend, one.is_right, later, one.is_drawn, one.advice, one.n_right)).soon()
    assert len(found.signals) == len(found.sizes) == 0


def test_nothing_right_is_nothing_asked() -> None:
    there = np.ones((4, N_CANDIDATES), dtype=np.bool_)
    assert asked(~there, there, 0).only_kept().columns.shape == (4, 0)


def test_the_draw_follows_the_seed() -> None:
    assert_same(told(several(3)), told(several(3)))
    assert not np.array_equal(told(several(3)).signals, told(several(4)).signals)


def test_capped_recall_by_hand() -> None:
    """At 2: one hit of three bought is 1/2, the one bought found is 1, and who bought nothing is not counted."""
    is_right = np.array([[True, False, True], [False, False, True], [False, False, False]])
    scores = np.array([[3.0, 2.0, 1.0], [1.0, 2.0, 3.0], [1.0, 2.0, 3.0]], dtype=np.float32)
    beyond = Judged(scores[..., None], None, is_right, np.array([3, 1, 0]), np.ones(3, dtype=np.int64))
    assert beyond.capped_recall(scores, k=2) == pytest.approx(0.75)
    assert beyond.capped_recall(scores, k=3) == pytest.approx((2 / 3 + 1) / 2)


def test_capped_recall_of_nobody_is_nothing() -> None:
    scores = np.zeros((2, 3), dtype=np.float32)
    nobody = np.zeros(2, dtype=np.int64)
    assert Judged(scores[..., None], None, scores > 0, nobody, nobody).capped_recall(scores) == 0


def test_ranks_are_weighed_by_part_and_what_is_no_candidate_is_none() -> None:
    """Weights ¼ and ¾ of −1 and −3 are −2.5; a part without weight says nothing of what is not there."""
    ranks = np.array([[[-1, -3], [-2, -2], [-np.inf, -np.inf]]], dtype=np.float32)
    nothing = np.zeros((1, 3), dtype=np.bool_)
    counts = np.ones(1, dtype=np.int64)
    one = Judged(ranks, None, nothing, counts, counts)
    assert one.blend(np.array([0.25, 0.75])).tolist() == [[-2.5, -2, -np.inf]]
    assert one.blend(np.array([0.0, 1.0])).tolist() == [[-3, -2, -np.inf]]
    *learnt, blend = one.voices(np.array([1.0, 0.0]))
    assert [voice.tolist() for voice in learnt] == [[[0, 0, 0]]] * N_RANKERS
    assert blend.tolist() == [[-1, -2, -np.inf]]
    told = (blend, -blend)
    both = Judged.joined([one, Judged(ranks, told, nothing, counts, counts)][1:] * 2)
    assert both.learnt is not None
    assert both.voices(np.array([1.0, 0.0]))[0].tolist() == [[-1, -2, -np.inf]] * 2


def test_joined_lists_lie_one_after_the_other() -> None:
    found = told(several(0))
    both = Examples.joined([found, found])
    assert both.sizes.tolist() == found.sizes.tolist() * 2
    assert np.array_equal(both.signals[len(found.signals) :], found.signals)


def test_right_is_what_the_truth_holds_of_each_querys_own_candidates() -> None:
    truth = csr(np.array([0, 0, 1]), np.array([1, 4, 2]), np.ones(3), (2, 5))
    candidates = np.array([[4, 2, 1], [4, 2, 1]], dtype=np.int32)
    assert right(truth, candidates).tolist() == [[True, False, True], [False, True, False]]
