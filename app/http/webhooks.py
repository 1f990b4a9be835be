"""POST /webhooks/<connection id>: a signed message, answered once it is kept for good."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from starlette.requests import Request
from starlette.routing import Route
from structlog.contextvars import bind_contextvars

from app.http.ahead import Ahead, Content, RequestHeaders
from app.http.body import whole_body
from app.http.errors import Refusal
from app.http.metrics import Metrics
from app.http.services import Webhooks, services_of
from app.http.webhook_content import count_events
from app.http.webhook_rates import Rates
from app.identity.webhooks import ID, SIGNATURE, TIMESTAMP, Admitted, Delivery
from core.errors import Transient
from core.records.connections import ConnectionStatus
from core.records.webhooks import Acceptance, WebhookMessage
from core.settings import Settings

PREFIX = "/webhooks/"
PAUSED_SECONDS = 60


def webhooks_route(settings: Settings, metrics: Metrics) -> Route:
    """The route, with its limits; its endpoint answers by itself, without any middleware."""
    limit = settings.webhook_max_bytes
    rates = Rates(settings.webhook_events_per_second)

    async def receive(request: Request, headers: RequestHeaders) -> tuple[int, Content]:
        """Check the signature, then the content, then keep it; 202, or 200 for a repeat."""
        delivery = _delivery(request, headers, await whole_body(request, limit))
        webhooks = services_of(request).webhooks
        if webhooks is None:
            raise Refusal(HTTPStatus.NOT_FOUND, "this server takes no webhooks")
        admitted = await _admitted(webhooks, delivery)
        events = count_events(delivery.body)
        rates.take(admitted.endpoint.connection_id, events)
        outcome = await _kept(webhooks, admitted, delivery)
        is_new = outcome is Acceptance.KEPT
        return 202 if is_new else 200, {"id": admitted.id, "events": events, "repeated": not is_new}

    return Route(f"{PREFIX}{{connection_id}}", Ahead(receive, metrics), methods=["POST"])


def _delivery(request: Request, headers: RequestHeaders, body: bytes) -> Delivery:
    return Delivery(
        connection_id=_uuid(request.scope["path"].removeprefix(PREFIX)),
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


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
