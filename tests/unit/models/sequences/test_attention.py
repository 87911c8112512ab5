"""Attention: by hand, and that nothing is heard from what is not seen."""

import math

import numpy as np
import torch
from torch import nn

from crossaisle.models.sequences.attention import BUCKETS, Block, buckets


def test_buckets_widen_with_the_distance() -> None:
    """log₂(1 + 0, 1, 3, 7) is 0, 1, 2, 3, three buckets each; a thousand years fall into the last."""
    found = buckets(torch.tensor([0.0, 1.0, 3.0, 7.0, 365_000.0]), 3.0)
    assert found.tolist() == [0, 3, 6, 9, BUCKETS - 1]


def test_a_block_by_hand() -> None:
    """Of two places (−1, 1) and (1, −1), which normalisation leaves as they are, with Q = K = V = the states.

    The second place sees both, scores ∓2 / √2 and a bias of .5 for the step to the first: weights 1 : e^(4/√2 − .5).
    """
    block = Block(2, heads=1, dropout=0.0)
    with torch.no_grad():
        block.parts.weight.copy_(torch.cat([torch.eye(2)] * 3))
        block.parts.bias.zero_()
        block.joined.weight.copy_(torch.eye(2))
        block.step.weight[1, 0] = 0.5
    states = torch.tensor([[[-1.0, 1.0], [1.0, -1.0]]])
    steps = torch.tensor([[[0, 1], [1, 0]]])
    is_seen = torch.tensor([[[True, False], [True, True]]])
    found = block(states, steps, torch.zeros_like(steps), is_seen)
    share = 1 / (1 + math.exp(4 / math.sqrt(2) - 0.5))
    told = share * -1 + (1 - share) * 1
    expected = [[[-2.0, 2.0], [1 + told, -1 - told]]]
    np.testing.assert_allclose(found.detach().numpy(), expected, rtol=1e-4)


def test_the_second_part_of_a_block_by_hand() -> None:
    """State (−1, 1): W₁ gives 2 in one unit, GELU(2) = 2 · Φ(2), and W₂ adds it to the first place."""
    block = Block(2, heads=1, dropout=0.0)
    with torch.no_grad():
        block.inner.weight.zero_()
        block.inner.bias.zero_()
        block.inner.weight[0] = torch.tensor([-1.0, 1.0])
        block.outer.weight[0, 0] = 1.0
    nowhere = torch.zeros(1, 1, 1, dtype=torch.int64)
    found = block(torch.tensor([[[-1.0, 1.0]]]), nowhere, nowhere, torch.ones(1, 1, 1, dtype=torch.bool))
    normal = 0.5 * (1 + math.erf(2 / math.sqrt(2)))
    np.testing.assert_allclose(found.detach().numpy(), [[[-1 + 2 * normal, 1.0]]], rtol=1e-4)


def test_a_fresh_block_is_as_if_it_were_not_there() -> None:
    torch.manual_seed(0)
    states = torch.randn(3, 4, 5)
    nowhere = torch.zeros(3, 4, 4, dtype=torch.int64)
    found = Block(5, heads=2, dropout=0.0)(states, nowhere, nowhere, torch.ones(3, 4, 4, dtype=torch.bool))
    assert torch.equal(found, states)


def test_what_is_not_seen_changes_nothing() -> None:
    torch.manual_seed(0)
    block = Block(4, heads=2, dropout=0.0)
    nn.init.xavier_normal_(block.joined.weight)
    nn.init.xavier_normal_(block.outer.weight)
    states = torch.randn(1, 3, 4)
    steps = torch.zeros(1, 3, 3, dtype=torch.int64)
    is_seen = torch.tril(torch.ones(1, 3, 3, dtype=torch.bool))
    other = states.clone()
    other[0, 2] += 1
    found, moved = (block(one, steps, steps, is_seen) for one in (states, other))
    assert torch.equal(found[0, :2], moved[0, :2])
    assert not torch.allclose(found[0, 2], moved[0, 2])
