"""Who may ask what: keys with scopes, and how much a key may ask in a second."""

import math
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fastapi import Request

from crossaisle.api.problems import RefusedError
from crossaisle.stores.database.keys import Key, hashed

MOST_CALLERS = 10_000
"""Buckets that are kept: those of the callers who asked last."""


class Buckets:
    """Token buckets: `rate` requests a second for each caller, and as many at once as come in `burst` seconds."""

    def __init__(self, rate: float, burst: float = 2.0) -> None:
        self._rate, self._most = rate, max(1.0, rate * burst)
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str, now: float, n: float = 1.0) -> float:
        """Seconds to wait, 0 if the request may pass. now: seconds of a clock that never goes back."""
        left, since = self._left.get(caller, (self._most, now))
        left = min(self._most, left + (now - since) * self._rate)
        passes = left >= min(n, self._most)
        self._left[caller] = (left - n if passes else left, now)
        self._left.move_to_end(caller)
        if len(self._left) > MOST_CALLERS:
            self._left.popitem(last=False)
        return 0.0 if passes else (min(n, self._most) - left) / self._rate


@dataclass(frozen=True)
class Access:
    """Checks requests.

    Args:
        find: hash of a key → the key, None where there is no valid one.
        by_key, by_address: how much a key, and an address without a valid key, may ask.
        clock: seconds, never going back.
    """

    find: Callable[[str], Key | None]
    by_key: Buckets
    by_address: Buckets
    clock: Callable[[], float]

    def may_be_new(self, request: Request) -> bool:
        """Whether a request's key may have been made just now, and it is time to look: a few times a second at most."""
        is_unknown = self.known(request) is None and bool(_token(request))
        return is_unknown and not self.by_address.take("new keys", self.clock())

    def check(self, request: Request, scope: str) -> Key:
        """The key of a request that may pass.

        Raises:
            RefusedError: no or no valid key (401), a key without the scope (403), or too many requests (429).
        """
        return self.admit(self.known(request), request, scope)

    def admit(self, key: Key | None, request: Request, scope: str) -> Key:
        """As `check`, for a key that was looked for before."""
        if key is None:
            self._count(self.by_address, request.client.host if request.client else "")
            said = "the key is not valid" if "authorization" in request.headers else "no key was sent"
            remedy = "Send one as Authorization: Bearer KEY; make one with: crossaisle keys create."
            raise RefusedError(401, said, remedy, {"WWW-Authenticate": "Bearer"})
        self._count(self.by_key, key.key_id)
        if scope not in key.scopes:
            remedy = f"Use a key with the scope {scope}: crossaisle keys create --scopes {scope}."
            raise RefusedError(403, f"the key has no scope {scope}", remedy)
        return key

    def known(self, request: Request) -> Key | None:
        """The valid key that a request was sent with."""
        token = _token(request)
        return self.find(hashed(token)) if token else None

    def _count(self, buckets: Buckets, caller: str) -> None:
        wait = buckets.take(caller, self.clock())
        if wait:
            headers: Mapping[str, str] = {"Retry-After": str(max(1, math.ceil(wait)))}
            raise RefusedError(429, "too many requests", "Ask again later, or raise serving.rate_limit.", headers)


def _token(request: Request) -> str:
    """The key that a request was sent with, empty for none."""
    for name, value in request.scope["headers"]:
        if name == b"authorization":
            scheme, _, token = value.decode("latin-1").partition(" ")
            return token.strip() if scheme.lower() == "bearer" else ""
    return ""
