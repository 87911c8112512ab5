"""Numbers that depend on their address alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulated_shop.chance import address, marks, uniform, uniforms


def test_address_of_nothing_is_the_first_word_of_split_mix_64() -> None:
    """The generator's reference implementation gives e220a8397b1dcdaf first from the seed 0."""
    assert address(0) == 0xE220A8397B1DCDAF
    assert uniform(0) == pytest.approx(0xE220A8397B1DCDAF / 2**64, abs=2**-53)


@given(st.integers(0, 2**64 - 1), st.permutations(range(40)), st.integers(1, 40))
def test_number_of_a_thing_is_the_same_in_any_company(at: int, order: list[int], n: int) -> None:
    things = marks(40)
    chosen = np.array(order[:n])
    np.testing.assert_array_equal(uniforms(at, things[chosen], 3), uniforms(at, things, 16)[:3, chosen])


def test_numbers_are_spread_evenly_over_things_purposes_and_addresses() -> None:
    """Each tenth of 200 · 16 · 50 numbers holds a tenth, within five standard errors √(n · .1 · .9)."""
    drawn = np.array([uniforms(address(7, one), marks(50), 16) for one in range(200)])
    counts = np.histogram(drawn, bins=10, range=(0, 1))[0]
    assert np.abs(counts - drawn.size / 10).max() < 5 * np.sqrt(drawn.size * 0.09)
    assert len(np.unique(drawn)) == drawn.size


def test_purposes_and_neighbours_are_not_correlated() -> None:
    """A correlation of n independent pairs has standard error 1 / √n; 2,450 pairs of rows are held to six of them."""
    drawn = np.array([uniforms(address(7, one), marks(10), 5).ravel() for one in range(2000)])
    found = np.corrcoef(drawn, rowvar=False)
    assert np.abs(found[~np.eye(50, dtype=bool)]).max() < 6 / np.sqrt(2000)


def test_neighbouring_addresses_give_numbers_that_are_not_correlated() -> None:
    """Five standard errors 1 / √n of a correlation of independent pairs."""
    drawn = np.array([uniform(3, one) for one in range(4001)])
    assert abs(np.corrcoef(drawn[1:], drawn[:-1])[0, 1]) < 5 / np.sqrt(4000)
