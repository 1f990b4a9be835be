"""What each tenant lets pass, kept in the process for less than a second.

A process that cannot ask the database lets nothing pass: Transient, and the caller comes again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from app.recent import Recent
from core.operation_text import CLIENT, NAME
from core.records.operations import OperationRecord, Stage, StageRecord
from core.scope import TenantId, TenantScope

MOST_TENANTS = 10_000
MOST_DOCUMENTS = 2_000


class StageStore(Protocol):
    """Where stages are kept."""

    async def stages(self, scope: TenantScope, /) -> Sequence[StageRecord]:
        """The stages of the tenant and its clients."""
        ...


class OperationStore(Protocol):
    """Where operations are registered."""

    async def document(self, scope: TenantScope, operation_id: str, /) -> str | None:
        """The document of that id, if it is in force."""
        ...

    async def named(self, scope: TenantScope, client: str, name: str, /) -> OperationRecord | None:
        """What that client registered last under that name and did not retire."""
        ...


class Rules:
    """Stages and registered documents; what was retired or tightened holds within a second."""

    def __init__(
        self,
        stages: StageStore,
        operations: OperationStore,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stages, self._operations, self._now = stages, operations, now
        self._by_client: Recent[TenantId, Mapping[str | None, Stage]]
        self._by_client = Recent(MOST_TENANTS, now)
        self._documents: Recent[tuple[TenantId, str], str] = Recent(MOST_DOCUMENTS, now)
        self._asking: dict[TenantId, asyncio.Task[Mapping[str | None, Stage]]] = {}

    async def stage(self, scope: TenantScope) -> Stage:
        """What the scope's client may send: its own stage, else the tenant's, else ALLOW."""
        stages = self._by_client.get(scope.tenant_id)
        if stages is None:
            stages = await self._ask_once(scope)
        own = stages.get(scope.client) if scope.client is not None else None
        return own or stages.get(None, Stage.ALLOW)

    async def document(self, scope: TenantScope, operation_id: str) -> str | None:
        """The document of that id, if the tenant has registered it and not retired it.

        What is not there is asked for each time, so that it can be used once it is.
        """
        key = (scope.tenant_id, operation_id)
        found = self._documents.get(key)
        if found is None:
            asked_at = self._now()
            found = await self._operations.document(scope, operation_id)
            if found is not None:
                self._documents.put(key, found, asked_at)
        return found

    async def named(self, scope: TenantScope, client: str, name: str) -> OperationRecord | None:
        """What that client registered last under that name and did not retire."""
        if not (CLIENT.fullmatch(client) and NAME.fullmatch(name)):
            return None
        return await self._operations.named(scope, client, name)

    async def _ask_once(self, scope: TenantScope) -> Mapping[str | None, Stage]:
        """One question for all requests that come meanwhile."""
        asking = self._asking.get(scope.tenant_id)
        if asking is None:
            asking = asyncio.create_task(self._ask(scope))
            self._asking[scope.tenant_id] = asking
            asking.add_done_callback(lambda _: self._asking.pop(scope.tenant_id, None))
        return await asyncio.shield(asking)

    async def _ask(self, scope: TenantScope) -> Mapping[str | None, Stage]:
        asked_at = self._now()
        stages = {each.client: each.stage for each in await self._stages.stages(scope)}
        self._by_client.put(scope.tenant_id, stages, asked_at)
        return stages
