"""Names of real campaigns, read by rules, over the real stores."""

from __future__ import annotations

import asyncio
import sys
import traceback
from dataclasses import dataclass
from typing import Any

import pytest

from core.records.entries import EntryFilter
from core.records.naming import NamingCondition, NamingRule, NamingSyntax
from core.records.rules import RulesAt
from core.scope import TenantScope
from graph.context import Context
from graph.schema import LiftosSchema
from loaders.ports import Stores
from resolvers import naming
from resolvers.session import Session
from stores.wiring import Stores as RealStores
from tests.graph.counting import counted
from tests.support import NewTenant, RunningWorker, SandboxAt, Tenant, ingest, meta_account

ADD = """mutation($rule: NamingRuleInput!) { addNamingRule(rule: $rule) { __typename
  ... on NamingRulePayload { rule { id name fields since until position } }
  ... on UserError { code message field mend } } }"""
END = """mutation($id: ID!, $until: Date!) { endNamingRule(ruleId: $id, until: $until) { __typename
  ... on NamingRulePayload { rule { until } } ... on UserError { code message field } } }"""
DELETE = """mutation($id: ID!) { deleteNamingRule(ruleId: $id) { __typename
  ... on NamingRulePayload { rule { name } } ... on UserError { code message field } } }"""
PREVIEW = """query($rule: NamingRuleInput!) { namingPreview(rule: $rule, first: 2) {
  campaigns matched readings { name fields { name value } } unmatched } }"""
ENTRIES = """query($filter: MarketingEntryFilter) {
  marketingEntries(filter: $filter, first: 200, orderBy: DATE_ASC) { totalCount nodes {
    date campaign { name naming(on: "2026-10-01") { rule { name } } }
    naming { rule { name } fields { name value } } } } }"""
RULES = "{ namingRules { name position } }"

# Names of the sandbox: theme_market_audience_number, such as loyalty_de_engaged-30d_004.
RULE = {"name": "house", "pattern": "{theme}_{market}_{audience}_{number}"}


@dataclass(frozen=True)
class Asker:
    schema: LiftosSchema
    stores: Stores
    scope: TenantScope

    async def ask(self, query: str, **variables: Any) -> Any:
        context = Context(Session.open(self.scope, self.stores), "request-1")
        result = await self.schema.execute(query, variables, context)
        assert result.errors is None, result.errors
        return result.data

    async def add(self, **rule: Any) -> Any:
        return (await self.ask(ADD, rule=rule))["addNamingRule"]


@pytest.fixture(scope="module")
async def owner(
    stores: RealStores,
    schema: LiftosSchema,
    new_tenant: NewTenant,
    running_worker: RunningWorker,
    sandbox: SandboxAt,
) -> Asker:
    tenant = await new_tenant()
    connection = await stores.connections.create(tenant.scope, meta_account())
    async with running_worker(sandbox.url):
        await ingest(stores, tenant.scope, connection, "2026-09-29", "2026-10-02")
    return Asker(schema, stores, tenant.scope)


@pytest.fixture
async def asker(owner: Asker, stores: RealStores) -> Asker:
    for record in (await stores.naming.rules(owner.scope, [RulesAt()]))[RulesAt()]:
        await stores.naming.delete(owner.scope, record.id)
    return owner


async def test_a_rule_reads_every_name_at_once(asker: Asker) -> None:
    added = await asker.add(**RULE)
    assert added["rule"]["fields"] == ["theme", "market", "audience", "number"]
    assert added["rule"]["position"] == 100
    entries = (await asker.ask(ENTRIES))["marketingEntries"]["nodes"]
    assert entries
    for entry in entries:
        said = {field["name"]: field["value"] for field in entry["naming"]["fields"]}
        assert "_".join(said.values()) == entry["campaign"]["name"]
        assert entry["naming"]["rule"]["name"] == "house"


