"""Prometheus metrics of one process, at /metrics."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Iterator
from contextlib import suppress

from fastapi import APIRouter
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.metrics_core import CounterMetricFamily
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.access_log import CLIENT_LEFT, note_request
from app.http.answer_metrics import KeptAnswers
from app.http.embedding_metrics import Embeddings
from app.http.search_metrics import Searches
from app.http.services import DeadLetters, EventLag, OpenRuns, services_of
from core.errors import CostTooHigh, RateLimited, Transient
from resolvers.limits import Spent

PREFIX = "liftos_core_data"
FAMILIES = ("/graphiql", "/webhooks", "/exports")
ROUTES = frozenset({"/graphql", "/uploads", "/healthz", "/readyz", "/metrics"})
MOST_OPERATIONS = 200
OPERATION_NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]{0,79}")
STREAMED = (b"x-accel-buffering", b"no")
"""The header by which streams ask proxies not to hold them back."""
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """A registry of its own, so that two apps in one process do not meet.

    Callers choose the names of their operations: the first `MOST_OPERATIONS` are told apart,
    the rest count as `other`.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(namespace=PREFIX, registry=self.registry)
        labels = ("route", "operation")
        self.requests = Counter(
            f"{PREFIX}_http_requests",
            "Requests answered",
            ("method", "status", *labels),
            registry=self.registry,
        )
        self.seconds = Histogram(
            f"{PREFIX}_http_request_seconds",
            "Time from a request's arrival to the end of its answer, or to a stream's beginning",
            labels,
            registry=self.registry,
            buckets=BUCKETS,
        )
        self.in_flight = Gauge(
            f"{PREFIX}_http_in_flight", "Requests being answered", registry=self.registry
        )
        self.sockets = Gauge(
            f"{PREFIX}_websocket_connections", "Open sockets", registry=self.registry
        )
        self.streams = Gauge(
            f"{PREFIX}_http_streams", "Open streams of results", registry=self.registry
        )
        self.runs = Gauge(
            f"{PREFIX}_open_runs",
            "Runs of all tenants that have not ended",
            ("status",),
            registry=self.registry,
        )
        self.dead_letters = Gauge(
            f"{PREFIX}_dead_letters",
            "Runs of all tenants that ended badly and that nobody laid aside",
            registry=self.registry,
        )
        self.event_lag = Gauge(
            f"{PREFIX}_unpublished_events",
            "Events of all tenants that are not on their streams yet",
            registry=self.registry,
        )
        self.spending = Spending()
        self.registry.register(self.spending)
        self.answers = KeptAnswers()
        self.registry.register(self.answers)
        self.searches = Searches()
        self.registry.register(self.searches)
        self.embeddings = Embeddings()
        self.registry.register(self.embeddings)
        self._operations: set[str] = set()

    def count(self, scope: Scope, status: int, seconds: float) -> None:
        """A request was answered."""
        route = route_of(scope["path"])
        operation = self.operation(scope.get("state", {}).get("operation"))
        method = scope["method"] if scope["method"] in {"GET", "POST"} else "other"
        self.requests.labels(method, str(status), route, operation).inc()
        self.seconds.labels(route, operation).observe(seconds)

    def operation(self, name: object) -> str:
        """The label for an operation's name."""
        if not isinstance(name, str) or not OPERATION_NAME.fullmatch(name):
            return ""
        if len(self._operations) < MOST_OPERATIONS:
            self._operations.add(name)
        return name if name in self._operations else "other"


