"""Interests that somebody is held to have, by category: what slates start from, and what a person can correct."""

import numpy as np

from crossaisle.slates.live.live_slates import LiveSlates
from crossaisle.slates.live.person import Person


def interests_of(slates: LiveSlates, person: Person, moment: int) -> list[tuple[int, float]]:
    """Category → share of all that speaks for anything, largest first.

    It counts as in slates: an item bought speaks with its trust, a recent event with its weight, and what the person
    corrected multiplies.
    """
    category = slates.category
    session = slates.interest.session(person.recent, person.interests, moment)
    weights = np.zeros(len(slates.categories) + 1)
    np.add.at(weights, category[person.bought], person.weights)
    for item, weight in session.weights.items():
        weights[category[item]] += max(0.0, weight)
    for one, factor in session.factors.items():
        weights[one] *= factor
    weights = weights[:-1]
    total = weights.sum()
    order = np.lexsort((np.arange(len(weights)), -weights))
    return [(int(one), float(weights[one] / total)) for one in order if weights[one] > 0]
