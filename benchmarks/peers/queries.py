"""What is asked: eight questions, each as every server is asked it, answered in one shape."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from benchmarks.peers.seed import Seeded
from core.records.entries import EntryKey
from graph.ids import ENTRY

Variables = dict[str, Any]
FEW, MANY, KEYS = 50, 1_000, 100
FLAT = "date source accountId entityId entityName channel currency spend impressions clicks"
WIDE = (
    "date source accountId level entityId entityName channel currency spend impressions clicks "
    "linkClicks conversions conversionValue learnedAt"
)
DAY = "date isoWeek month quarter fiscalYear dayOfWeek isWeekend isHoliday"
ROW = (
    "date channel source accountId currency entries days spend impressions clicks linkClicks "
    "conversions conversionValue learnedAt"
)
MONTH = "date channel currency entries spend impressions clicks conversions conversionValue"
LAST = "date entityId entityName spend impressions clicks conversions"
KEYED = "date entityId entityName channel spend impressions clicks conversions"


@dataclass(frozen=True, slots=True)
class Query:
    """One question: its number in the issue, its name, whether it is asked by a document's id."""

    number: str
    name: str
    is_persisted: bool = False


FEW_ENTRIES = Query("Q1", "50 entries x 10")
MANY_ENTRIES = Query("Q2", "1,000 entries x 15 with calendar")
ROWS = Query("Q3", "attribution rows x 14")
MONTHS = Query("Q4", "grouped by month")
CAMPAIGNS = Query("Q5", "20 campaigns, their last 10")
ENTITIES = Query("Q6", "100 entities by key")
PERSISTED = Query("Q7", "the same 100, persisted", is_persisted=True)
QUERIES = (FEW_ENTRIES, MANY_ENTRIES, ROWS, MONTHS, CAMPAIGNS, ENTITIES, PERSISTED)
MIXED = {FEW_ENTRIES: 10, MANY_ENTRIES: 2, ROWS: 1, MONTHS: 2, CAMPAIGNS: 3, ENTITIES: 2}
"""Q8: of twenty requests, so many of each."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A tenant, and what of it is asked for beside."""

    tenant: Seeded
    rows: int
    keys: tuple[EntryKey, ...]


def asked_of(tenant: Seeded, keys: Sequence[EntryKey], rows: int) -> Asked:
    """`keys`: all that a tenant has; a hundred of them, the same every time, are asked for."""
    chosen = random.Random(1).sample(list(keys), KEYS)  # noqa: S311 - the same every time
    return Asked(tenant, rows, tuple(chosen))


def ours(query: Query, asked: Asked) -> tuple[str, Variables]:
    """The document and the variables of our own API, whose tenant is the key's."""
    dates = asked.tenant.shape.dates
    span = {"since": dates.since.isoformat(), "until": dates.until.isoformat()}
    references = [{"__typename": "MarketingEntry", "id": ENTRY.encode(key)} for key in asked.keys]
    return {
        FEW_ENTRIES: (_entries(FLAT), {"first": FEW}),
        MANY_ENTRIES: (_entries(f"{WIDE} calendar {{ {DAY} }}"), {"first": MANY}),
        ROWS: (_ROWS, {"dates": span, "first": asked.rows}),
        MONTHS: (_MONTHS, {"dates": span, "first": 1_000}),
        CAMPAIGNS: (_CAMPAIGNS, {}),
        ENTITIES: (_ENTITIES, {"representations": references}),
        PERSISTED: (_ENTITIES, {"representations": references}),
    }[query]


def _entries(fields: str) -> str:
    field = f"marketingEntries(first: $first) {{ nodes {{ {fields} }} }}"
    return f"query Entries($first: Int!) {{ {field} }}"


_ROWS = (
    "query Rows($dates: DateRangeInput!, $first: Int!) { attributionRows("
    f"dates: $dates, by: [SOURCE, ACCOUNT, CAMPAIGN], first: $first) {{ nodes {{ {ROW} }} }} }}"
)
_MONTHS = (
    "query Months($dates: DateRangeInput!, $first: Int!) { attributionRows("
    f"dates: $dates, grain: MONTH, by: [], first: $first) {{ nodes {{ {MONTH} }} }} }}"
)
_CAMPAIGNS = (
    "query Campaigns { campaigns(first: 20) { nodes { campaignId name entries(first: 10) "
    f"{{ nodes {{ {LAST} }} }} }} }} }}"
)
_ENTITIES = (
    "query Entities($representations: [_Any!]!) { _entities(representations: $representations) "
    f"{{ ... on MarketingEntry {{ {KEYED} }} }} }}"
)


