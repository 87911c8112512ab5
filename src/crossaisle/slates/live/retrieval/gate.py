"""What this person may be shown: the shop's own mask, less what their focus, acts and wishes rule out."""

from types import TracebackType

import numpy as np

from crossaisle.data.focus import Focus
from crossaisle.numerics.arrays import AnyArray, Bools, Floats, Numbers
from crossaisle.slates.live.catalogue import LiveCatalogue
from crossaisle.slates.live.interest import Session
from crossaisle.slates.live.person import Person
from crossaisle.slates.live.retrieval.gathering import Scratch
from crossaisle.slates.live.retrieval.kernels import IS_SHUT, gathered, mark, within

Said = tuple[AnyArray, AnyArray]
"""Items, int32, and amounts, float32, of one shape."""

ANY = -1
"""The wanted category where any will do."""


class Gate:
    """Open for one person at a time, and for one thread: marks are set in place and taken back.

    with gate.open(person, session, focus, wanted): gate(items)

    Args:
        catalogue: what may be shown to anybody.
        category: int32 (n_items,), −1 for none. n_categories: how many there are.
        repeats: whether items already bought may come again where the focus lets them.
        scratch: holds the marks of items.
    """

    def __init__(
        self, catalogue: LiveCatalogue, category: Numbers, n_categories: int, repeats: bool, scratch: Scratch
    ) -> None:
        self.catalogue, self.category, self.repeats, self._work = catalogue, category, repeats, scratch.work
        self._is_open: Bools = np.ones(n_categories + 1, dtype=np.bool_)
        self._items: list[Numbers] = []
        self._categories: list[Numbers] = []
        self._wanted = ANY

    def open(self, person: Person, session: Session, focus: Focus, wanted: int | None) -> "Gate":
        """Set the marks. wanted: the number of the focus's category, for that kind of focus alone."""
        try:
            self._mark(person, session, focus, wanted)
        except BaseException:
            self._close()
            raise
        return self

    def _mark(self, person: Person, session: Session, focus: Focus, wanted: int | None) -> None:
        self._wanted = ANY if wanted is None else wanted
        if session.gone:
            self.shut(np.array(session.gone, dtype=np.int32))
        if focus.kind == "new-categories":
            self.shut_categories(self.category.take(person.bought))
            self.shut_categories(np.array([*(self.category[item] for item in session.bought), -1], dtype=np.int32))
        elif focus.kind == "explore" or not self.repeats:
            self.shut(person.bought)
            self.shut(np.array(list(session.bought), dtype=np.int32))
        never = [category for category, factor in session.factors.items() if factor == 0]
        if never:
            self.shut_categories(np.array(never, dtype=np.int32))

    def shut(self, items: Numbers) -> None:
        """Let these items no longer pass."""
        mark(items, IS_SHUT, self._work)
        self._items.append(items)

    def shut_categories(self, categories: Numbers) -> None:
        """Let nothing of these categories pass; −1 stands for what has none."""
        self._is_open[categories] = False
        self._categories.append(categories)

    def __call__(self, items: Numbers) -> Bools:
        """bool (n,): whether each item may be shown; −1 may not."""
        return self.less(self.catalogue.eligible.take(items, mode="wrap"), items)

    def less(self, passes: Bools, items: Numbers) -> Bools:
        """`passes`, bool (n,), without the items that the person may not be shown; it is changed."""
        passes &= within(items, self._work, self._is_open, self.category, self._wanted)
        return passes

    def gathered(self, said: Said, late: Said) -> tuple[Numbers, Floats, Floats]:
        """The different items of both that may be shown, int32 (n,), and the sums of what each says of them."""
        items, amounts = (one.reshape(-1) for one in said)
        late_items, late_amounts = (one.reshape(-1) for one in late)
        shop = (self.catalogue.codes, self._is_open, self._wanted)
        return gathered(items, amounts, late_items, late_amounts, *shop, self._work)

    def __enter__(self) -> "Gate":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def _close(self) -> None:
        for items in self._items:
            mark(items, 0, self._work)
        for categories in self._categories:
            self._is_open[categories] = True
        self._items, self._categories, self._wanted = [], [], ANY
