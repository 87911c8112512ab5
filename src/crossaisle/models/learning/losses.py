"""Losses over scores of what was bought and of what was not."""

from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import softplus

Loss = Literal["softmax", "bpr", "cross-entropy"]


def binary_cross_entropy(positive: Tensor, negative: Tensor) -> Tensor:
    """Mean of −log σ(s⁺) over the bought and −log(1 − σ(s⁻)) over the others.

    Args:
        positive: (n_pairs,). negative: (n_pairs, n_negatives).
    """
    total = softplus(-positive).sum() + softplus(negative).sum()
    return total / (positive.numel() + negative.numel())


def bpr(positive: Tensor, negative: Tensor) -> Tensor:
    """Mean of −log σ(s⁺ − s⁻): Rendle, Freudenthaler, Gantner and Schmidt-Thieme (2009), "BPR".

    Args:
        positive: (n_pairs,). negative: (n_pairs, n_negatives).
    """
    return softplus(negative - positive[:, None]).mean()


def sampled_softmax(scores: Tensor, rows: Tensor, columns: Tensor, log_q: Tensor | None = None) -> Tensor:
    """Mean of −log softmax(s − log Q) at what was bought, over a drawn set of candidates.

    The logQ correction of Bengio and Senécal (2008) and Yi et al. (2019), "Sampling-Bias-Corrected Neural Modeling
    for Large Corpus Item Recommendations": what is drawn more often is held back, so that the sum over candidates
    stands for that over all items.

    Args:
        scores: (n_rows, n_candidates).
        rows, columns: int64 (n_pairs,), where the bought are among the scores.
        log_q: (n_candidates,), log of the chance that a candidate is in the set; none where all items are.
    """
    corrected = scores if log_q is None else scores - log_q
    return (torch.logsumexp(corrected, dim=1)[rows] - corrected[rows, columns]).mean()


def pairwise(loss: Loss, positive: Tensor, negative: Tensor) -> Tensor:
    """The loss of that name, of pairs of one bought item and others: the softmax is over each pair's own.

    Args:
        positive: (n_pairs,). negative: (n_pairs, n_negatives).
    """
    if loss == "bpr":
        return bpr(positive, negative)
    if loss == "cross-entropy":
        return binary_cross_entropy(positive, negative)
    together = torch.cat([positive[:, None], negative], dim=1)
    first = torch.zeros(len(positive), dtype=torch.int64, device=positive.device)
    return sampled_softmax(together, torch.arange(len(positive), device=positive.device), first)
