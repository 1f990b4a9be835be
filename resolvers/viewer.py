"""The caller."""

from __future__ import annotations

from core.records.tenants import TenantRecord
from core.scope import TenantId
from resolvers.session import Session


async def current_tenant(session: Session) -> TenantRecord:
    """The caller's tenant."""
    return await session.stores.tenants.current(session.scope)


async def tenant(session: Session, tenant_id: TenantId) -> TenantRecord | None:
    """The tenant of that id when it is the caller's own."""
    return await session.loaders.tenants.load(tenant_id)
