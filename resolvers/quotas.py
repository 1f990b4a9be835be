"""Quotas: what is left, and the refusal of work that does not fit, before it starts."""

from __future__ import annotations

from core.records.quotas import Quotas, quotas
from resolvers.session import Session


async def current(session: Session) -> Quotas | None:
    """Every quota of the caller's tenant; None where the session knows of no subscriptions."""
    if session.tiers is None:
        return None
    now = session.clock()
    usage = await session.stores.quotas.usage(session.scope, now)
    return quotas(usage, session.tiers.of(session.scope.tier), now)


async def demand_runs(session: Session, runs: int = 1) -> None:
    """QuotaExceeded unless so many runs may be started that store what they read."""
    found = await current(session)
    if found is not None:
        found.runs.demand(runs)
        found.storage.demand()


async def demand_export(session: Session) -> None:
    """QuotaExceeded unless an export may be started; how many rows it has shows at its end."""
    found = await current(session)
    if found is not None:
        found.runs.demand()
        found.export_rows.demand()
        found.storage.demand()
