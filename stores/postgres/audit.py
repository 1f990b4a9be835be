"""The audit log: lines written in the transaction of the act, and reading them again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from time import monotonic

import asyncpg

from core.audit_chain import ChainWalk
from core.records.audit import Act, AuditFilter, AuditHead, AuditRecord, Verdict
from core.records.pages import Page, PageRequest
from core.scope import SystemScope, TenantId, TenantScope
from stores.postgres.conditions import Conditions
from stores.postgres.database import Connection, Database, storable
from stores.postgres.paging import Ordering, page_of

_NEWEST_FIRST = Ordering(("number",), (int,), is_descending=True)
_COLUMNS = (
    "tenant_id, number, at, actor, client, door, act, subject, request_id, details, "
    "previous_hash, hash"
)
_FETCHED_AT_ONCE = 2000
_NOTED_EVERY_SECONDS = 60.0
_NOTED_AT_MOST = 10_000


async def record_act(
    connection: Connection,
    scope: TenantScope,
    act: Act,
    subject: str | None = None,
    /,
    **details: object,
) -> None:
    """Add a line to the tenant's chain: committed with the act, or not at all.

    `subject` reads `kind:id`; `details` are kept as texts, without those that are None, and hold
    no secret. Holds the end of the tenant's chain until commit: call it last in a transaction,
    after `record_outbox` too.
    """
    who = (scope.actor, scope.client, scope.door)
    values = (*map(_text, who), act, _text(subject), _text(scope.request_id), _texts(details))
    await connection.execute(_RECORD, *values)


@asynccontextmanager
async def acting(
    database: Database,
    scope: TenantScope,
    act: Act,
    subject: str | None = None,
    /,
    **details: object,
) -> AsyncIterator[Connection]:
    """`database.write(scope)` for an act of which all is known before: its line comes last."""
    async with database.write(scope) as connection:
        yield connection
        await record_act(connection, scope, act, subject, **details)


async def record_upkeep(
    connection: Connection,
    scope: SystemScope,
    tenant_id: TenantId,
    act: Act,
    subject: str | None = None,
    /,
    **details: object,
) -> None:
    """Add a line to the chain of a tenant that an operator or upkeep worked on; as `record_act`."""
    values = (tenant_id, scope.actor, act, _text(subject), _texts(details))
    await connection.execute(_UPKEEP, *values)


@dataclass(slots=True)
class _Noted:
    """Until when an act has its line, and how often it was repeated since."""

    until: float = 0.0
    repeats: int = 0


class AuditStore:
    """Lines of acts; nothing here changes one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._noted: OrderedDict[tuple[object, ...], _Noted] = OrderedDict()

    async def record(
        self,
        scope: TenantScope,
        act: Act,
        subject: str | None = None,
        /,
        **details: object,
    ) -> None:
        """Add a line for an act that writes nothing else; committed when this returns."""
        async with acting(self._database, scope, act, subject, **details):
            pass

    async def note(
        self,
        scope: TenantScope,
        act: Act,
        subject: str | None = None,
        /,
        **details: object,
    ) -> None:
        """`record`, but once a minute for what this actor repeats, so that nobody fills the log.

        The next line of it says in `repeats` how many had none. Counted by process.
        """
        repeats = self._repeats(scope, act, subject)
        if repeats is not None:
            await self.record(scope, act, subject, **details, repeats=repeats or None)

    async def note_all(self, scope: TenantScope, act: Act, subjects: Sequence[str]) -> None:
        """`note` of each subject, by one statement."""
        noted = {subject: self._repeats(scope, act, subject) for subject in subjects}
        due = {subject: repeats for subject, repeats in noted.items() if repeats is not None}
        if not due:
            return
        who = (scope.actor, scope.client, scope.door)
        asked = (*map(_text, who), act, _text(scope.request_id))
        async with self._database.write(scope) as connection:
            await connection.execute(_RECORD_ALL, *asked, list(due), list(due.values()))

    def _repeats(self, scope: TenantScope, act: Act, subject: str | None) -> int | None:
        """How often it was repeated since its last line; None where it needs no line yet."""
        key = (scope.tenant_id, scope.actor, act, subject)
        noted = self._noted.setdefault(key, _Noted())
        self._noted.move_to_end(key)
        if len(self._noted) > _NOTED_AT_MOST:
            self._noted.popitem(last=False)
        now = monotonic()
        if now < noted.until:
            noted.repeats += 1
            return None
        repeats, noted.repeats = noted.repeats, 0
        noted.until = now + _NOTED_EVERY_SECONDS
        return repeats

    async def page(
        self, scope: TenantScope, request: PageRequest, wanted: AuditFilter
    ) -> Page[AuditRecord]:
        """One page, newest first; the cursor part is the number."""
        where = _conditions(scope, wanted)
        _NEWEST_FIRST.seek(where, request)
        sql = f"SELECT {_COLUMNS} FROM audit_log WHERE {where} {_NEWEST_FIRST.clause(request)}"
        async with self._database.read(scope) as connection:
            rows = await connection.fetch(sql, *where.values)
        return page_of(rows, request, _record)

    async def head(self, scope: TenantScope) -> AuditHead:
        """The end of the tenant's chain."""
        async with self._database.read(scope) as connection:
            return _head(await connection.fetchrow(_HEAD, scope.tenant_id))

    async def heads(self, scope: SystemScope) -> dict[TenantId, AuditHead]:
        """The end of every chain, the installation's own included."""
        async with self._database.system(scope) as connection:
            rows = await connection.fetch("SELECT * FROM audit_head ORDER BY tenant_id")
        return {TenantId(row["tenant_id"]): _head(row) for row in rows}

    async def verify(
        self, scope: SystemScope, tenant_id: TenantId, kept: AuditHead | None = None
    ) -> Verdict:
        """Whether a chain holds; with `kept`, whether it is still the one that ended so."""
        recorded = (await self.heads(scope)).get(tenant_id, AuditHead())
        walk = ChainWalk(tenant_id, recorded, kept)
        async with aclosing(self.lines(scope, tenant_id)) as lines:
            async for line in lines:
                walk.take(line)
                if walk.is_broken:
                    break
        return walk.verdict()

    async def lines(
        self, scope: SystemScope, tenant_id: TenantId
    ) -> AsyncGenerator[AuditRecord, None]:
        """Every line of a chain in order, as many at a time as fit in a few megabytes."""
        sql = f"SELECT {_COLUMNS} FROM audit_log WHERE tenant_id = $1 ORDER BY number"
        async with self._database.system(scope) as connection:
            async for row in connection.cursor(sql, tenant_id, prefetch=_FETCHED_AT_ONCE):
                yield _record(row)