async def test_rules_hold_on_their_own_days(asker: Asker) -> None:
    old = await asker.add(**RULE)
    ended = await asker.ask(END, id=old["rule"]["id"], until="2026-09-30")
    assert ended["endNamingRule"]["rule"] == {"until": "2026-09-30"}
    await asker.add(name="new", pattern="{everything*}", since="2026-10-01")
    entries = (await asker.ask(ENTRIES))["marketingEntries"]["nodes"]
    by = {(entry["date"], entry["naming"]["rule"]["name"]) for entry in entries}
    assert by == {
        ("2026-09-29", "house"),
        ("2026-09-30", "house"),
        ("2026-10-01", "new"),
        ("2026-10-02", "new"),
    }
    assert {entry["campaign"]["naming"]["rule"]["name"] for entry in entries} == {"new"}


async def test_entries_are_filtered_by_what_their_names_say(asker: Asker) -> None:
    everything = (await asker.ask(ENTRIES))["marketingEntries"]["nodes"]
    themes = sorted({entry["campaign"]["name"].split("_")[0] for entry in everything})
    wanted = themes[0]
    await asker.add(**RULE, until="2026-09-30")
    condition = {"field": "theme", "values": [wanted.upper(), "nothing"]}
    found = (await asker.ask(ENTRIES, filter={"naming": [condition]}))["marketingEntries"]
    expected = [
        entry
        for entry in everything
        if entry["campaign"]["name"].startswith(f"{wanted}_") and entry["date"] <= "2026-09-30"
    ]
    assert expected
    assert found["totalCount"] == len(expected) == len(found["nodes"])
    none = {"naming": [condition, {"field": "market", "values": ["atlantis"]}]}
    assert (await asker.ask(ENTRIES, filter=none))["marketingEntries"]["totalCount"] == 0


async def test_of_rules_that_fit_the_lowest_position_is_taken(asker: Asker) -> None:
    await asker.add(name="late", pattern="{all*}", position=200)
    await asker.add(**RULE)
    await asker.add(name="elsewhere", pattern="{all*}", position=1, source="GOOGLE_ADS")
    await asker.add(name="another account", pattern="{all*}", position=1, accountId="act_9")
    listed = (await asker.ask(RULES))["namingRules"]
    assert [rule["name"] for rule in listed] == ["elsewhere", "another account", "house", "late"]
    entries = (await asker.ask(ENTRIES))["marketingEntries"]["nodes"]
    assert {entry["naming"]["rule"]["name"] for entry in entries} == {"house"}


async def test_a_rule_is_tried_before_it_is_added(asker: Asker) -> None:
    fits = {"name": "x", "pattern": "(?P<theme>[a-z]+)_(?P<rest>.*)", "syntax": "REGEX"}
    tried = (await asker.ask(PREVIEW, rule=fits))["namingPreview"]
    assert tried["matched"] == tried["campaigns"] > 2
    assert len(tried["readings"]) == 2
    assert tried["unmatched"] == []
    first = tried["readings"][0]
    assert [field["name"] for field in first["fields"]] == ["theme", "rest"]
    assert "_".join(field["value"] for field in first["fields"]) == first["name"]
    misses = {"name": "x", "pattern": "{a}|{b}"}
    missed = (await asker.ask(PREVIEW, rule=misses))["namingPreview"]
    assert (missed["matched"], len(missed["unmatched"])) == (0, 2)
    assert (await asker.ask(RULES))["namingRules"] == []


async def test_the_rules_and_names_of_an_answer_are_read_once(asker: Asker) -> None:
    await asker.add(**RULE)
    stores, calls = counted(asker.stores)
    await Asker(asker.schema, stores, asker.scope).ask(ENTRIES)
    assert (
        sorted(set(calls))
        == sorted(calls)
        == [
            "campaigns.by_digests",
            "campaigns.names_at",
            "entries.count",
            "entries.page",
            "naming.rules",
        ]
    )


async def test_a_filter_by_names_reads_them_once_for_page_and_count(asker: Asker) -> None:
    await asker.add(**RULE)
    stores, calls = counted(asker.stores)
    condition = {"field": "market", "values": ["de"]}
    await Asker(asker.schema, stores, asker.scope).ask(ENTRIES, filter={"naming": [condition]})
    assert calls.count("campaigns.names") == 1


