"""How a webhook's events are to be read."""

from __future__ import annotations

import strawberry

from core.webhook_mapping import EventKind, WebhookMapping
from graph.scalars import JSON
from resolvers.webhooks import OVERLAP_HOURS, mapping_of


@strawberry.input(description="Where a part of an event stands.")
class WebhookPathInput:
    """One path."""

    field: str = strawberry.field(
        description=(
            "The part: `order_id`, `value`, `net_value`, `refund`, `currency`, `occurred_at` … A "
            "wrong one is answered with the whole list."
        )
    )
    path: str = strawberry.field(
        description=(
            "A JMESPath expression (https://jmespath.org) on one event, such as `data.total` or "
            "`id || key`; an empty one reads nothing."
        )
    )


@strawberry.input(description="What a type of events means.")
class WebhookTypeInput:
    """One type."""

    type: str = strawberry.field(
        description="The type in any case, such as `order.paid`; `*` stands for anything."
    )
    means: EventKind = strawberry.field(description="What such an event says of its order.")


@strawberry.input(description="What differs from the default reading of events.")
class WebhookMappingInput:
    """WebhookMapping as the caller gives it."""

    paths: list[WebhookPathInput] = strawberry.field(
        default_factory=list, description="Paths in place of the default ones."
    )
    types: list[WebhookTypeInput] = strawberry.field(
        default_factory=list, description="Types, before the default ones, in their order."
    )

    def to_record(self) -> WebhookMapping:
        """The mapping, not yet checked."""
        return mapping_of(
            ((each.field, each.path) for each in self.paths),
            ((each.type, each.means) for each in self.types),
        )


@strawberry.input(description="Which webhook gets a new secret.")
class RotateWebhookSecretInput:
    """What rotateWebhookSecret takes."""

    connection_id: strawberry.ID = strawberry.field(description="Id of a WEBHOOK connection.")
    overlap_hours: int = strawberry.field(
        default=OVERLAP_HOURS,
        description="How long the secret before goes on holding, 0 to 168 hours.",
    )


@strawberry.input(description="How a webhook's events are to be read.")
class SetWebhookMappingInput:
    """What setWebhookMapping takes."""

    connection_id: strawberry.ID = strawberry.field(description="Id of a WEBHOOK connection.")
    mapping: WebhookMappingInput = strawberry.field(
        description="In place of the mapping before: what it leaves out goes by the default."
    )


@strawberry.input(description="A sample to be read.")
class TestWebhookMappingInput:
    """What testWebhookMapping takes."""

    __test__ = False

    connection_id: strawberry.ID = strawberry.field(description="Id of a WEBHOOK connection.")
    sample: JSON = strawberry.field(
        description="A body as the sender sends it: an event, or a list of at most 100."
    )
    mapping: WebhookMappingInput | None = strawberry.field(
        default=None, description="Left out: the mapping that is set."
    )
