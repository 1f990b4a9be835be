"""Two tenants that hold everything the platform can hold, set up through the public door.

Both read the same account act_1001 and a file of the same rows, so that their entries and
campaigns have the same ids. Only B reads act_1002. Each has a run that succeeded, one that
failed, one that waits, restatements, vanished rows, insights, refused records and keys.
"""

from __future__ import annotations

import asyncio
import json
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from redis.asyncio import Redis

from app.objects import object_place
from app.wiring import home_of
from core.commands import CreateTenant
from core.records.drift import Change, Drift, DriftKind, DriftPolicy
from core.records.restatements import Settling
from core.records.tenants import TenantRecord
from core.scope import Role, SystemScope, TenantScope
from core.settings import Settings
from graph.ids import CONNECTION, EXPORT, RUN, SCHEDULE
from jobs.calendars import fill_calendar
from jobs.exchange import RateKeeper
from jobs.seasonality import estimate
from jobs.worker import work
from stores.objects import ObjectStore, open_objects
from stores.postgres.drift import DriftSeen
from stores.wiring import Stores
from tests.exporting import make_export
from tests.support import Services, ended, scope_of
from tests.tenancy.door import META_TOKENS, Door, Json, bearer
from tests.tenancy.rows import opened_rows

SINCE, UNTIL = "2026-10-08", "2026-10-22"
META: Json = {
    "source": "META_ADS",
    "accountId": "act_1001",
    "currency": "EUR",
    "timeZone": "Europe/Berlin",
    "lookBackDays": 1,
}
OTHER = META | {"accountId": "act_1002", "currency": "USD", "timeZone": "America/New_York"}
EVENT: Json = {"name": "sale", "kind": "PROMOTION", "since": "2026-10-03", "until": "2026-10-05"}
OWN_RATE: Json = {"base": "EUR", "quote": "AED", "value": "4", "since": "2026-01-01"}
WEBHOOK: Json = {
    "source": "WEBHOOK",
    "accountId": "orders",
    "currency": "EUR",
    "timeZone": "Europe/Berlin",
}
FILE = b"""Date,Campaign ID,Campaign name,Spend,Impressions,Clicks,CTR
2026-10-20,77,Newsletter,12.50,1000,40,9
2026-10-21,77,Newsletter,eleven,900,30,9
"""
STOCK = (b"Date,Campaign ID,Spend\n", b"2026-10-20,77,12.50\n", b"2026-10-20,78,7.50\n")


@dataclass
class Party:
    """A tenant, its administrator's token, and the global ids of what it holds."""

    record: TenantRecord
    scope: TenantScope
    token: str
    connections: dict[str, str] = field(default_factory=dict)
    runs: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    schedules: dict[str, str] = field(default_factory=dict)
    upload: str = ""
    authorization: str = ""
    export: str = ""
    refused: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    as_of: str = ""
    naming_rule: str = ""
    channel_rule: str = ""
    own_rate: str = ""
    calendar_event: str = ""

    @property
    def id(self) -> UUID:
        return self.record.id


@dataclass(frozen=True)
class Parties:
    """A asks, B is asked about. `published` is every message that Redis carried meanwhile."""

    a: Party
    b: Party
    published: list[tuple[str, bytes]]


@dataclass(frozen=True)
class Ground:
    """What the parties are set up on."""

    services: Services
    stores: Stores
    settings: Settings
    door: Door
    sandbox_url: str

    @property
    def objects(self) -> ObjectStore:
        """What the served app keeps beside the database."""
        return open_objects(object_place(self.settings, home_of(self.settings)))

    def clock(self, now: str) -> None:
        self.control("clock", {"now": now})

    def control(self, name: str, change: Json) -> None:
        urllib.request.urlopen(
            urllib.request.Request(
                f"{self.sandbox_url}/_sandbox/{name}",
                json.dumps(change).encode(),
                {"Content-Type": "application/json"},
            )
        ).close()


