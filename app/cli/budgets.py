"""liftos budget: what is to be spent on certain days, and by whom."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated
from uuid import UUID

import typer

from app.cli.days import Day
from app.cli.ids import BudgetId, read_campaign, read_connection
from app.cli.options import Tenant
from app.cli.tables import show_table
from app.cli.tenancy import asked
from core.errors import BadInput
from core.records.budgets import Budget, BudgetFilter, BudgetRecord
from core.records.findings import Subject, SubjectLevel
from core.units import DateRange
from graph.ids import BUDGET, CAMPAIGN, CONNECTION
from resolvers import budgets

commands = typer.Typer(
    help="What is to be spent on certain days, and by whom.",
    no_args_is_help=True,
    add_completion=False,
)
AsOf = Annotated[datetime | None, typer.Option(help="As they were known at this moment, UTC.")]
Spender = Annotated[
    UUID | None,
    typer.Option(parser=read_connection, metavar="<id>", help="The connection that spends it."),
]
Campaign = Annotated[
    UUID | None,
    typer.Option(parser=read_campaign, metavar="<id>", help="The campaign that spends it."),
]
Weekdays = Annotated[
    str | None, typer.Option(metavar="<weights>", help="Of Monday to Sunday, as 2,2,2,2,2,1,0.")
]


@commands.command("list")
def list_all(context: typer.Context, *, tenant: Tenant, as_of: AsOf = None) -> None:
    """List budgets, those of the newest days first."""
    moment = None if as_of is None else as_of.replace(tzinfo=UTC)
    everything = BudgetFilter()
    found = asked(context, tenant, lambda session: budgets.budgets(session, everything, moment))
    columns = ("id", "name", "of", "since", "until", "amount", "currency", "weekdays")
    show_table(columns, map(_row, found))


@commands.command("set")
def set_one(
    context: typer.Context,
    amount: Annotated[str, typer.Argument(metavar="<amount>", help="What is to be spent.")],
    currency: Annotated[str, typer.Argument(metavar="<currency>", help="ISO 4217 code.")],
    *,
    tenant: Tenant,
    name: Annotated[str, typer.Option(help="A name; the budget that has it is set anew.")],
    since: Day,
    until: Day,
    connection: Spender = None,
    campaign: Campaign = None,
    channel: Annotated[str | None, typer.Option(help="The channel that spends it.")] = None,
    weekdays: Weekdays = None,
) -> None:
    """Set a budget of a connection, a campaign, a channel, or of everything; print its id."""
    budget = Budget(
        name=name,
        subject=budgets.spender(connection, campaign, channel, "--channel"),
        dates=DateRange(since.date(), until.date()),
        amount=_number(amount, "amount"),
        currency=currency,
        weekdays=tuple(_number(each, "--weekdays") for each in (weekdays or "").split(",") if each),
    )
    made = asked(context, tenant, lambda session: budgets.set_budget(session, budget))
    typer.echo(BUDGET.encode(made.id))


@commands.command()
def remove(context: typer.Context, budget: BudgetId, *, tenant: Tenant) -> None:
    """Let a budget be gone from now on."""
    gone = asked(context, tenant, lambda session: budgets.remove(session, budget))
    typer.echo(f"{gone.rule.name} is gone; earlier moments keep it")


def _row(record: BudgetRecord) -> tuple[str, ...]:
    budget = record.rule
    weekdays = ",".join(f"{each:f}" for each in budget.weekdays)
    return (
        *(BUDGET.encode(record.id), budget.name, _of(budget.subject)),
        *(budget.dates.since.isoformat(), budget.dates.until.isoformat()),
        *(f"{budget.amount.normalize():f}", budget.currency, weekdays or "-"),
    )


def _of(subject: Subject) -> str:
    """The channel by its name, others by their id."""
    match subject.level:
        case SubjectLevel.TENANT:
            return "everything"
        case SubjectLevel.CONNECTION:
            return CONNECTION.encode(UUID(subject.key))
        case SubjectLevel.CAMPAIGN:
            return CAMPAIGN.encode(UUID(subject.key))
        case SubjectLevel.CHANNEL:
            return subject.key


def _number(text: str, field: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise BadInput(f"{text!r} is no number", field=field, mend="write it like 1250.50")
    return found
