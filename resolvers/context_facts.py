"""One hit as a fact: its figures and words in a line, with every number from entries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from core.context_packing import FactText
from core.metrics.catalogue import Metric
from core.metrics.rates import rate
from core.records.calendar import CalendarDayRecord
from core.records.documents import DocumentKind
from core.records.entries import CampaignRecord
from core.records.insights import InsightRecord
from core.records.search import DocumentFigures
from core.units import DateRange
from resolvers import insights
from resolvers.search import Hit

_CENTS: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Known:
    """A hit, its sums as they stand, the insight that it is, its campaign, the last of its days."""

    hit: Hit
    figures: DocumentFigures | None
    insight: InsightRecord | None
    campaign: CampaignRecord | None
    day: CalendarDayRecord | None


def fact_of(known: Known) -> FactText:
    """The fact in full, with what its document says, and as its figures alone."""
    document = known.hit.document
    if known.insight is not None:
        return FactText(insights.text(known.insight), insights.title(known.insight))
    figures = ", ".join(_figures(known.figures)) if known.figures else ""
    brief = ". ".join(filter(None, (_subject(known), figures)))
    quality = None if document.quality is None else f"quality {document.quality:.2f}"
    beside = ", ".join(filter(None, (_season(known.day), quality)))
    return FactText(". ".join(filter(None, (brief, beside, document.text))), brief)


def _season(day: CalendarDayRecord | None) -> str | None:
    return f"{day.marketing_season.value.lower().replace('_', ' ')} season" if day else None


def _subject(known: Known) -> str:
    """What it is, so that nothing else of its name is meant."""
    document, campaign = known.hit.document, known.campaign
    above = None
    if campaign is not None and document.kind is not DocumentKind.CAMPAIGN:
        above = f"of campaign {campaign.name or campaign.campaign_id}"
    return ", ".join(filter(None, (document.title, above, _days(document.period))))


def _days(period: DateRange | None) -> str | None:
    if period is None:
        return None
    if period.days == 1:
        return period.since.isoformat()
    return f"{period.since.isoformat()} to {period.until.isoformat()}"


def _figures(figures: DocumentFigures) -> Iterator[str]:
    """What is known of them, with its unit; what is unknown is not named."""
    if figures.spend is not None:
        yield f"spend {_amount(figures.spend)} {figures.currency}"
    for name, count in (("impressions", figures.impressions), ("clicks", figures.clicks)):
        if count is not None:
            yield f"{count:,} {name}"
    if figures.conversions is not None:
        yield f"{_plain(figures.conversions)} conversions"
    if figures.conversion_value is not None:
        yield f"conversion value {_amount(figures.conversion_value)} {figures.currency}"
    yield from _rates(figures)


def _rates(figures: DocumentFigures) -> Iterator[str]:
    clicked, roas = rate(Metric.CTR, figures), rate(Metric.ROAS, figures)
    if clicked is not None:
        yield f"CTR {_amount(clicked * 100)} %"
    if roas is not None:
        yield f"ROAS {_amount(roas)}"


def _amount(value: Decimal) -> str:
    return f"{value.quantize(_CENTS, ROUND_HALF_UP):,f}"


def _plain(value: Decimal) -> str:
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
