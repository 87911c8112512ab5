"""Slates of one person by hand, on the small shop: drinks (a, b), fruit (c, d), care (e, f), toys (g); h has none.

Ann bought a twice and c once, bob bought e; cat looked at g. The neighbours are in `shops.TABLE`: the strongest weight
of every item is 4 but that of b, 3, so that 4 is usual.
"""

from dataclasses import replace

import numpy as np
import pytest

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import DAY
from crossaisle.errors import UsageError
from crossaisle.models.neighbours import Neighbours
from crossaisle.slates.live.interest import MINUTE
from crossaisle.slates.live.live_slates import LiveSlates
from crossaisle.slates.live.standing import Standing

from ..shop import ANN, BOB, A, B, C, D, E, F, G, H, shop
from .shops import asked, causes, live_of, neighbours_of, person_of, said


def test_the_neighbours_of_what_was_bought_add_up() -> None:
    """a says 4 of b, 2 of e, 1 of g; c says 4 of d, 3 of e, 1 of f. Five of e is the most, and comes to 1."""
    live = live_of()
    slate = asked(live, person_of(live, [ANN]))
    assert said(slate) == {E: 1.0, B: 0.8, D: 0.8, F: 0.2, G: 0.2}
    assert slate.items.tolist() == [E, B, D, F, G, A, C, H]
    assert slate.scores[5:].tolist() == [0, 0, 0]
    assert (slate.n_filled, slate.fallback) == (3, False)


def test_causes_share_the_score() -> None:
    live = live_of()
    found = causes(asked(live, person_of(live, [ANN]), k=4))
    assert found[E] == [(C, 0.6, "purchase"), (A, 0.4, "purchase")]
    assert found[B] == [(A, 0.8, "purchase")]
    assert found[F] == [(C, 0.2, "purchase")]


def test_a_focus_rules_out_what_it_rules_out() -> None:
    """Ann knows drinks and fruit; h has no category. Among care and toys e comes to 1."""
    live = live_of()
    ann = person_of(live, [ANN])
    assert said(asked(live, ann, "new-categories")) == {E: 1.0, F: 0.2, G: 0.2}
    assert asked(live, ann, "new-categories").items.tolist() == [E, F, G]
    assert asked(live, ann, "explore").items.tolist() == [E, B, D, F, G, H]
    assert asked(live, ann, "category=CARE").items.tolist() == [E, F]


def test_a_visitor_without_events_gets_what_most_people_bought() -> None:
    """a, c and e have one buyer each."""
    live = live_of()
    slate = asked(live, person_of(live), k=4)
    assert slate.items.tolist() == [A, C, E, B]
    assert slate.fallback
    assert causes(slate) == {A: [], C: [], E: [], B: []}


def test_a_look_moves_the_slate_at_once() -> None:
    """A look at g counts 0.3 for h, the strongest neighbour, and half of that for e, 2 being half of 4."""
    live = live_of()
    slate = asked(live, person_of(live, events=[(G, "view", 0)]), k=3)
    assert said(slate) == {H: 0.3, E: 0.15}
    assert slate.items.tolist() == [H, E, A]
    assert causes(slate)[H] == [(G, 0.3, "view")]
    later = asked(live, person_of(live, events=[(G, "view", 30 * MINUTE)]), k=3)
    assert said(later) == {H: 0.15, E: 0.075}


def test_recent_events_stand_beside_the_history() -> None:
    live = live_of()
    slate = asked(live, person_of(live, [ANN], [(G, "click", 0)]))
    assert said(slate) == {E: 1.2, B: 0.8, D: 0.8, H: 0.4, F: 0.2, G: 0.2}
    assert causes(slate)[E] == [(C, 0.6, "purchase"), (A, 0.4, "purchase")]
    assert causes(slate)[H] == [(G, 0.4, "click")]


def test_an_item_that_speaks_twice_is_told_once_as_of_late() -> None:
    """c speaks for e by 0.6 of the history; a look at it adds 0.3 · 3 / 4."""
    live = live_of()
    found = causes(asked(live, person_of(live, [ANN], [(C, "view", 0)])))
    assert found[E] == [(C, 0.825, "view"), (A, 0.4, "purchase")]


def test_who_knows_little_says_little() -> None:
    """b's strongest weight is 3 where 4 is usual: a click, 0.4, on b counts 0.3 for a."""
    live = live_of()
    assert said(asked(live, person_of(live, events=[(B, "click", 0)]))) == {A: 0.3}


