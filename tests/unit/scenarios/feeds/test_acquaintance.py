"""What is known of people: joined ids, wishes, consents, and forgetting them."""

from hypothesis import given
from hypothesis import strategies as st

from crossaisle.scenarios.feeds.acquaintance import Acquaintance

from .shops import notice


def joined(*pairs: tuple[str, str]) -> Acquaintance:
    made = Acquaintance()
    for user_id, alias in pairs:
        made.join(user_id, alias)
    return made


def test_an_id_that_one_customer_acted_as_is_that_customers() -> None:
    known = joined(("ann", "cookie"), ("ann", "phone"))
    assert [known.customer(one) for one in ("ann", "cookie", "phone", "bob")] == ["ann", "ann", "ann", "bob"]
    assert known.ids("ann") == ["ann", "cookie", "phone"]
    assert known.ids("bob") == ["bob"]


def test_an_id_of_several_customers_is_nobodys() -> None:
    known = joined(("ann", "till"), ("bob", "till"), ("bob", "phone"))
    assert known.customer("till") == "till"
    assert (known.ids("ann"), known.ids("bob")) == (["ann"], ["bob", "phone"])


def test_joining_again_or_with_oneself_changes_nothing() -> None:
    known = joined(("ann", "cookie"), ("ann", "cookie"), ("ann", "ann"))
    assert known.ids("ann") == ["ann", "cookie"]
    assert known.customer("ann") == "ann"


def test_a_wish_replaces_the_one_before_and_one_takes_it_back() -> None:
    known = Acquaintance()
    known.wish("ann", {"TOYS": 0, "FRUIT": 2})
    known.wish("ann", {"TOYS": 3, "CARE": 1})
    assert known.interests["ann"] == {"TOYS": 3, "FRUIT": 2}
    known.wish("ann", {"TOYS": 1})
    assert known.interests["ann"] == {"FRUIT": 2}


def test_what_was_not_said_is_what_the_settings_say() -> None:
    known = Acquaintance()
    known.consent("ann", {"personalisation": False})
    assert not known.allows("ann", "personalisation", True)
    assert known.allows("ann", "training", True)
    assert not known.allows("ann", "marketing", False)
    known.consent("ann", {"personalisation": True})
    assert known.allows("ann", "personalisation", False)


def test_what_was_refused_under_a_cookie_holds_once_it_is_a_customers_until_the_customer_says_more() -> None:
    known = Acquaintance()
    known.consent("cookie", {"personalisation": False})
    known.join("ann", "cookie")
    assert not known.allows("ann", "personalisation", True)
    known.consent("ann", {"personalisation": True})
    assert known.allows("ann", "personalisation", True)


def test_of_several_cookies_one_refusal_is_enough() -> None:
    known = joined(("ann", "laptop"), ("ann", "phone"))
    known.consent("laptop", {"personalisation": True})
    assert known.allows("ann", "personalisation", False)
    known.consent("phone", {"personalisation": False})
    assert not known.allows("ann", "personalisation", True)


def test_a_shared_devices_refusal_is_nobodys_elses() -> None:
    known = joined(("ann", "till"), ("bob", "till"))
    known.consent("till", {"personalisation": False})
    assert known.allows("ann", "personalisation", True)
    assert not known.allows("till", "personalisation", True)


def test_who_is_forgotten_leaves_nothing_and_others_keep_what_is_theirs() -> None:
    known = joined(("ann", "cookie"), ("ann", "till"), ("bob", "till"))
    known.wish("ann", {"TOYS": 0})
    known.consent("ann", {"training": False})
    known.forget(notice("ann"))
    assert "ann" not in known.aliases
    assert "ann" not in known.interests
    assert known.allows("ann", "training", True)
    assert known.customer("cookie") == "cookie"
    assert known.ids("bob") == ["bob", "till"]
    assert known.customer("till") == "bob"


def test_a_forgotten_alias_is_no_longer_the_customers() -> None:
    known = joined(("ann", "cookie"), ("ann", "phone"))
    known.forget(notice("cookie"))
    assert known.ids("ann") == ["ann", "phone"]
    assert known.customer("cookie") == "cookie"


names = st.sampled_from(["a", "b", "c", "d", "e"])
steps = st.lists(st.tuples(st.booleans(), names, names), max_size=25)


@given(steps)
def test_whatever_is_joined_and_forgotten_an_id_belongs_to_one_customer(
    taken: list[tuple[bool, str, str]],
) -> None:
    """Each id that is a customer's alone leads to that customer, and what was forgotten last is nobody's."""
    known = Acquaintance()
    for forgets, user_id, alias in taken:
        if forgets:
            known.forget(notice(user_id))
            assert known.ids(user_id) == [user_id]
            assert known.customer(user_id) == user_id
        else:
            known.join(user_id, alias)
        for one in "abcde":
            for other in known.ids(one)[1:]:
                assert known.customer(other) == one
            assert known.allows(one, "training", True)
