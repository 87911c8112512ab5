"""What is known of items beside their sales, as a sum of vectors: category, aisle, brand, price band and text.

An item that was never sold is placed by it alone, as in Volkovs, Yu and Poutanen (2017), "DropoutNet".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import embedding_bag

from crossaisle.data.training import Training
from crossaisle.features.price_bands import PriceBands
from crossaisle.features.text_vectors import TextVectors
from crossaisle.models.learning.network import Rows
from crossaisle.models.learning.tensors import tensor
from crossaisle.numerics.arrays import AnyArray, Bools, Floats, Numbers

KINDS: Mapping[str, Rows | None] = {
    "category": "categories",
    "aisle": "aisles",
    "brand": "brands",
    "price_band": None,
}
"""What is told apart by a number, and the ids that the numbers stand for."""


@dataclass(frozen=True)
class ItemContent:
    """What is known of items.

    Args:
        codes: kind → int32 (n_items,), 0 where unknown, else the number plus one; only kinds that tell items apart.
        sizes: kind → how many different codes there can be.
        text: float32 (n_items, n_components), zeros without text; no components where text is not read.
    """

    codes: Mapping[str, Numbers]
    sizes: Mapping[str, int]
    text: Floats = field(repr=False)

    @classmethod
    def of(cls, training: Training, reads_text: bool) -> "ItemContent":
        """Of the training's catalogue, and of its items' texts where they are to be read."""
        dataset = training.dataset
        catalogue, bands = dataset.catalogue, PriceBands().fit(dataset)
        numbers = {kind: getattr(catalogue, kind) for kind in ("category", "aisle", "brand")}
        numbers["price_band"] = bands.bands
        index = dataset.index
        sizes = {"category": len(index.categories), "aisle": len(index.aisles), "brand": len(index.brands)}
        sizes["price_band"] = bands.n_bands
        told = [kind for kind in KINDS if len(np.unique(numbers[kind])) > 1]
        text = np.zeros((dataset.n_items, 0), dtype=np.float32)
        if reads_text:
            text = TextVectors().fit(dataset, training.encoder).of_items
        return cls(
            {kind: (numbers[kind] + 1).astype(np.int32) for kind in told},
            {kind: sizes[kind] + 1 for kind in told},
            text,
        )

    @property
    def says(self) -> Bools:
        """bool (n_items,): whether anything is known of the item."""
        known = np.any(self.text != 0, axis=1)
        for codes in self.codes.values():
            known |= codes > 0
        return np.asarray(known)

    def state(self) -> dict[str, AnyArray]:
        """All arrays needed to restore it, under `content/`."""
        sizes = {f"content/{kind}/size": np.array(size) for kind, size in self.sizes.items()}
        return {**{f"content/{kind}": codes for kind, codes in self.codes.items()}, **sizes, "content/text": self.text}

    @classmethod
    def restore(cls, state: Mapping[str, AnyArray]) -> "ItemContent":
        """The content whose `state()` this holds."""
        told = [kind for kind in KINDS if f"content/{kind}" in state]
        sizes = {kind: int(state[f"content/{kind}/size"]) for kind in told}
        return cls({kind: state[f"content/{kind}"] for kind in told}, sizes, state["content/text"])


class ContentVectors(nn.Module):
    """Σ over kinds of a vector for the item's code, plus a linear map of its text."""

    def __init__(self, content: ItemContent, dimension: int) -> None:
        """Args: dimension: of the vectors."""
        super().__init__()
        self.kinds = nn.ModuleDict({kind: nn.Embedding(size, dimension) for kind, size in content.sizes.items()})
        for weight in self.kinds.parameters():
            nn.init.xavier_normal_(weight)
        self.text = nn.Linear(content.text.shape[1], dimension, bias=False) if content.text.shape[1] else None
        if self.text is not None:
            nn.init.xavier_normal_(self.text.weight)
        for kind, codes in content.codes.items():
            self.register_buffer(f"code_{kind}", tensor(codes.astype(np.int64)), persistent=False)
        self.register_buffer("vectors", tensor(content.text), persistent=False)

    def forward(self, items: Tensor) -> Tensor:
        """(n, dimension) of items (n,)."""
        parts = [table(self.get_buffer(f"code_{kind}")[items]) for kind, table in self.kinds.items()]
        if self.text is not None:
            parts.append(self.text(self.get_buffer("vectors")[items]))
        return torch.stack(parts).sum(dim=0) if parts else torch.zeros((), device=items.device)

    def bags(self, items: Tensor, starts: Tensor, weights: Tensor) -> Tensor:
        """(n_bags, dimension): weighted sums over bags of items, which lie one after the other."""
        parts = [
            embedding_bag(
                self.get_buffer(f"code_{kind}")[items],
                self.get_parameter(f"kinds.{kind}.weight"),
                starts,
                mode="sum",
                per_sample_weights=weights,
            )
            for kind in self.kinds
        ]
        if self.text is not None:
            texts = embedding_bag(items, self.get_buffer("vectors"), starts, mode="sum", per_sample_weights=weights)
            parts.append(self.text(texts))
        return torch.stack(parts).sum(dim=0) if parts else torch.zeros((), device=items.device)


def content_rows(content: ItemContent, *modules: str) -> dict[str, Rows]:
    """Whose rows the weights of the ContentVectors of these names stand for; the first row is that of the unknown."""
    return {
        f"{module}.kinds.{kind}.weight": rows
        for module in modules
        for kind, rows in KINDS.items()
        if rows and kind in content.codes
    }