def test_what_was_just_bought_leaves_and_its_complements_come() -> None:
    """e speaks for nothing of its own category, for g by 2 · 2 / 4, for a by half of that; e itself rests 14 days."""
    live = live_of()
    slate = asked(live, person_of(live, events=[(E, "purchase", 0)]))
    assert said(slate) == {G: 1.0, A: 0.5}
    assert E not in slate.items
    rested = asked(live, person_of(live, events=[(E, "purchase", 14 * DAY)]))
    assert E in rested.items


def test_a_purchase_counts_as_two_of_the_history() -> None:
    """What Ann bought before says 5 of e, which comes to 1. Two items like g would say 8 of h and 4 of e."""
    live = live_of()
    slate = asked(live, person_of(live, [ANN], [(G, "purchase", 0)]))
    assert said(slate) == {E: 1.8, H: 1.6, B: 0.8, D: 0.8, F: 0.2}
    wished = asked(live, person_of(live, [ANN], [(G, "wishlist", 0)]))
    assert said(wished) == {E: 1.4, B: 0.8, D: 0.8, H: 0.8, F: 0.2, G: 0.2}


def test_other_items_of_the_category_lose_interest_and_its_category_is_no_longer_new() -> None:
    """Ann buys f: e, of the same category, halves; f leaves. Under new categories toys alone are left."""
    live = live_of(satiation=0.5)
    ann = person_of(live, [ANN], [(F, "purchase", 0)])
    assert said(asked(live, ann)) == {B: 0.8, D: 0.8, E: 0.5, G: 0.2}
    assert asked(live, ann, "new-categories").items.tolist() == [G]
    assert F not in asked(live, ann, "explore").items


def test_what_lies_in_the_cart_leaves_and_its_complements_gain() -> None:
    live = live_of()
    slate = asked(live, person_of(live, events=[(E, "cart", 0)]))
    assert said(slate) == {G: 0.4, A: 0.2}
    assert E not in slate.items
    back = asked(live, person_of(live, events=[(E, "cart", 5), (E, "remove_from_cart", 0)]))
    assert E in back.items
    assert back.fallback


def test_what_was_turned_down_leaves_and_takes_from_its_neighbours() -> None:
    """Turning down g takes 0.5 from h, and 0.25 from e."""
    live = live_of()
    slate = asked(live, person_of(live, [ANN], [(G, "dismiss", 0)]))
    assert said(slate) == {B: 0.8, D: 0.8, E: 0.75, F: 0.2}
    assert G not in slate.items


def test_less_of_a_category_and_wishes_damp_and_lift() -> None:
    live = live_of()
    less = asked(live, person_of(live, [ANN], [(B, "less_of_category", 0)]))
    assert said(less) == {E: 1.0, D: 0.8, F: 0.2, G: 0.2, B: 0.16}
    wished = asked(live, person_of(live, [ANN], DRINKS=0.0, TOYS=3.0))
    assert said(wished) == {E: 1.0, D: 0.8, G: 0.6, F: 0.2}
    assert wished.items.tolist() == [E, D, G, F, C, H]
    assert causes(wished)[G] == [(A, 0.6, "purchase")]


def test_what_the_shop_takes_off_sale_is_gone_with_the_next_slate() -> None:
    live = live_of()
    ann = person_of(live, [ANN])
    live.catalogue.set_sellable(E, False)
    live.catalogue.set_stock(B, 0)
    assert said(asked(live, ann)) == {D: 1.0, F: 0.25, G: 0.25}
    live.catalogue.set_sellable(E, True)
    assert next(iter(said(asked(live, ann)))) == E


def test_without_repeats_what_was_bought_does_not_come_again() -> None:
    live = live_of(knobs={"repeats": False})
    assert asked(live, person_of(live, [ANN])).items.tolist() == [E, B, D, F, G, H]
    assert asked(live, person_of(live, events=[(C, "purchase", 30 * DAY)]), "category=FRUIT").items.tolist() == [D]


def test_limits_hold_in_what_speaks_and_in_what_fills_up() -> None:
    """One of each category: e, b, d, g, and h that has none; nothing else may join them."""
    live = live_of(knobs={"max_per_category": 1}, candidates=1)
    slate = asked(live, person_of(live, [ANN]))
    assert slate.items.tolist() == [E, B, D, G, H]
    assert slate.n_filled == 1


