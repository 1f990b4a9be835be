"""Everything that a causal export is made of, read as of its moment."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

import pyarrow as pa

from core.causal import CausalDefinition, GeoBy, KpiKind, KpiMeasure
from core.errors import BadInput
from core.exchange import cross_rate
from core.legacy_export import LegacyRequest
from core.periods import Grain
from core.records.attribution import (
    AttributionDefinition,
    AttributionDimension,
    AttributionFacts,
)
from core.records.causal import Exclusion
from core.records.connections import Level
from core.records.exchange import ExchangeRate, KnownRates, RateMoment
from core.scope import TenantScope
from core.units import DateRange
from stores.wiring import Stores
from transform.export.build import Gathered, feeding
from transform.export.facts import Row
from transform.export.long import Campaigns, long_batch
from transform.export.manifest import Rates

_ENTITIES: Final = (Level.ACCOUNT, Level.CAMPAIGN, Level.AD_SET, Level.AD)
"""Media of files that came as series is read with all of its digits elsewhere."""
_APART: Final = (
    AttributionDimension.SOURCE,
    AttributionDimension.CONNECTION,
    AttributionDimension.DATE_BASIS,
    AttributionDimension.ATTRIBUTION_SETTING,
)
_GEOS: Final = {
    None: (),
    GeoBy.COUNTRY: (AttributionDimension.COUNTRY,),
    GeoBy.GEO: (AttributionDimension.COUNTRY, AttributionDimension.GEO),
}
_BY_CAMPAIGN: Final = (
    AttributionDimension.SOURCE,
    AttributionDimension.CONNECTION,
    AttributionDimension.ACCOUNT,
    AttributionDimension.CAMPAIGN,
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One tenant's data, as it was known at `as_of`."""

    stores: Stores
    scope: TenantScope
    definition: CausalDefinition
    as_of: datetime

    async def gathered(self, rates: DayRates) -> Gathered:
        """Everything that the wide table is made of."""
        dates, definition = self.definition.dates, self.definition
        coverage = await self.stores.causal.coverage(self.scope, dates, self.as_of)
        events = await self.stores.calendar_events.range(self.scope, dates, self.as_of)
        return Gathered(
            media=await self._rows(media_rows(definition)),
            kpi=await self._kpi(),
            series=await self.stores.causal.series(self.scope, definition, self.as_of),
            coverage={each.connection_id: each for each in coverage},
            days=await self.stores.calendar.range(self.scope, dates, self.as_of),
            events=[each.event for each in events],
            rate=rates.of,
        )

    async def rates(self) -> DayRates:
        """What every currency of the entries was worth, day by day."""
        dates = self.definition.dates
        found = await self.stores.causal.currencies(self.scope, dates, self.as_of)
        bases = tuple(each for each in found if each != self.definition.currency)
        if not bases:
            return DayRates(self.definition.currency, (), {})
        moments = [RateMoment(day, self.as_of) for day in dates]
        known = await self.stores.exchange.known(self.scope, moments)
        return DayRates(
            self.definition.currency,
            bases,
            {moment.date: rates for moment, rates in known.items()},
        )

    async def exclusions(self, gathered: Gathered) -> list[Exclusion]:
        """What had been refused, or is not good enough.

        Where media are of some connections alone, only theirs, and what else there are rows of.
        """
        found = []
        below = await self.stores.causal.below_quality(self.scope, self.definition, self.as_of)
        if below:
            bound = self.definition.min_quality
            found.append(Exclusion("BELOW_QUALITY", below, f"below {bound}, or never assessed"))
        refused = await self.stores.causal.rejected(self.scope, self.as_of)
        named = {*self.definition.connections, *self.definition.kpi.connections}
        named |= feeding(gathered.media, gathered.kpi, series=gathered.series)
        found += [
            Exclusion("REJECTED", records, f"records refused of connection {connection}, ever")
            for connection, records in refused.items()
            if not self.definition.connections or connection in named
        ]
        return found

    async def campaigns(self, dates: DateRange) -> Campaigns:
        """The campaigns that have entries in these days."""
        return await self.stores.causal.campaigns(self.scope, dates, self.as_of)

    async def long(self, dates: DateRange, campaigns: Campaigns) -> AsyncGenerator[pa.RecordBatch]:
        """The long table of these days, batch by batch."""
        async with aclosing(self._stream(long_rows(self.definition, dates))) as batches:
            async for batch in batches:
                yield long_batch(batch, campaigns)

    async def legacy_request(self, dates: DateRange) -> LegacyRequest:
        """What the predecessor's payload of these days says of itself."""
        version = await self.stores.calendar.version(self.scope, self.as_of)
        countries = () if version is None else version.edition.profile.countries
        is_money = self.definition.kpi.measure is KpiMeasure.REVENUE
        return LegacyRequest(
            org_id=str(self.scope.tenant_id),
            since=dates.since,
            until=dates.until,
            sources=self.definition.sources,
            target="revenue" if is_money else "conversions",
            currency=self.definition.currency,
            home=next(iter(countries), None),
            as_of=self.as_of,
            correlation_id=self.definition.sha256,
        )

    def legacy(self, dates: DateRange) -> AsyncGenerator[pa.RecordBatch]:
        """The rows of the predecessor's payload of these days, batch by batch."""
        return self._stream(legacy_rows(self.definition, dates))

    async def _kpi(self) -> list[Row]:
        rows = kpi_rows(self.definition)
        return [] if rows is None else await self._rows(rows)

    async def _rows(self, rows: AttributionDefinition) -> list[Row]:
        """All rows, a batch at a time and beside the loop."""
        found: list[Row] = []
        async with aclosing(self._stream(rows)) as batches:
            async for batch in batches:
                found += await asyncio.to_thread(batch.to_pylist)
        return found

    def _stream(self, rows: AttributionDefinition) -> AsyncGenerator[pa.RecordBatch]:
        return self.stores.attribution.stream(self.scope, rows, self.as_of)


