"""liftos channel-rule: rules by which rows are counted to channels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from app.cli.days import Day, MaybeDay, day_of
from app.cli.ids import ChannelRuleId
from app.cli.options import Tenant
from app.cli.tables import show_table
from app.cli.tenancy import asked
from core.errors import BadInput
from core.records.channels import ChannelRule, ChannelRuleRecord
from core.records.connections import Source
from core.records.naming import NamingCondition
from core.units import DateRange
from graph.ids import CHANNEL_RULE
from resolvers import channel_rules

commands = typer.Typer(
    help="Rules by which rows are counted to channels. What was read before a rule was added "
    "follows with: liftos transform.",
    no_args_is_help=True,
    add_completion=False,
)
Name = Annotated[str, typer.Option(help="A name for the rule.")]
Channel = Annotated[str, typer.Option(help="The channel that rows are to count to.")]
OnlySource = Annotated[Source | None, typer.Option(help="Only rows of it.")]
Account = Annotated[str | None, typer.Option(help="Only rows of this account.")]
Labelled = Annotated[
    str | None, typer.Option(help="Only rows that the source's own mapping counts to it.")
]
PlatformChannel = Annotated[
    str | None, typer.Option(help="Only rows of this channel in the source's own words.")
]
Medium = Annotated[str | None, typer.Option(help="Only rows with this utm_medium.")]
Campaign = Annotated[
    str | None, typer.Option(help="An RE2 expression to be found in the campaign's name.")
]
Entity = Annotated[
    str | None, typer.Option(help="An RE2 expression to be found in the entity's name.")
]
Naming = Annotated[
    list[str] | None,
    typer.Option(metavar="<field=value>", help="What the campaign's name must say; repeatable."),
]
Position = Annotated[int, typer.Option(help="Of rules that fit, the lowest is taken.")]
SHOWN = 20


@commands.command("list")
def list_all(context: typer.Context, *, tenant: Tenant) -> None:
    """List the rules of an organisation in the order in which they are tried."""
    found = asked(context, tenant, channel_rules.rules)
    columns = ("id", "name", "version", "channel", "of", "since", "until", "position")
    show_table(columns, map(_row, found))


@commands.command()
def add(
    context: typer.Context,
    *,
    tenant: Tenant,
    name: Name,
    channel: Channel,
    source: OnlySource = None,
    account: Account = None,
    labelled: Labelled = None,
    platform_channel: PlatformChannel = None,
    medium: Medium = None,
    campaign: Campaign = None,
    entity: Entity = None,
    naming: Naming = None,
    since: MaybeDay = None,
    until: MaybeDay = None,
    position: Position = 100,
) -> None:
    """Count rows to a channel from now on; print the rule's id."""
    rule = ChannelRule(
        name,
        channel,
        source,
        account,
        labelled,
        platform_channel,
        medium,
        campaign,
        entity,
        _conditions(naming or ()),
        day_of(since),
        day_of(until),
        position,
    )
    made = asked(context, tenant, lambda session: channel_rules.add(session, rule))
    typer.echo(CHANNEL_RULE.encode(made.id))


@commands.command()
def preview(
    context: typer.Context,
    *,
    tenant: Tenant,
    channel: Channel,
    since: Day,
    until: Day,
    source: OnlySource = None,
    account: Account = None,
    labelled: Labelled = None,
    platform_channel: PlatformChannel = None,
    campaign: Campaign = None,
    entity: Entity = None,
    naming: Naming = None,
    position: Position = 100,
) -> None:
    """Show which entries of some days a rule would move; nothing is kept."""
    rule = ChannelRule(
        "preview",
        channel,
        source,
        account,
        labelled,
        platform_channel,
        campaign=campaign,
        entity=entity,
        naming=_conditions(naming or ()),
        position=position,
    )
    dates = DateRange(since.date(), until.date())
    found = asked(context, tenant, lambda session: channel_rules.preview(session, rule, dates))
    typer.echo(f"{found.entries:,} entries would fall under it, {found.moved:,} would move")
    for before, count in found.before.items():
        typer.echo(f"{count:,} from {before}")
    show_table(
        ("source", "channel", "campaign", "entity", "entries"),
        [
            (
                sample.facts.source.value,
                sample.facts.labelled,
                sample.facts.campaign_name or "-",
                sample.facts.entity_name or "-",
                f"{sample.entries:,}",
            )
            for sample in found.samples[:SHOWN]
        ],
    )


@commands.command()
def end(context: typer.Context, rule: ChannelRuleId, *, tenant: Tenant, until: Day) -> None:
    """Let a rule hold up to a day of the rows, that day included."""
    ended = asked(context, tenant, lambda session: channel_rules.end(session, rule, until.date()))
    typer.echo(f"{ended.rule.name} holds up to {ended.rule.until}")


@commands.command()
def delete(context: typer.Context, rule: ChannelRuleId, *, tenant: Tenant) -> None:
    """Let a rule hold no more."""
    gone = asked(context, tenant, lambda session: channel_rules.delete(session, rule))
    typer.echo(f"{gone.rule.name} holds no more")


def _conditions(given: Sequence[str]) -> tuple[NamingCondition, ...]:
    values: dict[str, list[str]] = {}
    for each in given:
        field, mark, value = each.partition("=")
        if not mark:
            raise BadInput(
                f"{each!r} says no value", field="--naming", mend="write it as field=value"
            )
        values.setdefault(field, []).append(value)
    return tuple(NamingCondition(field, tuple(each)) for field, each in values.items())


def _row(record: ChannelRuleRecord) -> tuple[str, ...]:
    rule = record.rule
    ends = ("-" if day is None else day.isoformat() for day in (rule.since, rule.until))
    return (
        CHANNEL_RULE.encode(record.id),
        rule.name,
        str(record.version),
        rule.channel,
        _asked(rule),
        *ends,
        str(rule.position),
    )


def _asked(rule: ChannelRule) -> str:
    """What a row must be, in words."""
    parts = (
        ("source", rule.source),
        ("account", rule.account_id),
        ("labelled", rule.labelled),
        ("platform channel", rule.platform_channel),
        ("medium", rule.medium),
        ("campaign", rule.campaign),
        ("entity", rule.entity),
        *((each.field, " or ".join(each.values)) for each in rule.naming),
    )
    return ", ".join(f"{name} {value}" for name, value in parts if value is not None)
