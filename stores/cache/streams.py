"""Events on a Redis Stream per tenant, for other modules to read with consumer groups.

An entry's id is the event's number, `17-0`: Redis itself then refuses one that is there or that
comes too late, so any number of workers may publish, and a cursor of the API is one of the stream.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC

import orjson
from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.errors import Transient
from core.jsonvalue import JSONObject
from core.records.events import DataEvent, DataEventKind, DataEventRecord
from core.scope import TenantId, TenantScope, tenant_key
from core.units import DateRange

TYPES: Mapping[DataEventKind, str] = {
    DataEventKind.RUN_QUEUED: "liftos.run.queued.v1",
    DataEventKind.RUN_STARTED: "liftos.run.started.v1",
    DataEventKind.PAGE_LANDED: "liftos.page.landed.v1",
    DataEventKind.ENTRIES_RESTATED: "liftos.entries.restated.v1",
    DataEventKind.RUN_FINISHED: "liftos.run.finished.v1",
    DataEventKind.INSIGHT_RAISED: "liftos.insight.raised.v1",
}
"""The `type` of each kind on the wire; another shape of `data` is another version."""

_STREAM = "events"
# All or nothing, and nothing unless the stream ends where the caller believes.
_APPEND = """
local last = 0
if redis.call('EXISTS', KEYS[1]) == 1 then
    local info = redis.call('XINFO', 'STREAM', KEYS[1])
    for i = 1, #info, 2 do
        if info[i] == 'last-generated-id' then
            last = tonumber(string.match(info[i + 1], '^%d+'))
        end
    end
end
if last ~= tonumber(ARGV[1]) then return last end
for i = 3, #ARGV, 2 do
    redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], ARGV[i] .. '-0', 'event', ARGV[i + 1])
    last = tonumber(ARGV[i])
end
return last
"""


class EventStreams:
    """The streams of all tenants; nothing in them cannot be put there again from Postgres."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._append = redis.register_script(_APPEND)

    async def append(
        self, scope: TenantScope, last: int, events: Sequence[DataEventRecord], length: int
    ) -> int:
        """Add `events` if the stream ends with number `last`; with which it ends now.

        About `length` entries are kept. Transient when Redis is away.
        """
        parts: list[int | bytes] = [last, length]
        for record in events:
            parts += [record.sequence, orjson.dumps(cloud_event(scope, record))]
        try:
            return int(await self._append(keys=[scope.key(_STREAM)], args=parts))
        except (RedisError, OSError) as error:
            raise Transient("the cache does not answer") from error

    async def last(self, scope: TenantScope) -> int:
        """The number with which the tenant's stream ends; 0 where there is no stream."""
        return (await self.lasts([scope.tenant_id]))[scope.tenant_id]

    async def lasts(self, tenants: Sequence[TenantId]) -> dict[TenantId, int]:
        """The numbers with which these tenants' streams end; Transient when Redis is away."""
        try:
            async with self._redis.pipeline(transaction=False) as together:
                for tenant_id in tenants:
                    together.xinfo_stream(tenant_key(tenant_id, _STREAM))
                found = await together.execute(raise_on_error=False)
        except (RedisError, OSError) as error:
            raise Transient("the cache does not answer") from error
        return {tenant_id: _ends(info) for tenant_id, info in zip(tenants, found, strict=True)}

    async def trim(self, scope: TenantScope, through: int) -> None:
        """Drop the entries up to number `through`."""
        try:
            await self._redis.xtrim(scope.key(_STREAM), minid=f"{through + 1}-0", approximate=False)
        except (RedisError, OSError) as error:
            raise Transient("the cache does not answer") from error

    async def forget(self, scope: TenantScope) -> None:
        """Drop the tenant's stream with its consumer groups."""
        try:
            await self._redis.delete(scope.key(_STREAM))
        except (RedisError, OSError) as error:
            raise Transient("the cache does not answer") from error


def cloud_event(scope: TenantScope, record: DataEventRecord) -> JSONObject:
    """The event in CloudEvents' JSON, https://github.com/cloudevents/spec, version 1.0.

    `sequence` is its extension of that name, whose order is that of texts.
    """
    event = record.event
    return {
        "specversion": "1.0",
        "id": str(record.id),
        "source": f"/liftos/core-data/tenants/{scope.tenant_id}",
        "type": TYPES[event.kind],
        "subject": _subject(event),
        "time": record.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "sequence": f"{record.sequence:020}",
        "data": {
            "runId": str(event.run_id),
            "connectionId": str(event.connection_id) if event.connection_id else None,
            "status": event.status.value,
            "counters": asdict(event.counters),
            "dates": _days(event.dates),
            **({"insightId": str(event.insight_id)} if event.insight_id else {}),
        },
    }


def _subject(event: DataEvent) -> str:
    return f"insights/{event.insight_id}" if event.insight_id else f"runs/{event.run_id}"


def _days(dates: DateRange | None) -> JSONObject | None:
    if dates is None:
        return None
    return {"since": dates.since.isoformat(), "until": dates.until.isoformat()}


def _ends(info: object) -> int:
    """What XINFO says, or 0 for its complaint that there is no stream."""
    if not isinstance(info, Mapping):
        return 0
    last = info["last-generated-id"]
    text = last.decode() if isinstance(last, bytes) else str(last)
    return int(text.partition("-")[0])
