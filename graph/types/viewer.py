"""Viewer and Tenant: who asks, for whom."""

from __future__ import annotations

import datetime as dt

import strawberry

from core.records.tenants import TenantRecord
from core.scope import Role, TenantScope
from graph.context import Info
from graph.fields import resolved
from graph.ids import TENANT
from graph.types.node import Node
from graph.types.quotas import Quotas, RateLimit
from resolvers import quotas, viewer


@strawberry.federation.type(keys=["id"], description="An organisation. You only ever see your own.")
class Tenant(Node):
    """TenantRecord on the wire."""

    slug: str = strawberry.field(description="Its unique short name.")
    name: str = strawberry.field(description="Its name.")
    countries: list[str] = strawberry.field(
        description="ISO 3166 codes of the countries whose holidays its calendar keeps."
    )
    fiscal_start_month: int = strawberry.field(
        description="Month in which its fiscal year begins, 1 to 12."
    )
    fiscal_year_named_by_end: bool = strawberry.field(
        description="Whether a fiscal year carries the year it ends in, not the one it starts in."
    )
    reporting_currency: str = strawberry.field(description="ISO 4217 code it reports in.")
    tier: str = strawberry.field(description="Its subscription.")
    created_at: dt.datetime = strawberry.field(description="When it was set up.")

    @classmethod
    def from_record(cls, record: TenantRecord) -> Tenant:
        """The tenant on the wire."""
        return cls(
            id=TENANT.encode(record.id),
            slug=record.slug,
            name=record.name,
            countries=list(record.countries),
            fiscal_start_month=record.fiscal_start_month,
            fiscal_year_named_by_end=record.fiscal_year_named_by_end,
            reporting_currency=record.reporting_currency,
            tier=record.tier,
            created_at=record.created_at,
        )


@strawberry.type(description="You: who asks, and what you may do.")
class Viewer:
    """The scope on the wire."""

    actor: str = strawberry.field(description="Who you are to the audit trail.")
    roles: list[Role] = strawberry.field(description="What you are to your tenant.")
    permissions: list[str] = strawberry.field(
        description="What you may do, such as `memory:read`; fields name what they need."
    )
    expires_at: dt.datetime | None = strawberry.field(
        description="When your credentials run out, and subscriptions end; null for never."
    )

    @classmethod
    def from_scope(cls, scope: TenantScope) -> Viewer:
        """The caller on the wire."""
        return cls(
            actor=scope.actor,
            roles=sorted(scope.roles),
            permissions=sorted(permission.value for permission in scope.permissions),
            expires_at=scope.expires_at,
        )

    @resolved("The organisation you act for.")
    async def tenant(self, info: Info) -> Tenant:
        """The scope's own."""
        return Tenant.from_record(await viewer.current_tenant(info.context.session))

    @resolved("What you may ask now; null where nothing is counted.")
    async def rate_limit(self, info: Info) -> RateLimit | None:
        """A look into the buckets."""
        session = info.context.session
        if session.meter is None:
            return None
        found = await session.meter.balance(session.scope, session.clock())
        return RateLimit.from_record(found)

    @resolved("What your organisation has used; null where nothing is counted.", weight=10)
    async def quota(self, info: Info) -> Quotas | None:
        """Summed as it is asked."""
        found = await quotas.current(info.context.session)
        return None if found is None else Quotas.from_record(found)
