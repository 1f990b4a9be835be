"""The worker's side of webhooks: runs for what waits, pages out of the inbox, events of orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.jsonvalue import JSONObject
from core.records.runs import RunEventKind, RunKind
from core.scope import TenantId, TenantScope
from stores.postgres.database import Database
from stores.postgres.queue import enqueue_run
from stores.postgres.run_events import record_event
from stores.postgres.run_work import Claimed, hold


@dataclass(frozen=True, slots=True)
class TakenMessage:
    """A message that a page of a run has taken."""

    id: str
    sent_at: datetime
    body: bytes


@dataclass(frozen=True, slots=True)
class WaitingConnection:
    """A connection whose inbox waits for a run."""

    tenant_id: TenantId
    connection_id: UUID


class WebhookWorkStore:
    """The inbox and the orders of WEBHOOK connections."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def waiting(self) -> tuple[WaitingConnection, ...]:
        """Active connections with messages that no open run will take."""
        async with self._database.watch() as connection:
            rows = await connection.fetch(_WAITING)
        return tuple(WaitingConnection(TenantId(row["tenant_id"]), row["id"]) for row in rows)

    async def start_run(self, scope: TenantScope, connection_id: UUID) -> UUID | None:
        """A run for what waits; None when another worker was first, or nothing waits."""
        async with self._database.write(scope) as connection:
            await connection.execute(_LOCK, scope.tenant_id, connection_id)
            run_id: UUID | None = await connection.fetchval(
                _START, scope.tenant_id, connection_id, RunKind.INGESTION, scope.actor
            )
            if run_id is not None:
                message = "events have come"
                await record_event(connection, scope, run_id, RunEventKind.QUEUED, message)
                await enqueue_run(connection, scope.tenant_id, run_id)
        return run_id

    async def take(
        self, scope: TenantScope, claimed: Claimed, page: int, limit: int
    ) -> tuple[tuple[TakenMessage, ...], bool]:
        """The messages of one page of a run, and whether more wait behind them.

        The first to ask decides which they are: whoever asks again gets the same.
        """
        run = claimed.run
        names = (scope.tenant_id, run.connection_id, run.id, page)
        async with self._database.write(scope) as connection:
            await hold(connection, scope, claimed)
            rows = await connection.fetch(_TAKEN, *names)
            if not rows:
                await connection.execute(_TAKE, *names, limit)
                rows = await connection.fetch(_TAKEN, *names)
            more = await connection.fetchval(_MORE, scope.tenant_id, run.connection_id)
        return tuple(TakenMessage(**dict(row)) for row in rows), bool(more)

    async def discard(self, scope: TenantScope, connection_id: UUID) -> None:
        """Forget messages that a raw page holds; let go of those that an ended run had taken."""
        async with self._database.write(scope) as connection:
            await connection.execute(_DISCARD, scope.tenant_id, connection_id)
            await connection.execute(_RELEASE, scope.tenant_id, connection_id)

    async def mapping(self, scope: TenantScope, connection_id: UUID) -> JSONObject:
        """How the connection's events are read; empty for the defaults."""
        async with self._database.read(scope) as connection:
            kept = await connection.fetchval(_MAPPING, scope.tenant_id, connection_id)
        return kept or {}

    async def orders(
        self, scope: TenantScope, connection_id: UUID, order_ids: Sequence[str]
    ) -> tuple[JSONObject, ...]:
        """Facts of every event that is kept of these orders."""
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(
                _ORDERS, scope.tenant_id, connection_id, sorted(set(order_ids))
            )
        return tuple(row["facts"] for row in rows)

    async def keep_orders(
        self,
        scope: TenantScope,
        connection_id: UUID,
        facts: Sequence[JSONObject],
        *,
        anew: bool = False,
    ) -> None:
        """Keep events with their orders; one that is kept already stays as it is.

        `anew`: it is kept as it reads by now, so that later events of its order find it so.
        """
        names = (
            [fact["order_id"] for fact in facts],
            [fact["event_id"] for fact in facts],
            list(facts),
        )
        async with self._database.write(scope) as connection:
            statement = _KEEP_ANEW if anew else _KEEP
            await connection.execute(statement, scope.tenant_id, connection_id, *names)


