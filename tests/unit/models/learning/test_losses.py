"""Losses, each by hand."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import tensor

from crossaisle.models.learning.losses import binary_cross_entropy, bpr, pairwise, sampled_softmax

LN2, LN3 = math.log(2), math.log(3)


def test_cross_entropy_by_hand() -> None:
    """σ(0) = 1/2 and σ(ln 3) = 3/4: −(ln 1/2 + ln 3/4 + ln(1 − 1/2) + ln(1 − 3/4)) / 4."""
    loss = binary_cross_entropy(tensor([0.0, LN3]), tensor([[0.0], [LN3]]))
    assert loss.item() == pytest.approx((LN2 + math.log(4 / 3) + LN2 + math.log(4)) / 4)


def test_bpr_by_hand() -> None:
    """Differences ln 3 and 0: −(ln 3/4 + ln 1/2) / 2."""
    loss = bpr(tensor([LN3]), tensor([[0.0, LN3]]))
    assert loss.item() == pytest.approx((math.log(4 / 3) + LN2) / 2)


def test_softmax_over_all_items_by_hand() -> None:
    """exp of the scores 2, 1, 1 and 1, 1, 2: shares 1/2 and 1/4 of what was bought."""
    scores = tensor([[LN2, 0.0, 0.0], [0.0, 0.0, LN2]])
    loss = sampled_softmax(scores, tensor([0, 1]), tensor([0, 1]))
    assert loss.item() == pytest.approx((math.log(2) + math.log(4)) / 2)


def test_sampled_softmax_with_log_q_by_hand() -> None:
    """Candidates drawn with chances 1, 1/2 and 1/4 count 1, 2 and 4 times: 2 / (2 + 2 + 4) at the first."""
    log_q = tensor([0.0, -LN2, -2 * LN2])
    loss = sampled_softmax(tensor([[LN2, 0.0, 0.0]]), tensor([0]), tensor([0]), log_q)
    assert loss.item() == pytest.approx(-math.log(2 / 8))


def test_the_corrected_sum_stands_for_that_over_all_items() -> None:
    """Over many draws the mean of Σ exp(s − log Q) is Σ exp(s) over all: 4 standard errors of the mean."""
    rng = np.random.default_rng(0)
    scores = torch.tensor(rng.normal(size=50), dtype=torch.float32)
    chance = torch.tensor(rng.uniform(0.2, 1, 50), dtype=torch.float32)
    drawn = torch.tensor(rng.random((4000, 50)), dtype=torch.float32) < chance
    sums = (torch.exp(scores - chance.log()) * drawn).sum(dim=1)
    error = sums.std().item() / math.sqrt(len(sums))
    assert abs(sums.mean().item() - scores.exp().sum().item()) < 4 * error


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=6))
def test_a_softmax_over_one_pair_is_bpr(values: list[float]) -> None:
    positive, negative = torch.tensor(values[:1]), torch.tensor([values[1:2]])
    assert pairwise("softmax", positive, negative).item() == pytest.approx(bpr(positive, negative).item(), abs=1e-6)


def test_each_name_is_its_loss() -> None:
    positive, negative = tensor([1.0, 2.0]), tensor([[0.5, 0.1], [0.2, 0.9]])
    assert pairwise("bpr", positive, negative) == bpr(positive, negative)
    assert pairwise("cross-entropy", positive, negative) == binary_cross_entropy(positive, negative)
