"""The rights of people over HTTP: to see everything that is kept of them, and to be forgotten everywhere."""

import pytest

from ..service import Service
from .asking import address, event, everywhere, problem, put, send, slate, somebody, soon


def test_somebody_is_told_everything_that_is_kept_of_them(service: Service) -> None:
    client, who, cookie = service.client(), somebody("customer"), somebody("cookie")
    send(client, event(who, "i003", event_id=f"{who} 1"), event(cookie, "i004", event_id=f"{who} 2"))
    put(client, address(who), {"identities": [{"alias": cookie, "kind": "cookie"}]})
    put(client, address(who, "consent"), {"marketing": True})
    put(client, address(who, "interests"), {"categories": {"category 3": 2}})
    slate(client, cookie)
    soon(lambda: bool(client.get(address(who, "data")).json()["slates"]))
    found = client.get(address(cookie, "data")).json()
    assert set(found["user_ids"]) == {who, cookie}
    assert {one["event_id"] for one in found["events"]} == {f"{who} 1", f"{who} 2"}
    assert [one["alias"] for one in found["identities"]] == [cookie]
    assert found["consent"]["marketing"]["granted"] is True
    assert [one["category"] for one in found["interests"] if one["corrected"]] == ["category 3"]


def test_of_somebody_of_whom_nothing_is_known_there_is_nothing_to_tell(service: Service) -> None:
    found = service.client().get(address(somebody(), "data")).json()
    assert (found["events"], found["slates"], found["interests"], found["identities"]) == ([], [], [], [])


@pytest.mark.parametrize("by_alias", [False, True])
def test_who_is_forgotten_is_a_stranger_to_every_worker_and_store(service: Service, by_alias: bool) -> None:
    client, who, cookie = service.client(), somebody("customer"), somebody("cookie")
    send(client, event(who, "i003"), event(cookie, "i004"), event(who, "i005", "purchase"))
    put(client, address(who), {"identities": [{"alias": cookie}]})
    put(client, address(who, "interests"), {"categories": {"category 3": 2}})
    slate(client, who)
    everywhere(service, lambda one: not slate(one, who)["fallback"])
    answer = client.delete(address(cookie if by_alias else who))
    assert answer.status_code == 200, answer.text
    receipt = answer.json()
    assert len(receipt["hashes"]) == 2
    assert not any(part["left"] for part in receipt["parts"])
    assert who not in answer.text
    assert service.in_log(who, cookie) == []
    everywhere(service, lambda one: slate(one, who)["fallback"] and slate(one, cookie)["fallback"])
    assert client.get(address(who, "data")).json()["events"] == []


def test_a_new_beginning_is_possible_after_being_forgotten(service: Service) -> None:
    client, who = service.client(), somebody()
    send(client, event(who, "i003"))
    assert client.delete(address(who)).status_code == 200
    send(client, event(who, "i005"))
    assert not slate(client, who)["fallback"]
    assert [row["item_id"] for row in service.in_log(who)] == ["i005"]


def test_an_id_that_can_be_nobodys_is_refused(service: Service) -> None:
    problem(service.client().delete("/v1/users/%00"), 422)
    problem(service.client().get("/v1/users/%ff/data"), 400)
