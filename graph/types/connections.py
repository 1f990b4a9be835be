"""ConnectedSource: one account of one source. Not named Connection, which is Relay's word."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import strawberry

from core.records.answers import Area
from core.records.connections import Breakdown, ConnectionRecord, ConnectionStatus, Level, Source
from core.sources import SourceKind
from graph.bounds.sizes import about, shown
from graph.context import Info
from graph.fields import resolved
from graph.ids import CONNECTION
from graph.scalars import JSON
from graph.types.connection_tests import ConnectionTest
from graph.types.credentials import ConnectionAlert, ConnectionCredential
from graph.types.health import HealthSummary
from graph.types.node import Node
from graph.types.policies import StreamPolicy
from graph.types.receipts import ReceiptRules
from graph.types.restatements import MetricRestatement
from graph.types.webhooks import SourceWebhook
from resolvers import (
    connection_tests,
    connections,
    drift,
    health,
    receipts,
    restatements,
    webhooks,
)


@strawberry.federation.type(
    keys=["id"],
    description=(
        "One account of one source, as you set it up. Every entry it brings is of one level, "
        "currency and time zone, but that orders keep their own currency. Its credentials never "
        "come back out."
    ),
)
class ConnectedSource(Node):
    """ConnectionRecord on the wire."""

    key: strawberry.Private[UUID]
    source: Source = strawberry.field(description="Which source.")
    account_id: str = strawberry.field(description="The source's own id of the account.")
    name: str = strawberry.field(description="The name you gave it.")
    currency: str = strawberry.field(description="ISO 4217 code of the account's amounts.")
    time_zone: str = strawberry.field(description="IANA zone in which the account's days run.")
    level: Level = strawberry.field(description="The kind of thing its entries are about.")
    breakdown: Breakdown | None = strawberry.field(
        description="What all of its entries are broken down by; null for nothing."
    )
    look_back_days: int = strawberry.field(
        description="How many days must pass before the source stops changing a day."
    )
    status: ConnectionStatus = strawberry.field(description="Whether it may be read from.")
    created_at: dt.datetime = strawberry.field(description="When it was set up.")
    last_read_at: dt.datetime | None = shown(
        "When its newest complete reading ended; null before the first.", reads=(Area.READINGS,)
    )
    file_mapping: JSON | None = strawberry.field(
        description=(
            "How its files are read where ingestFile says nothing else; null when no mapping was "
            "saved."
        )
    )

    @resolved("What is known of its credentials; null when it has none.")
    async def credentials(self, info: Info) -> ConnectionCredential | None:
        """Loaded with those of other connections."""
        found = await connections.credential(info.context.session, self.key)
        return None if found is None else ConnectionCredential.from_record(found)

    @resolved("Its newest test, which may be waiting; null when it was never tested.")
    async def last_test(self, info: Info) -> ConnectionTest | None:
        """Loaded with those of other connections."""
        found = await connection_tests.latest(info.context.session, self.key)
        return None if found is None else ConnectionTest.from_record(found)

    @resolved("Its webhook; null for other sources.")
    async def webhook(self, info: Info) -> SourceWebhook | None:
        """Loaded with those of other connections."""
        if self.source.manifest.kind is not SourceKind.PUSH:
            return None
        found = await webhooks.setup(info.context.session, self.key)
        return SourceWebhook.from_record(webhooks.path_of(self.key), found)

    @resolved("What about it calls for somebody now, oldest first.", size=about(2))
    async def alerts(self, info: Info) -> list[ConnectionAlert]:
        """Loaded with those of other connections."""
        found = await connections.alerts(info.context.session, self.key)
        return [ConnectionAlert.from_record(alert) for alert in found]

    @classmethod
    def from_record(cls, record: ConnectionRecord) -> ConnectedSource:
        """The connection on the wire."""
        return cls(
            id=CONNECTION.encode(record.id),
            key=record.id,
            source=record.source,
            account_id=record.account_id,
            name=record.name,
            currency=record.currency,
            time_zone=record.time_zone,
            level=record.level,
            breakdown=record.breakdown,
            look_back_days=record.look_back_days,
            status=record.status,
            created_at=record.created_at,
            last_read_at=record.last_read_at,
            file_mapping=record.file_mapping or None,
        )

    @resolved("How far its data of the last 28 days that are over can be trusted.")
    async def quality(self, info: Info) -> HealthSummary:
        """Batched over the whole answer."""
        return HealthSummary.from_record(await health.recent(info.context.session, self.key))

    @resolved("What the receipts of its runs are judged by.")
    async def receipt_rules(self, info: Info) -> ReceiptRules:
        """Batched over the whole answer."""
        return ReceiptRules.from_record(await receipts.policy(info.context.session, self.key))

    @resolved(
        "What becomes of records that are not as their stream's contract has them.", size=about(5)
    )
    async def schema_policies(self, info: Info) -> list[StreamPolicy]:
        """Batched over the whole answer; none for sources of which nothing is expected."""
        found = await drift.policies(info.context.session, self.key, self.source)
        return [StreamPolicy.from_record(policy) for policy in found]

    @resolved(
        "When each of its metrics settles, learned from its vintages about once a day; empty "
        "before days were read more than once.",
        size=about(5),
    )
    async def restatement(self, info: Info) -> list[MetricRestatement]:
        """Batched over the whole answer."""
        found = await restatements.settling(info.context.session, self.key)
        return [MetricRestatement.from_record(each) for each in found]

    @resolved(
        "The look-back that its restatements propose: past the age at which its slowest metric has "
        "settled, by 7 days that confirm it. Null while `lookBackDays` is that, or nobody knows."
    )
    async def proposed_look_back_days(self, info: Info) -> int | None:
        """Batched over the whole answer."""
        return await restatements.proposed(info.context.session, self.key, self.look_back_days)
