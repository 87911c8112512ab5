"""Self-attention among visits: Kang and McAuley (2018), "Self-Attentive Sequential Recommendation", section III.B.

How far two visits lie apart, in visits and in days, adds a learnt bias to what one makes of the other. Li, Wang and
McAuley (2020), "Time Interval Aware Self-Attention for Sequential Recommendation", learn a vector for each interval;
buckets that widen with the distance, as in Raffel et al. (2020), "Exploring the Limits of Transfer Learning", section
2.1, need few numbers for as long a past as there is.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

BUCKETS = 32


def buckets(distances: Tensor, per_doubling: float) -> Tensor:
    """int64, the same shape: ⌊log₂(1 + distance) · per_doubling⌋, the last bucket for all that is further.

    Args:
        distances: float, ≥ 0.
    """
    return (torch.log2(1 + distances) * per_doubling).long().clamp(max=BUCKETS - 1)


class Block(nn.Module):
    """h + W₀ · softmax(Q Kᵀ / √d + step + gap) V, then h + W₂ · GELU(W₁ h + b₁) + b₂, each added part of h normalised.

    W₀ and W₂ begin as zeros, so that a block begins as if it were not there.
    """

    def __init__(self, dimension: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.width = heads, -(-dimension // heads)
        self.attention_norm, self.mixing_norm = nn.LayerNorm(dimension), nn.LayerNorm(dimension)
        self.parts = nn.Linear(dimension, 3 * heads * self.width)
        self.joined = nn.Linear(heads * self.width, dimension)
        self.step, self.gap = nn.Embedding(BUCKETS, heads), nn.Embedding(BUCKETS, heads)
        self.inner, self.outer = nn.Linear(dimension, 2 * dimension), nn.Linear(2 * dimension, dimension)
        self.activation, self.dropout = nn.GELU(), nn.Dropout(dropout)
        for layer in (self.joined, self.outer):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)
        for table in (self.step, self.gap):
            nn.init.zeros_(table.weight)

    def forward(self, states: Tensor, steps: Tensor, gaps: Tensor, is_seen: Tensor) -> Tensor:
        """(n, length, dimension) of states of that shape.

        Args:
            steps, gaps: int64 (n, length, length), buckets of how far two places lie apart.
            is_seen: bool (n, length, length), whether the first looks at the second.
        """
        states = states + self.dropout(self._attended(self.attention_norm(states), steps, gaps, is_seen))
        mixed = self.outer(self.dropout(self.activation(self.inner(self.mixing_norm(states)))))
        states = states + self.dropout(mixed)
        return states

    def _attended(self, states: Tensor, steps: Tensor, gaps: Tensor, is_seen: Tensor) -> Tensor:
        n, length, _ = states.shape
        parts = self.parts(states).view(n, length, 3, self.heads, self.width)
        asked, shown, told = parts.permute(2, 0, 3, 1, 4)
        bias = (self.step(steps) + self.gap(gaps)).permute(0, 3, 1, 2)
        bias = bias.masked_fill(~is_seen[:, None], float("-inf"))
        found = scaled_dot_product_attention(asked, shown, told, attn_mask=bias)
        joined: Tensor = self.joined(found.transpose(1, 2).flatten(2))
        return joined
