"""Wake-ups through Redis: a run has moved, look at its log.

A message carries no data. A subscriber reads the log in Postgres under its own scope, so a
lost or doubled wake-up can neither lose nor double an event.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from core.errors import Transient
from core.scope import TenantId, TenantScope, tenant_key
from core.tasks import end

_PATTERN = "liftos:{*}:run:*"
_RESYNC = "liftos:resync"
_RECONNECT_SECONDS = 0.5
_SILENCE_SECONDS = 10.0
_BEGINNINGS = frozenset({"psubscribe", "subscribe"})
_ANNOUNCE_SECONDS = 1.0

log = structlog.get_logger(__name__)


class RunTopics:
    """One listening connection a process, fanned out to this process's subscribers.

    While Redis is away they are woken every time it is tried again, so they go on hearing.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._listener: asyncio.Task[None] | None = None

    async def publish(self, tenant_id: TenantId, run_id: UUID) -> None:
        """Wake every subscriber of the run, in every process; Transient when Redis is away."""
        await self._send(tenant_key(tenant_id, "run", str(run_id)))

    async def announce(self, scope: TenantScope, run_id: UUID) -> None:
        """Wake the run's subscribers after a step of ours, where no worker may be there to.

        Those of this process are woken for certain, the others if Redis answers at once.
        """
        self._wake(scope.key("run", str(run_id)))
        with suppress(Transient, TimeoutError):
            async with asyncio.timeout(_ANNOUNCE_SECONDS):
                await self.publish(scope.tenant_id, run_id)

    async def resync(self) -> None:
        """Wake every subscriber of every run: wake-ups may have been missed."""
        await self._send(_RESYNC)

    @asynccontextmanager
    async def subscribe(
        self, scope: TenantScope, run_id: UUID | None = None
    ) -> AsyncIterator[AsyncIterator[None]]:
        """Wake-ups of a run, or of all the tenant's: one at once, then some after every step.

        Several steps in a row may come as one wake-up.
        """
        topic = scope.key("run") if run_id is None else scope.key("run", str(run_id))
        awake = asyncio.Event()
        awake.set()
        self._waiting[topic].add(awake)
        self._listen()
        try:
            yield _wake_ups(awake)
        finally:
            self._forget(topic, awake)

    async def ping(self) -> None:
        """Raise Transient unless Redis answers."""
        try:
            await self._redis.echo(b"ping")
        except (RedisError, OSError) as error:
            raise Transient("the cache does not answer") from error

    async def aclose(self) -> None:
        """Stop listening."""
        if self._listener is not None:
            await end(self._listener)

    async def _send(self, topic: str) -> None:
        try:
            await self._redis.publish(topic, b"")
        except (RedisError, OSError) as error:
            raise Transient("the cache does not answer") from error

    def _forget(self, topic: str, awake: asyncio.Event) -> None:
        self._waiting[topic].discard(awake)
        if not self._waiting[topic]:
            del self._waiting[topic]

    def _listen(self) -> None:
        if self._listener is None or self._listener.done():
            self._listener = asyncio.create_task(self._keep_listening())

    async def _keep_listening(self) -> None:
        while True:
            try:
                async with self._redis.pubsub() as channel:
                    await channel.psubscribe(_PATTERN)
                    await channel.subscribe(_RESYNC)
                    await self._relay(channel)
            except (RedisError, OSError, TimeoutError) as error:
                log.warning("listening to the cache failed", error=type(error).__name__)
            self._wake_all()
            await asyncio.sleep(_RECONNECT_SECONDS)

    async def _relay(self, channel: PubSub) -> None:
        is_asked = False
        while True:
            message = await channel.get_message(timeout=_SILENCE_SECONDS)
            if message is None:
                # A connection may be dead and not say so; one that lives answers a ping.
                if is_asked:
                    raise TimeoutError
                await channel.ping()
                is_asked = True
            else:
                is_asked = False
                self._pass_on(message)

    def _pass_on(self, message: Mapping[str, Any]) -> None:
        kind = message["type"]
        # The driver comes back by itself, and says so by subscribing anew: some were missed.
        if kind in _BEGINNINGS or message["channel"] == _RESYNC.encode():
            self._wake_all()
        elif kind == "pmessage":
            self._wake(message["channel"].decode())

    def _wake(self, topic: str) -> None:
        """Wake who waits for the run of `topic`, and who waits for any of its tenant."""
        for each in (topic, topic.rpartition(":")[0]):
            for awake in self._waiting.get(each, ()):
                awake.set()

    def _wake_all(self) -> None:
        for waiting in self._waiting.values():
            for awake in waiting:
                awake.set()


async def _wake_ups(awake: asyncio.Event) -> AsyncIterator[None]:
    while True:
        await awake.wait()
        awake.clear()
        yield
