"""Group commit: messages of concurrent requests are kept together, and answered when they are."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from core.errors import Transient
from core.records.webhooks import Acceptance, WebhookMessage
from core.scope import TenantId, TenantScope

MOST_WAITING = 20_000
MOST_WAITING_BYTES = 256_000_000
MOST_TOGETHER = 500
MOST_TOGETHER_BYTES = 16_000_000
MOST_WRITERS = 4
"""Transactions at a time: many tenants must not take the database's connections from queries."""
GATHER_SECONDS = 0.005
"""How long the first message waits for others: about as long as a commit takes on a disk."""


class MessageStore(Protocol):
    """Where messages are kept."""

    async def accept(
        self, scope: TenantScope, messages: Sequence[WebhookMessage], /
    ) -> tuple[Acceptance, ...]:
        """Keep them; committed when this returns."""
        ...


Waiting: TypeAlias = "tuple[WebhookMessage, asyncio.Future[Acceptance]]"


@dataclass(slots=True)
class _Lane:
    """One tenant's messages: a transaction is one tenant's."""

    waiting: deque[Waiting] = field(default_factory=deque)
    task: asyncio.Task[None] | None = None


class WebhookInbox:
    """Keeps messages, those that come at the same time in one transaction a tenant."""

    def __init__(self, store: MessageStore) -> None:
        self._store = store
        self._lanes: dict[TenantId, _Lane] = {}
        self._waiting = 0
        self._waiting_bytes = 0
        self._writers = asyncio.Semaphore(MOST_WRITERS)

    async def keep(self, scope: TenantScope, message: WebhookMessage) -> Acceptance:
        """What became of the message, once that is committed.

        Transient when more wait than the database takes. A message whose sender leaves while
        it waits is kept all the same: the sender comes again, and is told that it repeats.
        """
        if self._waiting >= MOST_WAITING or self._waiting_bytes >= MOST_WAITING_BYTES:
            raise Transient("too many messages wait to be kept", retry_after_seconds=1)
        future: asyncio.Future[Acceptance] = asyncio.get_running_loop().create_future()
        lane = self._lanes.setdefault(scope.tenant_id, _Lane())
        lane.waiting.append((message, future))
        self._waiting += 1
        self._waiting_bytes += len(message.body)
        if lane.task is None:
            lane.task = asyncio.create_task(self._empty(scope, lane))
        return await future

    async def aclose(self) -> None:
        """Wait until every message that came is kept."""
        tasks = [lane.task for lane in self._lanes.values() if lane.task is not None]
        await asyncio.gather(*tasks)

    async def _empty(self, scope: TenantScope, lane: _Lane) -> None:
        await asyncio.sleep(GATHER_SECONDS)
        while lane.waiting:
            async with self._writers:
                together = _next_together(lane.waiting)
                await self._keep_all(scope, together)
            self._waiting -= len(together)
            self._waiting_bytes -= sum(len(message.body) for message, _ in together)
        del self._lanes[scope.tenant_id]

    async def _keep_all(self, scope: TenantScope, together: Sequence[Waiting]) -> None:
        try:
            outcomes = await self._store.accept(scope, [message for message, _ in together])
        except Exception as error:  # noqa: BLE001 - whoever waits is told, whatever it was
            for _, future in together:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), outcome in zip(together, outcomes, strict=True):
            if not future.done():
                future.set_result(outcome)


def _next_together(waiting: deque[Waiting]) -> list[Waiting]:
    """At least one message, and no more than a transaction should hold."""
    together, size = [waiting.popleft()], 0
    while waiting and len(together) < MOST_TOGETHER:
        size += len(together[-1][0].body)
        if size + len(waiting[0][0].body) > MOST_TOGETHER_BYTES:
            break
        together.append(waiting.popleft())
    return together
