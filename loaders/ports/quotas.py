"""Ports of quotas."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from core.records.quotas import Usage
from core.scope import TenantScope


class QuotaStore(Protocol):
    """What tenants have used."""

    async def usage(self, scope: TenantScope, now: datetime) -> Usage:
        """What is used in the UTC day and month of `now`."""
        ...
