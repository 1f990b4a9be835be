"""liftos seasonality: how many times the usual a season brings, by the organisation's history."""

from __future__ import annotations

from calendar import day_abbr, month_abbr
from datetime import datetime
from typing import Annotated

import typer

from app.cli.options import Tenant
from app.cli.tables import moment, show_table
from app.cli.tenancy import asked
from core.records.seasonality import (
    SeasonalFactor,
    Seasonality,
    SeasonalMetric,
    SeasonalPeriod,
    Seasons,
)
from resolvers import seasonality

commands = typer.Typer(
    help="How many times the usual a season brings, by the organisation's own history.",
    no_args_is_help=True,
    add_completion=False,
)
Metric = Annotated[SeasonalMetric, typer.Option(case_sensitive=False, help="Of what.")]
Channels = Annotated[
    list[str] | None, typer.Option("--channel", help="Of a channel; may be repeated.")
]
Series = Annotated[list[str] | None, typer.Option(help="Of a KPI series; may be repeated.")]
Periods = Annotated[
    list[SeasonalPeriod] | None,
    typer.Option("--period", case_sensitive=False, help="Only these; may be repeated."),
]
AsOf = Annotated[datetime | None, typer.Option(help="As it was known then, UTC.")]


@commands.command()
def show(
    context: typer.Context,
    *,
    tenant: Tenant,
    metric: Metric,
    channel: Channels = None,
    series: Series = None,
    period: Periods = None,
    as_of: AsOf = None,
) -> None:
    """Show the factors of a metric with their intervals."""
    found = asked(
        context,
        tenant,
        lambda session: seasonality.seasons(session, metric, channel or [], series or [], as_of),
    )
    if not found:
        typer.echo("nothing is known yet: liftos seasonality estimate")
    for each in found:
        _show(each, period or list(SeasonalPeriod))


@commands.command()
def estimate(
    context: typer.Context,
    *,
    tenant: Tenant,
    wait: Annotated[int, typer.Option(help="Seconds to wait for a worker, 0 to 60.")] = 60,
) -> None:
    """Have a worker estimate the seasons anew; that happens by itself every day."""
    ended = asked(context, tenant, lambda session: seasonality.estimate(session, wait))
    if ended.is_waiting:
        typer.echo(f"asked for at {moment(ended.requested_at)}: no worker has finished it yet")
        raise typer.Exit(1)
    typer.echo(f"estimated at {moment(ended.estimated_at)}")


def _show(found: Seasonality, periods: list[SeasonalPeriod]) -> None:
    name = found.key.series or found.key.channel or "all channels"
    typer.echo(f"{found.key.metric} of {name}, known since {moment(found.learned_at)}")
    for seasons in found.periods:
        if seasons.period in periods:
            _show_seasons(seasons)


def _show_seasons(seasons: Seasons) -> None:
    told = seasons.period.replace("_", " ").lower()
    if seasons.reason is not None:
        typer.echo(f"{told}: not known, {seasons.reason}")
        return
    typer.echo(
        f"{told}: {seasons.cycles:g} cycles from {seasons.since} to {seasons.until}, "
        f"{seasons.method}, k = {seasons.shrinkage:.3g}"
    )
    columns = ("season", "factor", "90 % interval", "n")
    show_table(columns, [_row(seasons.period, factor) for factor in seasons.factors])


def _row(period: SeasonalPeriod, factor: SeasonalFactor) -> tuple[str, ...]:
    known, low, high = factor.factor, factor.low, factor.high
    return (
        _name(period, factor.season),
        "not known" if known is None else f"{known:.3f}",
        "-" if low is None or high is None else f"{low:.3f} to {high:.3f}",
        str(factor.n),
    )


def _name(period: SeasonalPeriod, season: int) -> str:
    if period is SeasonalPeriod.DAY_OF_WEEK:
        return day_abbr[season - 1]
    if period is SeasonalPeriod.MONTH:
        return month_abbr[season]
    return f"Q{season}" if period is SeasonalPeriod.QUARTER else f"W{season:02}"
