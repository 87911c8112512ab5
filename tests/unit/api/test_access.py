"""Keys, scopes and how much may be asked, with a clock that the test turns."""

from dataclasses import dataclass

import pytest
from fastapi import Request
from hypothesis import given
from hypothesis import strategies as st

from crossaisle.api.access import MOST_CALLERS, Access, Buckets
from crossaisle.api.problems import RefusedError
from crossaisle.stores.database.keys import Key, hashed

KEY = Key("k1", ("events", "recommend"), "till", 0)


@dataclass
class Clock:
    """A clock that stands until it is turned."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now


def access(by_key: float = 1000, by_address: float = 1000) -> tuple[Access, Clock]:
    clock = Clock()
    known = {hashed("secret"): KEY}
    return Access(known.get, Buckets(by_key), Buckets(by_address), clock), clock


def request(header: str | None = None, address: str = "10.0.0.1") -> Request:
    headers = [] if header is None else [(b"authorization", header.encode("latin-1"))]
    return Request({"type": "http", "headers": headers, "client": (address, 1)})


def refusal(asked: Access, header: str | None = None, scope: str = "events", address: str = "10.0.0.1") -> RefusedError:
    with pytest.raises(RefusedError) as told:
        asked.check(request(header, address), scope)
    return told.value


def test_a_bucket_lets_a_burst_through_and_then_its_rate() -> None:
    """Two a second, so four at once; half a second later there is one more."""
    buckets = Buckets(2, burst=2)
    assert [buckets.take("a", 10) for _ in range(6)] == [0, 0, 0, 0, 0.5, 0.5]
    assert buckets.take("a", 10.25) == 0.25
    assert buckets.take("a", 10.5) == 0
    assert buckets.take("a", 10.5) == 0.5
    assert buckets.take("b", 10.5) == 0


def test_a_bucket_is_never_fuller_than_its_burst() -> None:
    buckets = Buckets(2, burst=2)
    buckets.take("a", 0)
    assert [buckets.take("a", 1e6) for _ in range(5)] == [0, 0, 0, 0, 0.5]


def test_who_asks_for_more_than_a_bucket_holds_waits_for_a_full_one_and_is_in_debt_after_it() -> None:
    """Four at most. Ten take it from 4 to −6, which two a second make good in 3.5 s to have one again."""
    buckets = Buckets(2, burst=2)
    assert buckets.take("a", 0, 10) == 0
    assert buckets.take("a", 0) == 3.5
    assert buckets.take("a", 3.5) == 0


def test_a_slow_rate_still_lets_one_through() -> None:
    buckets = Buckets(0.1)
    assert buckets.take("a", 0) == 0
    assert buckets.take("a", 0) == pytest.approx(10)


@given(
    rate=st.floats(0.1, 50),
    burst=st.floats(0.1, 5),
    pauses=st.lists(st.floats(0, 3), min_size=1, max_size=60),
)
def test_never_more_pass_than_a_burst_and_the_rate_allow(rate: float, burst: float, pauses: list[float]) -> None:
    """In T seconds at most burst + rate · T, whatever is waited; and who waits as long as told does pass."""
    buckets, now, passed = Buckets(rate, burst), 0.0, 0
    for pause in pauses:
        now += pause
        wait = buckets.take("a", now)
        passed += wait == 0
        assert passed <= max(1.0, rate * burst) + rate * now + 1e-6
    if wait:
        assert buckets.take("a", now + wait + 1e-6) == 0


def test_only_so_many_callers_are_remembered() -> None:
    """The one who asked longest ago is forgotten, and has a full bucket again."""
    buckets = Buckets(1, burst=1)
    assert buckets.take("first", 0) == 0
    for caller in range(MOST_CALLERS - 1):
        buckets.take(str(caller), 0)
    assert buckets.take("first", 0) == 1
    for caller in range(MOST_CALLERS):
        buckets.take(f"other {caller}", 0)
    assert buckets.take("first", 0) == 0


@pytest.mark.parametrize("header", ["Bearer secret", "bearer secret", "BEARER   secret "])
def test_a_valid_key_is_known(header: str) -> None:
    assert access()[0].check(request(header), "events") is KEY


@pytest.mark.parametrize(
    "header", ["", "secret", "Bearer", "Bearer ", "Basic secret", "Bearer Secret", "Bearer \xff\xfe", "Bearer secret,"]
)
def test_any_other_header_is_no_key(header: str) -> None:
    told = refusal(access()[0], header)
    assert (told.status, told.headers) == (401, {"WWW-Authenticate": "Bearer"})
    assert "secret" not in str(told).lower().replace("bearer key", "")


def test_no_header_is_told_from_a_wrong_one() -> None:
    asked, _ = access()
    assert refusal(asked).what == "no key was sent"
    assert refusal(asked, "Bearer wrong").what == "the key is not valid"


def test_a_key_opens_its_scopes_alone() -> None:
    told = refusal(access()[0], "Bearer secret", "manage")
    assert told.status == 403
    assert "crossaisle keys create --scopes manage" in told.remedy


def test_a_key_that_asks_too_much_is_told_when_to_ask_again() -> None:
    """One a second, two at once; then Retry-After is a whole second at least."""
    asked, clock = access(by_key=1)
    for _ in range(2):
        asked.check(request("Bearer secret"), "events")
    told = refusal(asked, "Bearer secret")
    assert (told.status, told.headers["Retry-After"]) == (429, "1")
    clock.now += 1
    assert asked.check(request("Bearer secret"), "events") is KEY


def test_requests_without_the_scope_count_too() -> None:
    asked, _ = access(by_key=1)
    assert [refusal(asked, "Bearer secret", "manage").status for _ in range(3)] == [403, 403, 429]


def test_wrong_keys_are_counted_by_address_and_take_nothing_from_a_valid_one() -> None:
    asked, _ = access(by_address=1)
    statuses = [refusal(asked, f"Bearer {one}").status for one in range(3)]
    assert statuses == [401, 401, 429]
    assert refusal(asked, "Bearer wrong", address="10.0.0.2").status == 401
    assert asked.check(request("Bearer secret"), "events") is KEY


def test_new_keys_are_looked_for_a_few_times_a_second() -> None:
    """As often as an address may send wrong ones: a burst of 20, then ten a second."""
    asked, clock = access(by_address=10)
    unknown = request("Bearer just made")
    assert sum(asked.may_be_new(unknown) for _ in range(100)) == 20
    clock.now += 0.5
    assert sum(asked.may_be_new(unknown) for _ in range(100)) == 5


@pytest.mark.parametrize("header", [None, "", "Bearer", "Basic secret", "Bearer secret"])
def test_for_no_key_and_a_known_one_nothing_is_looked_for(header: str | None) -> None:
    assert not access()[0].may_be_new(request(header))
