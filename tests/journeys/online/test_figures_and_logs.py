"""What the service tells of itself: figures that add up, and a log that knows nobody by name."""

import re

from prometheus_client.parser import text_string_to_metric_families

from ..service import Service
from .asking import address, event, everywhere, problem, put, send, slate, somebody, soon


def figures(service: Service) -> dict[tuple[str, ...], float]:
    """Name and labels → figure, as any of the workers tells them."""
    text = service.client(None).get("/metrics").text
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_figures_of_all_workers_add_up(service: Service) -> None:
    """Three slates, one batch of two good events and a bad one, and one wrong slate at each of two workers."""
    who, route = somebody(), "/v1/users/{user_id}/recommendations"
    clients = service.workers(2).values()
    before = figures(service)
    for client in clients:
        for _ in range(3):
            slate(client, who)
        send(client, event(who), event(who, "i001"), "no event")
        assert client.get(address(who, "recommendations"), params={"k": "none"}).status_code == 422
    after = figures(service)

    def more(*key: str) -> float:
        return after.get(key, 0.0) - before.get(key, 0.0)

    assert more("crossaisle_requests_total", route, "200") == 6
    assert more("crossaisle_requests_total", route, "422") == 2
    assert more("crossaisle_request_seconds_count", route) == 8
    assert more("crossaisle_request_seconds_bucket", "+Inf", route) == 8
    assert more("crossaisle_events_total", "accepted") == 4
    assert more("crossaisle_events_total", "rejected") == 2
    assert more("crossaisle_slates_total", "true") + more("crossaisle_slates_total", "false") == 6
    assert after["crossaisle_model_version",] == 1
    assert not any(who in label for key in after for label in key)


def test_a_request_is_found_in_the_log_by_its_id_and_its_person_by_a_pseudonym_alone(service: Service) -> None:
    client, who = service.client(), somebody()
    first = client.get(address(who, "recommendations"))
    line = service.line_of(first)
    assert (line["method"], line["route"], line["status"]) == ("GET", "/v1/users/{user_id}/recommendations", 200)
    assert line["ms"] > 0
    assert line["recommendation"] == first.json()["recommendation_id"]
    assert re.fullmatch("[0-9a-f]{24}", line["user"])
    for method, path, body in (
        ("PUT", address(who), {"identities": []}),
        ("PUT", address(who, "consent"), {"training": False}),
        ("GET", address(who, "interests"), None),
        ("GET", address(who, "data"), None),
    ):
        answer = client.request(method, path, json=body)
        assert answer.status_code == 200
        assert service.line_of(answer)["user"] == line["user"]
    other = service.line_of(client.get(address(somebody(), "recommendations")))
    assert other["user"] != line["user"]


def test_neither_ids_nor_keys_nor_bodies_reach_the_log_whatever_goes_wrong(service: Service) -> None:
    client, who, alias = service.client(), somebody(), somebody("alias")
    key = service.new_key("recommend")
    send(client, event(who, order_id="order-of-somebody", query="words-of-somebody"))
    send(client, {**event(who), "price": "secret-price"})
    client.post("/v1/events", content=f'{{"events": [{{"user_id": "{who}'.encode())
    put(client, address(who), {"identities": [{"alias": alias}], "columns": {"town": "town-of-somebody"}})
    problem(client.put(address(who, "consent"), json={who: True}), 422)
    problem(client.get(f"/v1/{who}"), 404)
    problem(client.get(address(who, "recommendations"), params={"focus": who}), 422)
    service.client(key).get(address(alias, "recommendations"))
    wrong = service.client(f"cak_{who}").get(address(who, "recommendations"))
    assert wrong.status_code in (401, 429)
    service.line_of(wrong)
    everywhere(service, lambda one: not slate(one, alias)["fallback"])
    told = service.said()
    for text in (who, alias, key, service.key, "of-somebody", "secret-price", "category=", "Bearer"):
        assert text not in told
    assert service.key_id in told


def test_what_was_shown_is_kept_for_learning(service: Service) -> None:
    client, who = service.client(), somebody()
    found = slate(client, who, k=3)
    soon(lambda: bool(client.get(address(who, "data")).json()["slates"]))
    (kept,) = client.get(address(who, "data")).json()["slates"]
    assert kept["recommendation_id"] == found["recommendation_id"]
    assert kept["item_ids"] == [one["item_id"] for one in found["items"]]
