"""What an analysis found of a party's figures, and what became of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.records.findings import (
    Cause,
    CauseKind,
    Subject,
    SubjectLevel,
)
from core.records.insight_acts import InsightRating, InsightWish, InsightWord
from core.records.insights import InsightState
from graph.ids import CALENDAR_EVENT, CONNECTION, INCIDENT, INSIGHT
from tests.jobs.analysing import FOUND, told
from tests.tenancy.given import BUDGET

if TYPE_CHECKING:
    from tests.tenancy.party import Ground, Party


async def budgeted(ground: Ground, party: Party) -> None:
    """Budgets: of a channel that both parties have, of a connection and of a campaign."""
    slug = party.record.slug
    query = "{ campaigns(first: 100) { nodes { id accountId } } }"
    named = await ground.door.say(party.token, query, {})
    # Of beta one that alpha has not.
    party.campaign = max(
        named["data"]["campaigns"]["nodes"],
        key=lambda each: (each["accountId"] == "1002", each["id"]),
    )["id"]
    for kind, spender in (
        ("channel", {"channel": "Paid Social"}),
        ("connection", {"connectionId": party.connections["meta"]}),
        ("campaign", {"campaignId": party.campaign}),
    ):
        given = BUDGET | {"channel": None, "name": f"{kind} of {slug}"} | spender
        answer = await ground.door.ask(party.token, "Mutation.setBudget", {"budget": given})
        party.budget = answer["data"]["setBudget"]["budget"]["id"]


async def analysed(ground: Ground, party: Party) -> None:
    """A finding of the party's own connection, explained, given away and judged by hand."""
    stores, scope, slug = ground.stores, party.scope, party.record.slug
    connection_id = CONNECTION.decode(party.connections["meta"], "id")
    finding = replace(
        FOUND,
        subject=Subject(SubjectLevel.CONNECTION, str(connection_id), connection_id),
        causes=(Cause(CauseKind.CALENDAR, FOUND.window, f"sale of {slug}"),),
        facts={"subject": f"account of {slug}", "expected_low": 90.0, "expected_high": 110.0},
    )
    record = await told(stores, scope, finding)
    event = CALENDAR_EVENT.decode(party.calendar_event, "id")
    word = InsightWord(f"seen by {slug}", CauseKind.CALENDAR, event)
    acts = stores.insight_acts
    await acts.act(scope, record.id, InsightWish(InsightState.EXPLAINED, word))
    await acts.assign(scope, record.id, f"owner at {slug}")
    await acts.rate(scope, record.id, InsightRating.ACTED_ON, f"mended by {slug}")
    assert record.incident_id is not None
    party.insight = INSIGHT.encode(record.id)
    party.incident = INCIDENT.encode(record.incident_id)
