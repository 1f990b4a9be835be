"""liftos insights: what was found in an organisation's data, and how that turned out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

import typer

from app.cli.days import MaybeDay, range_of
from app.cli.following import tell_waiting
from app.cli.ids import InsightId
from app.cli.options import AsJson, Tenant
from app.cli.tables import moment, show_fields, show_lines, show_table
from app.cli.tenancy import asked
from core.errors import NotFound
from core.records.insights import (
    InsightAct,
    InsightFilter,
    InsightJudgement,
    InsightKind,
    InsightRecord,
    InsightScore,
    InsightSeverity,
    InsightState,
)
from graph.ids import INSIGHT, RUN
from resolvers import analysing, insight_acts, insights
from resolvers.paging import PageArguments
from resolvers.session import Session

commands = typer.Typer(
    help="What was found in the data, and how it turned out.",
    no_args_is_help=True,
    add_completion=False,
)
Kinds = Annotated[
    list[InsightKind] | None,
    typer.Option("--kind", case_sensitive=False, help="Of this kind alone; may be repeated."),
]
States = Annotated[
    list[InsightState] | None,
    typer.Option("--state", case_sensitive=False, help="In this state alone; may be repeated."),
]
Severities = Annotated[
    list[InsightSeverity] | None,
    typer.Option("--severity", case_sensitive=False, help="Of this weight alone; repeatable."),
]
_TOLD = ("kind", "metric", "currency", "severity", "state", "verdict", "before", "after", "entries")
_FOUND = (
    "observed",
    "expected",
    "effect",
    "method",
    "n",
    "p",
    "q",
    "is_final",
    "at_stake",
    "causes",
)
"""Of an insight and of what analysis found, as --json has them."""
_COUNTS = ("raised", "held", "restated_away", "withdrawn", "acted_on", "not_useful")


@commands.command("list")
def list_all(
    context: typer.Context,
    *,
    tenant: Tenant,
    kind: Kinds = None,
    state: States = None,
    severity: Severities = None,
    since: MaybeDay = None,
    until: MaybeDay = None,
    as_json: AsJson = False,
) -> None:
    """List the newest insights, at most 100."""
    wanted = InsightFilter(
        kinds=tuple(kind or ()),
        dates=range_of(since, until),
        states=tuple(state or ()),
        severities=tuple(severity or ()),
    )
    arguments = PageArguments(first=insights.MAX_INSIGHTS)
    page = asked(context, tenant, lambda session: insights.page(session, arguments, wanted))
    if as_json:
        show_lines(map(_line, page.items))
        return
    columns = ("id", "kind", "days", "severity", "state", "verdict", "title")
    show_table(columns, map(_row, page.items))


@commands.command()
def show(
    context: typer.Context, insight: InsightId, *, tenant: Tenant, as_json: AsJson = False
) -> None:
    """Show an insight: what it says, how sure that is, and what became of it."""
    record, acts, verdicts = asked(context, tenant, lambda session: _one(session, insight))
    if as_json:
        told = {"history": list(map(_step, acts)), "outcomes": list(map(_step, verdicts))}
        show_lines([_line(record) | told])
        return
    show_fields(_fields(record, acts, verdicts))


@commands.command()
def ledger(context: typer.Context, *, tenant: Tenant, as_json: AsJson = False) -> None:
    """Tell how insights turned out, kind by kind, once their days were final."""
    found = asked(context, tenant, lambda session: insight_acts.ledger(session, None))
    if as_json:
        show_lines(asdict(each) | {"hit_rate": each.hit_rate} for each in found)
        return
    columns = ("kind", *(name.replace("_", " ") for name in _COUNTS), "hit rate")
    show_table(columns, map(_score, found))


@commands.command()
def analyse(context: typer.Context, *, tenant: Tenant) -> None:
    """Have a worker look for what is worth telling; that happens by itself."""
    run = asked(context, tenant, analysing.start)
    typer.echo(RUN.encode(run.id))
    tell_waiting()


async def _one(
    session: Session, insight_id: UUID
) -> tuple[InsightRecord, tuple[InsightAct, ...], tuple[InsightJudgement, ...]]:
    record = await insights.insight(session, insight_id)
    if record is None:
        raise NotFound("there is no such insight", mend="see: liftos insights list")
    acts = await insight_acts.acts(session, insight_id)
    return record, acts, await insight_acts.judgements(session, insight_id)


def _row(record: InsightRecord) -> tuple[str, ...]:
    return (
        INSIGHT.encode(record.id),
        record.kind.value,
        _days(record),
        record.severity.value if record.severity else "-",
        record.state.value,
        record.verdict.value if record.verdict else "-",
        insights.title(record),
    )


def _days(record: InsightRecord) -> str:
    since, until = record.window.since, record.window.until
    return f"{since}" if since == until else f"{since} to {until}"


def _fields(
    record: InsightRecord, acts: tuple[InsightAct, ...], verdicts: tuple[InsightJudgement, ...]
) -> Iterator[tuple[str, str]]:
    yield "insight", INSIGHT.encode(record.id)
    yield "title", insights.title(record)
    yield "text", insights.text(record)
    yield "next", insights.next_look(record)
    yield "days", _days(record)
    yield "severity", record.severity.value if record.severity else "-"
    finding = record.finding
    if finding is not None:
        yield "method", f"{finding.method}, learned from {finding.n} days"
        if finding.p is not None and finding.q is not None:
            yield "p and q", f"{finding.p:.3g} and {finding.q:.3g}"
        for cause in finding.causes:
            yield "at work", f"{cause.kind}: {cause.label}"
    yield "run", RUN.encode(record.run_id)
    for act in acts:
        yield act.state.value.lower(), _said(moment(act.at), act.by, act.note)
    for each in verdicts:
        yield each.verdict.value.lower(), _said(moment(each.at), each.by, each.note)


def _said(at: str, by: str, note: str | None) -> str:
    return f"{at} by {by}" + (f": {note}" if note else "")


def _score(score: InsightScore) -> tuple[str, ...]:
    rate = "-" if score.hit_rate is None else f"{score.hit_rate:.0%}"
    return (score.kind.value, *(f"{getattr(score, name):,}" for name in _COUNTS), rate)


def _line(record: InsightRecord) -> dict[str, Any]:
    """An insight for programs: ids are the API's, what it has not is null."""
    finding = record.finding
    return {
        "id": INSIGHT.encode(record.id),
        **{name: getattr(record, name) for name in _TOLD},
        "since": record.window.since,
        "until": record.window.until,
        "subject": {"level": record.subject.level, "name": insights.subject(record)},
        "title": insights.title(record),
        "text": insights.text(record),
        "next_look": insights.next_look(record),
        **{name: getattr(finding, name, None) for name in _FOUND},
        "run_id": RUN.encode(record.run_id),
    }


def _step(record: InsightAct | InsightJudgement) -> dict[str, Any]:
    said = record.state if isinstance(record, InsightAct) else record.verdict
    return {"at": record.at, "said": said, "by": record.by, "note": record.note}
