"""Entries that Postgres writes as JSON are, byte for byte, what ordinary completion answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
import pytest
from graphql import GraphQLObjectType, parse

from core.records.entries import EntryKey
from core.scope import Role, TenantScope, permissions_of
from graph.bounds.answered import points_of
from graph.bounds.cost import cost_of
from graph.context import Context
from graph.executor.rendered import encoded
from graph.ids import ENTRY
from graph.written.entries import GAPS, VALUES
from resolvers.session import Session
from stores.postgres.entry_rendering import ENTRIES
from tests.queries.ground import NOW, Ground, digest
from tests.support import Tenant

HOSTILE = (
    "quote \" backslash \\ slash / apostrophe ' percent %s {} $1",
    "".join(map(chr, range(1, 32))) + "\x7f",
    "\u2028 \u2029 \ufffd \ufeff \U0001f600 \U0010ffff e\u0301 \u00e9 </script> null",
    "",
    " ",
    None,
)
AMOUNTS = ("0", "0.000000", "-0.000001", "1E+3", "99999999999999.999999", "-12.500000", None)
COUNTS = (0, 1, 3, 7, 9_007_199_254_740_991, -5, None)
SERIES = ("1E+40", "0.1000000000000000000000000000000001", "-0.00", "100", None)
MOMENTS = (
    datetime(2025, 11, 5, 6, tzinfo=UTC),
    datetime(2025, 11, 5, 6, 0, 0, 1, tzinfo=UTC),
    datetime(2025, 11, 5, 6, 0, 0, 500_000, tzinfo=UTC),
    datetime(2025, 11, 5, 23, 59, 59, 999_999, tzinfo=UTC),
)
RELATIONS = """
    calendar { id date isoWeek isWeekend fiscalYear season retail { year week } events { name }
      holidays { name kind } retailEvents { name } }
    campaign { id name status firstDate naming { fields { name value } } }
    campaignName naming { rule { name } fields { name value } }
    connection { id name status } run { id status }
    quality { isAssessed score dimensions { validity timeliness } failedChecks { id message } }
    actions lineage { position rawPage { sha256 } } converted { spend conversionValue currency }
    vintages { learnedAt isPresent spend changes { metric before after } }
"""
EVERY = " ".join((*VALUES, "__typename"))


@pytest.fixture(scope="module")
async def tenant(ground: Ground) -> Tenant:
    """Entries whose every value is as awkward as it may be, and a neighbour who has the same."""
    await ground.seeded(3)
    tenant = await ground.seeded(3)
    async with ground.stores.database.write(tenant.scope) as connection:
        for number in range(60):
            await connection.execute(_AWKWARD, number, *_values(number))
    return tenant


_AWKWARD = """
INSERT INTO marketing_entry (
    tenant_id, date, digest, source, connection_id, account_id, level, entity_id, date_basis,
    attribution_setting, currency, is_present, first_learned_at, vintage_count, run_id,
    raw_page_id, raw_position, entity_name, platform_channel, geo, channel, conversion_type, spend,
    conversions, conversion_value, value, impressions, clicks, reach, learned_at, covers_days,
    device, series_role, campaign, checks_applied, checks_failed, actions)
SELECT tenant_id, '2025-11-01'::date + $1::int % 5, gen_random_uuid(), source, connection_id,
    account_id, level, entity_id, date_basis, attribution_setting, currency, true,
    first_learned_at, vintage_count, run_id, raw_page_id, raw_position + $1, $2, $3, $4, $5, $6,
    $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21