_OPEN_RUN = """
EXISTS (SELECT FROM run r WHERE r.tenant_id = c.tenant_id AND r.connection_id = c.id
        AND r.status IN ('QUEUED', 'RUNNING'))
"""
_HAS_WAITING = """
EXISTS (SELECT FROM webhook_inbox i WHERE i.tenant_id = c.tenant_id AND i.connection_id = c.id
        AND i.run_id IS NULL)
"""
# Taken by a run that ended before it landed them; seldom, so looked at through their own index.
_HAS_LEFT = """
EXISTS (SELECT FROM webhook_inbox i WHERE i.tenant_id = c.tenant_id AND i.connection_id = c.id
        AND i.run_id IS NOT NULL)
"""
_WAITING = f"""
SELECT c.tenant_id, c.id FROM connection c
WHERE c.source = 'WEBHOOK' AND c.status = 'ACTIVE' AND ({_HAS_WAITING} OR {_HAS_LEFT})
  AND NOT {_OPEN_RUN}
"""
_LOCK = "SELECT FROM connection WHERE tenant_id = $1 AND id = $2 FOR UPDATE"
_START = f"""
INSERT INTO run (tenant_id, kind, connection_id, requested_by)
SELECT c.tenant_id, $3, c.id, $4 FROM connection c
WHERE c.tenant_id = $1 AND c.id = $2 AND c.status = 'ACTIVE'
  AND ({_HAS_WAITING} OR {_HAS_LEFT}) AND NOT {_OPEN_RUN}
RETURNING id
"""
_TAKEN = """
SELECT message_id AS id, sent_at, body FROM webhook_inbox
WHERE tenant_id = $1 AND connection_id = $2 AND run_id = $3 AND page = $4 ORDER BY id
"""
_TAKE = """
UPDATE webhook_inbox i SET run_id = $3, page = $4
FROM (
    SELECT id FROM webhook_inbox
    WHERE tenant_id = $1 AND connection_id = $2 AND run_id IS NULL ORDER BY id LIMIT $5
    FOR UPDATE
) waiting
WHERE i.tenant_id = $1 AND i.id = waiting.id
"""
_MORE = """
SELECT EXISTS (
    SELECT FROM webhook_inbox WHERE tenant_id = $1 AND connection_id = $2 AND run_id IS NULL)
"""
_DISCARD = """
DELETE FROM webhook_inbox i USING raw_page p
WHERE i.tenant_id = $1 AND i.connection_id = $2 AND i.run_id IS NOT NULL
  AND p.tenant_id = $1 AND p.run_id = i.run_id AND (p.request->>'page')::int = i.page
"""
_RELEASE = """
UPDATE webhook_inbox i SET run_id = NULL, page = NULL
FROM run r
WHERE i.tenant_id = $1 AND i.connection_id = $2 AND i.run_id IS NOT NULL
  AND r.tenant_id = $1 AND r.id = i.run_id AND r.status NOT IN ('QUEUED', 'RUNNING')
"""
_MAPPING = "SELECT mapping FROM webhook WHERE tenant_id = $1 AND connection_id = $2"
_ORDERS = """
SELECT facts FROM order_event
WHERE tenant_id = $1 AND connection_id = $2 AND order_id = ANY($3) ORDER BY order_id, learned_at
"""
_KEEP_ANEW = """
INSERT INTO order_event (tenant_id, connection_id, order_id, event_id, facts)
SELECT DISTINCT ON (each.order_id, each.event_id) $1, $2, each.*
FROM unnest($3::text[], $4::text[], $5::jsonb[]) each (order_id, event_id, facts)
ON CONFLICT (tenant_id, connection_id, order_id, event_id) DO UPDATE SET facts = excluded.facts
WHERE order_event.facts IS DISTINCT FROM excluded.facts
"""
_KEEP = """
INSERT INTO order_event (tenant_id, connection_id, order_id, event_id, facts)
SELECT $1, $2, * FROM unnest($3::text[], $4::text[], $5::jsonb[])
ON CONFLICT DO NOTHING
"""
