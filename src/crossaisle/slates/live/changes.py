"""Changes of the catalogue and stock by id, kept until a model is trained that was told of them."""

from collections.abc import Callable
from typing import Literal

from crossaisle.data.dataset import Ids
from crossaisle.slates.live.catalogue import LiveCatalogue

Kind = Literal["sellable", "stock", "price"]
Value = float | bool | None

_SETTERS: dict[Kind, Callable[[LiveCatalogue, int, Value], None]] = {
    "sellable": lambda catalogue, item, value: catalogue.set_sellable(item, bool(value)),
    "stock": lambda catalogue, item, value: catalogue.set_stock(item, value),
    "price": lambda catalogue, item, value: catalogue.set_price(item, value),
}


class Changes:
    """The last change of each kind of each item. A new model's catalogue is told all of them; those of items that it
    does not know wait for one that does.
    """

    def __init__(self) -> None:
        self._last: dict[tuple[Kind, str], Value] = {}

    def __len__(self) -> int:
        return len(self._last)

    def note(self, kind: Kind, item_id: str, value: Value, catalogue: LiveCatalogue, items: Ids) -> bool:
        """Remember a change and tell the catalogue; whether it knows the item.

        Args:
            value: whether the item is sold, units left in the whole shop, or currency per unit; None is unknown.
            items: the ids of the catalogue's numbers.
        """
        self._last[kind, item_id] = value
        item = items.number(item_id)
        if item >= 0:
            _SETTERS[kind](catalogue, item, value)
        return item >= 0

    def tell(self, catalogue: LiveCatalogue, items: Ids) -> list[str]:
        """Tell a new model's catalogue all changes; the ids that it does not know, each once, in the order noted."""
        unknown: dict[str, None] = {}
        for (kind, item_id), value in self._last.items():
            item = items.number(item_id)
            if item >= 0:
                _SETTERS[kind](catalogue, item, value)
            else:
                unknown[item_id] = None
        return list(unknown)

    def forget(self, item_ids: set[str]) -> None:
        """Changes of these items need not be told again: the shop's own tables have them by now."""
        self._last = {key: value for key, value in self._last.items() if key[1] not in item_ids}
