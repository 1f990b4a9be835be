"""The schema over the real stores: a source is connected, read, followed, and asked about."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from core.errors import NotFound
from core.records.connections import ConnectionStatus
from core.scope import TenantScope
from graph.context import Context
from graph.schema import LiftosSchema
from resolvers.session import Session
from stores.wiring import Stores
from tests.graph.counting import counted
from tests.support import NewTenant, RunningWorker, SandboxAt, opened

CONNECT = """mutation { connectSource(input: {
  source: META_ADS, accountId: "act_1001", name: "Northwind", currency: "EUR",
  timeZone: "Europe/Berlin", credentials: {metaAds: {accessToken: "sandbox-token-1001"}}
}) { ... on ConnectSourcePayload { connection { id } } ... on UserError { message field } } }"""
CONNECT_EXPIRED = CONNECT.replace("sandbox-token-1001", "sandbox-expired")
ROTATE = """mutation($id: ID!) { rotateCredentials(input: {
  connectionId: $id, credentials: {metaAds: {accessToken: "sandbox-token-1001"}}
}) { ... on RotateCredentialsPayload { connection { id status } }
  ... on UserError { code message field } } }"""
RETRY = """mutation($id: ID!) { retryRun(runId: $id) {
  ... on RetryRunPayload { run { status } } ... on UserError { message field } } }"""
SWITCH = """mutation($id: ID!) { switched: %s(connectionId: $id) {
  ... on %s { connection { status } } ... on UserError { code message field } } }"""
START = """mutation($id: ID!) { startIngestion(input: {
  connectionId: $id, dates: {since: "2026-09-01", until: "2026-10-31"}
}) { ... on StartIngestionPayload { run { id } } ... on UserError { message field } } }"""
FOLLOW = """subscription($id: ID!, $after: Int!) { ingestionProgress(runId: $id, after: $after) {
  sequence kind status } }"""
RUN = """query($id: ID!) { run(id: $id) { status receipt { changedNothing balances asOf
  counters { fetched stored created } totals { currency entries spend impressions } } } }"""


@dataclass(frozen=True)
class Asker:
    """One caller over the real stores."""

    schema: LiftosSchema
    stores: Stores
    scope: TenantScope

    async def ask(self, query: str, **variables: Any) -> Any:
        context = Context(Session.open(self.scope, self.stores), "request-1")
        result = await self.schema.execute(query, variables, context)
        assert result.errors is None, result.errors
        return result.data

    async def follow(self, run_id: str, after: int = 0) -> list[dict[str, Any]]:
        context = Context(Session.open(self.scope, self.stores), "request-1")
        variables = {"id": run_id, "after": after}
        stream = await self.schema.subscribe(FOLLOW, variables, context)
        frames = [frame async for frame in stream]
        assert [frame.errors for frame in frames] == [None] * len(frames)
        return [(frame.data or {})["ingestionProgress"] for frame in frames]


@dataclass(frozen=True)
class Ingested:
    """A tenant whose account has been read, and another who has nothing."""

    owner: Asker
    stranger: Asker
    run_id: str
    events: list[dict[str, Any]]


@pytest.fixture(scope="module")
async def ingested(
    stores: Stores,
    new_tenant: NewTenant,
    sandbox: SandboxAt,
    running_worker: RunningWorker,
    schema: LiftosSchema,
) -> Ingested:
    owner = Asker(schema, stores, (await new_tenant(calendar=True)).scope)
    stranger = Asker(schema, stores, (await new_tenant(calendar=True)).scope)
    connected = await owner.ask(CONNECT)
    connection_id = connected["connectSource"]["connection"]["id"]
    async with running_worker(sandbox.url):
        started = await owner.ask(START, id=connection_id)
        run_id = started["startIngestion"]["run"]["id"]
        events = await owner.follow(run_id)
    return Ingested(owner, stranger, run_id, events)


async def test_a_run_is_followed_to_its_end_and_resumed_anywhere(ingested: Ingested) -> None:
    events = ingested.events
    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
    assert (events[0]["kind"], events[-1]["status"]) == ("QUEUED", "SUCCEEDED")
    for after in (1, len(events) - 1, len(events)):
        assert await ingested.owner.follow(ingested.run_id, after) == events[after:]


async def test_the_entries_add_up_to_the_receipt(ingested: Ingested) -> None:
    receipt = (await ingested.owner.ask(RUN, id=ingested.run_id))["run"]["receipt"]
    [total] = receipt["totals"]
    data = await ingested.owner.ask(
        "query($t: DateTime) { marketingEntries(first: 1000, asOf: $t) "
        "{ totalCount nodes { spend impressions currency } } }",
        t=receipt["asOf"],
    )
    nodes = data["marketingEntries"]["nodes"]
    assert receipt["balances"] is True
    assert len(nodes) == data["marketingEntries"]["totalCount"] == total["entries"] > 300
    assert sum(Decimal(node["spend"]) for node in nodes) == Decimal(total["spend"])
    assert sum(node["impressions"] for node in nodes) == total["impressions"]


@pytest.mark.parametrize("order", ["DATE_ASC", "DATE_DESC"])
async def test_walking_either_way_meets_every_entry_once(ingested: Ingested, order: str) -> None:
    field = f"marketingEntries(orderBy: {order}, %s) {{ nodes {{ id }} pageInfo {{ %s }} }}"
    whole = await ingested.owner.ask("{ " + field % ("first: 1000", "hasNextPage") + " }")
    expected = [node["id"] for node in whole["marketingEntries"]["nodes"]]
    assert len(set(expected)) == len(expected) > 300
    forward = "query($c: String) { " + field % ("first: 37, after: $c", "hasNextPage endCursor")
    walked: list[str] = []
    more, cursor = True, None
    while more:
        page = (await ingested.owner.ask(forward + " }", c=cursor))["marketingEntries"]
        walked += [node["id"] for node in page["nodes"]]
        more, cursor = page["pageInfo"]["hasNextPage"], page["pageInfo"]["endCursor"]
    assert walked == expected
    backward = "query($c: String) { " + field % (
        "last: 41, before: $c",
        "hasPreviousPage startCursor",
    )
    walked, more, cursor = [], True, None
    while more:
        page = (await ingested.owner.ask(backward + " }", c=cursor))["marketingEntries"]
        walked = [node["id"] for node in page["nodes"]] + walked
        more, cursor = page["pageInfo"]["hasPreviousPage"], page["pageInfo"]["startCursor"]
    assert walked == expected


async def test_campaigns_and_days_below_entries_are_two_more_store_calls(
    ingested: Ingested,
) -> None:
    stores, calls = counted(ingested.owner.stores)
    context = Context(Session.open(ingested.owner.scope, stores), "request-1")
    result = await ingested.owner.schema.execute(
        "{ marketingEntries(first: 1000) { nodes { campaign { name } calendar { date } } } }",
        None,
        context,
    )
    assert result.errors is None
    nodes = (result.data or {})["marketingEntries"]["nodes"]
    assert len(nodes) > 300
    assert all(node["campaign"] and node["calendar"] for node in nodes)
    assert calls == ["entries.page", "campaigns.by_digests", "calendar.by_dates"]


async def test_an_entry_leads_back_to_the_page_it_came_from(ingested: Ingested) -> None:
    data = await ingested.owner.ask(
        """{ marketingEntries(first: 1) { nodes { vintageCount
          vintages { isPresent spend changes { metric } lineage { position } }
          lineage { position rawPage { stream sizeBytes sha256 request run { id } } }
          campaign { entries(first: 1) { nodes { spend } } } spend connection { name } } } }"""
    )
    [node] = data["marketingEntries"]["nodes"]
    page = node["lineage"]["rawPage"]
    assert node["vintages"] == [
        {
            "isPresent": True,
            "spend": node["spend"],
            "changes": [],
            "lineage": {"position": node["lineage"]["position"]},
        }
    ]
    assert page["run"]["id"] == ingested.run_id
    assert (len(page["sha256"]), page["sizeBytes"] > 0) == (64, True)
    assert "sandbox-token" not in str(page["request"])
    assert node["connection"] == {"name": "Northwind"}


async def test_attribution_rows_add_up_to_the_same_totals(ingested: Ingested) -> None:
    data = await ingested.owner.ask(
        """{ attributionRows(dates: {since: "2026-09-01", until: "2026-10-31"}, first: 1000) {
          nodes { date spend isoWeek fiscalYear } } run: runs { nodes { receipt {
            totals { spend } } } } }"""
    )
    rows = data["attributionRows"]["nodes"]
    [run] = data["run"]["nodes"]
    assert sum(Decimal(row["spend"]) for row in rows) == Decimal(
        run["receipt"]["totals"][0]["spend"]
    )
    assert all(row["isoWeek"] and row["fiscalYear"] for row in rows)


async def test_a_stranger_finds_nothing_of_it(ingested: Ingested) -> None:
    data = await ingested.owner.ask(
        """{ marketingEntries(first: 1) { nodes { id campaign { id } connection { id } run { id }
          lineage { rawPage { id } } } } }"""
    )
    [node] = data["marketingEntries"]["nodes"]
    theirs = [
        node["id"],
        node["campaign"]["id"],
        node["connection"]["id"],
        node["run"]["id"],
        node["lineage"]["rawPage"]["id"],
    ]
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    assert await ingested.owner.ask(query, ids=theirs) == {"nodes": [{"id": i} for i in theirs]}
    assert await ingested.stranger.ask(query, ids=theirs) == {"nodes": [None] * len(theirs)}
    assert await ingested.stranger.ask(
        "{ marketingEntries { totalCount } campaigns { nodes { id } } runs { nodes { id } } }"
    ) == {"marketingEntries": {"totalCount": 0}, "campaigns": {"nodes": []}, "runs": {"nodes": []}}


async def test_a_new_token_mends_a_run_that_the_old_one_had_failed(
    stores: Stores,
    new_tenant: NewTenant,
    sandbox: SandboxAt,
    running_worker: RunningWorker,
    schema: LiftosSchema,
) -> None:
    owner = Asker(schema, stores, (await new_tenant(calendar=True)).scope)
    stranger = Asker(schema, stores, (await new_tenant()).scope)
    connected = await owner.ask(CONNECT_EXPIRED)
    connection_id = connected["connectSource"]["connection"]["id"]
    async with running_worker(sandbox.url):
        started = await owner.ask(START, id=connection_id)
        run_id = started["startIngestion"]["run"]["id"]
        failed = await owner.follow(run_id)
        assert failed[-1]["status"] == "FAILED"
        refused = await stranger.ask(ROTATE, id=connection_id)
        assert refused["rotateCredentials"]["code"] == "NOT_FOUND"
        assert await owner.ask(ROTATE, id=connection_id) == {
            "rotateCredentials": {"connection": {"id": connection_id, "status": "ACTIVE"}}
        }
        assert await owner.ask(RETRY, id=run_id) == {"retryRun": {"run": {"status": "QUEUED"}}}
        events = await owner.follow(run_id, failed[-1]["sequence"])
    assert events[-1]["status"] == "SUCCEEDED"


async def test_a_pause_holds_for_the_owner_alone_until_it_is_lifted(
    stores: Stores, new_tenant: NewTenant, schema: LiftosSchema
) -> None:
    owner = Asker(schema, stores, (await new_tenant()).scope)
    stranger = Asker(schema, stores, (await new_tenant()).scope)
    connected = await owner.ask(CONNECT)
    connection_id = connected["connectSource"]["connection"]["id"]
    pause, resume = ("pauseConnection", "PAUSED"), ("resumeConnection", "ACTIVE")
    for name, status in (pause, pause, resume, resume):
        switch = SWITCH % (name, f"{name[0].upper()}{name[1:]}Payload")
        refused = await stranger.ask(switch, id=connection_id)
        assert refused["switched"]["code"] == "NOT_FOUND"
        told = await owner.ask(switch, id=connection_id)
        assert told["switched"] == {"connection": {"status": status}}
        listed = await owner.ask("{ connections { nodes { id status } } }")
        assert listed["connections"]["nodes"] == [{"id": connection_id, "status": status}]


@pytest.mark.parametrize("name", ["rotate", "set_status"])
async def test_a_connection_that_is_gone_is_not_found_and_nothing_is_sealed(
    stores: Stores, new_tenant: NewTenant, name: str
) -> None:
    scope = (await new_tenant()).scope
    change = opened("sandbox-token-1001") if name == "rotate" else ConnectionStatus.PAUSED
    with pytest.raises(NotFound):
        await getattr(stores.connections, name)(scope, uuid4(), change)
    async with stores.database.read(scope) as connection:
        assert await connection.fetchval("SELECT count(*) FROM data_key") == 0
