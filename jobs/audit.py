"""The ends of audit logs, told to the process's own log: a place that no row can be taken from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import structlog

from core.scope import SystemScope
from stores.wiring import Stores

log = structlog.get_logger(__name__)


def _today() -> date:
    return datetime.now(UTC).date()


class HeadTeller:
    """Tells every end at a worker's start and once a day."""

    def __init__(self, stores: Stores, today: Callable[[], date] = _today) -> None:
        self._stores = stores
        self._today = today
        self._told_on: date | None = None

    async def tell(self) -> None:
        """Log the end of each chain, unless that was done today."""
        today = self._today()
        if self._told_on == today:
            return
        reason = SystemScope(reason="log the ends of audit logs", actor="worker")
        for tenant_id, head in (await self._stores.audit.heads(reason)).items():
            log.info("audit_head", tenant_id=str(tenant_id), head=str(head))
        self._told_on = today
