"""Examination of places against simulated logs whose θ is known."""

from dataclasses import replace

import numpy as np
import pytest

from crossaisle.evaluation.feedback.logged import Logged
from crossaisle.evaluation.feedback.position_bias import Examination, examination, harvested, intervened

from .logs import logged, shares_of, simulated

FORMS = ("power 0.5", "power 1", "power 1.5", "steps", "grid")
N_RANKS = 6


def naive(log: Logged) -> float:
    """Clicks of the last rank over those of the first."""
    clicks = np.bincount(log.rank, log.is_clicked)
    return float(clicks[-1] / clicks[1])


@pytest.mark.parametrize("form", FORMS)
def test_harvesting_finds_the_places_behind_a_ranker_that_puts_the_best_first(form: str) -> None:
    """Within five standard errors of log θ at every rank; clicks a rank are off by more than that at the last.

    In these logs γ is a function of the score, so that strata are exact and only chance is left.
    """
    shares = shares_of(form, N_RANKS)
    log = simulated(shares, 8000)
    found = examination(log, n_resamples=20)
    errors = harvested(log).table().errors(shares)
    assert found.method == "harvesting"
    assert (np.abs(np.log(found.shares / shares))[1:] < 5 * errors).all()
    assert np.log(shares[-1] / naive(log)) > 5 * errors[-1]


@pytest.mark.parametrize("form", FORMS)
def test_interventions_find_the_places_from_what_was_drawn_alone(form: str) -> None:
    """Within five standard errors of log θ at every rank."""
    shares = shares_of(form, N_RANKS)
    log = simulated(shares, 25_000, explored=0.9, seed=1)
    found = examination(log, n_resamples=20)
    errors = intervened(log).table().errors(shares)
    assert found.method == "intervention"
    assert (np.abs(np.log(found.shares / shares))[1:] < 5 * errors).all()


def test_few_interventions_are_not_enough_by_themselves() -> None:
    assert (
        examination(simulated(shares_of("power 1", N_RANKS), 3000, explored=0.05), n_resamples=20).method
        == "harvesting"
    )


def test_items_behind_an_explored_one_count_only_where_it_pushed_them() -> None:
    """Where it took another's place, nothing was moved, and the explored items themselves are the only stratum."""
    shares = shares_of("power 1", N_RANKS)
    pushed, replaced = (simulated(shares, 10_000, explored=0.5, replaces=one) for one in (False, True))
    n_strata = [len(intervened(log).table().by_stratum) for log in (pushed, replaced)]
    assert n_strata == [1 + N_RANKS - 1, 1]


def test_explored_items_that_favour_a_rank_are_weighed_by_the_inverse_of_its_chance() -> None:
    """Good items (γ = .8) are put at rank 1 with chance .9 and at rank 2 with .1, poor ones (γ = .2) the other way.

    θ_2 = .5. Of 1,000 each: 900 · .8 + 100 · .2 = 740 clicks at rank 1 and 100 · .4 + 900 · .1 = 130 at rank 2, a ratio
    of .18. Weighed: rank 1 has (720 / .9 + 20 / .1) / 2000 = .5, rank 2 (40 / .1 + 90 / .9) / 2000 = .25.
    """
    cells = [(1, 0.9, 900, 720), (1, 0.1, 100, 20), (2, 0.1, 100, 40), (2, 0.9, 900, 90)]
    columns = [(rank, chance, at < n_clicks) for rank, chance, n_shown, n_clicks in cells for at in range(n_shown)]
    rank, propensity, clicked = (np.array(one) for one in zip(*columns, strict=True))
    log = logged(len(rank), rank=rank, propensity=propensity, is_clicked=clicked, is_explored=True)
    np.testing.assert_allclose(intervened(log).table().shares(), [1, 0.5], rtol=1e-4)


def test_interval_is_as_wide_as_the_information_says() -> None:
    """The half width of log θ is 1.96 standard errors.

    With 250 resamples a quantile's standard error is twice that of 1,000, so half the distance of two has 6 % (see the
    test of the bootstrap); four of those, and 5 % between resampled slates and the information, make 29 %.
    """
    shares = shares_of("power 1", N_RANKS)
    log = simulated(shares, 6000)
    found = examination(log, n_resamples=250)
    errors = harvested(log).table().errors(shares)
    half = np.log(found.high / found.low)[1:] / 2
    np.testing.assert_allclose(half, 1.96 * errors, rtol=0.29)
    assert found.low[0] == found.high[0] == 1


def test_same_seed_same_interval() -> None:
    log = simulated(shares_of("power 1", 3), 2000)
    one, same, other = (examination(log, seed=seed, n_resamples=20) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.low, same.low)
    assert (one.low != other.low).any()


def test_slates_that_nobody_saw_do_not_count() -> None:
    log = simulated(shares_of("power 1", 3), 2000)
    unseen = replace(log, slate=log.slate + 2000, is_clicked=np.zeros(len(log), dtype=np.bool_))
    columns = {name: np.concatenate([getattr(one, name) for one in (log, unseen)]) for name in log.__dataclass_fields__}
    both = Logged(**columns | {"is_seen": np.arange(2 * len(log)) < len(log)})
    np.testing.assert_array_equal(examination(both, n_resamples=5).shares, examination(log, n_resamples=5).shares)


@pytest.mark.parametrize(
    "log",
    [
        logged(0),
        replace(simulated(shares_of("power 1", 3), 500), is_clicked=np.zeros(1500, dtype=np.bool_)),
        logged(100, is_clicked=True),
        simulated(shares_of("power 1", 3), 20),
    ],
    ids=["nothing logged", "no click", "one rank", "few clicks"],
)
def test_where_places_cannot_be_told_apart_each_counts_as_looked_at(log: Logged) -> None:
    found = examination(log)
    assert found.method == "none"
    assert found.n_clicks == 0
    assert found.shares.tolist() == [1] * max(1, log.n_ranks)
    assert np.isnan(found.low[1:]).all()
    assert found.weights(np.array([1, 2, 50]), clip=10).tolist() == [1, 1, 1]


def test_weights_are_inverse_shares_and_clipped_and_lower_ranks_are_as_the_last() -> None:
    found = Examination(np.array([1, 0.5, 0.1]), np.ones(3), np.ones(3), 100, "harvesting")
    np.testing.assert_allclose(found.weights(np.array([1, 2, 3, 9]), clip=5), [1, 2, 5, 5])
    np.testing.assert_allclose(found.of(np.array([3, 9])), [0.1, 0.1])
