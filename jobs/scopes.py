"""The door of background work: what the database named becomes a scope."""

from __future__ import annotations

from core.records.erasures import Erasure
from core.records.schedules import DueSchedule
from core.scope import Entrance, TenantId, TenantScope
from stores.postgres.errands import Errand
from stores.postgres.queue import RunJob
from stores.postgres.webhook_work import WaitingConnection


def job_scope(job: RunJob) -> TenantScope:
    """The scope of the run that a job names."""
    return TenantScope(job.tenant_id, actor=f"run:{job.run_id}", door=Entrance.JOB)


def relay_scope(tenant_id: TenantId) -> TenantScope:
    """The scope of passing on what Postgres told of one of the tenants."""
    return TenantScope(tenant_id, actor="relay", door=Entrance.JOB)


def schedule_scope(due: DueSchedule) -> TenantScope:
    """The scope of firing a schedule; its runs say that it asked for them."""
    return TenantScope(due.tenant_id, actor=f"schedule:{due.id}", door=Entrance.JOB)


def upkeep_scope(tenant_id: TenantId) -> TenantScope:
    """The scope of upkeep for one of the tenants that a look across them found."""
    return TenantScope(tenant_id, actor="upkeep", door=Entrance.JOB)


def errand_scope(errand: Errand) -> TenantScope:
    """The scope of an errand that waits."""
    return TenantScope(errand.tenant_id, actor=f"errand:{errand.id}", door=Entrance.JOB)


def credential_scope(tenant_id: TenantId) -> TenantScope:
    """The scope of upkeep for the tenant of credentials that a SystemScope found."""
    return TenantScope(tenant_id, actor="upkeep", door=Entrance.JOB)


def waiting_scope(waiting: WaitingConnection) -> TenantScope:
    """The scope of the connection whose inbox waits for a run."""
    return TenantScope(waiting.tenant_id, actor="webhook", door=Entrance.JOB)


def erasure_scope(erasure: Erasure) -> TenantScope:
    """The scope of erasing a tenant, which may be gone but for what an erasure still finds."""
    return TenantScope(erasure.tenant_id, actor=f"erasure:{erasure.id}", door=Entrance.JOB)