def _conditions(scope: TenantScope, wanted: AuditFilter) -> Conditions:
    where = Conditions(scope.tenant_id)
    where.add("tenant_id = $1")
    where.among("act", wanted.acts)
    if wanted.actor is not None:
        where.add("actor = {}", storable(wanted.actor))
    if wanted.subject is not None:
        where.add("subject = {}", storable(wanted.subject))
    if wanted.since is not None:
        where.add("at >= {}", wanted.since)
    if wanted.until is not None:
        where.add("at < {}", wanted.until)
    return where


def _text(value: object) -> str | None:
    return None if value is None else storable(str(value))


def _texts(details: Mapping[str, object]) -> dict[str, str]:
    return {name: storable(str(value)) for name, value in details.items() if value is not None}


def _head(row: asyncpg.Record | None) -> AuditHead:
    return AuditHead() if row is None else AuditHead(row["number"], row["hash"])


def _record(row: asyncpg.Record) -> AuditRecord:
    return AuditRecord(**{**row, "details": _kept(row["details"])})


def _kept(details: Mapping[str, object]) -> dict[str, str]:
    """Details as they were written; a value that is no text was put there by somebody else."""
    return {
        name: value if isinstance(value, str) else f"not text: {value!r}"
        for name, value in details.items()
    }


_RECORD = "SELECT record_audit($1, $2, $3, $4, $5, $6, $7)"
_RECORD_ALL = """
SELECT record_audit($1, $2, $3, $4, s.subject, $5, CASE s.repeats
    WHEN 0 THEN '{}' ELSE jsonb_build_object('repeats', s.repeats::text) END)
FROM unnest($6::text[], $7::int[]) s (subject, repeats)
"""
_UPKEEP = "SELECT record_upkeep($1, $2, $3, $4, $5)"
_HEAD = "SELECT number, hash FROM audit_head WHERE tenant_id = $1"
