"""Two tenants that hold everything the platform can hold, set up through the public door.

Both read the same account act_1001 and a file of the same rows, so that their entries and
campaigns have the same ids. Only B reads act_1002. Each has a run that succeeded, one that
failed, one that waits, restatements, vanished rows, insights, refused records and keys.
"""

from __future__ import annotations

import asyncio
import json
import urllib.request
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from app.objects import object_place
from app.wiring import home_of
from core.commands import CreateTenant
from core.operation_text import sha256_of
from core.records.drift import Change, Drift, DriftKind, DriftPolicy
from core.records.features import FeatureUse, ViewKey
from core.records.operations import Sighting
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
from tests.jobs.indexing import indexed
from tests.support import Services, ended, scope_of
from tests.tenancy.door import META_TOKENS, Door, Json, bearer
from tests.tenancy.found import analysed, budgeted
from tests.tenancy.given import (
    EVENT,
    FILE,
    META,
    OTHER,
    OWN_RATE,
    SINCE,
    STOCK,
    UNTIL,
    VIEW,
    WEBHOOK,
)
from tests.tenancy.keeping import kept
from tests.tenancy.listening import listening
from tests.tenancy.rows import opened_rows


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
    budget: str = ""
    campaign: str = ""
    operation: str = ""
    view: str = ""
    calendar_event: str = ""
    insight: str = ""
    incident: str = ""

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


AUDIT = ("audit_log", "audit_head")
COUNTED_LATER = ("feature_usage",)
"""What was read before is counted within a second, whatever happens meanwhile."""


async def checksums(
    ground: Ground, *parties: Party, but: Sequence[str] = ()
) -> list[dict[str, tuple[int, str]]]:
    """How many rows each party has in each table, and a digest of them; of all tables `but` these.

    A refusal leaves its line in the audit log and nothing else.
    """
    async with opened_rows(ground.services) as rows:
        kept = (*but, *COUNTED_LATER)
        return [await rows.checksums(party.id, kept) for party in parties]


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
        await analysed(ground, party)
        await budgeted(ground, party)
        await kept(ground, party)
        await keyed(ground, party)
        await scheduled(ground, party)
        await indexed(ground.stores, party.scope)
        await exported(ground, party)
        await featured(ground, party)
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
    await with_operations(ground, party)
    return party


async def with_operations(ground: Ground, party: Party) -> None:
    """An operation, a client with a stage of its own, and a document of it that was seen."""
    slug = party.record.slug
    given = {"client": "console", "operations": [{"document": document_of(slug)}]}
    answer = await ground.door.ask(party.token, "Mutation.registerOperations", {"input": given})
    party.operation = answer["data"]["registerOperations"]["operations"][0]["id"]
    watched = {"stage": "LOG", "client": f"client of {slug}"}
    answer = await ground.door.ask(party.token, "Mutation.setOperationStage", watched)
    assert answer["data"]["setOperationStage"]["__typename"] == "OperationStagePayload"
    seen = Sighting(sha256_of(slug), f"client of {slug}", f"query of {slug}", 3)
    await ground.stores.operation_stages.record(party.scope, [seen])


def document_of(slug: str) -> str:
    return f"# Operation of {slug}.\nquery Mine {{ viewer {{ actor }} }}"


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


async def featured(ground: Ground, party: Party) -> None:
    """A feature view of a name that both parties have, and one of a name of its own; both read."""
    party.view = party.record.slug.replace("-", "_")
    for name in ("pulse", party.view):
        told = VIEW | {"name": name, "description": f"for {party.record.slug}"}
        await ground.door.ask(party.token, "Mutation.createFeatureView", {"view": told})
        use = FeatureUse(ViewKey(name, 1), party.record.slug, datetime.now(UTC).date(), 1, 1)
        await ground.stores.features.record(party.scope, [use])


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
