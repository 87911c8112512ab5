"""What those earn who do not learn."""

import numpy as np
import pytest

from simulated_shop import Policy, SimulatedShop, at_random, most_popular, oracle, play
from simulated_shop.chance import Floats
from simulated_shop.homes import UNKNOWN

N_HOUSEHOLDS, N_WEEKS = 150, 5


def earned(shop: SimulatedShop, policy: Policy) -> tuple[Floats, Floats]:
    """float64 (n_households,) twice: revenue from slates, and all revenue."""
    shop.reset_to_start()
    from_slates, total = np.zeros(N_HOUSEHOLDS), np.zeros(N_HOUSEHOLDS)
    for week in range(N_WEEKS):
        for visit in shop.visits(week):
            for event in shop.respond(visit, policy(visit), "r"):
                if event["event_type"] == "purchase":
                    amount = event["price"] * event["quantity"]
                    total[visit.household] += amount
                    from_slates[visit.household] += amount if event["recommendation_id"] else 0
    return from_slates, total


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_oracle_earns_clearly_more_than_popular_and_random_slates(seed: int) -> None:
    """Households are drawn apart, so that their mean difference between two policies has standard error σ / √n.

    More is earned from slates and, though some of that would have been bought anyway, in all: by four such errors.
    """
    shop = SimulatedShop(seed, N_HOUSEHOLDS, weeks_of_history=4)
    best, best_total = earned(shop, oracle(shop, 10))
    for policy in (most_popular(shop, 10), at_random(shop, 10)):
        from_slates, total = earned(shop, policy)
        for gain in (best - from_slates, best_total - total):
            assert gain.mean() > 4 * gain.std() / np.sqrt(N_HOUSEHOLDS)


def test_oracle_shows_first_what_fits_and_is_not_known(shop: SimulatedShop) -> None:
    ask = oracle(shop, 10)
    for visit in shop.visits(0)[:40]:
        home = shop.foresee(visit)
        shown = [int(shop.goods.category[shop.goods.numbers[item]]) for item in ask(visit)]
        is_gap = [bool(home.rate[one] > 0 and home.standing[one] == UNKNOWN) for one in shown]
        n_gaps = int(((home.rate > 0) & (home.standing == UNKNOWN)).sum())
        assert len(set(shown)) == 10
        assert is_gap == [True] * min(n_gaps, 10) + [False] * max(10 - n_gaps, 0)


def test_random_slates_are_other_ones_at_every_visit(shop: SimulatedShop) -> None:
    ask = at_random(shop, 10)
    slates = [tuple(ask(visit)) for visit in shop.visits(0)]
    assert len(set(slates)) == len(slates)
    assert [tuple(ask(visit)) for visit in shop.visits(0)] == slates


def test_play_counts_every_week_from_the_start(shop: SimulatedShop) -> None:
    figures = play(shop, lambda _: (), 2)
    assert figures.index.tolist() == [0, 1]
    assert figures["visits"].tolist() == [len(shop.visits(0)), len(shop.visits(1))]
    assert (figures["revenue_from_slates"] == 0).all()
    assert (figures["revenue"] > 0).all()