@dataclass(frozen=True, slots=True)
class DayRates:
    """What one unit of each of `bases` was worth in `quote`, by what is known of a day."""

    quote: str
    bases: tuple[str, ...]
    known: Mapping[date, KnownRates]

    def of(self, day: date, currency: str) -> Decimal:
        """A day's rate; BadInput where there is none."""
        found = self._rate(day, currency)
        if found is None:
            raise BadInput(
                f"no rate from {currency} to {self.quote} was published by {day}, "
                "and none of your own covers it",
                field="currency",
                mend=f"export in {currency}, from a later day on, or call setExchangeRate",
            )
        return found.value

    @property
    def told(self) -> Rates | None:
        """The rates as a manifest tells them; None where nothing was converted."""
        rates = list(self._rates())
        if not rates:
            return None
        lines = (f"{day},{each.base},{each.quote},{each.value}\n" for day, each in rates)
        digest = hashlib.sha256("".join(lines).encode()).hexdigest()
        sources = sorted({source for _, each in rates for source in each.sources})
        days = sorted(each.date for _, each in rates)
        return Rates(
            source=", ".join(sources),
            dates={"since": f"{days[0]}", "until": f"{days[-1]}"},
            currencies=self.bases,
            sha256=digest,
        )

    def _rate(self, day: date, currency: str) -> ExchangeRate | None:
        known = self.known.get(day)
        return None if known is None else cross_rate(known, currency, self.quote)

    def _rates(self) -> Iterator[tuple[date, ExchangeRate]]:
        """Each day's rates that there are, in the order of `sha256` of Rates."""
        for day in sorted(self.known):
            for base in self.bases:
                rate = self._rate(day, base)
                if rate is not None:
                    yield day, rate


def media_rows(definition: CausalDefinition) -> AttributionDefinition:
    """Media as the wide table reads it."""
    return AttributionDefinition(
        dates=definition.dates,
        grain=definition.grain,
        week_start=definition.week_start,
        by=(*_APART, *_GEOS[definition.geo]),
        facts=AttributionFacts.MEDIA,
        currency=definition.currency,
        sources=definition.sources,
        channels=definition.channels,
        connections=definition.connections,
        levels=_ENTITIES,
        min_quality=definition.min_quality,
    )


def kpi_rows(definition: CausalDefinition) -> AttributionDefinition | None:
    """The KPI as the wide table reads it; None where a series is the KPI."""
    kpi = definition.kpi
    if kpi.kind is KpiKind.SERIES:
        return None
    is_orders = kpi.kind is KpiKind.ORDERS
    return AttributionDefinition(
        dates=definition.dates,
        grain=definition.grain,
        week_start=definition.week_start,
        by=(*_APART, *_GEOS[definition.geo]),
        facts=AttributionFacts.ORDERS if is_orders else AttributionFacts.MEDIA,
        currency=definition.currency,
        sources=kpi.sources,
        connections=kpi.connections,
        levels=() if is_orders else _ENTITIES,
        min_quality=definition.min_quality,
    )


def legacy_rows(definition: CausalDefinition, dates: DateRange) -> AttributionDefinition:
    """Media as the predecessor's payload has it: by day, source and campaign."""
    return AttributionDefinition(
        dates=dates,
        by=(AttributionDimension.SOURCE, AttributionDimension.CAMPAIGN),
        currency=definition.currency,
        sources=definition.sources,
        channels=definition.channels,
        connections=definition.connections,
        min_quality=definition.min_quality,
    )


def long_rows(definition: CausalDefinition, dates: DateRange) -> AttributionDefinition:
    """Media as the long table has it: by day and campaign."""
    return AttributionDefinition(
        dates=dates,
        grain=Grain.DAY,
        by=_BY_CAMPAIGN,
        facts=AttributionFacts.MEDIA,
        currency=definition.currency,
        sources=definition.sources,
        channels=definition.channels,
        connections=definition.connections,
        min_quality=definition.min_quality,
    )
