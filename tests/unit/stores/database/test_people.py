"""Other ids of people, consents and corrected interests: the last word counts, and every worker learns of it."""

from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossaisle.stores.database.connection import Database
from crossaisle.stores.database.event_log import EventLog
from crossaisle.stores.database.people import People
from crossaisle.stores.database.schema import changes, identities

NOW = 1_772_357_400_000_000


def noted(database: Database) -> list[tuple[str, str, Any, int]]:
    return [(one.kind, one.subject, one.body, one.made_at) for one in EventLog(database).changes_since(0)]


def test_the_last_word_on_a_purpose_counts_and_both_are_noted(database: Database) -> None:
    people = People(database)
    people.consent("anna", {"email": True, "personal": False}, "checkout", NOW)
    people.consent("anna", {"email": False}, "account page", NOW + 1)
    people.consent("ben", {"email": True}, "till", NOW + 2)
    told = {"user_id": "anna", "is_granted": False}
    assert people.consents("anna") == [
        {**told, "purpose": "email", "source": "account page", "made_at": NOW + 1},
        {**told, "purpose": "personal", "source": "checkout", "made_at": NOW},
    ]
    assert [(row["user_id"], row["is_granted"]) for row in people.consents()] == [
        ("anna", False),
        ("anna", False),
        ("ben", True),
    ]
    assert people.consents("carla") == []
    assert noted(database) == [
        ("consent", "anna", {"email": True, "personal": False}, NOW),
        ("consent", "anna", {"email": False}, NOW + 1),
        ("consent", "ben", {"email": True}, NOW + 2),
    ]


def test_an_interest_is_corrected_again_and_one_takes_the_correction_back(database: Database) -> None:
    people = People(database)
    people.correct("anna", {"tea": 0.0, "茶具": 1.5}, NOW)
    people.correct("anna", {"tea": 2.0, "茶具": 1.0, "never corrected": 1.0}, NOW + 1)
    assert people.interests("anna") == [{"user_id": "anna", "category": "tea", "weight": 2.0, "made_at": NOW + 1}]
    assert people.interests() == people.interests("anna")
    assert noted(database) == [
        ("interests", "anna", {"tea": 0.0, "茶具": 1.5}, NOW),
        ("interests", "anna", {"tea": 2.0, "茶具": 1.0, "never corrected": 1.0}, NOW + 1),
    ]


def test_what_cannot_be_noted_is_not_kept_either(database: Database) -> None:
    weights: Any = {"tea": Decimal("0.5")}  # a number for the database, none for JSON
    with pytest.raises(TypeError):
        People(database).correct("anna", weights, NOW)
    assert People(database).interests() == []
    assert noted(database) == []


def test_an_id_joined_again_is_there_once_with_what_was_said_last(database: Database) -> None:
    people = People(database)
    people.join("anna", [("cookie-1", "cookie"), ("phone-1", "device")], NOW)
    people.join("anna", [("cookie-1", "device")], NOW + 1)
    assert people.identities("anna") == [
        {"user_id": "anna", "alias": "cookie-1", "kind": "device", "made_at": NOW + 1},
        {"user_id": "anna", "alias": "phone-1", "kind": "device", "made_at": NOW},
    ]
    assert noted(database) == [
        ("identity", "anna", {"alias": "cookie-1", "kind": "cookie"}, NOW),
        ("identity", "anna", {"alias": "phone-1", "kind": "device"}, NOW),
        ("identity", "anna", {"alias": "cookie-1", "kind": "device"}, NOW + 1),
    ]


def test_every_id_of_a_person_leads_to_all_of_them_the_customer_first(database: Database) -> None:
    people = People(database)
    people.join("anna", [("cookie-1", "cookie"), ("phone-1", "device")], NOW)
    people.join("ben", [("cookie-2", "cookie")], NOW)
    assert people.ids_of("anna") == ["anna", "cookie-1", "phone-1"]
    assert people.ids_of("phone-1") == ["anna", "phone-1", "cookie-1"]
    assert people.ids_of("cookie-2") == ["ben", "cookie-2"]
    assert people.ids_of("unknown") == ["unknown"]


def test_what_several_customers_share_leads_to_none_and_is_no_id_of_theirs(database: Database) -> None:
    people = People(database)
    people.join("anna", [("tablet", "device"), ("phone-1", "device")], NOW)
    people.join("ben", [("tablet", "device")], NOW)
    assert people.ids_of("tablet") == ["tablet"]
    assert people.ids_of("anna") == ["anna", "phone-1"]
    assert people.ids_of("ben") == ["ben"]


def test_an_earlier_account_brings_its_own_aliases_along(database: Database) -> None:
    people = People(database)
    people.join("earlier", [("cookie-1", "cookie")], NOW)
    people.join("anna", [("earlier", "loyalty card")], NOW)
    for given_id in ("anna", "earlier", "cookie-1"):
        assert people.ids_of(given_id)[0] == "anna"
        assert sorted(people.ids_of(given_id)) == ["anna", "cookie-1", "earlier"]


links = st.lists(st.tuples(*[st.sampled_from("abcdefgh")] * 2), max_size=12)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(links=links)
def test_a_person_is_whatever_hangs_together_by_links_that_are_nobody_elses(
    database: Database, links: list[tuple[str, str]]
) -> None:
    with database.writing() as connection:
        connection.execute(identities.delete())
        connection.execute(changes.delete())
    people = People(database)
    for customer, alias in links:
        people.join(customer, [(alias, "device")], NOW)
    owners = {alias: {one for one, other in links if other == alias} - {alias} for alias in "abcdefgh"}
    pairs = [{alias, *by} for alias, by in owners.items() if len(by) == 1]
    for one in "abcdefgh":
        person = {one}
        for _ in pairs:  # each may only now touch what another brought
            person |= set().union(*(pair for pair in pairs if pair & person))
        assert set(people.ids_of(one)) == person


def test_tables_of_people_are_read_in_the_order_of_their_ids(database: Database) -> None:
    people = People(database)
    for user_id in ("c", "a", "b"):
        people.consent(user_id, {"y": True, "x": True}, "", NOW)
    assert [(row["user_id"], row["purpose"]) for row in people.consents()] == [
        (user_id, purpose) for user_id in "abc" for purpose in "xy"
    ]
    with database.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(changes)).scalar_one() == 3
