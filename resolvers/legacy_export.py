"""The predecessor's causal payload of a few days, answered at once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.errors import BadInput
from core.jsonvalue import JSONObject
from core.legacy_export import MAX_ROWS, TARGETS, LegacyRequest, LegacyRow, legacy_payload
from core.records.attribution import (
    AttributionDefinition,
    AttributionDimension,
    AttributionRowRecord,
)
from core.records.connections import Source
from core.records.pages import PageRequest
from core.units import DateRange
from resolvers.attribution import key_names, key_texts
from resolvers.limits import Payment
from resolvers.session import Session

_BY = (AttributionDimension.SOURCE, AttributionDimension.CAMPAIGN)
_PAGE = 1000
_POINTS = 21
"""Beside a point a row: as `attributionRows` costs."""


@dataclass(frozen=True, slots=True)
class LegacyQuestion:
    """Which days of which sources (none named: all), and which of TARGETS is to be explained."""

    dates: DateRange
    sources: tuple[Source, ...]
    target: str


async def payload(session: Session, question: LegacyQuestion, correlation_id: str) -> JSONObject:
    """The payload as of now; BadInput for an unknown target, or more than MAX_ROWS rows.

    It is paid for in points: RateLimited before a row is read.
    """
    if question.target not in TARGETS:
        raise BadInput(
            f"{question.target!r} is no metric",
            field="target_metric",
            mend=f"ask for one of {', '.join(TARGETS)}",
        )
    tenant = await session.stores.tenants.current(session.scope)
    definition = AttributionDefinition(
        question.dates, by=_BY, currency=tenant.reporting_currency, sources=question.sources
    )
    records, as_of = await _records(session, definition)
    request = LegacyRequest(
        org_id=str(session.scope.tenant_id),
        since=question.dates.since,
        until=question.dates.until,
        sources=question.sources or tuple(_sources(records)),
        target=question.target,
        currency=tenant.reporting_currency,
        home=next(iter(tenant.countries), None),
        as_of=as_of,
        correlation_id=correlation_id,
    )
    campaigns = await _campaigns(session, records)
    rows = [_row(record, campaigns) for record in records]
    # Correlations of thousands of rows take a while: the server answers others meanwhile.
    return await asyncio.to_thread(legacy_payload, request, rows)


async def _records(
    session: Session, definition: AttributionDefinition
) -> tuple[list[AttributionRowRecord], datetime]:
    """All rows, and the one moment that they are of."""
    paid = await _pay(session)
    found, moment = await _read(session, definition)
    if session.meter is not None and paid is not None:
        session.meter.settle(paid, _POINTS + len(found))
    if len(found) > MAX_ROWS:
        raise BadInput(
            f"these dates have more than {MAX_ROWS:,} rows",
            field="date_range_start",
            mend="ask for fewer days, or have them exported with the format LEGACY",
        )
    return found, moment


async def _pay(session: Session) -> Payment | None:
    """Take the points of one page, before it is known how many there are."""
    if session.meter is None:
        return None
    points = min(_POINTS + _PAGE, session.meter.most(session.scope))
    return await session.meter.take(session.scope, points, "causal_data")


async def _read(
    session: Session, definition: AttributionDefinition
) -> tuple[list[AttributionRowRecord], datetime]:
    """All rows, or the pages until there are too many."""
    names = key_names(definition)
    found: list[AttributionRowRecord] = []
    moment: datetime | None = None
    place: tuple[str, ...] | None = None
    while True:
        request = PageRequest(_PAGE, place)
        made = await session.stores.attribution.page(session.scope, definition, request, moment)
        found += made.page.items
        if len(found) > MAX_ROWS or not made.page.has_next:
            return found, made.as_of
        moment, place = made.as_of, key_texts(found[-1], names)


def _sources(records: list[AttributionRowRecord]) -> list[Source]:
    return [record.key.source for record in records if record.key.source is not None]


async def _campaigns(session: Session, records: list[AttributionRowRecord]) -> Mapping[UUID, str]:
    digests = list({each.key.campaign for each in records if each.key.campaign is not None})
    found = await session.loaders.campaigns.load_many(digests)
    return {each.digest: each.campaign_id for each in found if each is not None}


def _row(record: AttributionRowRecord, campaigns: Mapping[UUID, str]) -> LegacyRow:
    key = record.key
    if key.source is None:
        raise LookupError("a row without its source")
    return LegacyRow(
        date=key.time,
        source=key.source,
        campaign_id=None if key.campaign is None else campaigns.get(key.campaign),
        spend=_float(record.spend),
        impressions=record.impressions,
        clicks=record.clicks,
        conversions=_float(record.conversions),
        revenue=_float(record.conversion_value),
        is_mature=record.is_mature,
    )


def _float(amount: object) -> float | None:
    return None if amount is None else float(str(amount))
