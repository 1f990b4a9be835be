"""POST /webhooks/<connection id>: a signed message, answered once it is kept for good."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from http import HTTPStatus
from math import ceil
from time import monotonic
from uuid import UUID

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from structlog.contextvars import bind_contextvars

from app.http.answers import json_answer
from app.http.body import whole_body
from app.http.errors import Refusal
from app.http.services import Webhooks, services_of
from app.identity.webhooks import ID, SIGNATURE, TIMESTAMP, Admitted, Delivery
from core.errors import BadInput, Transient
from core.records.connections import ConnectionStatus
from core.records.webhooks import Acceptance, WebhookMessage
from core.settings import Settings

MOST_EVENTS = 1_000
PAUSED_SECONDS = 60
_REMEMBERED = 10_000
_ROUNDING = 1e-6


def webhooks_route(settings: Settings) -> Route:
    """The route, with its limits."""
    limit = settings.webhook_max_bytes
    rates = Rates(settings.webhook_events_per_second)

    async def receive(request: Request) -> Response:
        """Check the signature, then the content, then keep it; 202, or 200 for a repeat."""
        delivery = await _delivery(request, limit)
        webhooks = services_of(request).webhooks
        if webhooks is None:
            raise Refusal(HTTPStatus.NOT_FOUND, "this server takes no webhooks")
        admitted = await _admitted(webhooks, delivery)
        events = count_events(delivery.body)
        rates.take(admitted.endpoint.connection_id, events)
        outcome = await _kept(webhooks, admitted, delivery)
        is_new = outcome is Acceptance.KEPT
        told = {"id": admitted.id, "events": events, "repeated": not is_new}
        return json_answer(202 if is_new else 200, told)

    return Route("/webhooks/{connection_id}", receive, methods=["POST"])


async def _delivery(request: Request, limit: int) -> Delivery:
    body, headers = await whole_body(request, limit), request.headers
    return Delivery(
        connection_id=_uuid(request.path_params["connection_id"]),
        id=headers.get(ID),
        timestamp=headers.get(TIMESTAMP),
        signatures=headers.get(SIGNATURE),
        body=body,
    )


async def _admitted(webhooks: Webhooks, delivery: Delivery) -> Admitted:
    admitted = await webhooks.door.enter(delivery)
    bind_contextvars(tenant_id=str(admitted.scope.tenant_id))
    if admitted.endpoint.status is not ConnectionStatus.ACTIVE:
        webhooks.door.forget(admitted.endpoint.connection_id)
        raise Transient(
            "the connection is paused",
            mend="send the message again later, or resume the connection",
            retry_after_seconds=PAUSED_SECONDS,
        )
    return admitted


async def _kept(webhooks: Webhooks, admitted: Admitted, delivery: Delivery) -> Acceptance:
    """Keep the message; an endpoint that changed meanwhile is asked for once more."""
    outcome = await webhooks.inbox.keep(admitted.scope, _message(admitted, delivery))
    if outcome is Acceptance.OUTDATED:
        webhooks.door.forget(admitted.endpoint.connection_id)
        again = await _admitted(webhooks, delivery)
        outcome = await webhooks.inbox.keep(again.scope, _message(again, delivery))
    if outcome is Acceptance.OUTDATED:
        raise Transient("the connection is being changed", retry_after_seconds=1)
    return outcome


def _message(admitted: Admitted, delivery: Delivery) -> WebhookMessage:
    endpoint = admitted.endpoint
    return WebhookMessage(
        endpoint.connection_id, endpoint.version, admitted.id, admitted.sent_at, delivery.body
    )


def count_events(body: bytes) -> int:
    """How many events a body holds: a JSON object, or an array of 1 to `MOST_EVENTS` of them."""
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadInput(
            f"the body is not JSON: {error}", field="body", mend="send a JSON object, or an array"
        ) from None
    _refuse_deep(content)
    events = content if isinstance(content, list) else [content]
    if not 1 <= len(events) <= MOST_EVENTS:
        raise BadInput(
            f"the body holds {len(events)} events",
            field="body",
            mend=f"send 1 to {MOST_EVENTS} events in one array",
        )
    for index, event in enumerate(events):
        if not isinstance(event, dict):
            raise BadInput(
                "an event is not a JSON object",
                field=f"body[{index}]" if isinstance(content, list) else "body",
                mend="send each event as an object",
            )
    return len(events)


def _refuse_deep(content: object) -> None:
    """Refuse what could be read and never be written again: a refused record is shown."""
    try:
        orjson.dumps(content)
    except orjson.JSONEncodeError:
        raise BadInput(
            "the body is nested too deep", field="body", mend="send fewer than 250 levels"
        ) from None


class Rates:
    """A bucket of one second's events for each connection, in this process."""

    def __init__(self, events_per_second: int, clock: Callable[[], float] = monotonic) -> None:
        self._rate = events_per_second
        self._clock = clock
        self._filled: OrderedDict[UUID, float] = OrderedDict()

    def take(self, connection_id: UUID, events: int) -> None:
        """Let `events` pass, or refuse them until the bucket has drained.

        A message larger than the bucket passes when the bucket is empty.
        """
        now = self._clock()
        free_at = max(self._filled.get(connection_id, now), now)
        if free_at > now and free_at - now + events / self._rate > 1.0 + _ROUNDING:
            raise Refusal(
                HTTPStatus.TOO_MANY_REQUESTS,
                f"more than {self._rate} events a second came for this connection",
                mend="send more slowly, or several events in one array",
                headers={"Retry-After": str(max(1, ceil(free_at - now)))},
            )
        self._filled[connection_id] = free_at + events / self._rate
        self._filled.move_to_end(connection_id)
        while len(self._filled) > _REMEMBERED:
            self._filled.popitem(last=False)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
