"""The door of background work: a job row, or a tenant that upkeep listed, becomes a scope."""

from __future__ import annotations

from core.records.tenants import TenantRecord
from core.scope import TenantScope
from stores.postgres.queue import RunJob


def job_scope(job: RunJob) -> TenantScope:
    """The scope of the run that a job names."""
    return TenantScope(job.tenant_id, actor=f"run:{job.run_id}")


def upkeep_scope(tenant: TenantRecord) -> TenantScope:
    """The scope of upkeep for one of the tenants that a SystemScope listed."""
    return TenantScope(tenant.id, actor="upkeep")
