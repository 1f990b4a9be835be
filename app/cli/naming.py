"""liftos naming: rules by which the names of campaigns are read."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.days import Day, MaybeDay, day_of
from app.cli.ids import RuleId
from app.cli.options import Tenant
from app.cli.tables import show_table
from app.cli.tenancy import asked
from core.records.connections import Source
from core.records.naming import NamingRule, NamingRuleRecord, NamingSyntax
from graph.ids import NAMING_RULE
from resolvers import naming

commands = typer.Typer(
    help="Rules by which the names of campaigns are read.",
    no_args_is_help=True,
    add_completion=False,
)
Name = Annotated[str, typer.Option(help="A name for the rule.")]
Pattern = Annotated[
    str, typer.Option(help="A name with its fields in braces, such as '{market}_{title*}'.")
]
Regex = Annotated[bool, typer.Option("--regex", help="The pattern is an RE2 expression.")]
OnlySource = Annotated[Source | None, typer.Option(help="Only campaigns of it.")]
Account = Annotated[str | None, typer.Option(help="Only campaigns of this account.")]
Position = Annotated[int, typer.Option(help="Of rules that fit, the lowest is taken.")]
SHOWN = 20


@commands.command("list")
def list_all(context: typer.Context, *, tenant: Tenant) -> None:
    """List the rules of an organisation in the order in which they are tried."""
    found = asked(context, tenant, naming.rules)
    columns = ("id", "name", "pattern", "source", "account", "since", "until", "position")
    show_table(columns, map(_row, found))


@commands.command()
def add(
    context: typer.Context,
    *,
    tenant: Tenant,
    name: Name,
    pattern: Pattern,
    regex: Regex = False,
    source: OnlySource = None,
    account: Account = None,
    since: MaybeDay = None,
    until: MaybeDay = None,
    position: Position = 100,
) -> None:
    """Read names by one more rule, at once and for all days it covers; print its id."""
    syntax = NamingSyntax.REGEX if regex else NamingSyntax.TEMPLATE
    rule = NamingRule(
        name, syntax, pattern, source, account, day_of(since), day_of(until), position
    )
    made = asked(context, tenant, lambda session: naming.add(session, rule))
    typer.echo(NAMING_RULE.encode(made.id))


@commands.command()
def preview(
    context: typer.Context,
    *,
    tenant: Tenant,
    pattern: Pattern,
    regex: Regex = False,
    source: OnlySource = None,
    account: Account = None,
) -> None:
    """Show what a rule would read; nothing is kept."""
    syntax = NamingSyntax.REGEX if regex else NamingSyntax.TEMPLATE
    rule = NamingRule("preview", syntax, pattern, source, account)
    found = asked(context, tenant, lambda session: naming.preview(session, rule))
    typer.echo(f"{len(found.parsed)} of {found.campaigns} names would be read")
    if found.parsed:
        columns = ("name", *found.parsed[0].fields)
        show_table(
            columns, [(one.campaign.name, *one.fields.values()) for one in found.parsed[:SHOWN]]
        )
    for campaign in found.unmatched[:SHOWN]:
        typer.echo(f"not read: {campaign.name}")


@commands.command()
def end(
    context: typer.Context,
    rule: RuleId,
    *,
    tenant: Tenant,
    until: Day,
) -> None:
    """Let a rule hold up to a day, that day included."""
    ended = asked(context, tenant, lambda session: naming.end(session, rule, until.date()))
    typer.echo(f"{ended.rule.name} holds up to {ended.rule.until}")


@commands.command()
def delete(context: typer.Context, rule: RuleId, *, tenant: Tenant) -> None:
    """Forget a rule, for all days."""
    gone = asked(context, tenant, lambda session: naming.delete(session, rule))
    typer.echo(f"{gone.rule.name} is forgotten")


def _row(record: NamingRuleRecord) -> tuple[str, ...]:
    rule = record.rule
    ends = ("-" if day is None else day.isoformat() for day in (rule.since, rule.until))
    return (
        NAMING_RULE.encode(record.id),
        rule.name,
        rule.pattern,
        "-" if rule.source is None else rule.source.value,
        rule.account_id or "-",
        *ends,
        str(rule.position),
    )
