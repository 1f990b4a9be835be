"""Secrets of webhooks, and how their events are read."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from core.scope import Permission
from graph.bounds.sizes import listed
from graph.context import Info
from graph.fields import mutation
from graph.ids import CONNECTION
from graph.inputs.webhooks import (
    RotateWebhookSecretInput,
    SetWebhookMappingInput,
    TestWebhookMappingInput,
)
from graph.types.connections import ConnectedSource
from graph.types.errors import Refused
from graph.types.webhooks import WebhookReading, WebhookSecret
from resolvers import webhooks


@strawberry.type(description="The new secret holds.")
class RotateWebhookSecretPayload:
    """What rotateWebhookSecret leaves behind."""

    connection: ConnectedSource = strawberry.field(description="The connection, as it was.")
    webhook: WebhookSecret = strawberry.field(description="The new secret, told this once.")


@strawberry.type(description="The mapping is set.")
class SetWebhookMappingPayload:
    """What setWebhookMapping leaves behind."""

    connection: ConnectedSource = strawberry.field(description="The connection.")


@strawberry.type(description="The sample was read; nothing was kept.")
class TestWebhookMappingPayload:
    """What testWebhookMapping answers."""

    __test__ = False

    readings: list[WebhookReading] = listed("One for each event.", size=20)


RotateWebhookSecretResult: TypeAlias = Annotated[
    RotateWebhookSecretPayload | Refused,
    strawberry.union("RotateWebhookSecretResult", description="The secret, or what stood in the "
                     "way."),
]  # fmt: skip
SetWebhookMappingResult: TypeAlias = Annotated[
    SetWebhookMappingPayload | Refused,
    strawberry.union("SetWebhookMappingResult", description="The connection, or what stood in "
                     "the way."),
]  # fmt: skip
TestWebhookMappingResult: TypeAlias = Annotated[
    TestWebhookMappingPayload | Refused,
    strawberry.union("TestWebhookMappingResult", description="The readings, or what stood in the "
                     "way."),
]  # fmt: skip


@strawberry.type
class WebhookMutations:
    """Root fields about webhooks."""

    @mutation(
        "Make a new secret for a webhook. It holds at once; the one before goes on holding for "
        "the overlap, so that senders can change over, and one from before that ends now.",
        needs=Permission.MEMORY_ADMIN,
    )
    async def rotate_webhook_secret(
        self,
        info: Info,
        *,
        input: Annotated[  # noqa: A002 - the schema's name
            RotateWebhookSecretInput, strawberry.argument(description="Which, and the overlap.")
        ],
    ) -> RotateWebhookSecretResult:
        """Made, sealed, and told once."""
        found = CONNECTION.decode(input.connection_id, "connectionId")
        record, issued = await webhooks.rotate_secret(
            info.context.session, found, input.overlap_hours
        )
        return RotateWebhookSecretPayload(
            connection=ConnectedSource.from_record(record),
            webhook=WebhookSecret.from_record(issued),
        )

    @mutation(
        "Say where the parts of a webhook's events stand and what its types mean. Counts from "
        "the next page on; `replayRejected` reads by it what was refused before.",
        needs=Permission.MEMORY_ADMIN,
    )
    async def set_webhook_mapping(
        self,
        info: Info,
        *,
        input: Annotated[  # noqa: A002 - the schema's name
            SetWebhookMappingInput, strawberry.argument(description="Which, and the mapping.")
        ],
    ) -> SetWebhookMappingResult:
        """Checked, then kept."""
        found = CONNECTION.decode(input.connection_id, "connectionId")
        record = await webhooks.set_mapping(info.context.session, found, input.mapping.to_record())
        return SetWebhookMappingPayload(connection=ConnectedSource.from_record(record))

    @mutation(
        "Read a sample as a webhook's events are read, by its mapping or by another. Keeps "
        "nothing.",
        needs=Permission.MEMORY_ADMIN,
    )
    async def test_webhook_mapping(
        self,
        info: Info,
        *,
        input: Annotated[  # noqa: A002 - the schema's name
            TestWebhookMappingInput, strawberry.argument(description="Which, and the sample.")
        ],
    ) -> TestWebhookMappingResult:
        """Read, and told."""
        found = CONNECTION.decode(input.connection_id, "connectionId")
        mapping = input.mapping.to_record() if input.mapping else None
        tried = await webhooks.try_mapping(info.context.session, found, input.sample, mapping)
        return TestWebhookMappingPayload(
            readings=[WebhookReading.from_record(each) for each in tried]
        )