class Spending(Collector):
    """Points of GraphQL, as the meter of this process has counted them."""

    def __init__(self) -> None:
        self.spent = Spent()

    def collect(self) -> Iterator[CounterMetricFamily]:
        """The counters."""
        points = CounterMetricFamily(
            f"{PREFIX}_graphql_points",
            "Points of operations: asked for before they ran, and used",
            labels=("kind",),
        )
        points.add_metric(("requested",), self.spent.requested)
        points.add_metric(("actual",), self.spent.actual)
        yield points
        refused = CounterMetricFamily(
            f"{PREFIX}_graphql_refusals",
            "Operations that were not begun for what they cost",
            labels=("code",),
        )
        refused.add_metric((RateLimited.code,), self.spent.limited)
        refused.add_metric((CostTooHigh.code,), self.spent.too_high)
        yield refused
        yield CounterMetricFamily(
            f"{PREFIX}_graphql_unshared_buckets",
            "Times that points were counted by this process alone, without the cache",
            value=self.spent.unshared,
        )


class Measure:
    """Counts, times and notes every request."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] == "websocket":
            with self._metrics.sockets.track_inprogress():
                await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._timed(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _timed(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = _Request(self._metrics, scope)

        async def send_watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                request.begin(message)
            await send(message)

        try:
            await self._app(scope, receive, send_watched)
        finally:
            request.end()


class _Request:
    """One request on its way through the gauges; a stream counts as answered when it begins."""

    def __init__(self, metrics: Metrics, scope: Scope) -> None:
        self._metrics = metrics
        self._scope = scope
        self._began = time.perf_counter()
        self._status = CLIENT_LEFT
        self._is_stream = False
        metrics.in_flight.inc()

    def begin(self, start: Message) -> None:
        """The answer's status and headers are sent."""
        self._status = start["status"]
        self._is_stream = STREAMED in start.get("headers", ())
        if self._is_stream:
            self._metrics.streams.inc()
            self._answered()

    def end(self) -> None:
        """The answer's last byte is sent, or nobody waits for it."""
        if self._is_stream:
            self._metrics.streams.dec()
        else:
            self._answered()
        note_request(self._scope, self._status, self._seconds)

    @property
    def _seconds(self) -> float:
        return time.perf_counter() - self._began

    def _answered(self) -> None:
        self._metrics.in_flight.dec()
        self._metrics.count(self._scope, self._status, self._seconds)


async def _count_runs(metrics: Metrics, count: OpenRuns | None) -> None:
    metrics.runs.clear()
    if count is not None:
        with suppress(Transient):
            for status, runs in (await count()).items():
                metrics.runs.labels(status).set(runs)


async def _count_events(metrics: Metrics, lag: EventLag | None) -> None:
    metrics.event_lag.set(math.nan)
    if lag is not None:
        with suppress(Transient):
            # A stream may be ahead of what was counted a moment before.
            metrics.event_lag.set(sum(max(0, behind) for behind in (await lag()).values()))


async def _count_dead_letters(metrics: Metrics, count: DeadLetters | None) -> None:
    metrics.dead_letters.set(math.nan)
    if count is not None:
        with suppress(Transient):
            metrics.dead_letters.set(await count())


def route_of(path: str) -> str:
    """The label for a path: one of a fixed few."""
    family = f"/{path[1:].partition('/')[0]}"
    if family in FAMILIES and path != family:
        return family
    return path if path in ROUTES else "other"


def metrics_router(metrics: Metrics) -> APIRouter:
    """The route that tells them."""
    router = APIRouter()

    @router.get("/metrics")
    async def told(request: Request) -> Response:
        """In Prometheus's text format; without runs while the database does not answer.

        The lag of events is NaN while it or the cache does not.
        """
        services = services_of(request)
        await _count_runs(metrics, services.open_runs)
        await _count_dead_letters(metrics, services.dead_letters)
        await _count_events(metrics, services.event_lag)
        await metrics.searches.look(services.search_lag)
        await metrics.embeddings.look(services.embedding_totals)
        metrics.embeddings.price = services.embedding_price
        if services.spent is not None:
            metrics.spending.spent = services.spent
        if services.kept is not None:
            metrics.answers.tally = services.kept
        if services.searched is not None:
            metrics.searches.tally = services.searched
        return Response(
            generate_latest(metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST}
        )

    return router
