"""Figures of one worker, and of several that share a folder."""

import os
import subprocess
import sys
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from crossaisle.api.metrics import SHARED, Metrics

PROGRAM = """
from crossaisle.api.metrics import Metrics
one = Metrics()
one.answered("/v1/events", 200, 0.03)
one.answered("/v1/events", 200, 0.3)
one.answered("/v1/events", 422, 0.001)
one.events.labels("accepted").inc(5)
one.version.set(3)
print(one.text().decode())
"""


def figures(text: str) -> dict[tuple[str, ...], float]:
    """Name and values of labels, in the order of their names → figure."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_answers_are_counted_by_route_and_status_and_timed_by_route() -> None:
    one = Metrics()
    for status, seconds in ((200, 0.0004), (200, 0.003), (500, 2.0)):
        one.answered("/v1/events", status, seconds)
    found = figures(one.text().decode())
    assert found["crossaisle_requests_total", "/v1/events", "200"] == 2
    assert found["crossaisle_requests_total", "/v1/events", "500"] == 1
    assert found["crossaisle_request_seconds_count", "/v1/events"] == 3
    assert found["crossaisle_request_seconds_bucket", "0.0005", "/v1/events"] == 1
    assert found["crossaisle_request_seconds_bucket", "0.005", "/v1/events"] == 2
    assert found["crossaisle_request_seconds_sum", "/v1/events"] == 2.0034


def test_names_are_those_of_the_figures_that_are_told() -> None:
    one = Metrics()
    one.answered("none", 404, 0.1)
    families = {family.name for family in text_string_to_metric_families(one.text().decode())}
    assert {name for name in families if not name.endswith("_created")} == set(one.names())
    assert all(name.startswith("crossaisle_") for name in families)


def test_several_workers_add_up_and_of_a_state_the_latest_counts(tmp_path: Path) -> None:
    """Two workers, one after the other, each with three answers and five events; the version is 3 in both."""
    environment = {**os.environ, SHARED: str(tmp_path)}
    command = [sys.executable, "-c", PROGRAM]
    texts = [subprocess.run(command, env=environment, capture_output=True, text=True, check=True) for _ in range(2)]
    found = figures(texts[1].stdout)
    assert found["crossaisle_requests_total", "/v1/events", "200"] == 4
    assert found["crossaisle_requests_total", "/v1/events", "422"] == 2
    assert found["crossaisle_events_total", "accepted"] == 10
    assert found["crossaisle_request_seconds_bucket", "0.05", "/v1/events"] == 4
    assert found["crossaisle_request_seconds_bucket", "+Inf", "/v1/events"] == 6
    assert found["crossaisle_model_version",] == 3
