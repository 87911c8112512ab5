"""A check for Schemathesis: of the events of a request each is taken, or told with its place and reason."""

from typing import Any

import schemathesis
from schemathesis import Case, CheckContext, Response


@schemathesis.check
def every_event_is_taken_or_told(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """See above."""
    if case.path != "/v1/events" or case.method != "POST" or response.status_code != 200:
        return
    told: Any = response.json()
    body: Any = case.body
    sent = body["events"]
    assert told["accepted"] + len(told["rejected"]) == len(sent), "events were neither taken nor told"
    places = [one["index"] for one in told["rejected"]]
    assert places == sorted(set(places)), "an event was told twice"
    assert all(0 <= place < len(sent) for place in places), "an event was told that was not sent"
    assert all(one["reason"] for one in told["rejected"]), "an event was refused without a reason"
