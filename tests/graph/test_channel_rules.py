"""Channel rules and names in time, over the real stores and a real reading."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from core.records.pages import PageRequest
from core.records.rules import RulesAt
from graph.schema import LiftosSchema
from stores.wiring import Stores as RealStores
from tests.graph.test_naming import Asker
from tests.support import NewTenant, RunningWorker, SandboxAt, ingest, meta_account

ADD = """mutation($rule: ChannelRuleInput!) { addChannelRule(rule: $rule) { __typename
  ... on ChannelRulePayload { rule { id version name channel position naming { field values } } }
  ... on UserError { code message field mend } } }"""
END = """mutation($id: ID!, $until: Date!) { endChannelRule(ruleId: $id, until: $until) { __typename
  ... on ChannelRulePayload { rule { id version until } }
  ... on UserError { code message field } } }"""
DELETE = """mutation($id: ID!) { deleteChannelRule(ruleId: $id) { __typename
  ... on ChannelRulePayload { rule { name } } ... on UserError { code message field } } }"""
LIST = "query($asOf: DateTime) { channelRules(asOf: $asOf) { name version until } }"
PREVIEW = """query($rule: ChannelRuleInput!, $dates: DateRangeInput!) {
  channelPreview(rule: $rule, dates: $dates, first: 2) { entries moved isComplete
  before { channel entries } samples { channel campaignName entries } } }"""
ENTRIES = """{ marketingEntries(first: 500, orderBy: DATE_ASC) { nodes {
  date channel entityName campaignName } } }"""
DAYS = {"since": "2026-09-29", "until": "2026-10-02"}


@pytest.fixture
async def asker(
    stores: RealStores,
    schema: LiftosSchema,
    new_tenant: NewTenant,
    running_worker: RunningWorker,
    sandbox: SandboxAt,
) -> Asker:
    """Two days read before any rule."""
    tenant = await new_tenant()
    connection = await stores.connections.create(tenant.scope, meta_account())
    async with running_worker(sandbox.url):
        await ingest(stores, tenant.scope, connection, "2026-09-29", "2026-09-30")
    return Asker(schema, stores, tenant.scope)


async def add(asker: Asker, **rule: Any) -> Any:
    return (await asker.ask(ADD, rule=rule))["addChannelRule"]


async def entries(asker: Asker) -> list[Any]:
    found: list[Any] = (await asker.ask(ENTRIES))["marketingEntries"]["nodes"]
    return found


async def test_a_rule_labels_what_is_read_from_then_on(
    asker: Asker, stores: RealStores, running_worker: RunningWorker, sandbox: SandboxAt
) -> None:
    added = await add(asker, name="loyal", channel="CRM", campaign="^loyalty_", since="2026-10-01")
    assert added["rule"]["version"] == 1
    assert {entry["channel"] for entry in await entries(asker)} == {"Paid Social"}
    at = (await stores.connections.page(asker.scope, PageRequest(1))).items[0]
    async with running_worker(sandbox.url):
        await ingest(stores, asker.scope, at, "2026-09-29", "2026-10-02")
    for entry in await entries(asker):
        is_new = entry["date"] >= "2026-10-01" and entry["campaignName"].startswith("loyalty_")
        assert entry["channel"] == ("CRM" if is_new else "Paid Social"), entry


async def test_a_rule_may_ask_for_what_names_say(
    asker: Asker, stores: RealStores, running_worker: RunningWorker, sandbox: SandboxAt
) -> None:
    await asker.add(name="house", pattern="{theme}_{market}_{audience}_{number}")
    condition = {"field": "theme", "values": ["LOYALTY", "x"]}
    await add(asker, name="l", channel="Loyalty", naming=[condition], labelled="paid social")
    at = (await stores.connections.page(asker.scope, PageRequest(1))).items[0]
    async with running_worker(sandbox.url):
        await ingest(stores, asker.scope, at, "2026-10-01", "2026-10-01")
    read = [entry for entry in await entries(asker) if entry["date"] == "2026-10-01"]
    said = {entry["campaignName"].split("_")[0] for entry in read}
    assert "loyalty" in said
    assert len(said) > 1, said
    for entry in read:
        is_loyal = entry["campaignName"].startswith("loyalty_")
        assert entry["channel"] == ("Loyalty" if is_loyal else "Paid Social")


async def test_a_preview_counts_what_would_move_among_the_rules_there_are(asker: Asker) -> None:
    await add(asker, name="first", channel="First", campaign="_001$", position=1)
    rule = {"name": "x", "channel": "Loyalty", "campaign": "LOYALTY"}
    found = (await asker.ask(PREVIEW, rule=rule, dates=DAYS))["channelPreview"]
    expected = Counter(
        entry["campaignName"]
        for entry in await entries(asker)
        if entry["campaignName"].startswith("loyalty_")
        and not entry["campaignName"].endswith("_001")
    )
    assert found["entries"] == found["moved"] == expected.total() > 0
    assert found["before"] == [{"channel": "Paid Social", "entries": expected.total()}]
    assert found["isComplete"]
    for sample in found["samples"]:
        assert expected[sample["campaignName"]] == sample["entries"]
    none = rule | {"until": "2026-09-01"}
    assert (await asker.ask(PREVIEW, rule=none, dates=DAYS))["channelPreview"]["entries"] == 0


async def test_every_version_of_a_rule_is_kept(asker: Asker) -> None:
    first = (await add(asker, name="r", channel="C", source="META_ADS"))["rule"]
    before = await moment(asker)
    ended = await asker.ask(END, id=first["id"], until="2026-10-31")
    assert ended["endChannelRule"]["rule"] == {
        "id": first["id"],
        "version": 2,
        "until": "2026-10-31",
    }
    again = await asker.ask(END, id=first["id"], until="2026-10-31")
    assert again == ended
    between = await moment(asker)
    gone = await asker.ask(DELETE, id=first["id"])
    assert gone["deleteChannelRule"]["rule"] == {"name": "r"}
    assert (await asker.ask(DELETE, id=first["id"]))["deleteChannelRule"]["code"] == "NOT_FOUND"
    assert (await asker.ask(LIST))["channelRules"] == []
    assert (await asker.ask(LIST, asOf=before))["channelRules"] == [
        {"name": "r", "version": 1, "until": None}
    ]
    assert (await asker.ask(LIST, asOf=between))["channelRules"] == [
        {"name": "r", "version": 2, "until": "2026-10-31"}
    ]
    assert (await add(asker, name="r", channel="D", source="META_ADS"))["rule"]["version"] == 1


async def moment(asker: Asker) -> str:
    """The tenant's clock as it stands."""
    sql = "SELECT learned_at FROM data_clock WHERE tenant_id = $1"
    database = asker.stores.naming._database  # type: ignore[attr-defined]  # of the real stores
    async with database.read(asker.scope) as connection:
        found: str = (await connection.fetchval(sql, asker.scope.tenant_id)).isoformat()
    return found


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({}, "rule"),
        ({"since": "2026-10-02", "until": "2026-10-01", "source": "META_ADS"}, "until"),
        ({"campaign": "(?=x)"}, "campaign"),
        ({"entity": ""}, "entity"),
        ({"labelled": " "}, "labelled"),
        ({"channel": "x" * 101, "campaign": "x"}, "channel"),
        ({"naming": [{"field": "market", "values": []}]}, "naming.values"),
        ({"position": -1, "campaign": "x"}, "position"),
    ],
)
async def test_what_cannot_be_a_rule_is_refused_by_its_field(
    asker: Asker, rule: dict[str, Any], field: str
) -> None:
    refused = await add(asker, **({"name": "r", "channel": "C"} | rule))
    assert (refused["__typename"], refused["field"]) == ("InvalidInput", field), refused
    assert refused["mend"]