FROM marketing_entry WHERE tenant_id = current_tenant() AND is_present
ORDER BY digest LIMIT 1 OFFSET $1 % 7
"""


def _values(number: int) -> list[Any]:
    text = [HOSTILE[(number + step) % len(HOSTILE)] for step in range(4)]
    amounts = [AMOUNTS[(number * step + number) % len(AMOUNTS)] for step in (1, 2, 3)]
    counts = [COUNTS[(number * step + number // 7) % len(COUNTS)] for step in (1, 2, 3)]
    return [
        text[0],
        text[1],
        text[2],
        text[3] or "Display",
        text[1],
        *(None if amount is None else Decimal(amount) for amount in amounts),
        None if (value := SERIES[number % len(SERIES)]) is None else Decimal(value),
        *counts,
        MOMENTS[number % len(MOMENTS)],
        None if number % 2 else number,
        (None, "MOBILE", "CONNECTED_TV")[number % 3],
        (None, "REVENUE_PER_KPI")[number % 2],
        None if number % 5 == 0 else digest(f"campaign {1 + number % 3}"),
        None if number % 4 == 0 else 4_295_900_000,
        None if number % 4 == 0 else 65_536 * (number % 2),
        (None, {"a": 1.50, "b": {"c": [1, 2.0, None, HOSTILE[0]]}}, {})[number % 3],
    ]


async def answered(
    ground: Ground, scope: TenantScope, document: str, *, renders: bool, **variables: Any
) -> tuple[bytes, list[str], int]:
    """The bytes of an answer, its errors, and what it costs."""
    session = Session.open(scope, ground.stores, lambda: NOW)
    context = Context(session, "request-1")
    context.renders = renders
    ground.heard.clear()
    result = await ground.schema.execute(document, variables, context)
    context.close()
    cost = cost_of(ground.schema.graphql, parse(document), None, variables)
    points = points_of(cost, result.data, result.errors or ())
    errors = sorted(str(each.formatted) for each in result.errors or ())
    return encoded(result.data), errors, points


def _is_written(ground: Ground) -> bool:
    """Whether all entries that were read were read as JSON."""
    read = [each.query for each in ground.heard if "(SELECT e.* FROM" in each.query]
    return bool(read) and all("uuid_send(" in query for query in read)


def test_every_field_of_an_entry_has_its_place(ground: Ground) -> None:
    entry = ground.schema.graphql.type_map["MarketingEntry"]
    assert isinstance(entry, GraphQLObjectType)
    assert VALUES.keys() | GAPS.keys() == entry.fields.keys()
    assert set(VALUES.values()) == ENTRIES.values.keys()
    assert {column for columns in GAPS.values() for column in columns} <= ENTRIES.keys.keys()


PAGES = {
    "all at once": "{ marketingEntries(first: 1000) { nodes { EVERY } } }",
    "edges": """{ marketingEntries(orderBy: DATE_ASC, first: 7) {
        edges { cursor node { EVERY } } totalCount
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor __typename } } }""",
    "aliases": """{
        a: marketingEntries(last: 5) { __typename p: pageInfo { endCursor } nodes { id }
          e: edges { __typename c: cursor cursor n: node { i: id ctr } m: node { id } }
          more: nodes { spend } }
        b: marketingEntries(first: 1) { totalCount n: totalCount } }""",
    "none": """{ marketingEntries(filter: {channels: ["none"]}) { nodes { id } totalCount
        pageInfo { startCursor endCursor hasNextPage } } }""",
    "as of": """{ marketingEntries(asOf: "2025-11-06T00:00:00Z", first: 20) {
        totalCount nodes { EVERY } } }""",
    "fragments": """query($no: Boolean = false) { marketingEntries(first: 3) {
        ...page nodes { date @skip(if: $no) spend @include(if: $no) } } }
        fragment page on MarketingEntryConnection { nodes {
          ... on MarketingEntry { spend } ... on Node { id } } }""",
    "relations": """{ marketingEntries(first: 40) {
        edges { node { id RELATIONS __typename } } } }""",
    "relations as of": """{ marketingEntries(asOf: "2025-11-06T00:00:00Z", first: 40) {
        nodes { RELATIONS } } }""",
    "the same twice": """{ marketingEntries(first: 40) { nodes {
        a: calendar { isoWeek } b: calendar { __typename month holidays(kinds: [BANK]) { name } }
        c: converted(to: "USD") { spend rate { value } } d: converted { currency }
        x: actions actions } } }""",
    "campaigns with relations": """{ campaigns(first: 20) { nodes { entries(first: 2) {
        nodes { calendar { date } campaign { name } vintages { learnedAt } } } } } }""",
    "campaigns": """{ campaigns(first: 20) { nodes { name entries(first: 2) {
        totalCount edges { cursor node { EVERY } } pageInfo { hasNextPage endCursor } } } } }""",
    "campaigns twice": """{ campaigns(first: 20) { nodes {
        a: entries(first: 1) { nodes { id } }
        b: entries(last: 1, orderBy: DATE_ASC, asOf: "2025-11-06T00:00:00Z") {
          nodes { id isMature } } } } }""",
}


@pytest.mark.parametrize("name", PAGES)
async def test_pages_are_as_ordinary_completion_answers_them(
    ground: Ground, tenant: Tenant, name: str
) -> None:
    document = PAGES[name].replace("EVERY", EVERY).replace("RELATIONS", RELATIONS)
    ordinary = await answered(ground, tenant.scope, document, renders=False)
    assert ordinary[1] == []
    assert not _is_written(ground)
    assert await answered(ground, tenant.scope, document, renders=True) == ordinary
    assert _is_written(ground)


async def test_a_list_is_walked_in_both_directions(ground: Ground, tenant: Tenant) -> None:
    document = """query($first: Int, $after: String, $last: Int, $before: String) {
      marketingEntries(first: $first, after: $after, last: $last, before: $before) {
        nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
    seen = []
    variables: dict[str, Any] = {"first": 10}
    while True:
        given = await answered(ground, tenant.scope, document, renders=True, **variables)
        assert given == await answered(ground, tenant.scope, document, renders=False, **variables)
        page = orjson.loads(given[0])["marketingEntries"]
        seen += [node["id"] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        variables = {"first": 10, "after": page["pageInfo"]["endCursor"]}
    assert len(seen) == len(set(seen)) == 71
    variables = {"last": 10, "before": page["pageInfo"]["startCursor"]}
    given = await answered(ground, tenant.scope, document, renders=True, **variables)
    assert given == await answered(ground, tenant.scope, document, renders=False, **variables)


async def test_a_lesser_role_is_refused_the_same_fields(ground: Ground, tenant: Tenant) -> None:
    lesser = replace(tenant.scope, permissions=permissions_of(frozenset({Role.VIEWER})))
    document = "{ marketingEntries(first: 3) { nodes { id lineage { rawPage { body } } } } }"
    ordinary = await answered(ground, lesser, document, renders=False)
    assert ordinary[1] != []
    assert await answered(ground, lesser, document, renders=True) == ordinary


async def test_what_is_charged_for_each_entry_is_charged_so(ground: Ground, tenant: Tenant) -> None:
    document = """{ marketingEntries(first: 40) { nodes { campaign {
        entries(first: 1000) { nodes { id } } } } } }"""
    ordinary = await answered(ground, tenant.scope, document, renders=False)
    assert len(ordinary[1]) > 0
    assert await answered(ground, tenant.scope, document, renders=True) == ordinary


async def test_entries_by_their_keys_are_answered_each_in_its_place(
    ground: Ground, tenant: Tenant
) -> None:
    page = await answered(
        ground, tenant.scope, "{ marketingEntries { nodes { id } } }", renders=True
    )
    ids = [node["id"] for node in orjson.loads(page[0])["marketingEntries"]["nodes"]]
    nobody = ENTRY.encode(EntryKey(date(2025, 11, 1), UUID(int=1)))
    asked = [*ids[7:20], nobody, *ids[:5]]
    given = [{"__typename": "MarketingEntry", "id": each} for each in asked]
    documents: dict[str, dict[str, Any]] = {
        "query($all: [_Any!]!) { _entities(representations: $all) { __typename ENTRY } }": {
            "all": given
        },
        "query($all: [ID!]!) { nodes(ids: $all) { id ENTRY ... on Campaign { name } } }": {
            "all": asked
        },
    }
    for document, variables in documents.items():
        entry = f"... on MarketingEntry {{ {EVERY} {RELATIONS} }}"
        text = document.replace("ENTRY", entry)
        ordinary = await answered(ground, tenant.scope, text, renders=False, **variables)
        assert ordinary[1] == []
        assert await answered(ground, tenant.scope, text, renders=True, **variables) == ordinary
        assert any("uuid_send(" in each.query for each in ground.heard)


@pytest.mark.parametrize(
    "odd",
    [
        {"__typename": "MarketingEntry", "id": "nonsense"},
        {"__typename": "MarketingEntry"},
        {"__typename": "Campaign", "id": "nonsense"},
        "text",
        None,
    ],
)
async def test_an_odd_representation_fails_alone(
    ground: Ground, tenant: Tenant, odd: object
) -> None:
    nobody = ENTRY.encode(EntryKey(date(2025, 11, 1), UUID(int=1)))
    given = [{"__typename": "MarketingEntry", "id": nobody}, odd]
    document = """query($all: [_Any!]!) { _entities(representations: $all) {
        ... on MarketingEntry { spend } } }"""
    ordinary = await answered(ground, tenant.scope, document, renders=False, all=given)
    assert len(ordinary[1]) == 1
    assert await answered(ground, tenant.scope, document, renders=True, all=given) == ordinary
