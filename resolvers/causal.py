"""Asking for causal exports: what cannot be made is refused here, with what could be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from core.causal import CausalDefinition, CausalKpi, ExportCausal, KpiKind
from core.errors import BadInput
from core.periods import Grain
from core.records.causal import Choice
from core.records.entries import SeriesRole
from core.records.exports import ExportRecord
from core.units import currency_code
from resolvers import connections, quotas
from resolvers.session import Session
from resolvers.text import exact

MAX_DAYS = 366 * 20
_WEEK = 7


async def start(session: Session, asked: ExportCausal) -> ExportRecord:
    """Check what is asked for, fill in its defaults, and queue the run that makes it."""
    given = asked.definition
    _check(given)
    for connection_id in (*given.connections, *given.kpi.connections):
        await connections.one(session, connection_id)
    await quotas.demand_export(session)
    choices = await session.stores.causal.choices(session.scope, given.dates, asked.as_of)
    _check_series(given, choices)
    definition = replace(
        given,
        currency=await _currency(session, given.currency),
        kpi=_kpi(given, choices),
    )
    export = await session.stores.causal.start(session.scope, definition, asked.as_of)
    await session.stores.topics.announce(session.scope, export.run_id)
    return export


def _check(given: CausalDefinition) -> None:
    if given.dates.days > MAX_DAYS:
        raise BadInput(
            f"the dates span {given.dates.days:,} days, but an export may span {MAX_DAYS:,}",
            field="dates",
            mend="narrow the dates",
        )
    if given.min_quality is not None and not 0 <= given.min_quality <= 1:
        raise BadInput(
            f"minQuality is {given.min_quality}, but scores go from 0 to 1",
            field="minQuality",
            mend="give a share such as 0.8",
        )
    if not given.formats:
        raise BadInput(
            "an export of no format has no tables", field="formats", mend="name one, or leave out"
        )


async def _currency(session: Session, given: str) -> str:
    if given:
        return currency_code(given)
    tenant = await session.loaders.tenants.load(session.scope.tenant_id)
    if tenant is None:
        raise LookupError("a session without its tenant")
    return tenant.reporting_currency


def _kpi(given: CausalDefinition, choices: Sequence[Choice]) -> CausalKpi:
    """The KPI with its connections named, so that one that comes later changes nothing."""
    kpi = given.kpi
    fitting = [each for each in choices if _fits(each, kpi)]
    _check_named(kpi, fitting)
    if not fitting:
        raise BadInput(
            f"there are no {_called(kpi)} in these dates", field=_field(kpi), mend=_told(choices)
        )
    found = tuple(sorted({each.connection_id for each in fitting}))
    if kpi.kind is KpiKind.ORDERS:
        _check_one_source(kpi, fitting)
    if kpi.kind is KpiKind.SERIES and len(found) > 1:
        raise BadInput(
            f"several connections have a series {kpi.series!r}",
            field=_field(kpi),
            mend="name its connection",
        )
    return replace(kpi, connections=found)


def _fits(choice: Choice, kpi: CausalKpi) -> bool:
    if kpi.connections and choice.connection_id not in kpi.connections:
        return False
    if kpi.sources and choice.source not in kpi.sources:
        return False
    if kpi.kind is KpiKind.SERIES:
        return choice.role is SeriesRole.KPI and choice.series == kpi.series
    return choice.series is None and choice.is_orders == (kpi.kind is KpiKind.ORDERS)


def _check_named(kpi: CausalKpi, fitting: Sequence[Choice]) -> None:
    silent = set(kpi.connections) - {each.connection_id for each in fitting}
    if silent and len(silent) < len(kpi.connections):
        raise BadInput(
            f"{len(silent)} of the connections have no {_called(kpi)} in these dates",
            field=_field(kpi),
            mend="leave them out, or widen the dates",
        )


def _check_one_source(kpi: CausalKpi, fitting: Sequence[Choice]) -> None:
    sources = sorted({each.source for each in fitting})
    if len(sources) > 1 and not kpi.connections:
        raise BadInput(
            f"orders come from {' and '.join(sources)}: the same orders may be in both",
            field="kpi.orders.connections",
            mend="name the connections whose orders are the KPI",
        )


def _check_series(given: CausalDefinition, choices: Sequence[Choice]) -> None:
    for choice in choices:
        if given.grain is Grain.DAY and choice.covers_days > 1 and _is_in(given, choice):
            grain = "WEEK" if choice.covers_days == _WEEK else "MONTH"
            raise BadInput(
                f"the series {choice.series!r} has values of {choice.covers_days} days each",
                field="grain",
                mend=f"export by {grain}",
            )
    for field, role, names in _named(given):
        there = sorted({each.series for each in choices if each.role is role and each.series})
        for name in names:
            if exact(name, field) not in there:
                raise BadInput(
                    f"there is no series {name!r} of role {role} in these dates",
                    field=field,
                    mend=f"there are: {', '.join(there) or 'none'}",
                )


def _is_in(given: CausalDefinition, choice: Choice) -> bool:
    """Whether a series would be in the export."""
    if choice.role is SeriesRole.KPI:
        return choice.series == given.kpi.series
    asked = {
        SeriesRole.CONTROL: given.controls,
        SeriesRole.ORGANIC: given.organic,
        SeriesRole.TREATMENT: given.treatments,
    }
    names = asked.get(choice.role) if choice.role is not None else ()
    return choice.series is not None and (names is None or choice.series in names)


def _named(given: CausalDefinition) -> Iterator[tuple[str, SeriesRole, tuple[str, ...]]]:
    yield "controls", SeriesRole.CONTROL, given.controls or ()
    yield "organic", SeriesRole.ORGANIC, given.organic or ()
    yield "treatments", SeriesRole.TREATMENT, given.treatments or ()


def _called(kpi: CausalKpi) -> str:
    return f"values of a KPI {kpi.series!r}" if kpi.kind is KpiKind.SERIES else kpi.kind.lower()


def _field(kpi: CausalKpi) -> str:
    return f"kpi.{kpi.kind.lower()}"


def _told(choices: Sequence[Choice]) -> str:
    """What could be the KPI instead."""
    orders = sorted({str(each.source) for each in choices if each.is_orders})
    claimed = sorted(
        {str(each.source) for each in choices if not each.is_orders and not each.series}
    )
    series = sorted(
        {each.series for each in choices if each.role is SeriesRole.KPI and each.series}
    )
    parts = (
        f"orders of {', '.join(orders)}" if orders else "",
        f"conversions of {', '.join(claimed)}" if claimed else "",
        f"series {', '.join(series)}" if series else "",
    )
    told = "; ".join(part for part in parts if part)
    return f"there are: {told}" if told else "there is nothing: ingest data, or ask for other dates"
