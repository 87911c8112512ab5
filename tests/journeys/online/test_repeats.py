"""What is sent again is harmless: by Idempotency-Key and by event id."""

from uuid import uuid4

import pytest

from ..service import Service
from .asking import event, problem, send, slate, somebody


def test_a_request_sent_again_is_answered_as_the_first_time_and_writes_nothing(service: Service) -> None:
    """By whichever worker; with equal events in it, and with bad ones."""
    who, key = somebody(), str(uuid4())
    body = {"events": [event(who), event(who), {"user_id": who}]}
    answers = [
        client.post("/v1/events", json=body, headers={"Idempotency-Key": key})
        for client in service.workers(2).values()
        for _ in range(2)
    ]
    assert [one.status_code for one in answers] == [200] * 4
    assert len({one.text for one in answers}) == 1
    assert (answers[0].json()["accepted"], answers[0].json()["rejected"][0]["index"]) == (2, 2)
    assert len(service.in_log(who)) == 2


def test_a_key_that_came_with_another_body_is_a_conflict_and_writes_nothing(service: Service) -> None:
    first, second, key = somebody(), somebody(), str(uuid4())
    headers = {"Idempotency-Key": key}
    client = service.client()
    assert client.post("/v1/events", json={"events": [event(first)]}, headers=headers).status_code == 200
    told = problem(client.post("/v1/events", json={"events": [event(second)]}, headers=headers), 409)
    assert "new key" in told["remedy"]
    assert service.in_log(second) == []
    assert slate(client, second)["fallback"]


def test_the_same_idempotency_key_of_another_api_key_is_another(service: Service) -> None:
    who, headers = somebody(), {"Idempotency-Key": str(uuid4())}
    for number, client in enumerate((service.client(), service.client(service.new_key("events")))):
        send(client, event(who, f"i{number:03}"), **headers)
    assert len(service.in_log(who)) == 2


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_that_is_none_is_refused(service: Service, key: str) -> None:
    body = {"events": [event(somebody())]}
    problem(service.client().post("/v1/events", json=body, headers={"Idempotency-Key": key}), 422)


def test_an_event_id_sent_again_is_the_same_event(service: Service) -> None:
    """In the same request, in another, at another worker, and whatever else it says."""
    who = somebody()
    one = event(who, event_id=f"{who} e1")
    for client in service.workers(2).values():
        assert send(client, one, one)["accepted"] == 2
        assert send(client, {**one, "item_id": "i001"})["accepted"] == 1
    assert [row["item_id"] for row in service.in_log(who)] == ["i000"]


def test_an_event_without_an_id_sent_again_is_the_same_event(service: Service) -> None:
    who = somebody()
    one, other = event(who, price=1.5), event(who, price=2.5)
    for client in service.workers(2).values():
        send(client, one, other)
        send(client, one)
    assert sorted(row["price"] for row in service.in_log(who)) == [1.5, 2.5]