@pytest.mark.parametrize(
    ("rule", "field", "reason"),
    [
        ({"pattern": ""}, "pattern", "the pattern must have 1 to 500 characters"),
        ({"pattern": "x"}, "pattern", "the pattern must name 1 to 20 fields"),
        ({"pattern": "{a}{b}"}, "pattern", "the pattern has two fields with nothing between them"),
        ({"pattern": "{a}_{b"}, "pattern", "the pattern has a brace without its other half"),
        ({"pattern": "{Market}"}, "pattern", "the pattern names a field 'Market'"),
        (
            {"pattern": "(?P<a>x", "syntax": "REGEX"},
            "pattern",
            "the pattern cannot be used: missing ): (?P<a>x",
        ),
        (
            {"pattern": "(?P<a>x)(?=y)", "syntax": "REGEX"},
            "pattern",
            "the pattern cannot be used: invalid perl operator: (?=",
        ),
        ({"name": " "}, "name", "name must have 1 to 500 characters"),
        ({"position": -1}, "position", "position must be from 0 to 1000000"),
        (
            {"since": "2026-10-02", "until": "2026-10-01"},
            "until",
            "it ends on 2026-10-01, before it begins on 2026-10-02",
        ),
    ],
)
async def test_what_is_no_rule_is_refused(
    asker: Asker, rule: dict[str, Any], field: str, reason: str
) -> None:
    answer = await asker.add(**(RULE | rule))
    assert (answer["__typename"], answer["field"], answer["message"]) == (
        "InvalidInput",
        field,
        reason,
    )
    assert answer["mend"]
    assert (await asker.ask(RULES))["namingRules"] == []


async def test_names_are_used_once_and_absent_rules_are_not_found(asker: Asker) -> None:
    added = await asker.add(**RULE)
    assert (await asker.add(**RULE))["code"] == "CONFLICT"
    await asker.ask(DELETE, id=added["rule"]["id"])
    gone = await asker.ask(DELETE, id=added["rule"]["id"])
    assert gone["deleteNamingRule"]["__typename"] == "NotFoundError"
    gone = await asker.ask(END, id=added["rule"]["id"], until="2026-01-01")
    assert gone["endNamingRule"]["__typename"] == "NotFoundError"
    later = await asker.add(**RULE, since="2026-10-01")
    refused = await asker.ask(END, id=later["rule"]["id"], until="2026-09-30")
    assert refused["endNamingRule"]["__typename"] == "ConflictError"


@pytest.mark.long
async def test_others_are_answered_while_many_names_are_read(
    stores: RealStores, tenant: Tenant
) -> None:
    async with stores.database.write(tenant.scope) as connection:
        await connection.execute(
            "INSERT INTO campaign (tenant_id, digest, source, account_id, campaign_id, name) "
            "SELECT $1, md5(n::text)::uuid, 'META_ADS', 'act_1', n::text, 'a_' || n "
            "FROM generate_series(1, 20000) n",
            tenant.scope.tenant_id,
        )
        await connection.execute(
            "INSERT INTO campaign_name (tenant_id, digest, learned_at, name) "
            "SELECT tenant_id, digest, now(), name FROM campaign WHERE tenant_id = $1",
            tenant.scope.tenant_id,
        )
    session = Session.open(tenant.scope, stores)
    rule = NamingRule("r", NamingSyntax.TEMPLATE, "{one}_{two}", None, None, None, None, 1)
    await naming.add(session, rule)
    where = EntryFilter(naming=(NamingCondition("one", ("a",)),))
    for read in (naming.preview(session, rule), naming.narrowed(session, where)):
        asked = asyncio.create_task(read)
        turns = 0
        while not asked.done():
            await asyncio.sleep(0)
            turns += is_reading()
        assert turns > 10, await asked
    found = await naming.narrowed(session, where)
    assert len(found.spans or ()) == 20_000


def is_reading() -> bool:
    """Whether names are being read in some thread now."""
    frames = sys._current_frames().values()
    return any(
        summary.name in {"_previewed", "_meeting"}
        for frame in frames
        for summary in traceback.extract_stack(frame)
    )