def test_an_item_rests_for_a_share_of_its_usual_time_or_for_the_days_of_the_option() -> None:
    """Ann bought a every 8 days, which is known of it and of drinks: it rests 2 days, b as well; e rests 14."""
    bought = [("ann", "a", day * 8 * DAY, "purchase") for day in range(22)]
    dataset = shop(bought, until=400 * DAY)
    live = live_of(dataset, rest=0.25)
    for item, days in ((A, 2), (B, 2), (E, 14)):
        for ago, is_shown in ((days * DAY - 1, False), (days * DAY, True)):
            assert (item in asked(live, person_of(live, events=[(item, "purchase", ago)])).items) == is_shown
    at_once = live_of(dataset, rest=0.0, rest_days=0.0)
    assert A in asked(at_once, person_of(at_once, events=[(A, "purchase", 0)])).items


def test_untrusted_purchases_say_less() -> None:
    """c is trusted by a quarter: d 1, e 2.75, f 0.25; b stays at 4."""
    dataset = shop()
    weight = np.where(dataset.events.item == C, 0.25, 1).astype(np.float32)
    live = live_of(replace(dataset, events=replace(dataset.events, weight=weight)))
    assert said(asked(live, person_of(live, [ANN]))) == {B: 1.0, E: 0.6875, D: 0.25, G: 0.25, F: 0.0625}


def test_only_so_many_items_of_a_history_speak() -> None:
    live = live_of(history=1)
    assert said(asked(live, person_of(live, [ANN]))) == {B: 1.0, E: 0.5, G: 0.25}
    assert C not in asked(live, person_of(live, [ANN]), "explore").items


def test_no_more_neighbours_are_kept_than_asked_for() -> None:
    live = live_of(neighbours=1)
    assert said(asked(live, person_of(live, [ANN]))) == {B: 1.0, D: 1.0}


def test_lists_made_beforehand_are_where_a_slate_begins() -> None:
    """Of two places the second is worth 1 − ln(6 / 5) / ln(7 / 5) = 0.4581. A look at g adds 0.3 to h."""
    rows = np.array([0, -1, -1], dtype=np.int32)
    items = np.array([[[H, G], [G, -1], [-1, -1]]], dtype=np.int32)
    live = live_of(standing=Standing(rows, items))
    slate = asked(live, person_of(live, [ANN]))
    assert slate.items.tolist()[:2] == [H, G]
    assert said(slate) == {H: 1.0, G: 0.4581, E: 0.4581, B: 0.3665, D: 0.3665, F: 0.0916}
    assert causes(slate)[G] == [(A, 0.4581, "purchase")]
    moved = asked(live, person_of(live, [ANN], [(E, "click", 0)]), k=3)
    assert said(moved) == {H: 1.0, G: 0.6581, F: 0.4}
    assert asked(live, person_of(live, [BOB]), k=2).items.tolist() == [F, G]


def test_the_explored_begin_with_their_own_list() -> None:
    rows = np.array([0, -1, -1], dtype=np.int32)
    items = np.array([[[H, G], [G, -1], [-1, -1]]], dtype=np.int32)
    live = live_of(standing=Standing(rows, items))
    assert asked(live, person_of(live, [ANN]), "explore", k=2).items.tolist() == [G, E]
    assert asked(live, person_of(live, [ANN]), "new-categories", k=2).items.tolist() == [E, F]
    assert asked(live, person_of(live, [ANN]), "category=TOYS").items.tolist() == [G]


def test_what_cannot_be_asked_is_refused() -> None:
    live = live_of()
    nobody = person_of(live)
    with pytest.raises(UsageError, match="k=0"):
        asked(live, nobody, k=0)
    with pytest.raises(UsageError, match='no category "CARS"'):
        asked(live, nobody, "category=CARS")
    bare = shop(catalog={"item_id": list("abcdefgh")})
    with pytest.raises(UsageError, match="no item has a category"):
        asked(live_of(bare), nobody, "new-categories")


def test_neighbours_and_lists_of_another_shop_are_refused() -> None:
    with pytest.raises(UsageError, match="neighbours of 7 items"):
        LiveSlates.of(shop(), Neighbours(np.zeros((7, 1), np.int32), np.zeros((7, 1), np.float32)))
    standing = Standing(np.array([-1, -1], np.int32), np.zeros((0, 3, 5), np.int32))
    with pytest.raises(UsageError, match="lists of 2 users"):
        LiveSlates.of(shop(), neighbours_of({}), standing=standing)


def test_a_shop_that_never_sold_anything_twice_still_answers(small_shop: Dataset) -> None:
    live = LiveSlates.of(small_shop, neighbours_of({}, small_shop.n_items))
    slate = asked(live, person_of(live, [3], [(5, "view", 0)]), k=10)
    assert len(slate.items) == 10
    assert slate.fallback
