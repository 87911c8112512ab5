"""What goes with items, by hand: see `shops.TABLE`. Drinks are a, b; fruit c, d; care e, f; toys g; h has none."""

import numpy as np
import pytest

from crossaisle.errors import UsageError

from ..shop import A, B, C, D, E, F, G, H
from .shops import NOW, causes, live_of, said


def items(*numbers: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.array(numbers, dtype=np.int32)


def test_similar_items_are_of_the_same_category() -> None:
    """b goes with a, and is all that drinks have beside it. Nothing is said of d: fruit's other item fills up."""
    live = live_of()
    slate = live.similar(A, 5, NOW)
    assert said(slate) == {B: 1.0}
    assert slate.items.tolist() == [B]
    filled = live.similar(D, 5, NOW)
    assert (filled.items.tolist(), filled.n_filled) == ([C], 1)


def test_an_item_without_a_category_is_like_what_goes_with_it() -> None:
    table = {H: {G: 2.0, A: 4.0}}
    assert said(live_of(table=table).similar(H, 5, NOW)) == {A: 1.0, G: 0.5}


def test_complements_are_of_other_categories_than_any_of_the_items() -> None:
    """a says 2 of e and 1 of g, c says 3 of e and 1 of f; their drinks and fruit are left out."""
    live = live_of()
    slate = live.complements(items(A, C), 5, NOW)
    assert said(slate) == {E: 1.0, F: 0.2, G: 0.2}
    assert causes(slate)[E] == [(C, 0.6, "purchase"), (A, 0.4, "purchase")]
    assert slate.n_filled == 0


def test_a_basket_is_completed_by_any_category_but_not_by_what_it_holds() -> None:
    live = live_of()
    assert said(live.complete(items(A, C, -1, A), 3, NOW)) == {E: 1.0, B: 0.8, D: 0.8}
    assert B not in live.complete(items(A, B), 5, NOW).items
    assert live.complete(items(), 5, NOW).items.tolist() == []


def test_the_shop_s_mask_and_limits_hold_here_too() -> None:
    live = live_of(knobs={"max_per_category": 1})
    live.catalogue.set_sellable(E, False)
    assert live.complements(items(A, C), 5, NOW).items.tolist() == [F, G]
    assert live.complete(items(A, C), 5, NOW).items.tolist() == [B, D, F, G]
    live.catalogue.set_sellable(B, False)
    assert live.similar(A, 5, NOW).items.tolist() == []


def test_none_is_not_a_number_of_items() -> None:
    with pytest.raises(UsageError, match="k=0"):
        live_of().similar(A, 0, NOW)
