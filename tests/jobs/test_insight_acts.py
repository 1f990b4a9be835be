"""What people do with insights: each act once, in an order that makes sense, and never in vain."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import pytest

from core.records.audit import AuditFilter
from core.records.calendar import CalendarEvent, CalendarEventKind
from core.records.insights import InsightRecord, InsightSeverity, InsightState, InsightVerdict
from core.records.pages import PageRequest
from core.scope import TenantScope
from graph.context import Context
from graph.ids import CALENDAR_EVENT, INSIGHT
from graph.schema import build_schema
from resolvers.session import Session
from stores.postgres.analysis_work import Judging, Standing, Telling
from stores.postgres.run_work import Claimed, RunStep
from stores.wiring import Stores
from stores.work import work_stores
from tests.jobs.analysing import FOUND, told
from tests.support import NewTenant

SCHEMA: Final = build_schema()
ERROR: Final = "... on UserError { code field message mend }"
INPUTS: Final = {
    **dict.fromkeys(("acknowledge", "resolve", "reopen"), "InsightActInput"),
    **{verb: f"{verb.title()}InsightInput" for verb in ("explain", "assign", "rate")},
}
SHOWN: Final = """{ insights { nodes { state owner verdict
  history { state by note owner cause event { name } }
  outcomes { verdict by note } } } }"""


@dataclass(frozen=True)
class Desk:
    """A tenant with one insight, and callers who act on it."""

    stores: Stores
    scope: TenantScope
    insight: InsightRecord

    async def do(self, verb: str, by: str = "ada", **given: Any) -> dict[str, Any]:
        """What the mutation answers; of a payload, the insight."""
        document = f"""mutation($input: {INPUTS[verb]}!) {{ done: {verb}Insight(input: $input) {{
            __typename ... on InsightPayload {{ insight {{ state owner verdict learnedAt }} }}
            {ERROR} }} }}"""
        known = {"insightId": INSIGHT.encode(self.insight.id)}
        answer = await self.ask(document, by, input=known | given)
        done: dict[str, Any] = answer["done"]
        return done.get("insight") or done

    async def ask(self, document: str, by: str = "ada", **given: Any) -> dict[str, Any]:
        scope = replace(self.scope, actor=f"user:{by}")
        context = Context(Session.open(scope, self.stores), "request-1")
        result = await SCHEMA.execute(document, given, context)
        assert result.errors is None, result.errors
        return result.data or {}

    async def shown(self, query: str = SHOWN) -> dict[str, Any]:
        (node,) = (await self.ask(query))["insights"]["nodes"]
        return dict(node)

    async def lines(self) -> list[tuple[str, str, dict[str, str]]]:
        """What the audit log says of the insight, oldest first."""
        asked = AuditFilter(subject=f"insight:{self.insight.id}")
        page = await self.stores.audit.page(self.scope, PageRequest(50), asked)
        return [(each.act, each.actor, dict(each.details)) for each in reversed(page.items)]

    async def analysis(self) -> tuple[Claimed, Standing]:
        """A run that analyses, and the insight as it sees it."""
        asked = await self.stores.analyses.request(self.scope)
        claimed = await work_stores(self.stores).runs.claim(self.scope, asked.id)
        assert claimed is not None
        (standing,) = await work_stores(self.stores).analyses.standing(self.scope, "EUR")
        return claimed, standing

    async def tells(self, claimed: Claimed, telling: list[Telling], judging: list[Judging]) -> None:
        step = RunStep({}, 1.0, "told")
        await work_stores(self.stores).analyses.tell(self.scope, claimed, telling, judging, step)


@pytest.fixture
async def desk(stores: Stores, new_tenant: NewTenant) -> Desk:
    tenant = await new_tenant(reporting_currency="EUR")
    return Desk(stores, tenant.scope, await told(stores, tenant.scope, FOUND))


async def test_an_insight_goes_through_its_states_and_each_step_is_kept(desk: Desk) -> None:
    days = CalendarEvent(
        "autumn sale", CalendarEventKind.PROMOTION, date(2026, 10, 6), date(2026, 10, 7)
    )
    sale = await desk.stores.calendar_events.add(desk.scope, days)
    assert (await desk.do("acknowledge", "eve", note=" looking "))["state"] == "ACKNOWLEDGED"
    assert (await desk.do("assign", owner="media team"))["owner"] == "media team"
    event = CALENDAR_EVENT.encode(sale.id)
    explained = await desk.do("explain", note="a sale", calendarEventId=event)
    assert (explained["state"], explained["owner"]) == ("EXPLAINED", "media team")
    await desk.do("explain", "eve", note="and the feed", cause="TRACKING")
    assert (await desk.do("resolve"))["state"] == "RESOLVED"
    assert (await desk.do("rate", rating="ACTED_ON", note="budget moved"))["verdict"] == "ACTED_ON"
    assert (await desk.do("reopen", note="again"))["state"] == "OPEN"
    assert await desk.shown() == {
        "state": "OPEN",
        "owner": "media team",
        "verdict": "ACTED_ON",
        "history": [
            _step("ACKNOWLEDGED", "eve", "looking", None),
            _step("ACKNOWLEDGED", "ada", None),
            _step("EXPLAINED", "ada", "a sale", cause="CALENDAR", event={"name": "autumn sale"}),
            _step("EXPLAINED", "eve", "and the feed", cause="TRACKING"),
            _step("RESOLVED", "ada", None),
            _step("OPEN", "ada", "again"),
        ],
        "outcomes": [{"verdict": "ACTED_ON", "by": "user:ada", "note": "budget moved"}],
    }
    assert await desk.lines() == [
        ("INSIGHT_STATE_SET", "user:eve", {"state": "ACKNOWLEDGED"}),
        ("INSIGHT_ASSIGNED", "user:ada", {"owner": "media team"}),
        (
            "INSIGHT_STATE_SET",
            "user:ada",
            {"state": "EXPLAINED", "cause": "CALENDAR", "calendar_event": str(sale.id)},
        ),
        ("INSIGHT_STATE_SET", "user:eve", {"state": "EXPLAINED", "cause": "TRACKING"}),
        ("INSIGHT_STATE_SET", "user:ada", {"state": "RESOLVED"}),
        ("INSIGHT_JUDGED", "user:ada", {"verdict": "ACTED_ON"}),
        ("INSIGHT_STATE_SET", "user:ada", {"state": "OPEN"}),
    ]
    then = await desk.shown(SHOWN.replace("insights", f'insights(asOf: "{_at(desk.insight)}")'))
    assert (then["state"], then["owner"], then["verdict"]) == ("OPEN", None, None)


@pytest.mark.parametrize(
    ("verb", "given"),
    [
        ("acknowledge", {}),
        ("acknowledge", {"note": "seen"}),
        ("explain", {"note": "a sale", "cause": "CALENDAR"}),
        ("resolve", {"note": "over"}),
        ("assign", {"owner": "media team"}),
        ("rate", {"rating": "NOT_USEFUL", "note": "known"}),
    ],
)
async def test_twice_is_the_same_as_once(desk: Desk, verb: str, given: dict[str, str]) -> None:
    version = {"learnedAt": _at(desk.insight)}
    once = await desk.do(verb, **given, **version)
    assert "learnedAt" in once, once
    before = await desk.shown()
    # A retry names the version that its first try has replaced.
    assert await desk.do(verb, **given, **version) == once
    assert await desk.shown() == before
    assert len(await desk.lines()) == 1


async def test_nothing_is_done_by_what_is_no_longer_so(desk: Desk) -> None:
    seen = {"learnedAt": _at(desk.insight)}
    by_eve = await desk.do("acknowledge", "eve")
    lines = await desk.lines()
    stale = {
        "__typename": "ConflictError",
        "code": "CONFLICT",
        "field": "learnedAt",
        "message": f"user:eve changed the insight at {by_eve['learnedAt'][:-1]}+00:00: "
        "it is ACKNOWLEDGED",
        "mend": "read it again, and decide by what it says now",
    }
    assert await desk.do("resolve", **seen) == stale
    assert await desk.do("assign", owner="ada", **seen) == stale
    assert await desk.do("rate", rating="ACTED_ON", **seen) == stale
    assert await desk.lines() == lines
    assert (await desk.do("resolve", learnedAt=by_eve["learnedAt"]))["state"] == "RESOLVED"


async def test_newer_figures_are_another_version(desk: Desk) -> None:
    claimed, standing = await desk.analysis()
    newer = Telling(
        replace(FOUND, observed=39.0), InsightSeverity.HIGH, standing.fingerprint, standing.record
    )
    await desk.tells(claimed, [newer], [])
    refused = await desk.do("resolve", learnedAt=_at(desk.insight))
    assert refused["message"].startswith("analysis changed the insight at ")


@pytest.mark.parametrize(
    ("first", "then", "given", "error"),
    [
        ("resolve", "acknowledge", {}, ("CONFLICT", "insightId", "the insight is RESOLVED")),
        ("resolve", "explain", {"note": "x"}, ("CONFLICT", "insightId", "the insight is RESOLVED")),
        ("explain", "acknowledge", {}, ("CONFLICT", "insightId", "the insight is EXPLAINED")),
        (
            "acknowledge",
            "explain",
            {"note": " "},
            ("BAD_USER_INPUT", "note", "note must have 1 to 500 characters"),
        ),
        (
            "acknowledge",
            "assign",
            {"owner": ""},
            ("BAD_USER_INPUT", "owner", "owner must have 1 to 500 characters"),
        ),
        (
            "acknowledge",
            "explain",
            {"note": "x", "calendarEventId": CALENDAR_EVENT.encode(INSIGHT.read(f"{'0' * 32}"))},
            ("NOT_FOUND", "calendarEventId", "no such event"),
        ),
        (
            "acknowledge",
            "resolve",
            {"insightId": INSIGHT.encode(INSIGHT.read(f"{'0' * 32}"))},
            ("NOT_FOUND", "insightId", "no such insight"),
        ),
    ],
)
async def test_what_makes_no_sense_is_refused_and_changes_nothing(
    desk: Desk, first: str, then: str, given: dict[str, str], error: tuple[str, str, str]
) -> None:
    await desk.do(first, note="first")
    before = await desk.shown(), await desk.lines()
    refused = await desk.do(then, **given)
    assert (refused["code"], refused["field"], refused["message"]) == error
    assert (await desk.shown(), await desk.lines()) == before


async def test_insights_are_found_by_their_owner(desk: Desk) -> None:
    await desk.do("assign", owner="media team")
    query = """query($owner: [String!]) {
      insights(filter: {owners: $owner}) { nodes { owner } } }"""
    for owner, found in (("media team", 1), ("ada", 0)):
        answer = await desk.ask(query, owner=[owner])
        assert len(answer["insights"]["nodes"]) == found
    assert (await desk.do("assign"))["owner"] is None
    assert (await desk.lines())[-1] == ("INSIGHT_ASSIGNED", "user:ada", {})


async def test_what_people_did_while_an_analysis_looked_stands(desk: Desk) -> None:
    claimed, standing = await desk.analysis()
    await desk.do("acknowledge")
    newer = Telling(
        replace(FOUND, observed=39.0), InsightSeverity.HIGH, standing.fingerprint, standing.record
    )
    await desk.tells(claimed, [newer], [])
    assert (await desk.shown())["state"] == "ACKNOWLEDGED"
    over = Judging(
        standing.record, InsightVerdict.HELD, InsightState.RESOLVED, "it is over", {"now": 1.0}
    )
    await desk.tells(claimed, [], [over])
    shown = await desk.shown()
    assert (shown["state"], shown["verdict"]) == ("ACKNOWLEDGED", "HELD")
    assert [each["state"] for each in shown["history"]] == ["ACKNOWLEDGED"]


async def test_an_analysis_knows_who_acted_and_judges_whatever_people_say(desk: Desk) -> None:
    _, untouched = await desk.analysis()
    assert (untouched.set_by, untouched.said_at, untouched.is_reopened) == (None, None, False)
    await desk.do("resolve")
    await desk.do("rate", rating="ACTED_ON")
    await desk.do("reopen")
    await desk.do("assign", "eve", owner="eve")
    (standing,) = await work_stores(desk.stores).analyses.standing(desk.scope, "EUR")
    assert (standing.set_by, standing.is_reopened) == ("user:ada", True)
    assert standing.record.verdict is None
    acts = (await desk.stores.insight_acts.acts(desk.scope, [desk.insight.id]))[desk.insight.id]
    assert standing.said_at == acts[-1].at


def _step(
    state: str, by: str, note: str | None, owner: str | None = "media team", **more: object
) -> dict[str, object]:
    step = {"state": state, "by": f"user:{by}", "note": note, "owner": owner}
    return step | {"cause": None, "event": None} | more


def _at(record: InsightRecord) -> str:
    return record.learned_at.isoformat()