def handwritten(query: Query, asked: Asked) -> tuple[str, Variables]:
    """Of Mercurius and plain Strawberry, whose resolvers are written for these questions."""
    tenant = str(asked.tenant.id)
    keys = _by_column(asked)
    document = {
        FEW_ENTRIES: _of_tenant("$first: Int!", "marketingEntries(T, first: $first)", FLAT),
        MANY_ENTRIES: _of_tenant(
            "$first: Int!", "marketingEntries(T, first: $first)", f"{WIDE} calendar {{ {DAY} }}"
        ),
        ROWS: _of_tenant("$first: Int!", "attributionRows(T, first: $first)", ROW),
        MONTHS: _of_tenant("", "attributionRows: attributionMonths(T)", MONTH),
        CAMPAIGNS: _of_tenant(
            "", "campaigns(T, first: 20)",
            f"campaignId name entries(first: 10) {{ nodes {{ {LAST} }} }}",
        ),
    }.get(query, _ENTITIES_BY_KEYS)  # fmt: skip
    more = {
        FEW_ENTRIES: {"first": FEW},
        MANY_ENTRIES: {"first": MANY},
        ROWS: {"first": asked.rows},
        ENTITIES: keys,
        PERSISTED: keys,
    }.get(query, {})
    return document, {"tenant": tenant, **more}


def _of_tenant(declared: str, field: str, fields: str) -> str:
    called = field.replace("T", "tenant: $tenant", 1)
    return f"query ($tenant: ID! {declared}) {{ {called} {{ nodes {{ {fields} }} }} }}"


_ENTITIES_BY_KEYS = (
    "query ($tenant: ID!, $dates: [String!]!, $digests: [ID!]!) { _entities: entriesByKeys("
    f"tenant: $tenant, dates: $dates, digests: $digests) {{ {KEYED} }} }}"
)


def _by_column(asked: Asked) -> Variables:
    return {
        "dates": [key.date.isoformat() for key in asked.keys],
        "digests": [str(key.digest) for key in asked.keys],
    }


def postgraphile(query: Query, asked: Asked) -> tuple[str, Variables]:
    """Of PostGraphile, whose schema is made from the views."""
    newest = "orderBy: [DATE_DESC, DIGEST_DESC]"
    entries = f"marketingEntries: allEntries(first: $first, condition: C, {newest})"
    document = {
        FEW_ENTRIES: _on_condition("$first: Int!", entries, FLAT),
        MANY_ENTRIES: _on_condition("$first: Int!", entries, f"{WIDE} calendar {{ {DAY} }}"),
        ROWS: _on_condition(
            "$first: Int!", "attributionRows: allAttributionRows(first: $first, condition: C)", ROW
        ),
        MONTHS: _on_condition(
            "", "attributionRows: allAttributionMonths(condition: C)", MONTH
        ),
        CAMPAIGNS: _on_condition(
            "", "campaigns: allCampaigns(first: 20, condition: C)",
            f"campaignId name entries(first: 10, {newest}) {{ nodes {{ {LAST} }} }}",
        ),
    }.get(query, _ENTITIES_OF_FUNCTION)  # fmt: skip
    return document, handwritten(query, asked)[1]


def _on_condition(declared: str, field: str, fields: str) -> str:
    called = field.replace("condition: C", "condition: {tenantId: $tenant}")
    return f"query ($tenant: UUID! {declared}) {{ {called} {{ nodes {{ {fields} }} }} }}"


_ENTITIES_OF_FUNCTION = (
    "query ($tenant: UUID!, $dates: [Date!]!, $digests: [UUID!]!) { _entities: entriesByKeysList("
    f"tenant: $tenant, dates: $dates, digests: $digests) {{ {KEYED} }} }}"
)

Wording = Callable[[Query, Asked], tuple[str, Variables]]


def body(query: Query, asked: Asked, wording: Wording) -> bytes:
    """What is posted: the document or its id, and the variables."""
    document, variables = wording(query, asked)
    named = (
        {"documentId": f"sha256:{sha256(document)}"} if query.is_persisted else {"query": document}
    )
    return orjson.dumps({**named, "variables": variables})


def sha256(document: str) -> str:
    """The id of a document."""
    return hashlib.sha256(document.encode()).hexdigest()
