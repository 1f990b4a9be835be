"""Whether credentials that opened a stream still hold while it lasts.

Expiry is known beforehand. A revoked key and a tenant that is gone are found by asking again at
an interval, once for all streams of a tenant, on every process by itself: that needs no message
to arrive, and when nobody can be asked the streams end too.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol

import structlog

from core.errors import NotFound, Transient
from core.records.tenants import ApiKeyRecord, TenantRecord
from core.scope import TenantId, TenantScope
from core.tasks import end

CHECKS_MISSED = 6
"""So many checks in a row may fail before streams end for want of one."""


class Ending(StrEnum):
    """Why a stream has to end."""

    EXPIRED = "the credentials have expired"
    REVOKED = "the credentials no longer hold"
    UNCHECKED = "the credentials cannot be checked; try again later"


class Tenants(Protocol):
    """Where tenants are looked up."""

    async def current(self, scope: TenantScope, /) -> TenantRecord | None:
        """The tenant of `scope`; None or NotFound when it is gone."""
        ...


class Keys(Protocol):
    """Where a tenant's keys are listed."""

    async def all(self, scope: TenantScope, /) -> tuple[ApiKeyRecord, ...]:
        """Those that were revoked among them."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class _Watched:
    scope: TenantScope
    end: Callable[[Ending], None]

    @property
    def key(self) -> str | None:
        kind, _, name = self.scope.actor.partition(":")
        return name if kind == "key" else None


class Standing:
    """Watches the scopes of this process's streams; `seconds` between two checks of a tenant."""

    def __init__(self, tenants: Tenants, keys: Keys, seconds: float) -> None:
        self._tenants = tenants
        self._keys = keys
        self._seconds = seconds
        self._watched: defaultdict[TenantId, set[_Watched]] = defaultdict(set)
        self._missed: defaultdict[TenantId, int] = defaultdict(int)

    @contextmanager
    def watch(self, scope: TenantScope, end: Callable[[Ending], None]) -> Iterator[None]:
        """Call `end` once, within the block, when the credentials behind `scope` do not hold."""
        watched = _Watched(scope, end)
        self._watched[scope.tenant_id].add(watched)
        timer = _at(scope.expires_at, end)
        try:
            yield
        finally:
            if timer is not None:
                timer.cancel()
            self._leave(watched)

    async def keep_checking(self) -> None:
        """Check until cancelled."""
        while True:
            await asyncio.sleep(self._seconds)
            await self.check()

    async def check(self) -> None:
        """Look once at every tenant that has streams here."""
        for tenant_id in tuple(self._watched):
            if found := tuple(self._watched.get(tenant_id, ())):
                await self._check(tenant_id, found)

    async def _check(self, tenant_id: TenantId, watched: tuple[_Watched, ...]) -> None:
        try:
            ended = await self._ended(watched)
        except Exception as error:  # noqa: BLE001 - a check that fails in any way was not made
            if not isinstance(error, Transient):
                structlog.get_logger().error("credentials_not_checked", exc_info=error)
            self._missed[tenant_id] += 1
            if self._missed[tenant_id] >= CHECKS_MISSED:
                self._end(watched, Ending.UNCHECKED)
        else:
            self._missed.pop(tenant_id, None)
            self._end(ended, Ending.REVOKED)

    async def _ended(self, watched: tuple[_Watched, ...]) -> tuple[_Watched, ...]:
        """Those whose credentials no longer hold."""
        scope = watched[0].scope
        try:
            tenant = await self._tenants.current(scope)
        except NotFound:
            tenant = None
        if tenant is None:
            return watched
        by_key = tuple(each for each in watched if each.key is not None)
        if not by_key:
            return ()
        good = {str(key.id) for key in await self._keys.all(scope) if key.revoked_at is None}
        return tuple(each for each in by_key if each.key not in good)

    def _end(self, watched: tuple[_Watched, ...], why: Ending) -> None:
        for each in watched:
            structlog.get_logger().info("stream_ended", why=why.name, actor=each.scope.actor)
            each.end(why)

    def _leave(self, watched: _Watched) -> None:
        tenant_id = watched.scope.tenant_id
        self._watched[tenant_id].discard(watched)
        if not self._watched[tenant_id]:
            del self._watched[tenant_id]
            self._missed.pop(tenant_id, None)


@asynccontextmanager
async def open_standing(tenants: Tenants, keys: Keys, seconds: float) -> AsyncIterator[Standing]:
    """A watch that checks for as long as the block lasts."""
    standing = Standing(tenants, keys, seconds)
    checking = asyncio.create_task(standing.keep_checking())
    try:
        yield standing
    finally:
        await end(checking)


def has_expired(scope: TenantScope) -> bool:
    """Whether the credentials behind `scope` have run out."""
    return scope.expires_at is not None and scope.expires_at <= datetime.now(UTC)


def _at(moment: datetime | None, end: Callable[[Ending], None]) -> asyncio.TimerHandle | None:
    if moment is None:
        return None
    left = (moment - datetime.now(UTC)).total_seconds()
    return asyncio.get_running_loop().call_later(max(0.0, left), end, Ending.EXPIRED)
