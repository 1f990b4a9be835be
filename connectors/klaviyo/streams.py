"""What is asked of Klaviyo: reports by send date, aggregates by event date, lists of names.

https://developers.klaviyo.com/en/reference/reporting_api_overview (revision 2026-10-15). A
timeframe includes both its ends, is read in the company's zone and has its offset ignored: it
begins and ends on whole days here, so that no day stands in two answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from connectors.http import HttpRequest
from core.jsonvalue import JSONObject, JSONValue
from core.units import DateRange

WINDOW_DAYS: Final = 7
"""Days that one reading covers: each costs a call of the 225 a day for campaign values."""

ACCOUNTS: Final = "accounts"
METRICS: Final = "metrics"
CAMPAIGNS: Final = "campaigns"
CAMPAIGN_VALUES: Final = "campaign_values"
FLOW_SERIES: Final = "flow_series"
ORDERS_BY_MESSAGE: Final = "orders_by_message"
ALL_ORDERS: Final = "all_orders"

CHANNELS: Final = ("email", "sms", "mobile_push")
"""Of the list of campaigns, which answers for one channel at a time."""

STATISTICS: Final = (
    "recipients",
    "delivered",
    "bounced",
    "opens",
    "opens_unique",
    "clicks",
    "clicks_unique",
    "conversions",
    "conversion_uniques",
    "conversion_value",
    "text_message_spend",
)

_LIST_PAGE: Final = "page[cursor]"
_REPORT_PAGE: Final = "page_cursor"


@dataclass(frozen=True, slots=True)
class Step:
    """One question of a reading, before its pages."""

    stream: str
    request: HttpRequest

    def at(self, cursor: str | None) -> HttpRequest:
        """The question for the page that `cursor` names."""
        if cursor is None:
            return self.request
        name = _LIST_PAGE if self.request.method == "GET" else _REPORT_PAGE
        params = {**self.request.params, name: cursor}
        return HttpRequest(self.request.method, self.request.path, params, self.request.content)


def listings() -> tuple[Step, ...]:
    """What tells the meaning of figures: whose, in which metric, of which campaigns."""
    campaigns = (
        HttpRequest("GET", "/api/campaigns/", {"filter": f"equals(messages.channel,'{channel}')"})
        for channel in CHANNELS
    )
    return (
        Step(ACCOUNTS, HttpRequest("GET", "/api/accounts/")),
        Step(METRICS, HttpRequest("GET", "/api/metrics/")),
        *(Step(CAMPAIGNS, request) for request in campaigns),
    )


def reports(days: DateRange, metric: str, zone: str) -> tuple[Step, ...]:
    """The figures of `days`: campaigns day by day, everything else at once."""
    values = (
        _report(CAMPAIGN_VALUES, "campaign-values-report", DateRange(day, day), metric)
        for day in _days(days)
    )
    return (
        *values,
        _report(FLOW_SERIES, "flow-series-report", days, metric, {"interval": "daily"}),
        _orders(ORDERS_BY_MESSAGE, days, metric, zone, ["$attributed_message"]),
        _orders(ALL_ORDERS, days, metric, zone, []),
    )


def _report(
    stream: str, kind: str, days: DateRange, metric: str, more: JSONObject | None = None
) -> Step:
    attributes: dict[str, JSONValue] = {
        "statistics": list(STATISTICS),
        "timeframe": {"start": f"{days.since}T00:00:00", "end": f"{days.until}T23:59:59"},
        "conversion_metric_id": metric,
        **(more or {}),
    }
    return Step(stream, _post(f"/api/{kind}s/", kind, attributes))


def _orders(stream: str, days: DateRange, metric: str, zone: str, by: list[JSONValue]) -> Step:
    after = days.until + timedelta(days=1)
    attributes: dict[str, JSONValue] = {
        "metric_id": metric,
        "measurements": ["count", "sum_value", "unique"],
        "interval": "day",
        "by": by,
        "filter": [
            f"greater-or-equal(datetime,{days.since}T00:00:00)",
            f"less-than(datetime,{after}T00:00:00)",
        ],
        "timezone": zone,
    }
    return Step(stream, _post("/api/metric-aggregates/", "metric-aggregate", attributes))


def _post(path: str, kind: str, attributes: dict[str, JSONValue]) -> HttpRequest:
    return HttpRequest("POST", path, content={"data": {"type": kind, "attributes": attributes}})


def _days(days: DateRange) -> Iterator[date]:
    for ahead in range(days.days):
        yield days.since + timedelta(days=ahead)