async def checksums(ground: Ground, *parties: Party) -> list[dict[str, tuple[int, str]]]:
    """How many rows each party has in each table, and a digest of them."""
    async with opened_rows(ground.services) as rows:
        return [await rows.checksums(party.id) for party in parties]


async def settled(ground: Ground) -> Parties:
    """Both parties with all they hold; no worker is left running."""
    await RateKeeper(ground.stores, "").keep()
    a = await founded(ground, "alpha", ("DE",), "EUR")
    b = await founded(ground, "beta", ("US", "GB"), "USD")
    async with listening(ground.services) as published, working(ground):
        for party in (a, b):
            await connected(ground, party, "meta", META_TOKENS[0], META)
            await connected(ground, party, "broken", META_TOKENS[2], META | {"accountId": "act_9"})
        await connected(ground, b, "other", META_TOKENS[1], OTHER)
        ground.clock("2026-10-23T12:00:00+00:00")
        await asyncio.gather(
            read(ground, a, "meta"), read(ground, b, "meta"), read(ground, b, "other")
        )
        ground.clock("2026-10-24T12:00:00+00:00")
        await read(ground, a, "meta")
        ground.clock("2026-10-26T12:00:00+00:00")
        await asyncio.gather(
            *(read(ground, b, name) for name in ("meta", "other")),
            *(read(ground, party, "broken") for party in (a, b)),
            *(filed(ground, party) for party in (a, b)),
        )
        await asyncio.gather(*(held(ground, party) for party in (a, b)))
        for party in (a, b):
            await tested(ground, party)
            await authorized(ground, party)
        await short(ground, a, b)
    for party in (a, b):
        await drifted(ground, party)
        party.runs["queued"] = await started(ground, party, "meta")
        await connected(ground, party, "webhook", None, WEBHOOK)
        await taught(ground, party)
        await seasoned(ground, party)
        await keyed(ground, party)
        await scheduled(ground, party)
        await exported(ground, party)
    return Parties(a, b, published)


async def founded(ground: Ground, name: str, countries: tuple[str, ...], currency: str) -> Party:
    record = await ground.stores.tenants.create(
        SystemScope(reason="tests of tenancy"),
        CreateTenant(
            slug=f"{name}-{ground.door.url.rpartition(':')[2]}",
            name=f"Tenant {name}",
            countries=countries,
            reporting_currency=currency,
        ),
    )
    await fill_calendar(ground.stores, record, record.created_at.date())
    party = Party(record, scope_of(record), ground.door.token(record.id, Role.ADMIN))
    rule = {"name": f"names of {record.slug}", "pattern": "{theme}_{rest*}"}
    answer = await ground.door.ask(party.token, "Mutation.addNamingRule", {"rule": rule})
    told = EVENT | {"name": f"sale of {record.slug}"}
    made = await ground.door.ask(party.token, "Mutation.addCalendarEvent", {"event": told})
    party.calendar_event = made["data"]["addCalendarEvent"]["event"]["id"]
    party.naming_rule = answer["data"]["addNamingRule"]["rule"]["id"]
    rule = {
        "name": f"channels of {record.slug}",
        "channel": f"channel of {record.slug}",
        "campaign": record.slug,
    }
    answer = await ground.door.ask(party.token, "Mutation.addChannelRule", {"rule": rule})
    party.channel_rule = answer["data"]["addChannelRule"]["rule"]["id"]
    rate = OWN_RATE | {"name": f"rate of {record.slug}"}
    answer = await ground.door.ask(party.token, "Mutation.setExchangeRate", {"rate": rate})
    party.own_rate = answer["data"]["setExchangeRate"]["rate"]["id"]
    return party


