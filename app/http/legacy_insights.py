"""/marketing/insights: `marketingSummary` by the predecessor's names and in its units."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from app.http.legacy_caller import Caller, Json
from app.http.legacy_envelope import answered
from app.http.legacy_request import LegacyRequest, read
from app.http.legacy_sources import CALLED, sources_called
from core.errors import BadInput
from core.metrics.catalogue import Metric

_SUMS: Final = {
    "spend": Metric.SPEND,
    "impressions": Metric.IMPRESSIONS,
    "clicks": Metric.CLICKS,
    "conversions": Metric.CONVERSIONS,
    "revenue": Metric.CONVERSION_VALUE,
}
_RATES: Final = {
    "cpc": (Metric.CPC, 1),
    "cpm": (Metric.CPM, 1),
    "ctr": (Metric.CTR, 100),
    "conversion_rate": (Metric.CVR, 100),
    "roas": (Metric.ROAS, 1),
}
"""By which factor each is told: shares were percentages."""
_AVERAGES: Final = ("cpc", "cpm", "ctr")
_PARTS: Final = ("weekend", "weekday", "holiday")


async def insights(caller: Caller, body: bytes) -> Response:
    """Totals, rates, sources, campaigns, days and the calendar, over some days."""
    asked = _question(caller.request, body)
    dates = {"since": str(asked.date_range_start), "until": str(asked.date_range_end)}
    sources = [source.value for source in sources_called(asked.data_sources)]
    data = await caller.ask("Summary", {"dates": dates, "sources": sources})
    summary = data["marketingSummary"]
    metadata = caller.metadata | {"currency": summary["currency"], "as_of": summary["asOf"]}
    message = "Marketing insights generated successfully"
    return answered(message, insights_of(summary), metadata)


def insights_of(summary: Mapping[str, Any]) -> Json:
    """A MarketingInsights of the predecessor; what is not known is None, where it had 0."""
    total = _told(summary["total"] or {"values": []})
    parts = {each["part"].lower(): _told(each) for each in summary["calendarInsights"]}
    return {
        **{f"total_{name}": total[name] for name in _SUMS},
        **{f"average_{name}" if name in _AVERAGES else name: total[name] for name in _RATES},
        "data_sources_summary": {
            CALLED[each["source"]]: _told(each) for each in summary["dataSourcesSummary"]
        },
        "top_campaigns": [_campaign(each) for each in summary["topCampaigns"]],
        "performance_trends": {
            each["dates"]["since"]: _told(each) for each in summary["performanceTrends"]
        },
        "calendar_insights": {part: parts[part] for part in _PARTS},
    }


def _question(request: Request, body: bytes) -> LegacyRequest:
    asked = read(LegacyRequest, request, body)
    if asked.filters:
        raise BadInput(
            "filters are not answered here",
            field="filters",
            mend="leave it out, or ask performance with a filter",
        )
    return asked


def _campaign(row: Mapping[str, Any]) -> Json:
    return {
        "campaign_id": row["campaign"]["campaignId"],
        "campaign_name": row["campaign"]["name"],
        "data_source": CALLED[row["source"]],
        **_told(row),
    }


def _told(row: Mapping[str, Any]) -> Json:
    """The figures of one group, which all have the same names."""
    values = {each["metric"]: each["value"] for each in row["values"]}
    wanted = {**{name: (metric, 1) for name, metric in _SUMS.items()}, **_RATES}
    return {name: _number(values.get(metric), by) for name, (metric, by) in wanted.items()}


def _number(value: str | None, factor: int) -> float | None:
    return None if value is None else float(Decimal(value) * factor)
