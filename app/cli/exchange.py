"""liftos exchange: rates of one's own, which hold before published ones."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

from app.cli.days import Day, MaybeDay, day_of
from app.cli.ids import OwnRateId
from app.cli.options import Tenant
from app.cli.tables import show_table
from app.cli.tenancy import asked
from core.errors import BadInput
from core.records.exchange import OwnRate, OwnRateRecord
from graph.ids import OWN_RATE
from resolvers import exchange

commands = typer.Typer(
    help="Exchange rates of your own: they hold before published ones.",
    no_args_is_help=True,
    add_completion=False,
)
AsOf = Annotated[datetime | None, typer.Option(help="As they were known at this moment, UTC.")]


@commands.command("list")
def list_all(context: typer.Context, *, tenant: Tenant, as_of: AsOf = None) -> None:
    """List rates; of several for the same currencies and day, the first holds."""
    moment = None if as_of is None else as_of.replace(tzinfo=UTC)
    found = asked(context, tenant, lambda session: exchange.own_rates(session, moment))
    show_table(("id", "name", "base", "quote", "value", "since", "until"), map(_row, found))


@commands.command("set")
def set_one(
    context: typer.Context,
    base: Annotated[str, typer.Argument(metavar="<base>", help="Currency of the one unit.")],
    quote: Annotated[str, typer.Argument(metavar="<quote>", help="Currency of the value.")],
    value: Annotated[str, typer.Argument(metavar="<value>", help="What one unit is worth.")],
    *,
    tenant: Tenant,
    name: Annotated[str, typer.Option(help="A name; the rate that has it is set anew.")],
    since: Day,
    until: MaybeDay = None,
) -> None:
    """Set a rate for certain days, at once for every conversion; print its id."""
    rate = OwnRate(name, base, quote, _number(value), since.date(), day_of(until))
    made = asked(context, tenant, lambda session: exchange.set_rate(session, rate))
    typer.echo(OWN_RATE.encode(made.id))


@commands.command()
def end(context: typer.Context, rate: OwnRateId, *, tenant: Tenant, until: MaybeDay = None) -> None:
    """Let a rate hold up to a day, that day included; without a day: no more at all."""
    last = day_of(until)
    ended = asked(context, tenant, lambda session: exchange.end_rate(session, rate, last))
    told = "holds no more" if last is None else f"holds up to {last}"
    typer.echo(f"{ended.rule.name} {told}")


def _row(record: OwnRateRecord) -> tuple[str, ...]:
    rate = record.rule
    until = "-" if rate.until is None else rate.until.isoformat()
    return (
        *(OWN_RATE.encode(record.id), rate.name, rate.base, rate.quote),
        *(f"{rate.value:f}", rate.since.isoformat(), until),
    )


def _number(text: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise BadInput(f"{text!r} is no number", field="value", mend="write it like 1.085")
    return found