async def connected(
    ground: Ground, party: Party, name: str, token: str | None, account: Json
) -> None:
    opened = {"credentials": {"metaAds": {"accessToken": token}}} if token else {}
    given = account | {"name": f"{name} of {party.record.slug}", **opened}
    answer = await ground.door.ask(party.token, "Mutation.connectSource", {"input": given})
    made = answer["data"]["connectSource"]
    party.connections[name] = made["connection"]["id"]
    if made["webhook"]:
        ground.door.secrets.add(made["webhook"]["secret"])


async def started(ground: Ground, party: Party, name: str) -> str:
    given: Json = {
        "connectionId": party.connections[name],
        "dates": {"since": SINCE, "until": UNTIL},
    }
    answer = await ground.door.ask(party.token, "Mutation.startIngestion", {"input": given})
    return str(answer["data"]["startIngestion"]["run"]["id"])


async def read(ground: Ground, party: Party, name: str) -> None:
    run_id = await started(ground, party, name)
    run = await ended(ground.stores, party.scope, RUN.decode(run_id, "id"))
    party.runs[name] = run_id
    if not party.as_of and run.receipt is not None:
        party.as_of = run.receipt.as_of.isoformat()


async def filed(ground: Ground, party: Party) -> None:
    await connected(ground, party, "file", None, META | {"source": "FILE", "accountId": "shop"})
    kept = await ground.door.upload(bearer(party.token), FILE, f"{party.record.slug}.csv")
    party.upload = kept.json()["id"]
    given = {"connectionId": party.connections["file"], "uploadId": party.upload}
    answer = await ground.door.ask(party.token, "Mutation.ingestFile", {"input": given})
    party.runs["file"] = answer["data"]["ingestFile"]["run"]["id"]
    await ended(ground.stores, party.scope, RUN.decode(party.runs["file"], "id"))
    listed = await ground.door.ask(party.token, "Query.rejectedRecords", {"first": 5})
    party.refused = [node["id"] for node in listed["data"]["rejectedRecords"]["nodes"]]


async def authorized(ground: Ground, party: Party) -> None:
    """An authorization whose user is still at the source."""
    answer = await ground.door.ask(
        party.token, "Mutation.startAuthorization", {"source": "META_ADS"}
    )
    begun = answer["data"]["startAuthorization"]
    party.authorization = begun["authorization"]["id"]
    [state] = parse_qs(urlsplit(begun["consentUrl"]).query)["state"]
    ground.door.secrets.add(state)


async def tested(ground: Ground, party: Party) -> None:
    """Both ways that a test can end; the broken one raises an alert."""
    for name in ("meta", "broken"):
        given = {"connectionId": party.connections[name], "waitSeconds": 30}
        await ground.door.ask(party.token, "Mutation.testConnection", given)


async def short(ground: Ground, *parties: Party) -> None:
    """Runs whose entries do not add up to the platform's totals."""
    ground.control("faults", {"missing_rows": 0.3})
    for party in parties:
        given: Json = {
            "connectionId": party.connections["meta"],
            "dates": {"since": "2026-10-06", "until": "2026-10-07"},
        }
        answer = await ground.door.ask(party.token, "Mutation.startIngestion", {"input": given})
        party.runs["short"] = answer["data"]["startIngestion"]["run"]["id"]
        await ended(ground.stores, party.scope, RUN.decode(party.runs["short"], "id"))
    ground.control("faults", {"clear": True})


async def taught(ground: Ground, party: Party) -> None:
    """What weeks of restatements would have taught."""
    connection_id = CONNECTION.decode(party.connections["meta"], "id")
    lesson = [Settling("conversions", 12, 11, 14, 60, 28)]
    await ground.stores.restatements.learn(party.scope, connection_id, lesson)


async def seasoned(ground: Ground, party: Party) -> None:
    """What its history says of seasons: too little, and that is kept too."""
    asked = await ground.stores.seasonality.request(party.scope)
    await estimate(ground.stores, ground.settings, party.scope, asked.id)


