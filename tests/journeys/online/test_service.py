"""The service at work: every event, wish and change acts on the next slate, whichever worker answers."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ..service import Service
from .asking import address, event, everywhere, is_alike, items_of, problem, put, send, slate, somebody, soon


def test_an_event_changes_the_next_slate_at_once(service: Service) -> None:
    client, who = service.client(), somebody()
    before = slate(client, who)
    assert before["fallback"]
    send(client, event(who, "i005"))
    after = slate(client, who)
    assert not after["fallback"]
    assert items_of(after) != items_of(before)
    send(client, event(who, "i005", "cart"))
    assert "i005" not in items_of(slate(client, who))


def test_an_event_acts_within_a_second_whichever_worker_answers(service: Service) -> None:
    """The quickest of three tells how it is built: a machine that is busy may be late with one."""
    taker, other = service.workers(2).values()
    took = []
    for number in range(3):
        who = somebody()
        send(taker, event(who, f"i{number:03}"), event(who, query="thing 7", event_type="search"))
        took.append(soon(lambda who=who: not slate(other, who)["fallback"]))  # type: ignore[misc]
    assert min(took) < 1


def test_an_event_counts_once_with_the_worker_that_took_it_and_then_reads_it_in_the_log(service: Service) -> None:
    """Customers with a history: what they did lately would weigh more against it, were it told twice."""
    taker, other = service.workers(2).values()
    for who in ("u041", "u042", "u043"):
        before = slate(taker, who)
        send(taker, event(who, "i005"), event(who, "i014", "wishlist"))
        at_once, last = slate(taker, who), somebody()
        assert not is_alike(at_once, before)
        after = somebody()
        send(other, event(last))
        send(taker, event(after))
        for one_more in (last, after):  # each worker has then read in the log what the other took
            everywhere(service, lambda one, who=one_more: not slate(one, who)["fallback"])  # type: ignore[misc]
        assert is_alike(slate(taker, who), at_once)
        assert is_alike(slate(other, who), at_once)


def test_a_slate_has_what_a_program_needs(service: Service) -> None:
    found = slate(service.client(), "u003", k=5)
    assert len(found["items"]) == 5
    assert [one["rank"] for one in found["items"]] == [1, 2, 3, 4, 5]
    scores = [one["score"] for one in found["items"]]
    assert scores == sorted(scores, reverse=True)
    assert (found["model_version"], found["fallback"]) == (1, False)
    assert found["took_ms"] > 0
    assert found["items"][0]["reasons"][0]["text"]
    other = slate(service.client(), "u003", k=5)
    assert other["recommendation_id"] != found["recommendation_id"]
    assert items_of(other) == items_of(found)


def test_reasons_are_told_in_the_language_that_is_asked_for(service: Service) -> None:
    english, chinese = (slate(service.client(), "u003", k=1, language=one) for one in ("en", "zh"))
    assert english["items"][0]["reasons"][0]["kind"] == chinese["items"][0]["reasons"][0]["kind"]
    assert english["items"][0]["reasons"][0]["text"] != chinese["items"][0]["reasons"][0]["text"]


def test_a_focus_leads_to_new_items_new_categories_or_one_category(service: Service) -> None:
    client, who = service.client(), somebody()
    send(client, event(who, "i000", "purchase"))
    assert "i000" not in items_of(slate(client, who, "explore"))
    assert not {f"i{one:03}" for one in range(0, 40, 8)} & set(items_of(slate(client, who, "new-categories")))
    assert set(items_of(slate(client, who, "category=category 3"))) == {f"i{one:03}" for one in range(3, 40, 8)}


def test_a_visitor_is_answered_from_the_history_that_comes_along_and_nothing_of_it_is_kept(service: Service) -> None:
    client, who = service.client(), somebody()
    body = {"history": [{"item_id": "i005"}, {"event_type": "search", "query": "thing 7"}], "k": 40, "focus": "all"}
    found = client.post("/v1/recommendations", json=body).json()
    send(client, event(who, "i005"), event(who, query="thing 7", event_type="search"))
    assert not found["fallback"]
    assert set(items_of(found)) == set(items_of(slate(client, who)))
    nothing = client.post("/v1/recommendations", json={"k": 40, "focus": "all"}).json()
    assert nothing["fallback"]
    assert items_of(nothing) == items_of(slate(client, somebody()))
    assert service.in_log("visitor", "") == []


def test_what_a_visitor_did_is_the_customers_from_the_log_in_on(service: Service) -> None:
    client, cookie, customer = service.client(), somebody("cookie"), somebody("customer")
    send(client, event(cookie, "i005"), event(customer, "i014"))
    alone = slate(client, customer)
    told = put(client, address(customer), {"identities": [{"alias": cookie, "kind": "cookie"}]})
    assert told == {"noted": True}
    joined = slate(client, customer)
    assert not is_alike(joined, alone)
    assert is_alike(slate(client, cookie), joined)
    everywhere(service, lambda one: is_alike(slate(one, cookie), joined) and is_alike(slate(one, customer), joined))


def test_a_device_of_several_customers_joins_nobody(service: Service) -> None:
    client, till = service.client(), somebody("till")
    send(client, event(till, "i005"))
    for customer in (somebody(), somebody()):
        put(client, address(customer), {"identities": [{"alias": till}]})
    assert slate(client, customer)["fallback"]
    everywhere(service, lambda one: slate(one, customer)["fallback"] and not slate(one, till)["fallback"])


def test_an_item_that_is_no_longer_sold_goes_at_once_and_comes_back(service: Service) -> None:
    client, who = service.client(), somebody()
    assert "i020" in items_of(slate(client, who))
    put(client, "/v1/items/i020", {"is_sellable": False})
    assert "i020" not in items_of(slate(client, who))
    everywhere(service, lambda one: "i020" not in items_of(slate(one, who)))
    put(client, "/v1/items/i020", {"is_sellable": True, "title": "Thing 20 again"})
    assert "i020" in items_of(slate(client, who))
    everywhere(service, lambda one: "i020" in items_of(slate(one, who)))


def test_an_item_that_no_store_has_goes_at_once_and_one_store_is_enough_to_keep_it(service: Service) -> None:
    """Item 1 is in the north alone, item 2 in both stores; of item 30 nothing was known."""
    client, who = service.client(), somebody()

    def shown(one: Any) -> set[str]:
        return {"i001", "i002", "i030"} & set(items_of(slate(one, who)))

    assert shown(client) == {"i001", "i002", "i030"}
    for item_id in ("i001", "i002", "i030"):
        put(client, f"/v1/items/{item_id}", {"stock": {"north": 0}})
    assert shown(client) == {"i002"}
    everywhere(service, lambda one: shown(one) == {"i002"})
    put(client, "/v1/items/i002", {"stock": {"south": 0}})
    put(client, "/v1/items/i030", {"stock": {"west": 2}})
    assert shown(client) == {"i030"}
    everywhere(service, lambda one: shown(one) == {"i030"})
    for item_id, store in (("i001", "north"), ("i002", "south")):
        put(client, f"/v1/items/{item_id}", {"stock": {store: 4}})
    everywhere(service, lambda one: shown(one) == {"i001", "i002", "i030"})


def test_who_refuses_personal_slates_gets_those_of_everybody_and_may_change_their_mind(service: Service) -> None:
    client, who = service.client(), somebody()
    send(client, event(who, "i005"))
    told = put(client, address(who, "consent"), {"personalisation": False, "source": "account page"})
    assert told["consent"]["personalisation"]["granted"] is False
    assert told["consent"]["personalisation"]["source"] == "account page"
    assert (told["consent"]["training"]["granted"], told["consent"]["training"]["source"]) == (True, "settings")
    assert slate(client, who)["fallback"]
    assert items_of(slate(client, who)) == items_of(slate(client, somebody()))
    everywhere(service, lambda one: slate(one, who)["fallback"])
    assert client.get(address(who, "consent")).json() == told
    put(client, address(who, "consent"), {"personalisation": True})
    assert not slate(client, who)["fallback"]
    everywhere(service, lambda one: not slate(one, who)["fallback"])


@pytest.mark.parametrize("joins_first", [True, False])
def test_a_refusal_under_a_cookie_holds_for_the_customer(service: Service, joins_first: bool) -> None:
    client, cookie, customer = service.client(), somebody("cookie"), somebody("customer")
    send(client, event(customer, "i005"))
    join = {"identities": [{"alias": cookie}]}
    if joins_first:
        put(client, address(customer), join)
    put(client, address(cookie, "consent"), {"personalisation": False})
    if not joins_first:
        put(client, address(customer), join)
    everywhere(service, lambda one: slate(one, customer)["fallback"] and slate(one, cookie)["fallback"])
    put(client, address(cookie, "consent"), {"personalisation": True})
    everywhere(service, lambda one: not slate(one, customer)["fallback"])


def test_corrected_interests_act_and_are_told(service: Service) -> None:
    client, who = service.client(), somebody()
    send(client, event(who, "i003"), event(who, "i004"))
    held = client.get(address(who, "interests")).json()["interests"]
    assert {one["category"] for one in held} == {"category 3", "category 4"}
    told = put(client, address(who, "interests"), {"categories": {"category 3": 0, "category 6": 5}})["interests"]
    assert {one["category"]: one["corrected"] for one in told} == {
        "category 4": None,
        "category 3": 0.0,
        "category 6": 5.0,
    }
    unwanted = {f"i{one:03}" for one in range(3, 40, 8)}
    everywhere(service, lambda one: not unwanted & set(items_of(slate(one, who))))
    put(client, address(who, "interests"), {"categories": {"category 3": 1}})
    everywhere(service, lambda one: bool(unwanted & set(items_of(slate(one, who)))))


@pytest.mark.parametrize("body", [{}, {"categories": {}}, {"categories": {"a\0b": 1}}, {"categories": {"a": 6}}])
def test_interests_that_are_none_are_refused(service: Service, body: Any) -> None:
    problem(service.client().put(address(somebody(), "interests"), json=body), 422)


def test_what_goes_with_an_item_or_a_basket_is_told(service: Service) -> None:
    client = service.client()
    similar = client.get("/v1/items/i003/similar?k=3").json()
    assert {item_id[-2:] for item_id in items_of(similar)} <= {"11", "19", "27", "35"}
    complements = client.get("/v1/items/i003/complements").json()
    assert 0 < len(complements["items"]) <= 10
    assert all(int(item_id[1:]) % 8 != 3 for item_id in items_of(complements))
    basket = client.post("/v1/baskets/complete", json={"item_ids": ["i003", "i003", "unknown"], "k": 4}).json()
    assert 0 < len(basket["items"]) <= 4
    assert "i003" not in items_of(basket)
    for path in ("similar", "complements"):
        problem(client.get(f"/v1/items/no%20such%2Fthing/{path}"), 404)
        problem(client.get(f"/v1/items/i003/{path}?k=0"), 422)
    problem(client.post("/v1/baskets/complete", json={"item_ids": []}), 422)


def test_many_at_once_are_all_answered_and_nothing_is_lost(service: Service) -> None:
    """Events, slates, stock, interests and somebody's data, by sixteen callers at once."""
    who = somebody()

    def ask(number: int) -> list[int]:
        client = service.client()
        answers = [
            client.post("/v1/events", json={"events": [event(who, f"i{number:03}", event_id=f"{who} {number}")]}),
            client.get(address(who, "recommendations")),
            client.put(f"/v1/items/i{number:03}", json={"stock": {"north": 5}, "price": 2.5}),
            client.put(address(who, "interests"), json={"categories": {f"category {number % 8}": 2}}),
            client.get(address(who, "data")),
            client.get("/health/ready"),
        ]
        return [one.status_code for one in answers]

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(ask, range(16))) == [[200] * 6] * 16
    assert {row["item_id"] for row in service.in_log(who)} == {f"i{number:03}" for number in range(16)}
