"""Figures for Prometheus: how long answers take by route and stage, what they are, and how far learning is behind."""

import os
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""Environment variable that holds the folder in which several workers add up their figures."""


class Metrics:
    """The figures of one worker; of all of them together where they share a folder."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        one = self.registry
        self.requests = Counter("crossaisle_requests_total", "Requests answered", ["route", "status"], registry=one)
        self.seconds = Histogram(
            "crossaisle_request_seconds", "Time to answer by route", ["route"], buckets=SECONDS, registry=one
        )
        self.stages = Histogram(
            "crossaisle_stage_seconds", "Time of a stage of an answer", ["stage"], buckets=SECONDS, registry=one
        )
        self.slates = Counter("crossaisle_slates_total", "Slates answered", ["fallback"], registry=one)
        self.events = Counter("crossaisle_events_total", "Events taken and refused", ["outcome"], registry=one)
        self.unlogged = Counter(
            "crossaisle_slates_not_logged_total", "Slates that found no place in the log", registry=one
        )
        self.failures = Counter(
            "crossaisle_failures_total", "What went wrong behind the answers", ["part"], registry=one
        )
        self.version = self._gauge("crossaisle_model_version", "Version of the live model")
        self.lag = self._gauge("crossaisle_event_lag_seconds", "Age of the newest look at the event log")
        self.waiting = self._gauge("crossaisle_events_in_log", "Events that are not in the lake yet")
        self._accepted, self._rejected = (self.events.labels(one) for one in ("accepted", "rejected"))
        self._of_slates = {one: self.slates.labels(str(one).lower()) for one in (False, True)}
        self._of_stage: dict[str, Histogram] = {}
        self._of_route: dict[tuple[str, int], tuple[Counter, Histogram]] = {}

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count an answer."""
        found = self._of_route.get((route, status))
        if found is None:
            found = (self.requests.labels(route, str(status)), self.seconds.labels(route))
            self._of_route[route, status] = found
        found[0].inc()
        found[1].observe(seconds)

    def shown(self, is_fallback: bool) -> None:
        """Count a slate."""
        self._of_slates[is_fallback].inc()

    def taken(self, n_accepted: int, n_rejected: int) -> None:
        """Count events."""
        self._accepted.inc(n_accepted)
        self._rejected.inc(n_rejected)

    def took(self, stage: str, seconds: float) -> None:
        """Count the time of a stage."""
        found = self._of_stage.get(stage)
        if found is None:
            found = self._of_stage[stage] = self.stages.labels(stage)
        found.observe(seconds)

    def _gauge(self, name: str, told: str) -> Gauge:
        return Gauge(name, told, registry=self.registry, multiprocess_mode="mostrecent")

    def text(self) -> bytes:
        """All figures as Prometheus reads them."""
        if SHARED not in os.environ:
            return generate_latest(self.registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]  # it has no types
        return generate_latest(together)

    def names(self) -> Iterable[str]:
        """Names of all figures."""
        return sorted(family.name for family in self.registry.collect())