async def held(ground: Ground, party: Party) -> None:
    """A run that holds back entries from vanishing."""
    await connected(ground, party, "stock", None, META | {"source": "FILE", "accountId": "stock"})
    stock = party.connections["stock"]
    rules = {"connectionId": stock, "shrinkEntries": 1, "shrinkShare": "0.1"}
    await ground.door.ask(party.token, "Mutation.setReceiptRules", {"input": rules})
    for rows in (STOCK, STOCK[:2]):
        kept = await ground.door.upload(bearer(party.token), b"".join(rows), "stock.csv")
        given = {"connectionId": stock, "uploadId": kept.json()["id"], "reading": "COMPLETE"}
        answer = await ground.door.ask(party.token, "Mutation.ingestFile", {"input": given})
        party.runs["held"] = answer["data"]["ingestFile"]["run"]["id"]
        await ended(ground.stores, party.scope, RUN.decode(party.runs["held"], "id"))


async def scheduled(ground: Ground, party: Party) -> None:
    """A schedule that started a run."""
    given: Json = {"connectionId": party.connections["meta"], "schedule": {"cron": "30 6 * * *"}}
    answer = await ground.door.ask(party.token, "Mutation.createSchedule", given)
    party.schedules["daily"] = answer["data"]["createSchedule"]["schedule"]["id"]
    schedule_id = SCHEDULE.decode(party.schedules["daily"], "id")
    due = (await ground.stores.schedules.by_ids(party.scope, [schedule_id]))[schedule_id].fires_at
    await ground.stores.firing.fire(party.scope, schedule_id, due)


async def exported(ground: Ground, party: Party) -> None:
    """An export with a file, where the served app finds it."""
    body = f"for {party.record.slug}".encode()
    made = await make_export(ground.stores, ground.objects, party.scope, {"wide.csv": body})
    party.export = EXPORT.encode(made.id)


async def drifted(ground: Ground, party: Party) -> None:
    """A stream that was seen to change."""
    at = CONNECTION.decode(party.connections["meta"], "id")
    run = RUN.decode(party.runs["meta"], "id")
    change = Change(DriftKind.NEW_FIELD, f"field_of_{party.record.slug}", "string")
    seen = DriftSeen(at, run, "insights", DriftPolicy.EVOLVE, [Drift(change, "", 1)])
    await ground.stores.drift.hold(party.scope, seen)
    listed = await ground.door.ask(party.token, "Query.schemaChanges", {"first": 5})
    party.changes = [node["id"] for node in listed["data"]["schemaChanges"]["nodes"]]


async def keyed(ground: Ground, party: Party) -> None:
    """A key that holds, one that was revoked, one that has expired."""
    keys, roles = ground.stores.keys, frozenset({Role.ADMIN})
    _, party.keys["good"] = await keys.create(party.scope, "causal", roles)
    record, party.keys["revoked"] = await keys.create(party.scope, "causal", roles)
    await keys.revoke(party.scope, record.id)
    past = datetime.now(UTC) - timedelta(seconds=1)
    _, party.keys["expired"] = await keys.create(party.scope, "causal", roles, past)
    ground.door.secrets.update(party.keys.values())


@asynccontextmanager
async def working(ground: Ground) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(work(ground.settings, ground.services.logins, ground.stores, stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, 20)


@asynccontextmanager
async def listening(services: Services) -> AsyncIterator[list[tuple[str, bytes]]]:
    """Every message on every topic of Redis while the block lasts."""
    heard: list[tuple[str, bytes]] = []
    redis: Redis = Redis.from_url(services.redis_url)

    async def note(channel: Any) -> None:
        async for message in channel.listen():
            heard.append((message["channel"].decode(), message["data"]))  # noqa: PERF401 - as heard

    async with redis.pubsub(ignore_subscribe_messages=True) as channel:
        await channel.psubscribe("*")
        task = asyncio.create_task(note(channel))
        try:
            yield heard
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
    await redis.aclose()