async def test_a_name_is_used_once_among_rules_in_force(asker: Asker) -> None:
    await add(asker, name="r", channel="C", source="META_ADS")
    refused = await add(asker, name="r", channel="D", source="META_ADS")
    assert (refused["__typename"], refused["field"]) == ("ConflictError", "name")
    now = RulesAt()
    assert len((await asker.stores.channel_rules.rules(asker.scope, [now]))[now]) == 1


async def test_entries_go_by_the_name_of_when_they_were_learned(
    asker: Asker, stores: RealStores
) -> None:
    await asker.add(name="house", pattern="{theme}_{rest*}")
    old = (await entries(asker))[0]["campaignName"]
    known = await moment(asker)
    async with stores.database.write(asker.scope) as connection:
        await connection.execute(
            "WITH tick AS (UPDATE data_clock SET learned_at = clock_timestamp() "
            "WHERE tenant_id = $1 RETURNING learned_at), renamed AS ("
            "UPDATE campaign SET name = 'sale_renamed' WHERE tenant_id = $1 AND name = $2 "
            "RETURNING digest) INSERT INTO campaign_name SELECT $1, digest, learned_at, "
            "'sale_renamed' FROM renamed, tick",
            asker.scope.tenant_id,
            old,
        )
    assert old in {entry["campaignName"] for entry in await entries(asker)}
    theme = {"naming": [{"field": "theme", "values": [old.split("_")[0]]}]}
    asked = """query($filter: MarketingEntryFilter, $asOf: DateTime) {
      marketingEntries(filter: $filter, asOf: $asOf, first: 500) { totalCount
        nodes { campaignName campaign { name } naming { fields { value } } } } }"""
    now = (await asker.ask(asked, filter=theme))["marketingEntries"]
    then = (await asker.ask(asked, filter=theme, asOf=known))["marketingEntries"]
    assert now["totalCount"] > 0
    assert [each["naming"] for each in now["nodes"]] == [each["naming"] for each in then["nodes"]]
    named = {each["campaign"]["name"] for each in now["nodes"] if each["campaignName"] == old}
    assert named == {"sale_renamed"}


async def test_as_of_reads_names_by_the_rules_of_then(asker: Asker) -> None:
    rule = (await asker.add(name="house", pattern="{theme}_{rest*}"))["rule"]["id"]
    known = await moment(asker)
    asked = """query($asOf: DateTime) { marketingEntries(asOf: $asOf, first: 5) {
      nodes { naming { rule { name } } } } }"""
    before = await asker.ask(asked, asOf=known)
    assert before["marketingEntries"]["nodes"][0]["naming"] == {"rule": {"name": "house"}}
    delete = "mutation($id: ID!) { deleteNamingRule(ruleId: $id) { __typename } }"
    await asker.ask(delete, id=rule)
    assert (await asker.ask(asked))["marketingEntries"]["nodes"][0]["naming"] is None
    assert await asker.ask(asked, asOf=known) == before
