"""Webhooks: where their events go, how they are read, and what a sample says."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import strawberry

from core.records.webhooks import WebhookSetup
from core.webhook_events import OrderEvent
from core.webhook_mapping import DEFAULT_PATHS, DEFAULT_TYPES, EventKind, WebhookMapping
from graph.bounds.sizes import listed
from resolvers.webhooks import IssuedWebhook, SampleReading


@strawberry.type(description="Where events are posted, and what signs them. Told this once.")
class WebhookSecret:
    """IssuedWebhook on the wire."""

    path: str = strawberry.field(description="The path on this server that takes the events.")
    secret: str = strawberry.field(
        description=(
            "The secret of Standard Webhooks (`whsec_…`) that signs each message. It never comes "
            "out again: keep it with the sender."
        )
    )
    previous_until: dt.datetime | None = strawberry.field(
        description="Until when the secret before this one holds too; null when there was none."
    )

    @classmethod
    def from_record(cls, issued: IssuedWebhook) -> WebhookSecret:
        """The secret on the wire."""
        return cls(path=issued.path, secret=issued.secret, previous_until=issued.previous_until)


@strawberry.type(description="Where a part of an event stands.")
class WebhookPath:
    """One path of a WebhookMapping."""

    field: str = strawberry.field(description="The part, such as `order_id` or `value`.")
    path: str = strawberry.field(description="A JMESPath expression on one event.")
    is_default: bool = strawberry.field(description="Whether you have not set another.")


@strawberry.type(description="What a type of events means.")
class WebhookTypeMeaning:
    """One type of a WebhookMapping."""

    type: str = strawberry.field(
        description="The type in any case; `*` stands for anything. The first that fits counts."
    )
    means: EventKind = strawberry.field(description="What such an event says of its order.")
    is_default: bool = strawberry.field(description="Whether it is not one that you have set.")


@strawberry.type(description="The webhook of a connection of WEBHOOK.")
class SourceWebhook:
    """WebhookSetup on the wire."""

    path: str = strawberry.field(description="The path on this server that takes the events.")
    paths: list[WebhookPath] = listed("Where the parts of an event stand.", size=20)
    types: list[WebhookTypeMeaning] = listed("What types mean, yours first.", size=10)
    previous_secret_until: dt.datetime | None = strawberry.field(
        description="Until when the secret before the last rotation holds; null before the first."
    )

    @classmethod
    def from_record(cls, path: str, setup: WebhookSetup) -> SourceWebhook:
        """The webhook on the wire."""
        mapping = setup.mapping
        return cls(
            path=path,
            paths=[
                WebhookPath(field=name, path=mapping.path(name), is_default=name not in
                            mapping.paths)
                for name in DEFAULT_PATHS
            ],
            types=_types(mapping),
            previous_secret_until=setup.previous_until,
        )  # fmt: skip


def _types(mapping: WebhookMapping) -> list[WebhookTypeMeaning]:
    own = [WebhookTypeMeaning(type=each, means=kind, is_default=False)
           for each, kind in mapping.types.items()]  # fmt: skip
    return own + [
        WebhookTypeMeaning(type=each, means=kind, is_default=True)
        for each, kind in DEFAULT_TYPES.items()
        if each not in mapping.types
    ]


@strawberry.type(description="What one event says of its order or conversion.")
class WebhookEvent:
    """OrderEvent on the wire."""

    means: EventKind = strawberry.field(description="What its type means.")
    order_id: str | None = strawberry.field(description="The order; null when it is ignored.")
    at: dt.datetime = strawberry.field(
        description="The event's own time: of two events of an order the later one holds."
    )
    date: dt.date | None = strawberry.field(
        description="The order's day in the connection's zone; null where the event is silent."
    )
    value: Decimal | None = strawberry.field(
        description="Before refunds; of a REFUND, what was given back."
    )
    net_value: Decimal | None = strawberry.field(
        description="After the refunds until then, where the event tells it."
    )
    currency: str | None = strawberry.field(description="ISO 4217 code of its amounts.")
    quantity: Decimal | None = strawberry.field(description="How many things.")
    status: str | None = strawberry.field(description="The order's state, as the sender says it.")
    conversion_type: str | None = strawberry.field(description="What kind of conversion.")
    campaign: str | None = strawberry.field(description="The campaign that the sender credits.")
    utm_source: str | None = strawberry.field(description="The source that the sender credits.")
    utm_medium: str | None = strawberry.field(description="The medium that the sender credits.")
    country: str | None = strawberry.field(
        description="ISO 3166-1 alpha-2 code of where an order goes; null of what is no ORDER."
    )
    geo: str | None = strawberry.field(
        description="The region it goes to, as the sender spells it."
    )

    @classmethod
    def from_record(cls, event: OrderEvent) -> WebhookEvent:
        """The event on the wire."""
        return cls(
            means=event.kind,
            order_id=event.order_id or None,
            at=event.at,
            date=event.date,
            value=event.value,
            net_value=event.net_value,
            currency=event.currency or None,
            quantity=event.quantity,
            status=event.status,
            conversion_type=event.conversion_type,
            campaign=event.campaign,
            utm_source=event.utm_source,
            utm_medium=event.utm_medium,
            country=event.country,
            geo=event.geo,
        )


@strawberry.type(
    description="What becomes of one event of a sample: `event`, or why it is refused."
)
class WebhookReading:
    """SampleReading on the wire."""

    event: WebhookEvent | None = strawberry.field(description="What it says.")
    field: str | None = strawberry.field(description="The part at fault, when it is refused.")
    reason: str | None = strawberry.field(description="Why it would be refused.")
    mend: str | None = strawberry.field(description="What to do about it.")

    @classmethod
    def from_record(cls, tried: SampleReading) -> WebhookReading:
        """The reading on the wire."""
        event, fault = tried.event, tried.fault
        return cls(
            event=None if event is None else WebhookEvent.from_record(event),
            field=None if fault is None else fault.field,
            reason=None if fault is None else f"{fault.field} {fault.reason}",
            mend=None if fault is None else fault.mend,
        )
